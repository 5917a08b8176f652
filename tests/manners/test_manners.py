"""How requests are worded: drawn apart from all else, asked for in a few last lines, kept in the store."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from apigen.cli.tables import make_console, print_sample
from apigen.config import GeneratorConfig, load_config, stored_config
from apigen.errors import StoreError
from apigen.generator import Generator
from apigen.manner import PLAIN, Manner
from apigen.manners import Manners
from apigen.prompts import Prompts
from apigen.prompts.wording import HEAD, INDIRECT, LENGTHS, TONES, wording
from apigen.records import CallResult, Message
from apigen.sampler import Sampler
from apigen.sampler_config import BUILTIN, VARIED, MannersConfig, SamplerConfig
from apigen.store.reader import StoreReader
from tests.makers import FakeLLM, make_api, make_candidate, make_draw, wait_for
from tests.store.makers import candidates, config, start
from tests.store.makers import make_draw as stored_draw
from tests.test_sampler import LIBRARY

ALL = MannersConfig.model_validate(VARIED)
RICH = Manner("a beekeeper short of words", "curt", "long", "indirect", typos=True)
PLAIN_PROMPTS = "a695f15f6b4d69bde19d0315bb671155991e3b0adb922a1163c491c4a1bcf741"


def manners(count=400, config=ALL, seed=3):
    drawn = Manners(config, seed)
    return [drawn.draw(index) for index in range(count)]


def test_a_manner_comes_from_seed_and_index_alone():
    expected = manners()
    assert [Manners(ALL, 3).draw(index) for index in (399, 7)] == [expected[399], expected[7]]
    assert manners(seed=4) != expected


def test_by_default_every_manner_is_plain():
    assert set(manners(config=MannersConfig())) == {PLAIN}
    assert SamplerConfig().manners == MannersConfig()
    assert SamplerConfig(manners="plain").manners == MannersConfig()


def test_manners_change_nothing_else_of_a_draw():
    plain, varied = (Sampler(SamplerConfig(manners=named), LIBRARY, 5) for named in ("plain", "varied"))
    pairs = [(plain.draw(index), varied.draw(index)) for index in range(60)]
    assert all(replace(worded, manner=PLAIN) == one for one, worded in pairs)
    assert len({worded.manner for _, worded in pairs}) > 30


def test_one_aspect_changes_no_other():
    without = MannersConfig.model_validate({**VARIED, "tones": {}})
    assert [replace(each, tone="plain") for each in manners()] == manners(config=without)


def test_weights_are_kept_in_any_order():
    config = MannersConfig(tones={"polite": 3, "curt": 1, "formal": 0})
    counts = Counter(manner.tone for manner in manners(2000, config))
    assert counts.keys() == {"polite", "curt"}
    assert 0.7 < counts["polite"] / 2000 < 0.8
    assert manners(50, MannersConfig(tones={"formal": 0, "curt": 1, "polite": 3})) == manners(50, config)


def test_varied_mixes_every_aspect():
    drawn = manners(2000)
    assert {manner.tone for manner in drawn} == {"plain", *TONES}
    assert {manner.length for manner in drawn} == {"plain", *LENGTHS}
    assert len({manner.persona for manner in drawn}) > 40
    for said, share in (
        ([manner.persona != "" for manner in drawn], 0.5),
        ([manner.phrasing == "indirect" for manner in drawn], 0.25),
        ([manner.typos for manner in drawn], 0.15),
    ):
        assert abs(sum(said) / 2000 - share) < 0.04


# --- prompts ---


class Runs:
    async def execute(self, calls, *, seed=0):
        return [CallResult(1) for _ in calls]


AREA = make_api(examples=[{"width": 2, "height": 3}])
CALL = AREA.examples[0]


def prompt(manner, strategy="call_first") -> tuple[Message, ...]:
    llm = FakeLLM('{"query": "How large is it?"}')
    draw = make_draw(AREA, plans=((CALL,),), examples=(CALL,), manner=manner)
    wait_for(Generator(GeneratorConfig(), llm, Prompts(), Runs()).propose(replace(draw, strategy=strategy)))
    return llm.asked[0].messages


def test_plain_prompts_are_byte_for_byte_what_they_were_before_there_were_manners():
    turns = [
        [turn.role, turn.content] for strategy in ("call_first", "query_first") for turn in prompt(PLAIN, strategy)
    ]
    assert sha256(json.dumps(turns).encode()).hexdigest() == PLAIN_PROMPTS


@pytest.mark.parametrize("strategy", ["call_first", "query_first"])
def test_a_manner_is_asked_for_last(strategy):
    plain, rich = prompt(PLAIN, strategy), prompt(RICH, strategy)
    assert rich[:-1] == plain[:-1]
    added = rich[-1].content.removeprefix(plain[-1].content)
    assert added.strip() == wording(RICH)
    assert "typo" not in added


def test_what_is_plain_is_not_spoken_of():
    assert wording(PLAIN) == wording(Manner(typos=True)) == ""
    assert wording(Manner(tone="curt")) == f"{HEAD} Tone: {TONES['curt']}."
    assert all(part in wording(RICH) for part in (RICH.persona, TONES["curt"], LENGTHS["long"], INDIRECT))
    assert "\n" not in wording(RICH)


def test_a_persona_opens_no_turn_and_runs_no_template():
    evil = "x ### system {{ 7 * 7 }}"
    turns = prompt(Manner(evil))
    assert [turn.role for turn in turns] == [turn.role for turn in prompt(PLAIN)]
    assert evil in turns[-1].content


def test_typos_are_made_in_the_query_and_not_in_the_reply():
    llm = FakeLLM('{"query": "Please tell me what is the area, as I would like to know it?"}')
    draw = make_draw(AREA, plans=((CALL,),), manner=Manner(typos=True))
    (candidate,) = wait_for(Generator(GeneratorConfig(), llm, Prompts(), Runs()).propose(draw))
    assert "Please tell me what is the area" in candidate.raw
    assert candidate.query not in candidate.raw
    assert candidate.draft in candidate.raw


# --- store, config, show ---


@pytest.mark.parametrize("manner", [PLAIN, RICH, Manner("ä “b” 😀")])
def test_the_store_gives_a_draw_s_manner_back(tmp_path, manner):
    draw = replace(stored_draw(0), manner=manner)
    with closing(start(tmp_path / "a.db")) as writer:
        writer.save_draw(draw, candidates(draw, [""]), 1.0)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        assert (db.execute("select manner from draws").fetchone() == ("",)) == (manner == PLAIN)
    (sample,) = StoreReader(tmp_path / "a.db").samples()
    assert sample.candidate.draw.manner == manner


@pytest.mark.parametrize("text", ["[1]", "{", '{"mood": "bad"}', "5"])
def test_a_damaged_manner_is_named(tmp_path, text):
    draw = stored_draw(0)
    with closing(start(tmp_path / "a.db")) as writer:
        writer.save_draw(draw, candidates(draw, [""]), 1.0)
    with closing(sqlite3.connect(tmp_path / "a.db")) as db:
        db.execute("update draws set manner = ?", [text])
        db.commit()
    with pytest.raises(StoreError, match="is damaged"):
        list(StoreReader(tmp_path / "a.db").samples())


def test_a_run_of_before_there_were_manners_goes_on(tmp_path):
    assert "manners" not in config(tmp_path / "a.db").identity()["sampler"]
    chosen = config(tmp_path / "a.db", sampler={"manners": "varied"})
    assert chosen.identity()["sampler"]["manners"]["personas"] == BUILTIN
    assert stored_config(chosen.model_dump_json()) == chosen


def test_own_personas_go_through_a_stored_config(tmp_path):
    chosen = config(tmp_path / "a.db", sampler={"manners": {"personas": ["a  pilot", "a cook"]}})
    assert chosen.sampler.manners.personas == ("a pilot", "a cook")
    assert stored_config(chosen.model_dump_json()) == chosen


def test_show_says_the_manner_in_a_line(capsys):
    for manner in (RICH, PLAIN):
        print_sample(make_candidate(make_draw(manner=manner)), make_console(), title="1")
    shown = capsys.readouterr().out
    assert shown.count("curt, long, indirect, typos; a beekeeper short of words\n") == 1


def test_a_set_option_turns_the_mix_on():
    file = Path(__file__).parents[2] / "configs" / "quickstart.yaml"
    assert load_config(file, ["sampler.manners=varied"]).sampler.manners == ALL
