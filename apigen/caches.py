"""Where apigen keeps what can be fetched or worked out again."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the user's cache folder, which need not exist yet: $APIGEN_CACHE, else $XDG_CACHE_HOME/apigen, else ~/.cache/apigen.

    Raises:
        RuntimeError: If it is in a home folder that there is none of.
    """
    own = os.environ.get("APIGEN_CACHE")
    folder = Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "apigen"
    return folder.expanduser().absolute()
