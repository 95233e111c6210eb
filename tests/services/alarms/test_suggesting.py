from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.alarms import Kind, suggest
from services.alarms.suggesting import rounded


def test_latency_is_twice_what_is_usual_rounded_up() -> None:
    found = suggest(Kind.LATENCY, {"p95": [240.0, None, 240.0, 200.0]})
    assert (found.threshold, found.measured) == (500.0, True)
    assert found.words == "Usual p95 is 240 ms; suggested 500 ms."


def test_an_hour_in_twenty_that_is_slow_anyway_sets_off_no_alarm() -> None:
    hours = [100.0] * 90 + [900.0] * 10
    assert suggest(Kind.LATENCY, {"p95": hours}).threshold > 900


def test_the_share_of_failures_is_twice_the_usual_and_at_least_one_percent() -> None:
    assert suggest(Kind.ERRORS, {"requests": [100.0, 100.0], "failed": [3.0, 3.0]}).threshold == 7.5
    assert suggest(Kind.ERRORS, {"requests": [100.0], "failed": [None]}).threshold == 1.0
    assert suggest(Kind.ERRORS, {"requests": [10.0], "failed": [10.0]}).threshold == 50.0


def test_silence_is_half_as_long_again_as_the_longest_and_a_week_at_most() -> None:
    hours: list[float | None] = [None, 5.0, None, None, None, None, 2.0, None]
    found = suggest(Kind.IDLE, {"requests": hours})
    assert (found.threshold, found.words) == (6.0, "The longest time without a request was 4 h; suggested 6 h.")
    assert suggest(Kind.IDLE, {"requests": [1.0, *[None] * 160, 1.0]}).threshold == 168.0


def test_a_backlog_is_twice_the_longest() -> None:
    assert suggest(Kind.BACKLOG, {"backlog": [0.0, 12.0, None]}).threshold == 25.0


@pytest.mark.parametrize("kind", [Kind.ERRORS, Kind.LATENCY, Kind.IDLE, Kind.BACKLOG])
@pytest.mark.parametrize("figures", [{}, {"requests": [None] * 168, "failed": [], "p95": [None], "backlog": [None]}])
def test_without_figures_there_is_a_common_beginning_that_says_so(
    kind: Kind, figures: dict[str, Sequence[float | None]]
) -> None:
    found = suggest(kind, figures)
    assert (found.measured, found.threshold > 0) == (False, True)
    assert "Nothing was measured" in found.words


@pytest.mark.parametrize(("value", "round_one"), [(480, 500), (500, 500), (501, 750), (0.03, 0.03), (11, 15), (0, 0)])
def test_rounder_numbers_are_never_smaller(value: float, round_one: float) -> None:
    assert rounded(value) == round_one
