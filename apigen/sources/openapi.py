"""The operations of an OpenAPI document as APIs, each call made through the broker: live, recorded or replayed."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from apigen.errors import ConfigError, LibraryError
from apigen.options import Options, parse_options
from apigen.records import Api, Call, CallResult, JsonObject
from apigen.sandbox.broker import Broker, BrokerError, BrokerPolicy, HttpRequest, Method
from apigen.sources.auth import Auth, AuthOptions
from apigen.sources.context import SourceContext
from apigen.sources.documents import MAX_BYTES, Document, Unusable, read_document
from apigen.sources.names import Prefix, numbered, prefixed
from apigen.sources.operations import OperationReader, Reading
from apigen.sources.outages import Server
from apigen.sources.recordings import Recording, Recordings, Reply
from apigen.sources.rest import Mode, RestCaller
from apigen.sources.routes import BadArguments, Route
from apigen.sources.servers import base_url, checked_base

DOCUMENT_SECONDS = 60.0
MAX_RECORDED_EXAMPLES = 20
SPEC = "(document)"
"""What a document's own recording has in place of an API's name."""


class HttpOptions(Options):
    """Limits of each request, as in `BrokerPolicy`; `requests_per_minute` are spread evenly.

    `patience_seconds` is how long a call waits for a server that is away.
    """

    seconds: Annotated[float, Field(gt=0, le=600)] = 10.0
    response_kb: Annotated[int, Field(ge=1, le=65536)] = 256
    request_kb: Annotated[int, Field(ge=1, le=65536)] = 64
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    private_addresses: bool = False
    requests_per_minute: Annotated[int, Field(gt=0)] | None = None
    patience_seconds: Annotated[float, Field(ge=0, le=86_400)] = 60.0

    def policy(self, host: str, methods: tuple[Method, ...]) -> BrokerPolicy:
        ours = {"requests_per_minute", "patience_seconds"}
        return BrokerPolicy(hosts=(host,), methods=methods, **self.model_dump(exclude=ours))


class OpenApiOptions(Options):
    """`spec`: a file or URL. `base_url`: where calls go, by default the document's first server.

    `prefix` goes before every API's name; `include` and `exclude` are globs of API names, prefix and all. `recordings` is the file of
    `record` and `replay`, by default the run's store.
    """

    spec: str
    base_url: str | None = None
    mode: Mode = "live"
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = ("GET", "HEAD")
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    prefix: Prefix | None = None
    auth: AuthOptions | None = None
    category: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = None
    recordings: Path | None = None
    http: HttpOptions = HttpOptions()

    @field_validator("base_url")
    @classmethod
    def _whole(cls, url: str | None) -> str | None:
        try:
            return url if url is None else checked_base(url)
        except Unusable as error:
            raise ValueError(str(error)) from None


@dataclass(slots=True)
class OpenApiSource:
    """One OpenAPI 3.0 or 3.1 document.

    `left_out` says, after `load`, which operations cannot be used and why, a line each. Secrets are in the requests only: never in an
    Api, a result, a message or a recording.
    """

    options: OpenApiOptions
    auth: Auth = field(repr=False)
    recordings: Recordings | None
    left_out: tuple[str, ...] = ()
    _caller: RestCaller | None = None
    _routes: dict[str, Route] = field(default_factory=dict)

    @classmethod
    def from_options(cls, options: JsonObject, context: SourceContext) -> "OpenApiSource":
        chosen = parse_options(OpenApiOptions, options)
        auth, recordings = Auth(), None
        if chosen.mode != "replay" and chosen.auth is not None:  # what is recorded needs no key
            try:
                auth = chosen.auth.read()
            except ConfigError as error:
                raise error.within(key="auth") from None
        if chosen.mode != "live":
            path = chosen.recordings or context.store
            if path is None:
                raise ConfigError(f"`mode: {chosen.mode}` needs a file; name one", key="recordings")
            recordings = Recordings(path)
        if not _is_url(chosen.spec) and not Path(chosen.spec).is_file():
            raise ConfigError(f"there is no file '{chosen.spec}'; give the OpenAPI document's file or URL", key="spec")
        return cls(chosen, auth, recordings)

    @property
    def tier(self) -> str:
        return "broker"

    async def load(self) -> Sequence[Api]:
        options = self.options
        if options.mode == "replay" and self.recordings and not self.recordings.path.is_file():
            raise LibraryError(f"{self.recordings.path}: holds no recordings; run once with `mode: record`")
        document = read_document(await self._document(), _label(options.spec))
        base = self._base(document)
        hidden = options.auth.hides if options.auth else None
        reader = OperationReader(document, frozenset(options.methods), base, options.category, hidden)
        reading = await asyncio.to_thread(reader.read)
        host, http = urlsplit(base).netloc, options.http
        broker = None if options.mode == "replay" else Broker(http.policy(host, options.methods))
        server = Server(host, http.patience_seconds)
        self._caller = RestCaller(
            options.mode, self.auth, broker, self.recordings, server, per_minute=http.requests_per_minute
        )
        apis = self._chosen(_prefixed(reading, options.prefix))
        if options.mode == "replay":
            apis = [self._with_recorded(api) for api in apis]
        return apis

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]:
        """Make calls in order.

        Raises:
            EndpointError: If the server is away for too long, wants another key, or fails at whatever it is asked.
        """
        if self._caller is None:
            raise RuntimeError("calls come after load")
        return [await self._caller.call(call.name, self._routes[call.name], call.arguments) for call in calls]

    async def ready(self) -> None:
        """Nothing has to be started for a request."""

    async def close(self) -> None:
        if self._caller is not None:
            await self._caller.close()
        elif self.recordings is not None:
            self.recordings.close()

    def _chosen(self, reading: Reading) -> list[Api]:
        include, exclude = self.options.include or ("*",), self.options.exclude
        apis = [api for api in reading.apis if _matches(api.name, include) and not _matches(api.name, exclude)]
        self.left_out = reading.left_out
        self._routes = {api.name: reading.routes[api.name] for api in apis}
        if not apis:
            why = (
                f"none of its {len(reading.apis)} operations is included" if reading.apis else "has no usable operation"
            )
            first = f"; {reading.left_out[0]}" if reading.left_out else ""
            more = f" (and {len(reading.left_out) - 1} more)" if len(reading.left_out) > 1 else ""
            raise LibraryError(f"{_label(self.options.spec)}: {why}{first}{more}")
        return apis

    def _base(self, document: Document) -> str:
        if self.options.base_url is not None:
            return self.options.base_url
        spec = self.options.spec if _is_url(self.options.spec) else None
        try:
            base = base_url(document, spec)
        except Unusable as error:
            raise LibraryError(f"{document.label}: {error}; set `base_url`") from None
        # A document must not choose who is sent a key.
        if self.options.auth and (spec is None or _origin(base) != _origin(spec)):
            raise LibraryError(f"{document.label}: with `auth`, set `base_url` too; the document's server is {base}")
        return base

    async def _document(self) -> bytes:
        spec = self.options.spec
        if not _is_url(spec):
            try:
                if Path(spec).stat().st_size > MAX_BYTES:
                    raise LibraryError(f"{spec}: is larger than {MAX_BYTES // 1_000_000} MB")
                return await asyncio.to_thread(Path(spec).read_bytes)
            except OSError as error:
                raise LibraryError(f"{spec}: cannot be read ({error.strerror})") from None
        # Its query may hold a key of the user's: only a fingerprint of the whole address is kept.
        request = ("GET", f"{urlsplit(spec).scheme}://{_label(spec)}", sha256(spec.encode()).hexdigest())
        if self.options.mode == "replay" and self.recordings:
            found = self.recordings.find(*request)
            if found is None or found.body is None:
                raise LibraryError(f"{_label(spec)}: is not recorded; run once with `mode: record`")
            return found.body.encode()
        raw = await self._fetch(spec)
        if self.options.mode == "record" and self.recordings:
            text = str(self.auth.hide(raw.decode("utf-8-sig", errors="replace")))
            await self.recordings.keep(Recording(SPEC, *request, Reply(200, {}, text)))
        return raw

    async def _fetch(self, url: str) -> bytes:
        http = self.options.http.model_copy(
            update={"seconds": max(DOCUMENT_SECONDS, self.options.http.seconds), "response_kb": MAX_BYTES // 1024}
        )
        try:
            broker = Broker(http.policy(urlsplit(url).netloc, ("GET",)))
            reply = await broker.request(HttpRequest("GET", url))
        except BrokerError as error:
            hint = (
                "; set `http.private_addresses: true` for a server of your own"
                if error.kind == "refused_address"
                else ""
            )
            raise LibraryError(f"{_label(url)}: cannot be fetched: {error.message}{hint}") from None
        except ValueError:
            raise LibraryError("`spec` is no URL that can be read") from None
        if reply.status != 200:
            raise LibraryError(f"{_label(url)}: cannot be fetched: HTTP {reply.status}")
        return reply.body

    def _with_recorded(self, api: Api) -> Api:
        """Return the API with the calls that are recorded for examples: those of the document, then any others, that succeeded."""
        recorded = (
            [Call(api.name, json.loads(one.arguments)) for one in self.recordings.of(api.name)]
            if self.recordings
            else []
        )
        calls = [call for call in dict.fromkeys((*api.examples, *recorded)) if self._succeeded(api, call)]
        return replace(api, examples=tuple(calls[:MAX_RECORDED_EXAMPLES]))

    def _succeeded(self, api: Api, call: Call) -> bool:
        from jsonschema import Draft202012Validator

        try:
            request = self._routes[api.name].request(call.arguments)
        except BadArguments:  # the document is another one by now
            return False
        reply = self._caller.recorded(request, call.arguments) if self._caller else None
        return (
            reply is not None
            and 200 <= reply.status < 300
            and Draft202012Validator(api.parameters).is_valid(call.arguments)
        )


def _is_url(spec: str) -> bool:
    return spec.startswith(("http://", "https://"))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _label(spec: str) -> str:
    """Return what to call the document: the file's name, or host and path of the URL, without user and query."""
    if not _is_url(spec):
        return Path(spec).name
    try:
        parts = urlsplit(spec)
    except ValueError:
        return "the document's URL"
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"


def _prefixed(reading: Reading, prefix: str | None) -> Reading:
    if prefix is None:
        return reading
    apis, routes = list[Api](), dict[str, Route]()
    for api in reading.apis:
        name = numbered(prefixed(prefix, api.name), routes)
        routes[name] = reading.routes[api.name]
        apis.append(replace(api, name=name, examples=tuple(Call(name, call.arguments) for call in api.examples)))
    return Reading(tuple(apis), routes, reading.left_out)


def _matches(name: str, globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)
