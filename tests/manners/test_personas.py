"""Personas of a user's: a list, or a file that may be anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.errors import ConfigError
from apigen.manner import MAX_PERSONA, persona_text
from apigen.manners import personas as module
from apigen.manners.personas import MAX_LINE, load_personas
from apigen.sampler_config import BUILTIN


def read(tmp_path, content):
    file = tmp_path / "people.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_personas(str(file))


def test_apigen_s_own_people_are_many_and_fit_on_a_line():
    own = load_personas(BUILTIN)
    assert len(own) == 42
    assert all(20 < len(persona) < 100 and not persona.endswith(".") for persona in own)


def test_a_file_has_one_a_line_in_any_of_three_forms(tmp_path):
    lines = ["\ufeffa pilot", "", '  "a  cook"', json.dumps({"persona": "a\ndiver", "more": 1}), "a pilot", '"Mad" Max']
    assert read(tmp_path, "\r\n".join(lines)) == ("a pilot", "a cook", "a diver", '"Mad" Max')


def test_a_line_of_a_byte_order_mark_alone_is_an_empty_one(tmp_path):
    assert read(tmp_path, "\ufeff\r\na pilot") == ("a pilot",)


def test_a_list_is_taken_as_it_is():
    assert load_personas(["a pilot", "a pilot", " a cook "]) == ("a pilot", "a cook")
    assert load_personas("") == load_personas(()) == ()


@pytest.mark.parametrize(
    ("content", "line", "mend"),
    [
        ("", "", "holds no persona; write one a line"),
        (" \n\n", "", "holds no persona; write one a line"),
        (b"a pilot\n\xff\xfe\n", "line 2: ", "save the file as UTF-8"),
        (b"\x7fELF\x00\x01\n", "line 1: ", "control characters; take them out"),
        ("a pilot\n" + "x" * (MAX_PERSONA + 1), "line 2: ", f"at most {MAX_PERSONA} are sent"),
        ("x" * (MAX_LINE + 1), "line 1: ", "write one persona a line"),
        ('{"name": "Ann"}', "line 1: ", "no JSON object with a text under `persona`"),
        ('{"persona": 5}', "line 1: ", "no JSON object with a text under `persona`"),
        ('{"persona": ""}', "line 1: ", "a persona is empty"),
        ('{"persona": "\\ud800"}', "line 1: ", "no JSON object"),
        ("{" * 10_000, "line 1: ", "no JSON object"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(tmp_path, content, line, mend):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(f"{tmp_path}/people.txt: sampler.manners.personas: {line}")
    assert mend in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(ConfigError, match="take a part of it"):
        read(tmp_path, "a pilot of gliders")


@pytest.mark.parametrize(("name", "mend"), [("nobody.txt", "no such file"), ("", "cannot be read")])
def test_a_file_that_is_not_there_or_none_is_named(tmp_path, name, mend):
    with pytest.raises(ConfigError, match=mend):
        load_personas(str(tmp_path / name))


@given(st.text(max_size=600))
def test_any_text_is_one_line_or_refused(text):
    try:
        line = persona_text(text)
    except ValueError:
        return
    assert line
    assert line == " ".join(line.splitlines())
    assert len(line) <= MAX_PERSONA
    line.encode()
