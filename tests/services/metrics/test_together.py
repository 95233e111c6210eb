"""The traffic of many endpoints as one."""

from __future__ import annotations

import pytest

from services.metrics import Traffic, Window, together

HOUR = 3600


def traffic(start: int, counts: tuple[float, ...], ms: tuple[float | None, ...], errors: float = 0.0) -> Traffic:
    window = Window(start, start + len(counts) * 1800, 1800)
    return Traffic(window=window, invocations=counts, latency_ms=ms, errors5xx=errors)


def test_requests_are_summed_by_the_hour_and_latency_weighs_by_them() -> None:
    one = traffic(0, (1.0, 1.0, 0.0, 0.0), (10.0, 30.0, None, None))
    two = traffic(HOUR, (6.0, 0.0), (100.0, None), errors=3.0)
    found = together([one, two])
    assert found.requests == (2.0, 6.0)
    assert found.latency_ms == (20.0, 100.0)
    assert (found.endpoints, found.total) == (2, 8.0)
    assert found.typical_ms == pytest.approx((20 * 2 + 100 * 6) / 8)
    assert found.error_share == pytest.approx(3 / 8)


def test_nothing_and_silence_are_no_latency() -> None:
    assert together([]).typical_ms is None
    silent = together([traffic(0, (0.0, 0.0), (None, None))])
    assert (silent.total, silent.typical_ms, silent.error_share) == (0.0, None, 0.0)


def test_figures_without_latency_are_counted_all_the_same() -> None:
    found = together([Traffic(window=Window(0, HOUR, HOUR), invocations=(5.0,))])
    assert (found.total, found.latency_ms) == (5.0, (None,))
