"""Cleanups by chance: faults, other people and kills in any order; nothing protected goes, and a second run ends it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.plans import Runs, RunStatus, RunView
from services.plans.journal import Journal
from services.state import State
from tests.services.cleanup.account import MINE
from tests.services.cleanup.fake_aws import FakeAws
from tests.services.cleanup.test_faults import DENIED, PROTECTED, SECONDS, THROTTLED
from tests.services.plans.world import Clock, Refused

LATER = 1000.0
NAMES = ("a", "b", "c", "d")
FAULTS = st.sampled_from(["denied", "throttled", "lost", "broken", "other", "newcomer", "kill"])
OPERATIONS = ("describe", "delete")
PLACES = st.tuples(
    st.sampled_from(OPERATIONS), st.sampled_from(["endpoint", "endpoint_config", "model"]), st.sampled_from(NAMES)
)


def trouble(aws: FakeAws, fault: str, where: str, kill: Callable[[], None]) -> None:
    """Order one thing to go wrong at a call."""
    kind, name = where.split(" ")[0].partition("_")[2], where.split(" ")[1]
    if fault in ("denied", "throttled", "broken"):
        errors = {"denied": DENIED, "throttled": THROTTLED, "broken": Refused("InternalFailure", "Oops", 500)}
        aws.faults.setdefault(where, []).append(errors[fault])
    elif fault == "lost":
        aws.lost.add(where)
    elif fault == "other":
        aws.before[where] = lambda: aws.vanish(kind, name)
    elif fault == "newcomer" and name in aws.things["endpoint"]:
        aws.before[f"delete_endpoint {name}"] = lambda: _newcomer(aws, name)
    elif fault == "kill":
        aws.before[where] = kill


def _newcomer(aws: FakeAws, name: str) -> None:
    if name in aws.things["endpoint_config"]:
        aws.make("endpoint", f"new-{name}", name, {})


def standing(aws: FakeAws) -> set[tuple[str, str]]:
    """What protected things and newcomers need, themselves among it."""
    found = set()
    for name, each in aws.things["endpoint"].items():
        if name.startswith("new-") or each["tags"].get("sagedeck:protected"):
            found.add(("endpoint", name))
            found.add(("endpoint_config", each["uses"]))
            config = aws.things["endpoint_config"].get(each["uses"])
            if config is not None:
                found.add(("model", config["uses"]))
    return found


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    owners=st.lists(st.sampled_from(["mine", "protected", "foreign"]), min_size=2, max_size=4),
    shared=st.booleans(),
    faults=st.lists(st.tuples(FAULTS, PLACES), max_size=6),
)
def test_whatever_goes_wrong_in_whatever_order(owners: list[str], shared: bool, faults: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _one_course(Path(folder), owners, shared, faults)


def _one_course(path: Path, owners: list[str], shared: bool, faults: list[Any]) -> None:
    aws, clock = FakeAws(), Clock()
    tags = {"mine": MINE, "protected": PROTECTED, "foreign": {}}
    for name, owner in zip(NAMES, owners, strict=False):
        aws.chain(name, tags[owner], model="a" if shared else "")
    protected = standing(aws)
    plan = aws.plan()
    state = State(path / "state.db")
    with closing(state):
        runs = Runs(state, aws.operators(), owner="ada", worker="test", clock=clock, sleep=clock.sleep)
        ids: list[str] = []

        def kill() -> None:
            """As kill -9 leaves it: another holds the run from here on, so that this one writes nothing more."""
            clock.now += LATER
            for run_id in ids:
                Journal(state, "ada").take(run_id, "thief", clock.now)
            clock.now += LATER  # and it is not heard of again
            raise Refused("InternalFailure", "nobody hears this", 500)

        for fault, (verb, kind, name) in faults:
            trouble(aws, fault, f"{verb}_{kind} {name}", kill)
        if plan.steps:
            ids.append(runs.start(plan))
            _to_the_end(runs, ids[0], clock)
            view = runs.view(ids[0])
            _check(aws, view, protected)
        for each in (aws.faults, aws.lost, aws.before):
            each.clear()
        again = aws.plan()
        if again.steps:
            second = runs.start(again)
            assert runs.wait(second, SECONDS).status is RunStatus.DONE
            _check(aws, runs.view(second), protected)
    needed = standing(aws)
    assert {("endpoint", name) for name, each in aws.things["endpoint"].items() if each["tags"] == MINE} <= needed


def _to_the_end(runs: Runs, run_id: str, clock: Clock) -> None:
    """Go on with it as often as a patient person would; what stays for good leaves it failed."""
    for left in range(7, -1, -1):
        status = runs.wait(run_id, SECONDS).status
        if status is RunStatus.DONE or not left:
            return
        clock.now += LATER
        runs.resume(run_id)


def _check(aws: FakeAws, view: RunView, protected: set[tuple[str, str]]) -> None:
    """Nothing protected is gone by us, and what is told gone was gone."""
    deletes = {(call.partition("_")[2], name) for call, name in aws.calls if call.startswith("delete_")}
    assert not deletes & protected
    for step in view.steps:
        if step.receipt is None or not step.receipt.gone or step.service != "sagemaker":
            continue
        kind = step.operation.partition("_")[2]
        assert (kind, step.name) in aws.deleted or step.name not in aws.things[kind], step.id
    for kind, name in standing(aws):
        assert name in aws.things[kind] or (kind, name) not in deletes
