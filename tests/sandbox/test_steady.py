"""Expressions that clients send are searched for in time that grows with the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import steady

ENDLESS = (
    "(a+)+$",
    "a*a*a*a*a*a*a*a*a*c",
    "(a|aa)+$",
    ".*.*.*.*.*.*x",
    "a?" * 40 + "a" * 40,
    "(.*)(.*)(.*)(.*)(.*)(.*)!",
)


@pytest.mark.parametrize("text", ENDLESS)
def test_no_expression_is_searched_for_ever(text: str) -> None:
    assert not steady.Expression(text).found_in("a" * 35 + "b" if text != ENDLESS[4] else "a" * 39)
    assert steady.Expression(text).group_in("a" * 300 + "b") is None or text == ENDLESS[4]


@pytest.mark.parametrize("text", ["loss \ud800 1", "naïve loss", "loss\0"])
def test_any_text_can_be_searched(text: str) -> None:
    assert steady.Expression("loss").found_in(text)


@pytest.mark.parametrize(
    ("text", "line", "held"),
    [
        (r"loss=(\d+\.\d+)", "a loss=0.25 b loss=1.5", "0.25"),
        (r".*loss=(\d+\.\d+).*", "a loss=0.25 b loss=1.5", "1.5"),
        (r".*?loss=(\d+?)\d*.*?", "a loss=25", "2"),
        (r"(?:train|eval)_loss: ([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)", "eval_loss: -1.5e-3", "-1.5e-3"),
        (r"loss", "loss", None),
        (r"x(\d)", "loss", None),
    ],
)
def test_the_first_group_is_that_of_the_best_way(text: str, line: str, held: str | None) -> None:
    assert steady.Expression(text).group_in(line) == held


@pytest.mark.parametrize("text", ["a{3000}", "(?=a)b", r"(a)\1", "(a"])
def test_what_is_too_large_or_looks_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(steady.NotAnExpression):
        steady.Expression(text)


@given(pattern=st.text(alphabet="ab*", min_size=1, max_size=7), text=st.text(alphabet="ab", max_size=8))
def test_wildcards_fit_what_an_expression_would(pattern: str, text: str) -> None:
    between = pattern.split("*")
    assert steady.is_made_of(between, text) == bool(re.fullmatch(".*".join(between), text))


def test_many_wildcards_are_answered_at_once() -> None:
    assert not steady.is_made_of(("*a" * 450 + "*z").split("*"), "a" * 200_000)
