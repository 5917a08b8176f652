"""Make docs/reference/ from the code: `python -m docs.make_reference`, in a checkout."""

from pathlib import Path

from docs.commands_page import commands_page
from docs.config_page import config_page

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "reference"
COMMAND = "python -m docs.make_reference"
MADE = f"<!-- Made by `{COMMAND}`; do not edit. -->\n\n"


def pages() -> dict[Path, str]:
    """Return the text of each page."""
    said = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    return {FOLDER / "commands.md": MADE + commands_page(), FOLDER / "config.md": MADE + config_page(said)}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, text in pages().items():
        file.write_text(text, encoding="utf-8")
