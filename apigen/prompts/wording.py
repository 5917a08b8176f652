"""What a writer is told of a manner: the last lines of a prompt, since they are another's in each draw."""

from apigen.manner import Length, Manner, Tone

HEAD = "Word it as follows. This changes how it is said, never what: every value stays exact, and no fact is added."
PERSONA = "The writer is {}. It shows in the choice of words alone: nobody says who they are, or why they ask."
TONES: dict[Tone, str] = {
    "polite": "Polite.",
    "casual": "Casual, as to a friend.",
    "curt": "Curt: no greeting, no please, no thanks.",
    "formal": "Formal, as in a letter to an office.",
    "cheerful": "Cheerful.",
    "worried": "A little worried.",
    "impatient": "Impatient.",
    "chatty": "Chatty.",
}
LENGTHS: dict[Length, str] = {
    "terse": "As few words as the values leave room for, like a note.",
    "short": "One short sentence.",
    "medium": "Two or three sentences.",
    "long": "Four or five sentences; what fills them are words, not facts or numbers.",
}
INDIRECT = 'Indirect: no order and no plain question; the person tells what they would like to know ("I am trying to work out …").'


def wording(manner: Manner) -> str:
    """Return what to tell the writer of a request, a line each; nothing where all is left to it."""
    lines = [
        PERSONA.format(manner.persona.rstrip(".")) if manner.persona else "",
        TONES.get(manner.tone, ""),
        LENGTHS.get(manner.length, ""),
        INDIRECT if manner.phrasing == "indirect" else "",
    ]
    said = [f"- {line}" for line in lines if line]
    return "\n".join([HEAD, *said] if said else [])
