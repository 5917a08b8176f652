"""Python functions as APIs: signature and docstring, read in the sandbox, checked here."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apigen.errors import ConfigError, LibraryError
from apigen.options import Options, parse_options
from apigen.records import Api, Call, CallResult, Json, JsonObject
from apigen.sandbox import Invocation, Sandbox, open_sandbox
from apigen.sources.context import SourceContext
from apigen.sources.coverage import nodes
from apigen.sources.descriptions import Descriptions

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class PythonOptions(Options):
    """`path`: the folder of Python files, one file a category. `sandbox`: limits of its own, laid over the run's."""

    path: Path
    sandbox: dict[str, Any] = {}


@dataclass(slots=True)
class PythonSource:
    """A folder of plain Python functions, one file a category.

    Every public function with a docstring and annotated arguments becomes an Api; what cannot be described is an error, so
    that no function is left out in silence. A library that has not changed since it was last described is not described again.
    """

    folder: Path
    sandbox: Sandbox
    descriptions: Descriptions
    _modules: dict[str, str]

    @classmethod
    def from_options(cls, options: JsonObject, context: SourceContext) -> "PythonSource":
        chosen = parse_options(PythonOptions, options)
        path, context = chosen.path, context.with_limits(chosen.sandbox)
        if not path.is_dir():
            raise ConfigError(f"there is no folder '{path}'; give the folder of your functions", key="path")
        sandbox = open_sandbox(path, context.limits, context.clock)
        kept = Descriptions(path, sandbox.tier, context.limits.scratch_mb, context.clock.timestamp())
        return cls(path, sandbox, kept, {})

    @property
    def tier(self) -> str:
        return self.sandbox.tier

    async def load(self) -> Sequence[Api]:
        state = self.descriptions.state()
        kept = self.descriptions.read(state)
        if kept is not None:
            with suppress(LibraryError):
                return self._apis(kept)
        frame = await self.sandbox.describe()
        apis = self._apis(frame)
        self.descriptions.write(state, frame)
        return apis

    def _apis(self, frame: JsonObject) -> list[Api]:
        rows, problems = read_description(frame, self.folder)
        if problems:
            more = f" (and {len(problems) - 1} more: `apigen library check --library {self.folder}`)"
            raise LibraryError(problems[0] + (more if len(problems) > 1 else ""))
        apis: list[Api] = []
        modules: dict[str, str] = {}
        for row in rows:
            api = read_api(row, self.folder)
            if api.name in modules:
                raise LibraryError(f"{self.folder}: two functions are named '{api.name}'; rename one")
            modules[api.name] = row["module"]
            apis.append(api)
        self._modules = modules
        return apis

    async def ready(self) -> None:
        await self.sandbox.ready()

    async def execute(self, calls: Sequence[Call], *, seed: int = 0) -> Sequence[CallResult]:
        jobs = [Invocation(self._modules[call.name], call.name, call.arguments) for call in calls]
        return await self.sandbox.run(jobs, seed=seed)

    async def close(self) -> None:
        await self.sandbox.close()


def read_description(frame: JsonObject, folder: Path) -> tuple[list[dict[str, Json]], list[str]]:
    """Return the functions' descriptions, and a line for each problem that names file and function.

    Raises:
        LibraryError: If the sandboxed code replied with something else.
    """
    rows: Any = frame.get("apis")
    problems: Any = frame.get("problems")
    if not (_are_objects(rows, "module") and _are_objects(problems, "file", "function", "problem")):
        raise LibraryError(f"{folder}: describing its functions gave no usable reply")
    lines = [f"{folder / one['file']}: {one['function'] or 'module'}: {one['problem']}" for one in problems]
    return list(rows), lines


def _are_objects(value: Any, *texts: str) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and all(isinstance(one.get(key), str) for key in texts) for one in value
    )


def read_api(row: Json, folder: Path) -> Api:
    """Make an Api of what the sandboxed code said of itself: untrusted, so every part is checked.

    Raises:
        LibraryError: If a part is not of its type, or `parameters` is no valid JSON Schema.
    """
    try:
        file, parameters = Path(_text(row, "file")), row["parameters"]
        api = Api(
            name=_text(row, "name"),
            description=_text(row, "description"),
            parameters=parameters,
            category=file.stem,
            source=f"python:{folder.name}/{file.as_posix()}",
            returns=_text(row, "returns"),
        )
        _check_schema(parameters)
        json.dumps(api.to_json(), ensure_ascii=False).encode()
        examples = tuple(Call(api.name, _object(arguments)) for arguments in row["examples"])
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"{folder}: a function's description is not usable: {error}") from None
    return Api(api.name, api.description, parameters, api.category, api.source, api.returns, examples)


def _text(row: Any, key: str) -> str:
    if not isinstance(row[key], str):
        raise TypeError(f"`{key}` is no text")
    found: str = row[key]
    return found


def _object(value: Any) -> JsonObject:
    if not isinstance(value, Mapping):
        raise TypeError("a recorded call has no arguments by name")
    return value


def _mapping(schema: Any) -> Mapping[str, Any]:
    if not isinstance(schema, Mapping):
        raise TypeError("`parameters` is no object")
    return schema


def _check_schema(schema: Any) -> None:
    import jsonschema_rs  # a thousand times faster than jsonschema at this, and every command that opens a library waits for it

    try:
        jsonschema_rs.meta.validate({**_mapping(schema), "$schema": DIALECT})
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise ValueError(f"no valid JSON Schema: {str(error).splitlines()[0]}") from None
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        raise ValueError("`parameters` is no object schema")
    if not all(isinstance(part, Mapping) for part in schema["properties"].values()):
        raise ValueError("an argument's schema is no object")
    # Outside the sandbox jsonschema would go and fetch what a reference names.
    if any(isinstance(node.get(key), str) for node in nodes(schema) for key in REFERENCES):
        raise ValueError("`parameters` refers to another schema")
