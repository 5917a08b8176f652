"""How a request is worded, whatever it asks for: who writes, in what tone, how long, how directly, how carefully."""

import unicodedata
from dataclasses import dataclass, fields
from typing import Literal

Tone = Literal["plain", "polite", "casual", "curt", "formal", "cheerful", "worried", "impatient", "chatty"]
Length = Literal["plain", "terse", "short", "medium", "long"]
Phrasing = Literal["direct", "indirect"]
"""`direct` asks or orders; `indirect` tells the situation and leaves the order unsaid."""


@dataclass(frozen=True, slots=True)
class Manner:
    """The wording that a draw asks of its writer. What is left as it is here is left to the writer.

    `typos` are not asked for: they are made by a rule, in what the writer wrote (`apigen.manners.typos`).
    """

    persona: str = ""
    tone: Tone = "plain"
    length: Length = "plain"
    phrasing: Phrasing = "direct"
    typos: bool = False

    def to_json(self) -> dict[str, str | bool]:
        """Return what is not plain; `Manner(**…)` reads it."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) != field.default}

    def __str__(self) -> str:
        """The aspects that are not plain, for people: `curt, short, indirect, typos; a fisherman`."""
        said: list[str] = [word for word in (self.tone, self.length, self.phrasing) if word not in ("plain", "direct")]
        said += ["typos"] if self.typos else []
        return "; ".join(part for part in (", ".join(said), self.persona) if part)


PLAIN = Manner()

MAX_PERSONA = 500


def persona_text(text: str) -> str:
    """Return a persona on one line.

    Raises:
        ValueError: If it is empty, too long, or no text that people write.
    """
    line = " ".join(text.split())
    if not line:
        raise ValueError("a persona is empty; write a sentence or two, or take it out")
    if len(line) > MAX_PERSONA:
        raise ValueError(f"a persona has {len(line)} characters; at most {MAX_PERSONA} are sent")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in line):
        raise ValueError("a persona holds control characters; take them out")
    return line
