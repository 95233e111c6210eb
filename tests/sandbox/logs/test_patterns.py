"""Filter patterns find what CloudWatch Logs finds."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.errors import AwsError
from sandbox.logs.pattern import matcher

LINE = "[ERROR] 2026-11-20 CUDA out of memory. Tried to allocate 2.00 GiB"
EVENT = json.dumps(
    {
        "level": "error",
        "status": 503,
        "user": {"id": 7, "name": "Ann B"},
        "tags": ["a", "gpu"],
        "cached": False,
        "why": None,
    }
)
ACCESS = '127.0.0.1 - frank [10/Oct/2026:13:55:36 -0700] "POST /invocations HTTP/1.1" 503 2326'


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("", True),
        ("ERROR", True),
        ("error", False),
        ("ERROR CUDA", True),
        ("ERROR missing", False),
        ('"out of memory"', True),
        ('"memory of"', False),
        ("?missing ?CUDA", True),
        ("?missing ?absent", False),
        ("ERROR -CUDA", False),
        ("ERROR -missing", True),
        ('-"out of memory"', False),
        ("%out of \\w+\\.%", True),
        ("%^CUDA%", False),
        ('"say \\"x\\""', False),
    ],
)
def test_words_phrases_alternatives_and_exclusions(pattern: str, found: bool) -> None:
    assert matcher(pattern)(LINE) is found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ('{ $.level = "error" }', True),
        ('{ $.level = "err*" }', True),
        ('{ $.level != "error" }', False),
        ("{ $.status >= 500 && $.status < 600 }", True),
        ("{ $.status = 503 }", True),
        ("{ ($.status = 200 || $.user.id = 7) && $.cached IS FALSE }", True),
        ("{ $.why IS NULL }", True),
        ("{ $.absent NOT EXISTS }", True),
        ("{ $.level NOT EXISTS }", False),
        ('{ $.tags[1] = "gpu" }', True),
        ('{ $.tags[*] = "gpu" }', True),
        ('{ $.user.name = "Ann B" }', True),
        ("{ $.user.name = %^Ann% }", True),
        ("{ $.user = 7 }", False),
        ("{ $.absent = 7 }", False),
        ("{ $.absent != 7 }", False),
        ("{ $.status != 7 }", True),
    ],
)
def test_conditions_on_json_lines(pattern: str, found: bool) -> None:
    assert matcher(pattern)(EVENT) is found
    assert not matcher(pattern)("no JSON")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[ip, user, name, time, request, status, bytes]", True),
        ("[ip, user, name, time, request, status = 5*, bytes]", True),
        ("[ip, user, name, time, request, status = 5*, bytes > 5000]", False),
        ("[ip, ..., status = 503, bytes]", True),
        ("[..., bytes < 3000]", True),
        ("[ip, user]", False),
        ("[ip, user, name, time, request, status = 4* || status = 5*, bytes]", True),
    ],
)
def test_conditions_on_fields_between_spaces(pattern: str, found: bool) -> None:
    assert matcher(pattern)(ACCESS) is found


@pytest.mark.parametrize(
    "pattern",
    [
        '"open',
        "{ $.a",
        "{ $.a = }",
        "{ a = 1 }",
        "[a, a]",
        "%(%",
        "{ $.a = 1 } b",
        "{" + "(" * 200,
        "%(a+)+$%",
        '{ $.a > "x" }',
    ],
)
def test_patterns_that_are_none_are_refused(pattern: str) -> None:
    with pytest.raises(AwsError, match="Invalid filter pattern") as caught:
        matcher(pattern)
    assert caught.value.code == "InvalidParameterException"


TOKENS = (
    "{", "}", "[", "]", "(", ")", "$.a", "$.b[0]", "=", "!=", ">", "&&", "||", '"x"', "5", "IS", "NULL", "NOT",
    "EXISTS", "a", "...", ",", "%x%", "?", "-", "*",
)  # fmt: skip


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(TOKENS), max_size=20).map(" ".join), st.sampled_from((LINE, EVENT))
)
@settings(deadline=None, max_examples=400)
def test_any_text_is_a_pattern_or_is_refused(text: str, line: str) -> None:
    found: object = None
    try:
        found = matcher(text)(line)
    except AwsError as error:
        found = error.code
    assert found in (True, False, "InvalidParameterException")
