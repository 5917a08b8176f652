"""The format checker: every reason it gives, what it lets pass, and that it never raises."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apigen.checkers.format import MAX_QUERY, FormatChecker
from apigen.errors import ConfigError
from apigen.records import Call, Candidate
from apigen.sources import Library
from tests.makers import INTEGER, NULL, NUMBER, TEXT, make_api, make_candidate, make_draw, rejection, wait_for

BOOLEAN = {"type": "boolean"}
POINT = {
    "type": "object",
    "properties": {"x": NUMBER, "y": INTEGER},
    "required": ["x"],
    "additionalProperties": False,
}
ORDER = make_api(
    "order",
    {
        "count": {**INTEGER, "minimum": 1, "maximum": 9},
        "size": {"enum": ["small", "large"]},
        "note": {"anyOf": [TEXT, NULL], "default": None},
        "gift": BOOLEAN,
        "price": NUMBER,
        "places": {"type": "array", "items": POINT, "minItems": 1},
        "point": POINT,
        "day": {**TEXT, "format": "date"},
        "code": {**TEXT, "pattern": "^[A-Z]{3}$"},
        "tier": {"const": "gold"},
        "extras": {"type": "object", "additionalProperties": NUMBER},
    },
    required=["count"],
    category="shop",
)
OTHER = make_api("other", {})
KNOWN = frozenset({"order", "other", "hidden", "area"})
CHECK = FormatChecker(KNOWN)


def check(*calls, style="simple", apis=(ORDER, OTHER), **more):
    # A checker keeps the schemas of its library by name, so that tests with APIs of their own need one of their own.
    checker = CHECK if apis == (ORDER, OTHER) else FormatChecker(KNOWN)
    return wait_for(checker(make_candidate(make_draw(*apis, style=style), *calls, **more)))


def problem(arguments):
    """The reason, without the stage, of one call of `order` with these arguments beside `count`."""
    found = rejection(check(Call("order", {"count": 1, **arguments})))
    assert found.detail.startswith("order: ")
    return found.reason.removeprefix("format:")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"colour": "red"}, "unknown_argument"),
        ({"count": "1"}, "wrong_type"),
        ({"count": True}, "wrong_type"),
        ({"count": 1.5}, "wrong_type"),
        ({"count": None}, "wrong_type"),
        ({"count": [1]}, "wrong_type"),
        ({"price": True}, "wrong_type"),
        ({"price": "9.5"}, "wrong_type"),
        ({"gift": 1}, "wrong_type"),
        ({"gift": "true"}, "wrong_type"),
        ({"note": 5}, "wrong_type"),
        ({"places": {"x": 1}}, "wrong_type"),
        ({"places": [1]}, "wrong_type"),
        ({"places": [{"x": "1"}]}, "wrong_type"),
        ({"places": [{"y": 1}]}, "missing_argument"),
        ({"point": {}}, "missing_argument"),
        ({"point": {"x": 1, "z": 2}}, "unknown_argument"),
        ({"places": [{"x": 1}, {"x": 1, "y": 1, "z": 2}]}, "unknown_argument"),
        ({"extras": {"ribbon": "yes"}}, "wrong_type"),
        ({"count": 0}, "invalid_value"),
        ({"count": 10}, "invalid_value"),
        ({"size": "medium"}, "invalid_value"),
        ({"size": "Small"}, "invalid_value"),
        ({"size": None}, "invalid_value"),
        ({"places": []}, "invalid_value"),
        ({"day": "2023-02-29"}, "invalid_value"),
        ({"code": "abc"}, "invalid_value"),
        ({"tier": "silver"}, "invalid_value"),
    ],
)
def test_a_wrong_argument_is_rejected_with_its_reason(arguments, reason):
    assert problem(arguments) == reason


def test_a_missing_argument_is_named():
    found = rejection(check(Call("order", {})))
    assert found.reason == "format:missing_argument"
    assert "'count'" in found.detail


def test_the_place_of_a_nested_problem_is_named():
    found = rejection(check(Call("order", {"count": 1, "places": [{"x": 1}, {"x": "far"}]})))
    assert "places[1].x" in found.detail


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"note": None},
        {"note": "by the door"},
        {"size": "large", "gift": False, "price": 3, "day": "2024-02-29", "code": "ABC", "tier": "gold"},
        {"places": [{"x": 1.5}, {"x": 2, "y": 3}], "point": {"x": -1e300}, "extras": {"ribbon": 0.5}},
        {"note": "x" * 100_000},
    ],
)
def test_well_typed_arguments_pass(arguments):
    done = check(Call("order", {"count": 1, **arguments}))
    assert done.rejection is None
    assert [verdict.stage for verdict in done.verdicts] == ["format"]
    assert done.calls == (Call("order", {"count": 1, **arguments}),)


def only_call(schema, value):
    api = make_api("f", {"a": schema})
    done = check(Call("f", {"a": value}), apis=(api,))
    assert done.rejection is None
    return done.calls[0].arguments["a"]


def same(one, other):
    """Equal, and of the same types all the way down."""
    return repr(one) == repr(other)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (INTEGER, 5.0, 5),
        (NUMBER, 5.0, 5.0),
        (NUMBER, 5, 5),
        ({"type": "array", "items": INTEGER}, [1.0, 2], [1, 2]),
        (POINT, {"x": 1.0, "y": 2.0}, {"x": 1.0, "y": 2}),
        ({"type": "array", "items": POINT}, [{"x": 1.0, "y": -0.0}], [{"x": 1.0, "y": 0}]),
        (INTEGER, 1e20, 10**20),
    ],
)
def test_a_whole_float_becomes_an_integer_where_the_schema_wants_one(schema, value, expected):
    assert same(only_call(schema, value), expected)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"anyOf": [INTEGER, NULL], "default": None}, 5.0, 5),
        ({"type": ["integer", "null"]}, 5.0, 5),
        ({"anyOf": [{"type": "array", "items": INTEGER}, NULL]}, [5.0], [5]),
        ({"type": "object", "additionalProperties": INTEGER}, {"x": 5.0}, {"x": 5}),
        ({"type": "array", "prefixItems": [INTEGER, NUMBER]}, [5.0, 5.0], [5, 5.0]),
    ],
    ids=["optional", "list of types", "optional list", "mapping", "tuple"],
)
def test_a_whole_float_becomes_an_integer_behind_other_schemas_too(schema, value, expected):
    assert same(only_call(schema, value), expected)


@pytest.mark.parametrize(
    ("style", "count", "passes"),
    [
        ("simple", 1, True),
        ("simple", 2, False),
        ("multiple", 1, True),
        ("multiple", 2, False),
        ("parallel", 1, False),
        ("parallel", 2, True),
        ("parallel", 5, True),
        ("parallel_multiple", 1, False),
        ("parallel_multiple", 2, True),
    ],
)
def test_each_style_takes_its_number_of_calls(style, count, passes):
    calls = [Call("order", {"count": number + 1}) for number in range(count)]
    if style == "parallel_multiple" and count > 1:
        calls[0] = Call("other", {})
    done = check(*calls, style=style)
    if passes:
        assert done.rejection is None
    else:
        assert rejection(done).reason == "format:call_count"
        assert style in rejection(done).detail


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"count": 2, "gift": True}, {"gift": True, "count": 2}),
        ({"count": 1}, {"count": 1.0}),
        ({"count": 1, "point": {"x": 1, "y": 2}}, {"count": 1, "point": {"y": 2.0, "x": 1.0}}),
    ],
)
def test_the_same_call_twice_is_rejected_however_it_is_written(one, other):
    done = check(Call("order", one), Call("order", other), style="parallel")
    assert rejection(done).reason == "format:duplicate_call"


def test_calls_that_differ_in_one_value_are_no_duplicates():
    done = check(Call("order", {"count": 1}), Call("order", {"count": 1, "gift": True}), style="parallel")
    assert done.rejection is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [("hidden", "api_not_offered"), ("nowhere", "unknown_api"), ("", "unknown_api"), ("Order", "unknown_api")],
)
def test_an_api_of_the_library_that_was_not_offered_is_told_from_an_invented_one(name, reason):
    found = rejection(check(Call(name, {})))
    assert found.reason == f"format:{reason}"
    assert "order, other" in found.detail


def test_a_distractor_is_not_offered():
    draw = make_draw(ORDER, distractors=(make_api("hidden", {}),))
    done = wait_for(CHECK(make_candidate(draw, Call("hidden", {}))))
    assert rejection(done).reason == "format:api_not_offered"


def test_no_calls_are_rejected():
    done = wait_for(CHECK(replace(make_candidate(), calls=())))
    assert rejection(done).reason == "format:no_calls"


@pytest.mark.parametrize(
    ("query", "reason"),
    [("", "empty_query"), ("  \n", "empty_query"), ("x" * (MAX_QUERY + 1), "query_too_long")],
)
def test_a_query_of_no_use_is_rejected(query, reason):
    assert rejection(check(Call("order", {"count": 1}), query=query)).reason == f"format:{reason}"


def test_the_longest_query_passes():
    assert check(Call("order", {"count": 1}), query="x" * MAX_QUERY).rejection is None


def test_what_the_parser_could_not_read_is_the_reason():
    done = wait_for(CHECK(Candidate(make_draw(), 0, "junk", fault=("unparseable", "the reply holds no JSON"))))
    assert rejection(done).reason == "format:unparseable"
    assert rejection(done).detail == "the reply holds no JSON"


def test_the_details_of_a_huge_value_are_short():
    found = rejection(check(Call("order", {"count": "9" * 100_000})))
    assert len(found.detail) < 500


def test_the_checker_takes_no_options():
    library = Library((), {}, "none")
    assert FormatChecker.from_options({}, library).stage == "format"
    with pytest.raises(ConfigError, match="strict"):
        FormatChecker.from_options({"strict": True}, library)


def test_a_property_whose_schema_is_true_takes_anything():
    assert only_call(True, {"x": [1.5]}) == {"x": [1.5]}


def test_a_huge_number_is_rejected_where_a_multiple_is_wanted():
    api = make_api("f", {"a": {"type": "number", "multipleOf": 0.5}})
    done = check(Call("f", {"a": 2**1024 - 1}), apis=(api,))
    assert len(done.verdicts) == 1


quick = settings(deadline=None, database=None, max_examples=80)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "count", "é"]), inner, max_size=3)
    ),
    max_leaves=8,
)
any_calls = st.builds(
    Call,
    st.sampled_from(["order", "other", "hidden", "nowhere"]),
    st.dictionaries(st.sampled_from([*ORDER.properties, "colour"]), json_values, max_size=4),
)


@quick
@given(
    st.sampled_from(["simple", "multiple", "parallel", "parallel_multiple"]),
    st.text(max_size=10),
    st.lists(any_calls, max_size=3),
)
def test_any_candidate_gets_exactly_one_verdict(style, query, calls):
    candidate = Candidate(make_draw(ORDER, OTHER, style=style), 0, "raw", query, tuple(calls))
    done = wait_for(CHECK(candidate))
    assert [verdict.stage for verdict in done.verdicts] == ["format"]
    # An equal call stays an equal call, whatever was rewritten.
    assert done.calls == candidate.calls
    assert (done.rejection is None) or done.rejection.reason.startswith("format:")


integers, words = st.integers(-1_000, 1_000), st.text(max_size=8)
numbers = st.floats(-1e6, 1e6) | integers
points = st.fixed_dictionaries({"x": numbers}, optional={"y": integers | integers.map(float)})
KINDS = {
    "whole": (INTEGER, integers | integers.map(float)),
    "number": (NUMBER, numbers),
    "word": (TEXT, words),
    "flag": (BOOLEAN, st.booleans()),
    "choice": ({"enum": ["a", "b", 3, None]}, st.sampled_from(["a", "b", 3, None])),
    "maybe": ({"anyOf": [INTEGER, NULL]}, st.none() | integers),
    "numbers": ({"type": "array", "items": NUMBER}, st.lists(numbers, max_size=4)),
    "point": (POINT, points),
    "points": ({"type": "array", "items": POINT}, st.lists(points, max_size=3)),
    "ranged": ({**NUMBER, "minimum": 0, "exclusiveMaximum": 1}, st.floats(0, 1, exclude_max=True)),
}


@st.composite
def apis_and_arguments(draw):
    """An API of some kinds of arguments, at least one of them required, and arguments that fit."""
    names = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, unique=True))
    required = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    given_too = draw(st.sets(st.sampled_from(names)))
    arguments = {name: draw(KINDS[name][1]) for name in names if name in required or name in given_too}
    return make_api("f", {name: KINDS[name][0] for name in names}, required), arguments


@quick
@given(apis_and_arguments(), st.data())
def test_arguments_that_fit_pass_and_without_a_required_one_they_never_do(made, data):
    api, arguments = made
    checker = FormatChecker(frozenset({"f"}))
    draw = make_draw(api)
    done = wait_for(checker(make_candidate(draw, Call("f", arguments))))
    assert done.rejection is None
    assert done.calls == (Call("f", arguments),)
    gone = data.draw(st.sampled_from(api.required))
    rest = {name: value for name, value in arguments.items() if name != gone}
    assert rejection(wait_for(checker(make_candidate(draw, Call("f", rest))))).reason == "format:missing_argument"


ORDERED = Call("order", {"count": 2})


def without_call(style="irrelevance", apis=(OTHER,), **more):
    draw = make_draw(*apis, style=style, withheld="count" if style == "missing_parameter" else "")
    return wait_for(CHECK(replace(make_candidate(draw, meant=(ORDERED,), answer="I can't."), **more)))


@pytest.mark.parametrize(("style", "apis"), [("irrelevance", (OTHER,)), ("missing_parameter", (OTHER, ORDER))])
def test_a_query_and_an_answer_without_a_call_pass(style, apis):
    assert without_call(style, apis).rejection is None


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"calls": (Call("other", {}),)}, "format:call_count"),
        ({"answer": " "}, "format:no_answer"),
        ({"meant": ()}, "format:nothing_meant"),
        ({"query": ""}, "format:empty_query"),
        ({"fault": ("unparseable", "no JSON")}, "format:unparseable"),
        ({"apis": (OTHER, ORDER)}, "format:api_offered"),
        ({"style": "missing_parameter"}, "format:nothing_withheld"),
        ({"style": "missing_parameter", "meant": (Call("other", {}),)}, "format:nothing_withheld"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_sample_without_a_call_is_rejected(more, reason):
    assert rejection(without_call(**more)).reason == reason
