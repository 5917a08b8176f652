"""A dry run asks as a real run would, estimates what it says, and leaves no trace."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apigen.config import load_config
from apigen.errors import ConfigError
from apigen.pipeline import run
from apigen.preview import ESTIMATED_DRAWS, PASS_RATES, preview
from tests.servers import ChatServer, Oracle, purpose_of

Settings = Callable[..., dict[str, Any]]
ConfigFile = Callable[..., Path]
Serving = Callable[..., ChatServer]
PRICES = {"input": 2.0, "output": 10.0}


@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_the_prompts_are_those_that_a_real_run_sends(
    serving: Serving, settings: Settings, config_file: ConfigFile, strategy: str
) -> None:
    server = serving(
        lambda body: (
            '{"pairs": []}'
            if purpose_of(body) == "query_first"
            else Oracle()(body)
            if purpose_of(body) == "call_first"
            else '{"calls": []}'
        )
    )
    chosen = settings(
        server.base_url, target={"draws": 5}, sampler={"strategies": {strategy: 1}}, exports=[], concurrency=1
    )
    config = load_config(config_file(chosen))
    found = asyncio.run(preview(config))
    assert server.requests == []
    assert not config.store.exists()
    asyncio.run(run(config))
    asked = {
        json.dumps(body["messages"]) for body in server.requests if purpose_of(body) in ("call_first", "query_first")
    }
    assert {json.dumps([dict(m) for m in draw["messages"]]) for draw in found.to_json()["draws"]} == asked
    assert len(found.draws) == 5


def test_the_estimate_is_prices_times_tokens_for_the_whole_target(settings: Settings, config_file: ConfigFile) -> None:
    chosen = settings("http://127.0.0.1:9/v1", target={"verified": 1000})
    chosen["llms"]["writer"] |= {"prices": PRICES, "api_key_env": "NOBODY_HAS_SET_THIS"}
    found = asyncio.run(preview(load_config(config_file(chosen))))
    assert {use.purpose for use in found.uses} == {"generate", "agreement"}
    for one, rate in zip(found.scenarios, PASS_RATES, strict=True):
        assert one.pass_rate == rate
        assert one.ends_by == "verified"
        assert one.draws == -(-1000 // rate) or abs(one.draws - 1000 / rate) <= 1
        assert one.dollars == pytest.approx((one.read * 2 + one.written * 10) / 1e6, rel=1e-3)
    assert [scenario.dollars for scenario in found.scenarios] == sorted(
        (scenario.dollars for scenario in found.scenarios), reverse=True
    )
    assert any("NOBODY_HAS_SET_THIS" in note for note in found.notes)
    assert any(f"first {ESTIMATED_DRAWS} draws" in line for line in found.assumed)


@pytest.mark.parametrize(
    ("target", "ends_by"),
    [({"draws": 10}, "draws"), ({"verified": 500, "tokens": 5000}, "tokens"), ({"dollars": 0.01}, "dollars"),
     ({"seconds": 60}, "seconds"), ({"verified": 2, "tokens": 10**9}, "verified")],
)  # fmt: skip
def test_the_first_limit_ends_it(
    settings: Settings, config_file: ConfigFile, target: dict[str, Any], ends_by: str
) -> None:
    chosen = settings("http://127.0.0.1:9/v1", target=target)
    chosen["llms"]["writer"]["prices"] = PRICES
    found = asyncio.run(preview(load_config(config_file(chosen))))
    assert {one.ends_by for one in found.scenarios} == {ends_by}


def test_no_prices_no_dollars(settings: Settings, config_file: ConfigFile) -> None:
    found = asyncio.run(preview(load_config(config_file(settings("http://127.0.0.1:9/v1")))))
    assert {one.dollars for one in found.scenarios} == {None}
    assert any("`prices`" in note for note in found.notes)


def test_a_committee_of_judges_is_counted_whole_and_a_styles_without_calls_too(
    settings: Settings, config_file: ConfigFile
) -> None:
    chosen = settings(
        "http://127.0.0.1:9/v1",
        sampler={"styles": {"missing_parameter": 1}},
        checkers=["format", "execution", "grounding", {"judge": {"samples": 3}}, "agreement"],
    )
    found = asyncio.run(preview(load_config(config_file(chosen))))
    assert {use.purpose: use.replies for use in found.uses} == {"generate": 1, "judge": 3, "agreement": 2}


def test_an_export_that_a_run_would_refuse_is_refused(settings: Settings, config_file: ConfigFile) -> None:
    exports = [{"format": "xlam", "file": "out.jsonl", "results": True}]
    config = load_config(config_file(settings("http://127.0.0.1:9/v1", exports=exports)))
    with pytest.raises(ConfigError, match=r"exports\[0\].results"):
        asyncio.run(preview(config))
    exports = [{"format": "xlam", "file": "out.jsonl", "split_by": "api", "split": dict.fromkeys("abcde", 0.2)}]
    config = load_config(config_file(settings("http://127.0.0.1:9/v1", exports=exports)))
    with pytest.raises(ConfigError, match="split"):
        asyncio.run(preview(config))
