"""What the journal knows of an endpoint's cost over time, against bills worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from services.costs.past import lives, past_of, unchanged_since
from services.costs.reckoning import Stretch, usd
from services.costs.scaling import Activity, scaled
from services.plans import Plan, RunStatus, RunView, Step, StepStatus, StepView
from services.resources import Key, Kind, Resource

HOUR = timedelta(hours=1)
MADE = datetime(2026, 11, 3, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 11, tzinfo=UTC)
KEY = Key(Kind.ENDPOINT, "demo", "us-east-1")


def run(
    operation: str,
    at: datetime,
    usd_per_hour: float | None,
    *,
    name: str = "demo",
    status: StepStatus = StepStatus.DONE,
) -> RunView:
    step = Step(id="one", service="sagemaker", operation=operation, reason="r", parameters={"EndpointName": name})
    seen = StepView(
        "one", "r", "sagemaker", operation, status, at.timestamp(), at.timestamp(), usd_per_hour=usd_per_hour, name=name
    )
    return RunView("r", "t", RunStatus.DONE, (seen,), Plan("t", (step,)), at.timestamp(), at.timestamp(), 0.0)


def held(**values: object) -> Resource:
    return Resource(key=KEY, described=True, **{"created": MADE, "changed": MADE, **values})  # type: ignore[arg-type]


def test_an_endpoint_made_scaled_paused_and_resumed_costs_what_the_journal_says() -> None:
    resumed = MADE + 30 * HOUR
    runs = [
        run("create_endpoint", resumed, 0.92),
        run("create_endpoint", MADE, 0.46),
        run("update_endpoint_weights_and_capacities", MADE + 4 * HOUR, 0.46),
        run("delete_endpoint", MADE + 10 * HOUR, -0.92),
    ]
    past = past_of(lives(runs, "us-east-1"), held(created=resumed, changed=resumed + timedelta(minutes=6)))
    assert past is not None
    # 4 h of one instance, 6 h of two, 20 h paused, then two instances until now
    assert usd(past, MADE, MADE + 30 * HOUR) == pytest.approx(4 * 0.46 + 6 * 0.92)
    assert usd(past, MADE, MADE + 31 * HOUR + timedelta(minutes=30)) == pytest.approx(4 * 0.46 + 6 * 0.92 + 1.5 * 0.92)


def test_an_update_costs_both_sizes_until_it_is_done() -> None:
    runs = [
        run("create_endpoint", MADE, 1.0),
        run("update_endpoint", MADE + 2 * HOUR, 3.0),
        run("describe_endpoint", MADE + 3 * HOUR, -1.0),
    ]
    past = past_of(lives(runs, "us-east-1"), held(changed=MADE + 3 * HOUR))
    assert past is not None
    assert usd(past, MADE, MADE + 5 * HOUR) == pytest.approx(2 * 1.0 + 1 * 4.0 + 2 * 3.0)


def test_what_somebody_else_changed_since_is_not_known() -> None:
    known = lives([run("create_endpoint", MADE, 1.0)], "us-east-1")
    assert past_of(known, held(changed=MADE + timedelta(minutes=10))) is not None
    assert past_of(known, held(changed=MADE + 5 * HOUR)) is None
    assert past_of(known, held(created=MADE + 9 * HOUR)) is None


def test_steps_that_failed_or_found_it_there_do_not_count() -> None:
    runs = [
        run("create_endpoint", MADE, 1.0, status=StepStatus.FAILED),
        run("create_endpoint", MADE, 1.0, status=StepStatus.ALREADY_THERE),
    ]
    assert lives(runs, "us-east-1") == {}


def test_names_that_begin_alike_are_not_mixed_up() -> None:
    runs = [run("create_endpoint", MADE, 1.0), run("delete_endpoint", MADE + HOUR, -1.0, name="demo-2")]
    assert set(lives(runs, "us-east-1")) == {KEY}
    assert lives(runs, "us-east-1")[KEY].stretches[-1].usd_per_hour == 1.0


def test_an_update_taken_back_leaves_the_price_unknown() -> None:
    runs = [run("create_endpoint", MADE, 1.0), run("update_endpoint", MADE + HOUR, 0.0)]
    assert lives(runs, "us-east-1")[KEY].stretches[-1].usd_per_hour is None


def test_auto_scaling_is_reckoned_by_variant() -> None:
    activities = [
        Activity(MADE + 6 * HOUR, "a", 1),
        Activity(MADE + 2 * HOUR, "a", 3),
        Activity(MADE + 3 * HOUR, "other", 9),
    ]
    found = scaled(MADE, {"a": 1, "b": 2}, {"a": 0.5, "b": 1.0}, activities)
    assert [stretch.usd_per_hour for stretch in found] == [2.5, 3.5, 2.5]
    assert usd(found, MADE, MADE + 10 * HOUR) == pytest.approx(2 * 2.5 + 4 * 3.5 + 4 * 2.5)


def test_scaling_to_nothing_of_an_unknown_price_costs_nothing() -> None:
    found = scaled(MADE, {"a": 1}, {"a": None}, [Activity(MADE + HOUR, "a", 0)])
    assert found == (Stretch(MADE, None, MADE + HOUR), Stretch(MADE + HOUR, 0.0))


def test_what_changed_only_while_it_started_has_had_its_size_from_the_beginning() -> None:
    assert unchanged_since(held(changed=MADE + timedelta(minutes=9))) == MADE
    assert unchanged_since(held(changed=NOW)) == NOW
