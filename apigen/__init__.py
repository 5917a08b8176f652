"""apigen makes verified function-calling training data.

    import apigen

    outcome = apigen.run("config.yaml")
    with apigen.open_store("runs/quickstart.db") as store:
        for sample in store.verified():
            print(sample.query, sample.calls)

What goes wrong on purpose is an `apigen.ApigenError`. Nothing is imported before it is used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "Api",
    "ApigenError",
    "Call",
    "CallResult",
    "Candidate",
    "Outcome",
    "Sample",
    "Store",
    "Verdict",
    "__version__",
    "open_store",
    "run",
]

if TYPE_CHECKING:
    from apigen.scripting import (
        Api,
        ApigenError,
        Call,
        CallResult,
        Candidate,
        Outcome,
        Sample,
        Store,
        Verdict,
        open_store,
        run,
    )
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'apigen' has no attribute '{name}'")
        from apigen import scripting

        return getattr(scripting, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
