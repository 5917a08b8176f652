"""What LLMs really reply, and what must come of it: a pair, or one stable reason."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.parsing import MAX_CHARACTERS, MAX_PAIRS, Unreadable, parse_calls, parse_json, parse_pairs, parse_query
from apigen.records import Call

CALL = '{"name":"f","arguments":{"a":1}}'
PAIR = '{"query":"q","calls":[' + CALL + "]}"
READ = ("q", (Call("f", {"a": 1}),), None)


def outcome(text, **options):
    """What was read: (query, calls, reason) of each pair."""
    return [(found.query, found.calls, found.fault and found.fault[0]) for found in parse_pairs(text, **options)]


def reason(text):
    (found,) = parse_pairs(text)
    assert found.fault is not None
    assert found.fault[1], "a fault says something to people"
    return found.fault[0]


def with_value(value):
    return '[{"query":"q","calls":[{"name":"f","arguments":{"a":' + value + "}}]}]"


@pytest.mark.parametrize(
    "text",
    [
        f"[{PAIR}]",
        PAIR,
        '{"pairs":[' + PAIR + "]}",
        f"```json\n[{PAIR}]\n```",
        f"```\n[{PAIR}]\n```",
        f"```json [{PAIR}]```",
        f"```json\n[{PAIR}]",
        f"Sure, here they are:\n```JSON\n[{PAIR}]\n```\nAnything else?",
        f"Sure, here they are:\n[{PAIR}]",
        f"[{PAIR}]\nI hope that this helps!",
        f"Sure:\n{PAIR}\nI hope that this helps!",
        f"\n\t  [{PAIR}]  \n",
        f"[{PAIR},]",
        '[{"query":"q","calls":[{"name":"f","arguments":{"a":1,},},],},]',
        "[{'query':'q','calls':[{'name':'f','arguments':{'a':1}}]}]",
        '{query: "q", calls: [{name: "f", arguments: {a: 1}}]}',
        PAIR[:-1],
        f"[{PAIR[:-2]}",
        '[{"query":"q", // the request\n"calls":[' + CALL + "]}]",
    ],
    ids=[
        "list",
        "one object",
        "under pairs",
        "fenced with a language",
        "fenced without a language",
        "fenced on one line",
        "fence that never closes",
        "fence amid prose",
        "prose before",
        "prose after",
        "prose around an object",
        "white space",
        "comma after the last pair",
        "commas after everything",
        "single quotes",
        "keys without quotes",
        "a brace short",
        "several brackets short",
        "comment",
    ],
)
def test_a_well_meant_reply_is_read_whole(text):
    assert outcome(text) == [READ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "unparseable"),
        (" \n", "unparseable"),
        ("null", "unparseable"),
        ("[]", "unparseable"),
        ("{}", "unparseable"),
        ("42", "unparseable"),
        ('"text"', "unparseable"),
        ("I cannot help with that.", "unparseable"),
        ("```json\n```", "unparseable"),
        ('{"pairs":[]}', "no_pairs"),
        ('{"pairs":null}', "extra_key"),
        ('["a"]', "not_an_object"),
        ("[[1]]", "not_an_object"),
        ("[null]", "not_an_object"),
        ("[true]", "not_an_object"),
        ('{"question":"q","calls":[]}', "extra_key"),
        ('{"query":"q","calls":[],"why":"because"}', "extra_key"),
        ('{"query":"q"}', "missing_calls"),
        ('{"calls":[]}', "missing_query"),
        ('{"query":7,"calls":[]}', "query_not_text"),
        ('{"query":null,"calls":[]}', "query_not_text"),
        ('{"query":["q"],"calls":[]}', "query_not_text"),
        ('{"query":" \\n","calls":[]}', "empty_query"),
        ('{"query":"q","calls":{}}', "calls_not_list"),
        ('{"query":"q","calls":' + CALL + "}", "calls_not_list"),
        ('{"query":"q","calls":"f(a=1)"}', "calls_not_list"),
        ('{"query":"q","calls":null}', "calls_not_list"),
        ('{"query":"q","calls":["f(a=1)"]}', "not_an_object"),
        ('{"query":"q","calls":[null]}', "not_an_object"),
        ('{"query":"q","calls":[{"name":"f"}]}', "invalid_call"),
        ('{"query":"q","calls":[{"arguments":{}}]}', "invalid_call"),
        ('{"query":"q","calls":[{"name":7,"arguments":{}}]}', "invalid_call"),
        ('{"query":"q","calls":[{"name":"f","arguments":"{\\"a\\": 1}"}]}', "invalid_call"),
        ('{"query":"q","calls":[{"name":"f","arguments":[1]}]}', "invalid_call"),
        ('{"query":"q","calls":[{"name":"f","arguments":null}]}', "invalid_call"),
        ('{"query":"q","calls":[{"name":"f","arguments":{},"id":1}]}', "extra_key"),
        ('{"query":"q","calls":[{"function":"f","parameters":{}}]}', "extra_key"),
        ("[" * 40 + "]" * 40, "too_deep"),
        ("[" * 1_500, "too_deep"),
        ("[" * 100_000, "too_deep"),
        ("[" * 100_000 + "]" * 100_000, "too_deep"),
        ('{"a":' * 30_000, "too_deep"),
        (with_value("[" * 40 + "]" * 40), "too_deep"),
        ('[{"query":"\\ud800","calls":[]}]', "invalid_unicode"),
        (with_value('"\\udfff"'), "invalid_unicode"),
        (with_value('{"\\ud800": 1}'), "invalid_unicode"),
        (with_value("1e999"), "not_json"),
        (with_value("-1e999"), "not_json"),
        (with_value("1" + "0" * 400), "not_json"),
    ],
    ids=lambda value: value[:40],
)
def test_a_useless_reply_has_one_stable_reason(text, expected):
    assert reason(text) == expected


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1" + "0" * 5_000], ids=["NaN", "Infinity", "-Infinity", "10**5000"]
)
def test_a_number_that_json_does_not_have_is_refused(value):
    assert reason(with_value(value)) == "not_json"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("True", True),
        ("False", False),
        ("None", None),
        ('"Grüße, 東京 😀"', "Grüße, 東京 😀"),
        ('"\\ud83d\\ude00"', "😀"),
        ('"a\tb\x01"', "a\tb\x01"),
        ("1e3", 1000.0),
        ("-0.5", -0.5),
        ('{"x":[1,{"y":null}]}', {"x": [1, {"y": None}]}),
    ],
)
def test_argument_values_are_kept_as_they_are(value, expected):
    ((_, (call,), fault),) = outcome(with_value(value))
    assert fault is None
    assert call.arguments["a"] == expected
    assert type(call.arguments["a"]) is type(expected)


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```"])
def test_a_fence_inside_a_text_is_part_of_it(around):
    ((_, (call,), fault),) = outcome(around.replace("{}", with_value('"say ```code``` twice"')))
    assert fault is None
    assert call.arguments == {"a": "say ```code``` twice"}


def test_the_query_is_stripped_and_line_breaks_stay():
    assert outcome('[{"query":"  one\ntwo ","calls":[]}]') == [("one\ntwo", (), None)]


def test_of_a_repeated_key_the_last_counts():
    assert outcome('{"query":"a","query":"b","calls":[]}') == [("b", (), None)]


def test_each_pair_is_judged_on_its_own():
    assert [found[2] for found in outcome(f'["junk",{PAIR},{{"query":"q"}}]')] == [
        "not_an_object",
        None,
        "missing_calls",
    ]


def test_the_raw_text_of_a_pair_is_its_own_part_of_the_reply():
    first, second = parse_pairs(f'[{PAIR},{{"query":"ü"}}]')
    assert json.loads(first.raw) == json.loads(PAIR)
    assert second.raw == '{"query": "ü"}'


@pytest.mark.parametrize("cut", [12, 20, 30, len(PAIR) - 3])
def test_of_a_reply_cut_short_the_first_pairs_survive(cut):
    assert outcome(f"[{PAIR},{PAIR},{PAIR[:cut]}", truncated=True) == [READ, READ]


@pytest.mark.parametrize("cut", range(len(PAIR) + 1))
def test_of_a_reply_cut_short_no_half_pair_survives(cut):
    read = outcome(f"[{PAIR},{PAIR},{PAIR[:cut]}", truncated=True)
    assert read
    assert all(pair == READ for pair in read)


def test_a_last_pair_cut_short_is_judged_when_nobody_knows_that_it_was_cut():
    assert outcome(f"[{PAIR},{PAIR[:12]}") == [READ, ("", (), "missing_calls")]


def test_a_lone_pair_of_a_reply_cut_short_is_kept_with_its_fault():
    assert outcome('[{"query":"Convert 5 kilom', truncated=True) == [("", (), "truncated")]


def test_a_lone_pair_cut_inside_a_value_is_not_taken_as_whole():
    text = '[{"query":"Square 1234","calls":[{"name":"f","arguments":{"a":12'
    assert all(found.fault for found in parse_pairs(text, truncated=True))


def test_no_more_than_so_many_pairs_are_read():
    assert len(outcome(f"[{','.join([PAIR] * MAX_PAIRS)}]")) == MAX_PAIRS
    assert reason(f"[{','.join([PAIR] * (MAX_PAIRS + 1))}]") == "too_many_pairs"


def test_a_reply_of_five_megabytes_is_refused_at_once():
    text = "[" + ",".join([PAIR] * (5_000_000 // len(PAIR))) + "]"
    start = time.process_time()
    assert reason(text) == "reply_too_long"
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "text",
    [
        "[" + '"' * (MAX_CHARACTERS - 1_000),
        "[" + "," * (MAX_CHARACTERS - 1_000),
        "```" * (MAX_CHARACTERS // 3),
        "{" + "a:b," * 20_000,
        "[" + "//\n" * 60_000,
        "[" + "\"a'b " * 2_400,
    ],
    ids=["quotes", "commas", "fences", "words", "comments", "mixed quotes"],
)
def test_no_reply_takes_long_to_refuse(text):
    start = time.process_time()
    assert all(found.fault for found in parse_pairs(text))
    assert time.process_time() - start < (0.2 if len(text) < 20_000 else 3)


@pytest.mark.parametrize(
    ("text", "query", "fault"),
    [
        ('{"query":" Hi "}', "Hi", None),
        ('[{"query":"Hi"}]', "Hi", None),
        ('```json\n{"query":"Hi"}\n```', "Hi", None),
        ('Here: {"query":"Hi"} Good?', "Hi", None),
        ("{'query': 'It is 5 o\\'clock'}", "It is 5 o'clock", None),
        ('{"query":""}', "", "empty_query"),
        ('{"query":5}', "", "query_not_text"),
        ('{"text":"Hi"}', "", "extra_key"),
        ('{"query":"Hi","calls":[]}', "", "extra_key"),
        ('[{"query":"Hi"},{"query":"Ho"}]', "", "not_an_object"),
        ("Hi", "", "unparseable"),
        ("", "", "unparseable"),
        ('{"query":"\\ud800"}', "", "invalid_unicode"),
        ("[" * 100_000, "", "too_deep"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_query_is_read_or_has_one_reason(text, query, fault):
    found, why = parse_query(text)
    assert (found, why and why[0]) == (query, fault)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"calls":[' + CALL + "]}", (Call("f", {"a": 1}),)),
        (f"[{CALL},{CALL}]", (Call("f", {"a": 1}), Call("f", {"a": 1}))),
        (CALL, (Call("f", {"a": 1}),)),
        (f"```json\n{CALL}\n```", (Call("f", {"a": 1}),)),
        ('{"calls":[]}', ()),
    ],
)
def test_calls_are_read_in_the_shapes_that_models_use(text, expected):
    assert parse_calls(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "unparseable"),
        ("[]", "unparseable"),
        ("no calls are needed", "unparseable"),
        ('{"calls":null}', "calls_not_list"),
        ('{"calls":' + CALL + "}", "calls_not_list"),
        ('["f()"]', "not_an_object"),
        ('{"name":"f"}', "invalid_call"),
        ('{"name":"f","arguments":{},"id":1}', "extra_key"),
        ("x" * (MAX_CHARACTERS + 1), "reply_too_long"),
    ],
    ids=lambda value: value[:40],
)
def test_a_reply_without_calls_raises_with_its_reason(text, expected):
    with pytest.raises(Unreadable) as caught:
        parse_calls(text)
    assert caught.value.reason == expected
    assert caught.value.detail


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["query", "calls", "pairs", "name", "arguments", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)
PIECES = """{ } [ ] " ' : , \\ ``` json query calls pairs name arguments 1 - NaN None é // /* “ "query": "calls":[ 1e999 \\u00"""
pieces = st.sampled_from([*PIECES.split(), "\n", " ", "\x00", "\ud800"])
texts = st.text(st.characters(exclude_categories=()), max_size=60) | st.lists(pieces, max_size=40).map("".join)
quick = settings(deadline=None, database=None, max_examples=100)


def reads_anything(text):
    """Every reader takes any text; and what was read can be written down as UTF-8 JSON."""
    found = parse_pairs(text)
    assert found
    for proposal in found:
        if proposal.fault is None:
            assert proposal.query.strip()
            json.dumps([call.to_json() for call in proposal.calls], allow_nan=False, ensure_ascii=False).encode()
        else:
            assert not proposal.calls
    query, fault = parse_query(text)
    assert bool(query) != bool(fault)
    try:
        calls = parse_calls(text)
    except Unreadable:
        return
    assert all(isinstance(call, Call) for call in calls)


@quick
@given(texts)
def test_no_text_raises(text):
    reads_anything(text)


@quick
@given(json_values)
def test_no_json_value_raises(value):
    reads_anything(json.dumps(value))


plain_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
calls = st.builds(Call, st.text(max_size=10), st.dictionaries(st.text(max_size=5), plain_json, max_size=3))
queries = st.text(min_size=1).map(str.strip).filter(bool)


@quick
@given(
    st.lists(st.tuples(queries, st.lists(calls, max_size=3)), min_size=1, max_size=4),
    st.booleans(),
    st.booleans(),
)
def test_well_formed_pairs_read_back_as_they_were(pairs, wrapped, ascii_only):
    value = [{"query": query, "calls": [call.to_json() for call in made]} for query, made in pairs]
    text = json.dumps({"pairs": value} if wrapped else value, ensure_ascii=ascii_only)
    if "```" in text:
        return  # has a test of its own
    assert outcome(text) == [(query, tuple(made), None) for query, made in pairs]


def test_parse_json_returns_the_value_itself():
    assert parse_json('Well: {"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
