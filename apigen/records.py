"""The nouns that travel through the pipeline: frozen, made of JSON values, equal by value.

Api -> Draw -> Candidate (with its Calls, CallResults and Verdicts) -> Sample
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from apigen.manner import PLAIN, Manner

Json = Any
"""A JSON value. Objects are dicts with string keys, arrays are lists."""
JsonObject = Mapping[str, Json]

Style = Literal["simple", "multiple", "parallel", "parallel_multiple", "irrelevance", "missing_parameter"]
"""The paper's query styles: how many APIs are offered (one, several) and how many calls answer (one, several). And two that no call
answers: none of the APIs offered fits, or the request lacks a required value."""
Strategy = Literal["call_first", "query_first"]
"""What comes first: calls known to run, or the user's query (the paper's order)."""

STYLES: tuple[Style, ...] = get_args(Style)
NO_CALL: frozenset[Style] = frozenset({"irrelevance", "missing_parameter"})
"""The styles whose right answer is no call, but a short reply. They are made call_first only."""
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


def canonical(value: Json) -> str:
    """Return one text for every spelling of the same JSON value: sorted keys, 5.0 as 5, no spaces."""
    return json.dumps(_plain_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain_numbers(value: Json) -> Json:
    if value is None or isinstance(value, str | int):  # most are, and what comes last here is the slowest to tell
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_numbers(item) for item in value]
    return value


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """An API's name and its arguments by name. Equal when the JSON values are equal (1 is 1.0, but not true)."""

    name: str
    arguments: JsonObject

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> str:
        """The text that two equal calls share."""
        return canonical([self.name, self.arguments])

    def to_json(self) -> dict[str, Json]:
        return {"name": self.name, "arguments": self.arguments}


@dataclass(frozen=True, slots=True)
class Api:
    """One callable a model may be offered.

    `parameters` is a JSON Schema 2020-12 of type object without references; `examples` are recorded calls that
    run; `source` says which library it came from (`python:api_library/finance.py`).
    """

    name: str
    description: str
    parameters: JsonObject
    category: str
    source: str
    returns: str = ""
    examples: tuple[Call, ...] = ()

    @property
    def properties(self) -> Mapping[str, JsonObject]:
        """The schema of each argument by name."""
        found: Mapping[str, JsonObject] = self.parameters.get("properties", {})
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the arguments that a call must give."""
        return tuple(self.parameters.get("required", ()))

    def to_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
            "category": self.category,
            "source": self.source,
            "returns": self.returns,
            "examples": [call.to_json() for call in self.examples],
        }


ErrorKind = Literal["exception", "timeout", "memory", "killed", "too_large", "not_json", "no_result", "unrecorded"]


@dataclass(frozen=True, slots=True)
class CallError:
    """Why a call gave no value: a kind for programs, a message for people."""

    kind: ErrorKind
    message: str


@dataclass(frozen=True, slots=True)
class CallResult:
    """What one executed call came to: a JSON value, or a typed error; and the seconds it took."""

    value: Json = None
    error: CallError | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(frozen=True, slots=True)
class SeedExample:
    """A verified query with its calls, shown to those who write later ones."""

    query: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Draw:
    """One unit of work, made from (run seed, index) alone; but for what it is `shown`, where a run feeds back what it verified.

    `apis` are offered to the model. `plans` (call-first only) hold, for each call to make, the calls to try in order:
    the last is recorded and known to run. `distractors` are further APIs that a blind solver is shown beside `apis`.
    In the styles that no call answers, plans hold the call that the request is written from: of an API that is `hidden` (none of
    those offered fits), or of an offered one with a required argument `withheld` from the request. `manner` is how it is worded.
    """

    index: int
    seed: int
    style: Style
    strategy: Strategy
    apis: tuple[Api, ...]
    plans: tuple[tuple[Call, ...], ...] = ()
    distractors: tuple[Api, ...] = ()
    examples: tuple[Call, ...] = ()
    hidden: tuple[Api, ...] = ()
    withheld: str = ""
    shown: tuple[SeedExample, ...] = ()
    manner: Manner = PLAIN

    def offered(self, name: str) -> Api | None:
        """Return the offered API of that name, or None."""
        return next((api for api in self.apis if api.name == name), None)

    def find(self, name: str) -> Api | None:
        """Return the offered or hidden API of that name, or None."""
        return next((api for api in (*self.apis, *self.hidden) if api.name == name), None)

    def told(self, call: Call) -> Call:
        """Return what a request tells of a planned call: all but the argument that is withheld."""
        return Call(call.name, {name: value for name, value in call.arguments.items() if name != self.withheld})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one stage said of a candidate. `reason` is a stable code such as `format:unknown_argument`.

    `answer` are the calls that a solver would make instead, where the stage asked one and it disagreed.
    """

    stage: str
    passed: bool
    reason: str = ""
    detail: str = ""
    answer: tuple[Call, ...] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed pair on its way through the checkers.

    `fault` is what the parser could not read, as (reason, detail): the format checker turns it into a rejection.
    Where no call is the right answer, `answer` is the reply in words, and `meant` the call that the query was written from.
    `final` is what the assistant says in words once it has the results, "" where nobody wrote it.
    `draft` is the query before typos were made in it, if they were: no benchmark's query hides behind them. The store keeps none.
    """

    draw: Draw
    position: int
    raw: str
    query: str = ""
    calls: tuple[Call, ...] = ()
    fault: tuple[str, str] | None = None
    results: tuple[CallResult, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    answer: str = ""
    meant: tuple[Call, ...] = ()
    draft: str = ""
    final: str = ""

    @property
    def told(self) -> tuple[Call, ...]:
        """The calls whose every value the query has to state: those made, or what it tells of the one that is not."""
        return self.calls or tuple(map(self.draw.told, self.meant))

    @property
    def rejection(self) -> Verdict | None:
        """The verdict that threw this candidate out, or None."""
        return next((verdict for verdict in self.verdicts if not verdict.passed), None)

    def passed(self, stage: str, detail: str = "") -> "Candidate":
        """Return this candidate with one more stage behind it."""
        return replace(self, verdicts=(*self.verdicts, Verdict(stage, True, detail=detail)))

    def rejected(self, stage: str, reason: str, detail: str, answer: tuple[Call, ...] | None = None) -> "Candidate":
        """Return this candidate thrown out by `stage`, with the code `stage:reason` and a detail for people."""
        return replace(self, verdicts=(*self.verdicts, Verdict(stage, False, f"{stage}:{reason}", detail, answer)))


@dataclass(frozen=True, slots=True)
class Sample:
    """A candidate that every configured stage passed: the only thing an exporter accepts.

    Raises:
        ValueError: If a stage in `stages` did not pass the candidate, or any stage rejected it.
    """

    candidate: Candidate
    stages: tuple[str, ...]

    def __post_init__(self) -> None:
        verdicts = self.candidate.verdicts
        passed = [verdict.stage for verdict in verdicts if verdict.passed]
        missing = [stage for stage in self.stages if stage not in passed]
        if not self.stages or missing or len(passed) < len(verdicts):
            raise ValueError(f"not verified: {missing or self.candidate.rejection or 'no stages'}")

    @property
    def query(self) -> str:
        return self.candidate.query

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.candidate.calls

    @property
    def results(self) -> tuple[CallResult, ...]:
        return self.candidate.results

    @property
    def answer(self) -> str:
        """The reply in words, where no call is the right answer."""
        return self.candidate.answer

    @property
    def final(self) -> str:
        """What the assistant says once it has the results, "" where nobody wrote it."""
        return self.candidate.final

    @property
    def apis(self) -> tuple[Api, ...]:
        return self.candidate.draw.apis


@dataclass(frozen=True, slots=True)
class Message:
    """One chat turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to an LLM, on behalf of one draw.

    `purpose` (`generate`, `judge`, `agreement`, `final`) and `draw` say what it is for; `part` tells a draw's questions apart.
    `schema`, where given, is the JSON Schema that the reply should follow. `llm` names who is asked, where it may
    have been another before, whose reply is none to this.
    """

    purpose: str
    draw: int
    messages: tuple[Message, ...]
    schema: JsonObject | None = None
    max_tokens: int = 512
    temperature: float | None = None
    seed: int | None = None
    part: int = 0
    llm: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """An LLM's reply, with the tokens, seconds and dollars it cost. `truncated`: it ran into the token limit."""

    text: str
    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    seconds: float = 0.0
    truncated: bool = False
    dollars: float = 0.0


def calls_to_json(calls: Sequence[Call]) -> list[dict[str, Json]]:
    """Return calls as the plain JSON list `[{"name": …, "arguments": {…}}]`."""
    return [call.to_json() for call in calls]
