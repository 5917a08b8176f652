"""What is called when an API's turn comes: for each visit, which recorded call it starts from, which of the optional arguments are
given, and which member of each enum.

A visit number says it all, so that nothing has to be remembered from one visit to the next.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from random import Random

from apigen.records import Api, Call, Json, canonical
from apigen.values import ValuePool, members, sayable
from apigen.variation import fits, from_schema, near_all, without_defaults

FIRST = 3
"""Within so many visits every optional argument is given once."""
PAIRS = 12

Tries = tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One visit: the place of the recorded call it starts from, and the optional arguments it gives."""

    example: int
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Choices:
    """The members of an argument's enum in an order of their own.

    `before` says how often the argument is given before each step of a course, and in all of them; arguments of one `group` have
    the same members.
    """

    members: Sequence[Json]
    group: str
    before: Sequence[int]

    def turned(self, visit: int) -> Sequence[Json]:
        """Return the members, beginning with the one whose turn it is: all in turn, each time round from another place."""
        lap, step = divmod(visit, len(self.before) - 1)
        count = lap * self.before[-1] + self.before[step]
        start = (count + count // len(self.members)) % len(self.members)
        return (*self.members[start:], *self.members[:start])


@dataclass(frozen=True, slots=True)
class _Course:
    """An API's recorded calls and its visits, which begin again after the last step."""

    examples: tuple[Call, ...]
    steps: tuple[Step, ...]
    enums: Mapping[str, _Choices]


class Visits:
    """The calls of each visit to each API. What it remembers grows with the library, not with the visits."""

    def __init__(self, apis: Iterable[Api], seed: int) -> None:
        self._pool, self._seed = ValuePool(apis), seed
        self._courses: dict[str, _Course] = {}

    def tries(self, api: Api, visit: int, calls: int, vary: float, rng: Random) -> list[Tries]:
        """Return, for every call of a visit, the calls to try in order: the last is recorded, or all that the schema tells.

        `vary` is the share of calls whose numbers, dates and times are varied. With 0 none but recorded calls are proposed.
        """
        course = self._course(api)
        if not course.examples:
            made = from_schema(api, rng)
            return [self._tries(api, course, visit, 0, made, vary, rng)] if made else []
        recorded = _distinct(course, visit, calls)
        found = [
            self._tries(api, course, visit, turn, course.examples[place], vary, rng)
            for turn, place in enumerate(recorded)
        ]
        return found if len(found) < 2 else _apart(found)

    def steps(self, api: Api) -> tuple[Step, ...]:
        """Return an API's visits until they begin again."""
        return self._course(api).steps

    def _tries(
        self, api: Api, course: _Course, visit: int, turn: int, recorded: Call, vary: float, rng: Random
    ) -> Tries:
        """Say what to try for one call of a visit. All its calls give the same arguments: who asks twice says as much each time."""
        if not vary:
            return (recorded,)
        step = course.steps[visit % len(course.steps)]
        plain = self._giving(api, recorded, step.given, rng)
        chosen = self._choosing(api, course, visit + turn, plain)
        if rng.random() < vary:
            chosen = self._varied(api, chosen, course.enums, rng)
        proposed = [without_defaults(chosen, api)]
        if not step.given <= recorded.arguments.keys():
            # Should the enums' members not go together, the argument that no recorded call gives is still worth a try.
            proposed.append(without_defaults(plain, api))
        usable = {recorded.key: recorded}
        for call in proposed:
            if (key := call.key) not in usable and self._pool.allows(api, call):
                usable[key] = call
        return (*tuple(usable.values())[1:], recorded)

    def _giving(self, api: Api, recorded: Call, given: frozenset[str], rng: Random) -> Call:
        """Return a recorded call with these optional arguments and no others."""
        kept = {name: value for name, value in recorded.arguments.items() if name in api.required or name in given}
        for name in sorted(given - kept.keys()):
            if values := self._pool.values(api, name, rng):
                kept[name] = rng.choice(values)
        return Call(recorded.name, kept)

    def _varied(self, api: Api, call: Call, enums: Container[str], rng: Random) -> Call:
        """Return a call with other numbers, dates and times; a value stays where its schema refuses another, or it would come to
        its default."""
        loose = {name: value for name, value in call.arguments.items() if name not in enums}
        varied = without_defaults(Call(call.name, near_all(loose, api, rng)), api).arguments
        whole = Call(call.name, {**call.arguments, **varied})
        if self._pool.allows(api, whole):
            return whole
        fitting = {name: value for name, value in varied.items() if fits(value, api.properties.get(name, {}))}
        return Call(call.name, {**call.arguments, **fitting})

    def _choosing(self, api: Api, course: _Course, visit: int, call: Call) -> Call:
        """Return a call with the enum members whose turn it is, no two arguments of one enum alike: nobody converts miles to miles."""
        arguments = dict(call.arguments)
        said = {
            (choices.group, canonical(api.properties[name].get("default")))
            for name, choices in course.enums.items()
            if name not in arguments
        }
        for name, choices in course.enums.items():
            if name in arguments:
                free = (one for one in choices.turned(visit) if (choices.group, canonical(one)) not in said)
                arguments[name] = next(free, arguments[name])
                said.add((choices.group, canonical(arguments[name])))
        return Call(call.name, arguments)

    def _course(self, api: Api) -> _Course:
        if api.name not in self._courses:
            self._courses[api.name] = self._made(api)
        return self._courses[api.name]

    def _made(self, api: Api) -> _Course:
        rng = Random(f"apigen/{self._seed}/visits/{api.name}")  # noqa: S311 - data, not secrets
        examples = sorted({without_defaults(call, api) for call in api.examples}, key=lambda call: call.key)
        rng.shuffle(examples)
        optional = [name for name in api.properties if name not in api.required and self._pool.values(api, name, rng)]
        rng.shuffle(optional)
        steps = _steps(optional, [frozenset(call.arguments).intersection(optional) for call in examples])
        enums: dict[str, _Choices] = {}
        for name in sorted(api.properties):
            schema = api.properties[name]
            hidden = canonical(schema["default"]) if name not in api.required and "default" in schema else None
            if choices := [member for member in members(schema) if canonical(member) != hidden and sayable(member)]:
                rng.shuffle(choices)
                group = canonical(sorted(map(canonical, members(schema))))
                enums[name] = _Choices(choices, group, _before(name, api, steps))
        return _Course(tuple(examples), steps, enums)


def _apart(found: Sequence[Tries]) -> list[Tries]:
    """Leave out what two calls of a request would both try: they differ, whichever of its tries each comes to."""
    taken = {tries[-1].key for tries in found}
    apart: list[Tries] = []
    for tries in found:
        fresh = {call.key: call for call in tries[:-1] if call.key not in taken}
        taken.update(fresh)
        apart.append((*fresh.values(), tries[-1]))
    return apart


def _distinct(course: _Course, visit: int, calls: int) -> list[int]:
    """Return the places of as many different recorded calls as a visit makes, its own first, as far as there are."""
    count, steps = len(course.examples), len(course.steps)
    first = course.steps[visit % steps].example
    following = (course.steps[(visit + turn) % steps].example for turn in range(calls))
    return list(dict.fromkeys((first, *following, *((first + turn) % count for turn in range(count)))))[:calls]


def _steps(optional: Sequence[str], known: Sequence[frozenset[str]]) -> tuple[Step, ...]:
    """Say which optional arguments each visit gives, and which recorded call (of those that give `known`) comes nearest.

    Within the first visits each is given once; then none, each one, and pairs, until every recorded call was used too.
    """
    groups = [frozenset(optional[start::FIRST]) for start in range(min(FIRST, len(optional)))]
    singles = [frozenset((name,)) for name in optional]
    pairs = [frozenset(pair) for pair in islice(combinations(optional, 2), PAIRS)]
    wanted = dict.fromkeys((*groups, frozenset[str](), *singles, *pairs))
    used = [0] * len(known)
    steps: list[Step] = []

    def add(given: frozenset[str], strict: bool) -> None:
        def cost(place: int) -> tuple[int, int]:
            has = known[place]
            lacks, extra = len(given - has), len(has - given)
            return (lacks if strict else 0, used[place] + lacks + extra)

        place = min(range(len(known)), key=cost, default=0)
        if known:
            used[place] += 1
        steps.append(Step(place, given))

    for number, given in enumerate(wanted):
        add(given, strict=number < len(groups))
    for place, count in enumerate(used):
        if not count:
            steps.append(Step(place, known[place]))
    return tuple(steps)


def _before(name: str, api: Api, steps: Sequence[Step]) -> list[int]:
    counts = [0]
    for step in steps:
        counts.append(counts[-1] + (name in api.required or name in step.given))
    return counts
