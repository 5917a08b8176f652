"""The page around the data: its frame, its style and its script, with the rule that nothing else may run or be fetched."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent / "page"
SCRIPTS = (
    "dom", "format", "data", "search", "theme", "chart", "funnel", "rates", "coverage", "timeline", "quality", "sample", "list",
    "browser", "main",
)  # fmt: skip
"""In the order in which they build on each other; together they are one script."""
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


@cache
def _frame() -> tuple[str, str, str]:
    script = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    texts = ((FOLDER / name).read_text(encoding="utf-8") for name in ("report.html", "report.css"))
    html, style = texts
    return html, style, f'"use strict";\n(() => {{\n{script}\n}})();\n'


def frame(title: str) -> tuple[bytes, bytes, bytes]:
    """Return what comes before the figures, between them and the rows, and after those."""
    html, style, script = _frame()
    policy = POLICY.format(script=_hash(script), style=_hash(style))
    head, rest = html.split("@figures@")
    middle, end = rest.split("@rows@")
    # The title last: what a file is called is no mark of ours.
    head = head.replace("@policy@", policy).replace("@style@", style).replace("@title@", escape(title))
    return head.encode("utf-8", "replace"), middle.replace("@script@", script).encode(), end.encode()


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
