"""Notebooks and Studio: what AWS does not tell is not guessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.resources import Gap, Holdings, Key, Kind, Machine, Resource
from services.savings import Finding, Unjudged, Way
from services.savings.workspaces import LastUsed, judged
from tests.services.savings.made import NOW, held, key, thing

LAB = "d-1/emre-lab/JupyterLab/default"


def of(holdings: Holdings, used: dict[Key, LastUsed] | None = None) -> dict[str, Finding | Unjudged]:
    found = judged(holdings, used or {}, 7, lambda _: 50.0, lambda each: each.volume_gb * 0.14)
    return {each.key.name: each for each in found}


def notebook(name: str, status: str, days: float, **changes: Any) -> Resource:
    told: dict[str, Any] = {
        "status": status,
        "volume_gb": 50.0,
        "changed": NOW - timedelta(days=days),
        "about": "ml.t3.xlarge",
    }
    return thing(Kind.NOTEBOOK, name, **(told | changes))


def app(days: float = 20.0) -> Resource:
    machine = Machine("ml.t3.medium")
    return thing(Kind.APP, LAB, key(Kind.SPACE, "d-1/emre-lab"), days=days, status="InService", machines=(machine,))


def test_a_notebook_that_runs_for_long_says_that_its_use_is_not_measured() -> None:
    lifecycle = key(Kind.LIFECYCLE, "notebook/stop-when-idle")
    found = of(held(notebook("lab", "InService", 12), notebook("new", "InService", 2)))
    one = found["lab"]
    assert isinstance(one, Finding)
    assert (one.usd_per_month, one.proposal.way) == (50.0, Way.STOP)
    assert "no activity" in " ".join(one.proof)
    new = found["new"]
    assert isinstance(new, Unjudged)
    assert new.young
    ruled = of(held(notebook("lab", "InService", 12, uses=(lifecycle,))))["lab"]
    assert isinstance(ruled, Finding)
    assert "stop-when-idle may stop it" in " ".join(ruled.proof)


def test_a_stopped_notebook_costs_its_volume() -> None:
    one = of(held(notebook("old", "Stopped", 30)))["old"]
    assert isinstance(one, Finding)
    assert (one.usd_per_month, one.proposal.way) == (50 * 0.14, Way.CLEAN_UP)
    assert "lost" in one.proposal.caution


def test_an_app_nobody_worked_in_for_the_time_is_idle() -> None:
    last = LastUsed(NOW - timedelta(days=9), NOW)
    one = of(held(app()), {app().key: last})[LAB]
    assert isinstance(one, Finding)
    assert "9 days ago" in one.proof[0]


def test_an_activity_that_is_the_health_checks_tells_nothing() -> None:
    one = of(held(app()), {app().key: LastUsed(NOW, NOW)})[LAB]
    assert isinstance(one, Unjudged)
    assert "health check" in one.why
    worked = {app().key: LastUsed(NOW - timedelta(days=1), NOW)}
    assert of(held(app()), worked) == {}


def test_an_app_that_was_not_looked_at_or_is_young_is_not_judged() -> None:
    one = of(held(app()))[LAB]
    assert isinstance(one, Unjudged)
    assert not one.young
    new = of(held(app(days=1)), {app().key: LastUsed(None, None)})[LAB]
    assert isinstance(new, Unjudged)
    assert new.young


def test_an_empty_space_costs_its_volume_unless_apps_could_not_be_listed() -> None:
    space = thing(Kind.SPACE, "d-1/emre-lab", volume_gb=5.0)
    other = thing(Kind.SPACE, "d-1/emre-lab-2", volume_gb=5.0)
    found = of(held(space, other, app()))
    assert isinstance(found["d-1/emre-lab-2"], Finding)
    assert "d-1/emre-lab" not in found
    gap = Gap(Kind.APP, "us-east-1", "You may not list apps.")
    assert isinstance(of(held(space, gaps=[gap]))["d-1/emre-lab"], Unjudged)


def test_what_is_protected_is_left_alone() -> None:
    assert of(held(notebook("lab", "InService", 12, tags={"sagedeck:protected": "true"}))) == {}
