"""What the first half of the page shows: the run, its funnel, rates, costs, coverage and repeats, as one JSON object."""

import json
from collections.abc import Sequence

from apigen.records import Json
from apigen.report.counts import Examples
from apigen.stats import gather
from apigen.store.history import RunHistory
from apigen.store.summary import NOTHING, summarise


def gather_figures(history: RunHistory, examples: Examples) -> dict[str, Json]:
    """Return the figures that the store and `apigen.stats` have; the config is the stored one, which has no secrets."""
    about, told = history.metadata(), summarise(history)
    return {
        "store": history.path.name,
        "run": told["run"],
        "runs": len(told["runs"]),
        "stages": about.get("stages", []),
        "models": sorted({model for models in about.get("models", {}).values() for model in models}),
        "target": about.get("config", {}).get("target", {}),
        "config": json.dumps(about.get("config", {}), indent=2, ensure_ascii=False),
        "funnel": _funnel(history, about.get("stages", []), examples),
        "costs": told["costs"],
        "stats": gather(history).to_json(),
    }


def _funnel(history: RunHistory, stages: Sequence[str], examples: Examples) -> Json:
    """Return how many candidates came, what each stage left and why it rejected the others, in the order of the stages."""
    whole = history.funnel().get("", NOTHING)
    ranked = sorted(whole.rejected.items(), key=lambda item: (-item[1], item[0]))
    left, rows = whole.generated, []
    for stage in [*stages, *sorted({reason.split(":")[0] for reason in whole.rejected}.difference(stages))]:
        reasons = [(reason, count) for reason, count in ranked if reason.split(":")[0] == stage]
        left -= sum(count for _, count in reasons)
        rows.append({"stage": stage, "left": left, "rejected": sum(count for _, count in reasons)})
    return {
        "generated": whole.generated,
        "verified": whole.verified,
        "surplus": whole.surplus,
        "pending": whole.pending,
        "stages": rows,
        "reasons": [[reason, count, examples.of(reason)] for reason, count in ranked],
    }
