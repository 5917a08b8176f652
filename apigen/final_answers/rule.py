"""What a final answer may not be: empty, long, markup, talk of code, or in possession of a number that nobody gave it."""

import re
from collections.abc import Iterator, Sequence

from apigen.checkers.judge import SHORTENED
from apigen.final_answers.numbers import invented_numbers
from apigen.records import CallResult, Candidate

MOST_CHARACTERS = 600
_MARKUP = re.compile(r"<[|/!a-z]|```|\{\{", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_CODED = re.compile(r"[_.:/]|[a-z][A-Z]")
"""What tells a function's name from a word."""
_OF_CODE = re.compile(r"\b(?:functions?|apis?|json|tool[ _]calls?)\b")
_CUT = re.compile(rf"\S*{re.escape(SHORTENED)}\Z")
_ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.)")


def objection(answer: str, candidate: Candidate, results: Sequence[str]) -> str:
    """Return why an answer to a candidate's results is none, as a code; "" where nothing speaks against it.

    `results` are the JSON texts that the LLM was shown, perhaps shortened: what was cut off it cannot know.
    """
    if not answer:
        return "empty"
    if len(answer) > MOST_CHARACTERS:
        return "too_long"
    if not answer.isprintable() or _MARKUP.search(answer):
        return "markup"
    if _BRACE.search(answer) and not _BRACE.search(candidate.query):
        return "markup"
    sources = [candidate.query, *(_ESCAPE.sub(" ", _CUT.sub("", result)) for result in results)]
    if _talks_of_code(answer, candidate, sources):
        return "talks_of_code"
    counts = {len(candidate.calls), *_lengths(candidate.results)}
    return "invented_number" if invented_numbers(answer, sources, counts) else ""


def _talks_of_code(answer: str, candidate: Candidate, sources: Sequence[str]) -> bool:
    known = "\n".join(sources).casefold()
    if any(word not in known for word in _OF_CODE.findall(answer.casefold())):
        return True
    return any(_names(answer, api.name) for api in candidate.draw.apis)


def _names(answer: str, name: str) -> bool:
    """`tip` is a word, but `tip(` is a function, and so is `parcel_price`."""
    plain = re.escape(name)
    if _CODED.search(name):
        return re.search(rf"(?<!\w){plain}(?!\w)", answer, re.IGNORECASE) is not None
    return re.search(rf"(?<!\w){plain}\(|`{plain}`", answer) is not None


def _lengths(results: Sequence[CallResult]) -> Iterator[int]:
    """Yield how many items each list in the results has, which an answer may tell."""
    stack = [result.value for result in results]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            yield len(value)
            stack.extend(value)
