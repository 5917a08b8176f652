"""What an argument is called in a question that asks a person for it."""

import re

from apigen.records import Api, Json

LONGEST = 100
MOST_CHOICES = 6
"""With more of them a question does not list them."""

# Where a description's plain beginning ends: what follows are ranges, formats and fields.
_ENDS = re.compile(r"[,;:(]|\. | as (?=[A-Z\d])| in (?:the )?`?\w+_\w+`?| -?\d+(?:\.\d+)? to ")
_CODE = re.compile(r"^(?:an? )?(?:object|list|array)s? |^-?\d|_|`|^(?:the |an? )?[^ ]+$", re.IGNORECASE)
"""What nobody would say, or what says less than the name: fields, numbers of things, names with underscores, a single word."""
_WAYS = re.compile(r"^(from|to) (?=.)")
_COMPLETE = re.compile(
    r"(?:the|an?|what|how|which|where|when|who|whether|why|your|its|each|all|any|every|this|that) ", re.IGNORECASE
)


def wanted(api: Api, name: str) -> str:
    """Return what completes "Could you tell me …?": the plain beginning of an argument's description, or its name; and its choices.

    `the weight in kilograms`, `how long the money is saved`, `the speed (express or standard)`.
    """
    schema = api.properties.get(name, {})
    choices = schema.get("enum")
    text = _ENDS.split(" ".join(str(schema.get("description", "")).split()))[0].rstrip(". ")
    # What describes a choice often begins with the first one, and only the name says what is chosen.
    if choices or not text or len(text) > LONGEST or _CODE.search(text):
        text = _WAYS.sub(r'"\1" ', name.replace("_", " ").strip())
    elif not text[1:2].isupper():
        text = text[:1].lower() + text[1:]
    whole = text if _COMPLETE.match(text) else f"the {text}"
    return f"{whole} ({_listed(choices)})" if choices and len(choices) <= MOST_CHOICES else whole


def _listed(choices: list[Json]) -> str:
    said = [str(choice).replace("_", " ")[:LONGEST] for choice in choices]
    return " or ".join([", ".join(said[:-1]), said[-1]] if said[1:] else said)
