"""What a writer is told of a manner: the last lines of a prompt, since they are another's in each draw."""

from apigen.manner import Length, Manner, Tone

HEAD = "Now the wording. It changes how the above is said, never what: every value stays exact, and no fact is added."
PERSONA = "Writer: {}; this shows in the choice of words alone, nobody says who they are or why they ask."
TONES: dict[Tone, str] = {
    "polite": "polite",
    "casual": "casual, as to a friend",
    "curt": "curt, without a greeting, a please or thanks",
    "formal": "formal, as in a letter to an office",
    "cheerful": "cheerful",
    "worried": "a little worried",
    "impatient": "impatient",
    "chatty": "chatty",
}
LENGTHS: dict[Length, str] = {
    "terse": "as few words as the values leave room for, like a note",
    "short": "one short sentence",
    "medium": "two or three sentences",
    "long": "four or five sentences, filled up with words, not with facts or numbers",
}
INDIRECT = 'Indirect: no order and no plain question; they tell what they would like to know, as in "I am trying to find out …".'


def wording(manner: Manner) -> str:
    """Return what to tell the writer of a request, on one line unlike those of the values; nothing where all is left to it."""
    said = [
        PERSONA.format(manner.persona.rstrip(".")) if manner.persona else "",
        f"Tone: {TONES[manner.tone]}." if manner.tone in TONES else "",
        f"Length: {LENGTHS[manner.length]}." if manner.length in LENGTHS else "",
        INDIRECT if manner.phrasing == "indirect" else "",
    ]
    return " ".join([HEAD, *filter(None, said)]) if any(said) else ""
