"""How long an endpoint's reply headers ask us to wait."""

import email.utils
import math
import re
import time
from collections.abc import Mapping

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
SPAN = re.compile(rf"(?:{PART.pattern})+")


def asked_pause(headers: Mapping[str, str], *, refused: bool) -> float | None:
    """Return the seconds an endpoint asks us to wait, or None; header names are in lower case or matched in any.

    Of a refusal, `retry-after-ms` and `retry-after` (seconds or an HTTP date) count first. Of any reply, a used up
    `x-ratelimit-remaining-*` counts until its `x-ratelimit-reset-*`, such as `120ms`, `1s`, `6m0s` or plain seconds.
    """
    if refused:
        said = _number(headers.get("retry-after-ms"), 0.001)
        if said is None:
            said = _retry_after(headers.get("retry-after"))
        if said is not None:
            return said
    pauses = [
        pause
        for what in ("requests", "tokens")
        if _number(headers.get(f"x-ratelimit-remaining-{what}")) == 0
        and (pause := _span(headers.get(f"x-ratelimit-reset-{what}"))) is not None
    ]
    return max(pauses, default=None)


def _number(text: str | None, unit: float = 1.0) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value * unit if math.isfinite(value) and value >= 0 else None


def _retry_after(text: str | None) -> float | None:
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        when = email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, when - time.time())


def _span(text: str | None) -> float | None:
    text = (text or "").strip().lower()
    if not SPAN.fullmatch(text):
        return _number(text)
    return sum(float(number) * UNITS[unit] for number, unit in PART.findall(text))
