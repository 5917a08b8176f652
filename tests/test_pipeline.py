"""Whole runs in this process, against an endpoint on loopback that answers as a perfect model would."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apigen.config import RunConfig, SandboxConfig
from apigen.errors import ConfigError, EndpointError, LibraryError, SandboxError, StoreError
from apigen.options import parse_options
from apigen.pipeline import Outcome, Progress, run
from apigen.records import NO_CALL, STYLES
from apigen.stats import gather
from apigen.store.reader import StoreReader
from tests.servers import Answer, Body, ChatServer, Oracle, purpose_of, question_of

CHECKED = ("format", "execution", "grounding", "agreement")
Serving = Callable[..., ChatServer]
Settings = Callable[..., dict[str, Any]]


def go(settings: dict[str, Any], listener: Callable[[Progress], None] = lambda progress: None) -> Outcome:
    return asyncio.run(run(parse_options(RunConfig, settings), listener))


def rows(settings: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(settings["exports"][0]["file"]).read_text("utf-8").splitlines()]


def export_of(settings: dict[str, Any]) -> bytes:
    return Path(settings["exports"][0]["file"]).read_bytes()


def in_store(settings: dict[str, Any], query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings["store"])) as db:
        return db.execute(query).fetchall()


def test_a_run_reaches_its_target(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, exports=[])
    chosen["exports"] = [{"format": name, "file": f"{chosen['store']}.{name}"} for name in ("xlam", "openai")]
    seen: list[tuple[str, int]] = []
    outcome = go(chosen, lambda progress: seen.append((progress.step, progress.verified)))
    assert (outcome.state, outcome.open_draws, outcome.fresh) == ("done", 0, True)
    assert [(name, count) for name, _, count in outcome.exported] == [("xlam", 6), ("openai", 6)]
    found = rows(chosen)
    assert len(found) == 6
    assert seen[0] == ("reading the library", 0)
    assert seen[-1][0] == "generating"
    assert seen[-1][1] >= 6
    samples = list(StoreReader(Path(chosen["store"])).samples())
    assert [sample.query for sample in samples] == [row["query"] for row in found]
    assert all(sample.stages == ("format", "execution", "grounding", "agreement") for sample in samples)
    assert all(result.ok for sample in samples for result in sample.results)
    assert in_store(chosen, "select state from runs") == [("done",)]


def test_every_draw_of_the_oracle_is_verified(serving: Serving, settings: Settings) -> None:
    """The other tests rely on it: with a perfect model nothing is rejected, in any style."""
    sampler = {"vary_values": 1.0, "styles": dict.fromkeys(STYLES, 1)}
    chosen = settings(serving(Oracle()).base_url, target={"draws": 36}, sampler=sampler, checkers=[*CHECKED, "judge"])
    assert go(chosen).state == "done"
    assert in_store(chosen, "select reason, detail, query from candidates where status = 'rejected'") == []
    assert len(rows(chosen)) == 36
    assert len(in_store(chosen, "select distinct style from draws")) == 6


def test_requests_that_no_call_answers_are_exported_with_their_answers(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"draws": 12}, sampler={"styles": dict.fromkeys(NO_CALL, 1)})
    chosen["exports"] = [{"format": name, "file": f"{chosen['store']}.{name}"} for name in ("xlam", "openai")]
    go(chosen)
    assert {row["answers"] for row in rows(chosen)} == {"[]"}
    said = [
        json.loads(line)["messages"][1] for line in Path(f"{chosen['store']}.openai").read_text("utf-8").splitlines()
    ]
    assert len(said) == 12
    assert all(set(message) == {"role", "content"} and message["content"] for message in said)
    for sample in StoreReader(Path(chosen["store"])).samples():
        draw, (meant,) = sample.candidate.draw, sample.candidate.meant
        assert (draw.offered(meant.name) is None) == (draw.style == "irrelevance")
        assert draw.withheld in ("", *meant.arguments)


def test_what_a_format_cannot_say_is_counted(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, sampler={"styles": {"simple": 1, "parallel": 1}}, exports=[])
    chosen["exports"] = [{"format": "llama31", "file": f"{chosen['store']}.jsonl"}]
    outcome = go(chosen)
    ((_, _, written),), ((name, reason, left_out),) = outcome.exported, outcome.left_out
    assert (name, reason) == ("llama31", "several calls in one turn")
    assert written + left_out == 6


def test_a_solver_that_calls_all_the_same_is_a_rejection(serving: Serving, settings: Settings) -> None:
    call = json.dumps({"calls": [{"name": "tip", "arguments": {"bill": 1, "percent": 2}}]})
    server = serving(Oracle(twist=lambda body: call if purpose_of(body) == "agreement" else None))
    chosen = settings(server.base_url, target={"draws": 4}, sampler={"styles": dict.fromkeys(NO_CALL, 1)})
    go(chosen)
    assert in_store(chosen, "select distinct reason from candidates") == [("agreement:calls_made",)]


def test_all_six_styles_go_on_where_they_stopped_with_the_same_bytes(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    server, more = serving(Oracle(delay=0.02)), {"sampler": {"styles": dict.fromkeys(STYLES, 1)}}
    for target in ({"verified": 5}, {"verified": 18}):
        go(settings(server.base_url, target=target, concurrency=1, **more))
    in_two = export_of(settings(server.base_url))
    asked = [question_of(body) for body in server.requests]
    assert len(asked) == len(set(asked))
    at_once = settings(
        server.base_url, store=str(tmp_path / "other.db"), target={"verified": 18}, concurrency=8, **more
    )
    go(at_once)
    assert export_of(at_once) == in_two
    assert len(rows(at_once)) == 18


def test_a_run_over_a_library_that_is_known_gives_the_same_bytes(
    serving: Serving, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = {"base_url": serving(Oracle()).base_url, "clock": "2024-02-29T12:00:00Z"}
    fresh, known = settings(**more), settings(**more, store=str(tmp_path / "known.db"))
    go(fresh)
    exported = export_of(fresh)
    monkeypatch.delattr("apigen.sandbox.launcher.ForkServerSandbox.describe")
    go(known)
    assert export_of(known) == exported
    told = "select library_hash, sandbox_tier, clock from runs"
    assert in_store(known, told) == in_store(fresh, told)


def test_a_sandbox_that_does_not_hold_is_refused_before_anything_is_spent(
    serving: Serving, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the library is known, so that nothing of it need be run to read it."""
    server = serving(Oracle())
    go(settings(server.base_url))
    asked, second = len(server.requests), settings(server.base_url, store=str(tmp_path / "second.db"))
    monkeypatch.setattr("apigen.sandbox.launcher.CANARY", SandboxConfig(seconds=0.001))
    with pytest.raises(SandboxError, match="the sandbox does not hold"):
        go(second)
    assert len(server.requests) == asked
    assert not Path(second["store"]).exists()


def test_a_finished_run_starts_no_llm_and_leaves_its_export(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    chosen = settings(server.base_url)
    go(chosen)
    before, asked = export_of(chosen), len(server.requests)
    server.close()
    outcome = go(chosen)
    assert (outcome.state, outcome.fresh) == ("done", False)
    assert export_of(chosen) == before
    assert len(server.requests) == asked
    assert in_store(chosen, "select state from runs") == [("done",)]


def test_a_higher_target_goes_on_from_there(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    server = serving(Oracle())
    # One at a time, since replies still under way when the target is met are asked for again.
    go(settings(server.base_url, target={"verified": 3}, concurrency=1))
    before = rows(settings(server.base_url))
    assert len(before) == 3
    chosen = settings(server.base_url, target={"verified": 8}, concurrency=1)
    assert go(chosen).fresh
    raised = export_of(chosen)
    assert rows(chosen)[:3] == before
    assert len(rows(chosen)) == 8
    asked = [json.dumps([body["messages"], body["seed"]]) for body in server.requests]
    assert len(asked) == len(set(asked))
    assert in_store(chosen, "select count(*) from completions") == [(len(asked),)]
    at_once = settings(server.base_url, store=str(tmp_path / "other.db"), target={"verified": 8})
    go(at_once)
    assert export_of(at_once) == raised


def test_a_lower_target_afterwards_exports_less(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle())
    go(settings(server.base_url, target={"verified": 5}))
    five = rows(settings(server.base_url))
    assert go(settings(server.base_url, target={"verified": 2})).state == "done"
    assert rows(settings(server.base_url)) == five[:2]


def test_the_export_does_not_depend_on_timing(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    """One draw at a time, or eight whose replies come at random moments: the same bytes."""

    def some_wrong(body: Body) -> str | None:
        # Some draws fail, so that the cut is not simply the seventh draw.
        return "no JSON" if purpose_of(body) == "call_first" and body["seed"] % 2 else None

    exports = []
    for number, (concurrency, delay) in enumerate([(1, 0.0), (8, 0.05), (8, 0.05)]):
        server = serving(Oracle(delay=delay, twist=some_wrong))
        store = str(tmp_path / f"{number}.db")
        chosen = settings(server.base_url, concurrency=concurrency, store=store, target={"verified": 7})
        assert go(chosen).state == "done"
        exports.append(export_of(chosen))
        assert len(rows(chosen)) == 7
        assert in_store(chosen, "select count(*) from candidates where status = 'rejected'") != [(0,)]
    assert exports[0] == exports[1] == exports[2]


def test_at_most_so_many_draws_are_in_flight(serving: Serving, settings: Settings) -> None:
    seen: list[int] = []
    go(settings(serving(Oracle(delay=0.02)).base_url, concurrency=3), lambda progress: seen.append(progress.in_flight))
    assert 1 <= max(seen) <= 3


def no_verdict(seeds: set[int]) -> Callable[[Body], str | None]:
    """A judge that says nothing of some draws; the judge's second try has a seed one higher."""

    def twist(body: Body) -> str | None:
        judging = purpose_of(body) == "judge"
        return "maybe" if judging and (body["seed"] in seeds or body["seed"] - 1 in seeds) else None

    return twist


JUDGED = ["format", "execution", "grounding", "judge"]


def draw_seeds(settings: Settings, serving: Serving, tmp_path: Path, count: int) -> list[int]:
    """Return the seeds of the first draws, from a run on the side."""
    aside = settings(
        serving(Oracle()).base_url,
        store=str(tmp_path / "aside.db"),
        target={"draws": count},
        checkers=JUDGED,
        exports=[],
    )
    go(aside)
    return [seed for (seed,) in in_store(aside, "select seed from draws order by idx")]


def test_a_judge_without_a_verdict_leaves_the_draw_open(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    seeds = draw_seeds(settings, serving, tmp_path, 6)
    silent = {seeds[1], seeds[4]}
    oracle = Oracle(twist=no_verdict(silent))
    chosen = settings(serving(oracle).base_url, target={"draws": 6}, checkers=JUDGED)
    outcome = go(chosen)
    assert (outcome.state, outcome.open_draws) == ("short", 2)
    assert in_store(chosen, "select idx from draws order by idx") == [(0,), (2,), (3,), (5,)]
    assert len(rows(chosen)) == 4


def test_open_draws_are_asked_anew_by_the_same_command(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    """A reply without a verdict is written down too; it must not answer the next session's question as well."""
    seeds = draw_seeds(settings, serving, tmp_path, 6)
    silent = {seeds[1], seeds[4]}
    oracle = Oracle(twist=no_verdict(silent))
    chosen = settings(serving(oracle).base_url, target={"draws": 6}, checkers=JUDGED)
    assert go(chosen).open_draws == 2
    silent.clear()
    outcome = go(chosen)
    assert (outcome.state, outcome.open_draws) == ("done", 0)
    assert len(rows(chosen)) == 6


def test_a_finished_run_with_an_open_draw_stays_finished(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    seeds = draw_seeds(settings, serving, tmp_path, 6)
    oracle = Oracle(twist=no_verdict({seeds[0]}))
    chosen = settings(serving(oracle).base_url, target={"verified": 3}, concurrency=1, checkers=JUDGED)
    outcome = go(chosen)
    assert (outcome.state, outcome.open_draws) == ("done", 1)
    before = export_of(chosen)
    again = go(chosen)
    assert again.state == "done"
    assert export_of(chosen) == before


COMMITTEE = ["format", "execution", {"judge": {"llms": ["a", "b"], "samples": 2, "vote": "unanimity"}}]


def with_committee(settings: Settings, base_url: str, **changed: Any) -> dict[str, Any]:
    chosen = settings(base_url, checkers=COMMITTEE, concurrency=1, **changed)
    chosen["llms"] |= {name: chosen["llms"]["writer"] | {"model": name} for name in "ab"}
    return chosen


def questions(bodies: list[Body]) -> list[str]:
    return [json.dumps([body["model"], body["messages"], body["seed"]]) for body in bodies]


def test_a_committee_s_replies_are_found_again(serving: Serving, settings: Settings, tmp_path: Path) -> None:
    undisturbed = serving(Oracle())
    aside = with_committee(settings, undisturbed.base_url, store=str(tmp_path / "aside.db"), target={"draws": 4})
    go(aside)
    wanted = export_of(aside)
    assert len(undisturbed.requests) == 4 * (1 + 4)
    assert in_store(aside, "select count(distinct key) from completions where purpose = 'judge'") == [(16,)]

    lock, given, down = threading.Lock(), [0], True

    def twist(body: Body) -> Answer | None:
        with lock:
            given[0] += 1
            return Answer("overloaded", status=503) if down and given[0] > 8 else None

    server = serving(Oracle(twist=twist))
    chosen = with_committee(settings, server.base_url, target={"draws": 4})
    with pytest.raises(EndpointError, match="503"):
        go(chosen)
    assert in_store(chosen, "select count(*) from completions") == [(8,)]
    answered, before = questions(server.requests[:8]), len(server.requests)
    down = False
    assert go(chosen).state == "done"
    assert export_of(chosen) == wanted
    after = questions(server.requests[before:])
    assert len(after) == len(set(after)) == 20 - 8
    assert not set(answered) & set(after)


def test_only_the_judges_that_said_nothing_are_asked_anew(serving: Serving, settings: Settings) -> None:
    silent = True
    server = serving(
        Oracle(twist=lambda body: "maybe" if silent and body["model"] == "b" and purpose_of(body) == "judge" else None)
    )
    chosen = with_committee(settings, server.base_url, target={"draws": 2})
    assert go(chosen).open_draws == 2
    before = len(server.requests)
    assert before == 2 * (1 + 2 + 2 * 2)
    silent = False
    assert go(chosen).state == "done"
    assert [body["model"] for body in server.requests[before:]] == ["b"] * 4
    assert len(rows(chosen)) == 2


def test_an_outage_stops_the_run_and_the_same_command_finishes_it(
    serving: Serving, settings: Settings, tmp_path: Path
) -> None:
    undisturbed = settings(serving(Oracle()).base_url, store=str(tmp_path / "undisturbed.db"), target={"verified": 10})
    go(undisturbed)
    wanted = export_of(undisturbed)

    asked: list[Body] = []
    lock = threading.Lock()
    down = True

    def twist(body: Body) -> Answer | None:
        with lock:
            asked.append(body)
            return Answer("overloaded", status=503) if down and len(asked) > 9 else None

    server = serving(Oracle(delay=0.02, twist=twist))
    chosen = settings(server.base_url, target={"verified": 10})
    with pytest.raises(EndpointError, match="503"):
        go(chosen)
    assert in_store(chosen, "select state from runs") == [("stopped",)]
    assert in_store(chosen, "select count(*) from completions") == [(9,)]
    assert in_store(chosen, "select count(*) from candidates where status = 'rejected'") == [(0,)]
    down = False
    assert go(chosen).state == "done"
    assert export_of(chosen) == wanted
    keys = [json.dumps([body["messages"], body["seed"]]) for body in asked]
    assert not set(keys[:9]) & set(keys[9:])  # what was answered before the outage is not asked again
    assert in_store(chosen, "select state from runs") == [("done",)]


def test_an_endpoint_that_is_not_there(settings: Settings) -> None:
    from tests.servers import closed_port

    with closed_port() as port, pytest.raises(EndpointError, match=str(port)):
        go(settings(f"http://127.0.0.1:{port}/v1"))


def test_an_endpoint_may_move_between_two_sessions(serving: Serving, settings: Settings) -> None:
    """The address, retries and patience say how to reach a model, not what it answers."""
    model = Oracle()
    first, second = serving(model), serving(model)
    go(settings(first.base_url, target={"verified": 2}))
    moved = settings(second.base_url, target={"verified": 4})
    moved["llms"]["writer"] |= {"retries": 1, "timeout_seconds": 60}
    assert go(moved).state == "done"


def test_a_target_out_of_reach_ends_short(serving: Serving, settings: Settings) -> None:
    server = serving(Oracle(twist=lambda body: "no JSON" if purpose_of(body) == "call_first" else None))
    chosen = settings(server.base_url, target={"verified": 5, "draws": 8})
    outcome = go(chosen)
    assert (outcome.state, outcome.open_draws) == ("short", 0)
    assert in_store(chosen, "select state from runs") == [("short",)]
    assert in_store(chosen, "select count(*) from draws") == [(8,)]
    assert rows(chosen) == []
    asked = len(server.requests)
    again = go(chosen)
    assert (again.state, again.fresh) == ("short", False)
    assert len(server.requests) == asked


def test_a_token_budget_ends_the_run(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"tokens": 100}, concurrency=1)
    assert go(chosen).state == "done"
    ((spent,),) = in_store(chosen, "select sum(prompt_tokens + completion_tokens) from completions")
    assert 100 <= spent <= 100 + 2 * 18
    assert go(chosen).fresh is False


def test_the_judge_s_no_is_a_rejection(serving: Serving, settings: Settings) -> None:
    no = json.dumps({"reason": "Wrong unit.", "verdict": "no"})
    server = serving(Oracle(twist=lambda body: no if purpose_of(body) == "judge" else None))
    chosen = settings(server.base_url, target={"draws": 3}, checkers=JUDGED)
    go(chosen)
    assert in_store(chosen, "select distinct reason, detail from candidates") == [("judge:no", "Wrong unit.")]


def test_a_blind_solver_that_disagrees_is_a_rejection(serving: Serving, settings: Settings) -> None:
    other = json.dumps({"calls": [{"name": "tip", "arguments": {"bill": 1, "percent": 2}}]})
    server = serving(Oracle(twist=lambda body: other if purpose_of(body) == "agreement" else None))
    chosen = settings(server.base_url, target={"draws": 3}, sampler={"styles": {"simple": 1}})
    go(chosen)
    assert in_store(chosen, "select distinct reason from candidates") == [("agreement:different_calls",)]


def test_a_second_run_at_once_is_refused_and_harms_nothing(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle(delay=0.02)).base_url)

    async def both() -> list[Any]:
        config = parse_options(RunConfig, chosen)
        return await asyncio.gather(run(config), run(config), return_exceptions=True)

    first, second = asyncio.run(both())
    assert isinstance(second, StoreError)
    assert first.state == "done"


def test_what_is_wrong_is_said_before_anything_is_spent(serving: Serving, settings: Settings, library: Path) -> None:
    server = serving(Oracle())
    cases: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"exports": [{"format": "csv", "file": "x"}]}, ConfigError),
        ({"checkers": ["execution"]}, ConfigError),
        ({"checkers": ["format", "nonsense"]}, ConfigError),
        ({"checkers": ["format", {"judge": {"llm": "nobody"}}]}, ConfigError),
        ({"prompts": "no/such/folder"}, ConfigError),
        ({"library": [{"source": "python", "path": "no/such/folder"}]}, ConfigError),
    ]
    for changed, error in cases:
        chosen = settings(server.base_url, **changed)
        with pytest.raises(error):
            go(chosen)
        assert not Path(chosen["store"]).exists()
    (library / "broken.py").write_text("import no_such_module\n", encoding="utf-8")
    chosen = settings(server.base_url)
    with pytest.raises(LibraryError, match=r"broken\.py.*no_such_module"):
        go(chosen)
    assert server.requests == []
    assert not Path(chosen["store"]).exists()


def test_an_export_may_not_take_the_place_of_the_store(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"verified": 2})
    chosen["exports"] = [{"format": "xlam", "file": chosen["store"]}]
    with pytest.raises(ConfigError, match="exports"):
        go(chosen)


def test_two_exports_may_not_share_a_file(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle()).base_url, target={"verified": 2})
    chosen["exports"] = [{"format": name, "file": f"{chosen['store']}.jsonl"} for name in ("xlam", "openai")]
    with pytest.raises(ConfigError, match="exports"):
        go(chosen)


def test_a_library_that_changed_is_not_mixed_in(serving: Serving, settings: Settings, library: Path) -> None:
    server = serving(Oracle())
    go(settings(server.base_url, target={"verified": 2}))
    shop = library / "shop.py"
    shop.write_text(shop.read_text("utf-8").replace("sending a parcel", "sending any parcel"), encoding="utf-8")
    with pytest.raises(StoreError, match="the API library changed"):
        go(settings(server.base_url, target={"verified": 4}))


def test_the_scripted_backend_drives_a_run(settings: Settings, tmp_path: Path) -> None:
    replies = tmp_path / "replies.yaml"
    replies.write_text('generate: [\'{"query": "hello"}\']\n', encoding="utf-8")
    chosen = settings(
        "", llms={"writer": {"backend": "scripted", "replies": str(replies)}}, target={"draws": 4},
        checkers=["format", "execution", "grounding"],
    )  # fmt: skip
    assert go(chosen).state == "done"
    reasons = {reason for (reason,) in in_store(chosen, "select reason from candidates")}
    assert reasons == {"grounding:value_not_in_query"}


def test_a_function_that_returns_half_a_character_ends_no_run(
    serving: Serving, settings: Settings, library: Path
) -> None:
    """Half a surrogate pair is a legal Python string, and nothing else takes it."""
    (library / "odd.py").write_text(
        'def odd(number: int) -> str:\n    """Return an odd text.\n\n    Args:\n        number: A number.\n\n'
        '    Examples:\n        >>> odd(3)\n        1\n    """\n    return "a\\ud800b"\n',
        encoding="utf-8",
    )
    for name in ("shop.py", "words.py"):
        (library / name).unlink()
    chosen = settings(serving(Oracle()).base_url, target={"draws": 2}, sampler={"styles": {"simple": 1}})
    go(chosen)
    assert in_store(chosen, "select count(*) from draws") == [(2,)]


def test_of_two_alike_the_earlier_draw_stays_whichever_ends_first(serving: Serving, settings: Settings) -> None:
    exports = []
    for name, at_once, delay in (("one", 1, 0.0), ("many", 12, 0.05)):
        chosen = settings(serving(Oracle(delay=delay)).base_url, target={"verified": 12}, concurrency=at_once)
        store = Path(chosen["store"]).with_name(f"{name}.db")
        chosen |= {"checkers": [*chosen["checkers"], "duplicates"], "store": str(store)}
        outcome = go(chosen)
        assert (outcome.state, outcome.open_draws) == ("done", 0)
        exports.append(export_of(chosen))
        with closing(StoreReader(store)) as reader:
            found = gather(reader)
            assert (found.samples, found.near_queries) == (12, 0)
            assert any(reason.startswith("duplicates:") for reason in reader.funnel()[""].rejected)
            assert reader.funnel()[""].pending == 0
            samples = list(reader.samples())
        assert all(sample.stages[-1] == "duplicates" for sample in samples)
    assert exports[0] == exports[1]


def test_a_raised_target_goes_on_against_what_was_kept(serving: Serving, settings: Settings) -> None:
    chosen = settings(serving(Oracle(delay=0.02)).base_url, target={"verified": 12})
    chosen["checkers"] = [*chosen["checkers"], "duplicates"]
    go(chosen)
    at_once = export_of(chosen)
    chosen["store"] = f"{chosen['store']}.again"
    for wanted in (3, 8, 12):
        assert go(chosen | {"target": {"verified": wanted}}).state == "done"
    assert export_of(chosen) == at_once
