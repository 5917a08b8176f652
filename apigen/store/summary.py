"""All that `status` tells of a run, as one JSON object."""

from dataclasses import asdict

from apigen.records import Json
from apigen.store.reader import Cost, Funnel, StoreReader

ABOUT_RUN = (
    "id", "state", "seed", "cut", "seconds", "started_at", "clock", "library_hash", "sandbox_tier", "apigen_version",
)  # fmt: skip
OPEN_DRAWS = "open draws"
"""Where the replies of draws that are still open go, which belong to no style yet."""
NOTHING = Funnel(0, {}, 0, 0)


def summarise(reader: StoreReader) -> dict[str, Json]:
    """Return `store`, `run` (null in an empty store), `runs`, `funnel` and `costs`.

    The funnel and the costs are given whole, and by style, strategy or stage. A cost has replies, tokens, seconds that LLMs or the
    sandbox took, dollars (0 where no prices are configured), and the same `per_verified` sample, null where there is none.
    """
    run, whole = reader.run(), reader.funnel().get("", NOTHING)
    styles = reader.funnel("style")
    return {
        "store": str(reader.path),
        "run": run and {key: run[key] for key in ABOUT_RUN},
        "runs": reader.runs(),
        "funnel": {
            **_funnel(whole),
            "styles": {name: _funnel(part) for name, part in styles.items()},
            "strategies": {name: _funnel(part) for name, part in reader.funnel("strategy").items()},
        },
        "costs": {
            **_cost(reader.costs(None).get("", Cost(0, 0, 0, 0, 0.0)), whole.all_verified),
            "stages": {name: _cost(cost, whole.all_verified) for name, cost in reader.costs().items()},
            "styles": {
                name or OPEN_DRAWS: _cost(cost, styles.get(name, NOTHING).all_verified)
                for name, cost in reader.costs("style").items()
            },
        },
    }


def _funnel(part: Funnel) -> dict[str, Json]:
    return {**asdict(part), "pass_rate": part.pass_rate}


def _cost(cost: Cost, verified: int) -> dict[str, Json]:
    each = {"tokens": cost.tokens, "seconds": cost.seconds, "dollars": cost.dollars}
    per_verified = {name: value / verified for name, value in each.items()} if verified else None
    return {**asdict(cost), "per_verified": per_verified}
