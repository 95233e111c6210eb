"""Alarms against the sandbox, which judges them by the calls really made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.alarms import Alarm, AlarmRequest, BudgetRequest, Kind, State, firing
from services.connection import sandbox_at
from services.console import Console
from services.errors import InvalidRequest, NotFound, PermissionDenied, SagedeckError
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client, start_sandbox
from tests.services.endpoints.flows import deployed, done

NAME = "sagedeck-watched-errors"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    found = Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))
    deployed(found, "watched")
    return found


@pytest.fixture
def control(url: str) -> Iterator[SandboxControl]:
    made = SandboxControl(url)
    yield made
    made.clear_faults()


def held(console: Console, name: str = NAME) -> Alarm:
    return next(each for each in console.alarms.list_alarms() if each.name == name)


def made(console: Console, **more: object) -> None:
    asked = {"endpoint": "watched", "kind": Kind.ERRORS, "threshold": 5.0, "share": True, **more}
    done(console, console.alarms.plan_create(AlarmRequest(**asked)))  # type: ignore[arg-type]


def test_failing_calls_set_an_alarm_off_and_it_tells_whoever_asked(
    console: Console, url: str, control: SandboxControl
) -> None:
    made(console, email="ada@example.com")
    alarm = held(console)
    assert (alarm.endpoint, alarm.kind, alarm.made_here) == ("watched", Kind.ERRORS, True)
    (topic,) = alarm.topics
    assert [(each.to, each.confirmed) for each in console.alarms.subscriptions(topic)] == [("ada@example.com", False)]
    tags = client(url, "cloudwatch").list_tags_for_resource(ResourceARN=alarm.arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags}["sagedeck:endpoint"] == "watched"
    control.advance(600)
    assert [each.confirmed for each in console.alarms.subscriptions(topic)] == [True]

    control.set_fault("server-error", service="sagemaker-runtime", value=424)
    for _ in range(5):
        with pytest.raises(SagedeckError):
            console.smoke_test("watched")
    control.clear_faults()
    control.advance(240)
    alarm = held(console)
    assert alarm.state is State.FIRING, alarm.reason
    assert list(firing(console.alarms.list_alarms())) == ["watched"]
    kinds = [each.kind for each in console.alarms.history(NAME)]
    assert {"StateUpdate", "ConfigurationUpdate", "Action"} <= set(kinds)


def test_making_it_again_changes_it_and_leaves_its_topic(console: Console) -> None:
    made(console, email="ada@example.com")
    plan = console.alarms.plan_create(
        AlarmRequest(endpoint="watched", kind=Kind.ERRORS, threshold=9, share=True, email="ada@example.com")
    )
    assert plan.title == f"Change the alarm {NAME}"
    view = done(console, plan)
    assert [step.status for step in view.steps] == ["already_there", "already_there", "done"]
    assert held(console).threshold == 9.0


def test_a_deleted_alarm_comes_back_by_undoing(console: Console) -> None:
    made(console, kind=Kind.LATENCY, threshold=800.0, share=False)
    name = "sagedeck-watched-latency"
    before = held(console, name)
    view = done(console, console.alarms.plan_delete([name]))
    with pytest.raises(NotFound):
        console.alarms.plan_delete([name])
    console.runs.undo(view.id, confirmed=console.runs.undo_plan(view.id))
    console.runs.wait(view.id, 30)
    assert held(console, name).sent == before.sent


def test_nobody_calling_is_an_alarm_after_as_many_hours(console: Console, control: SandboxControl) -> None:
    made(console, kind=Kind.IDLE, threshold=2.0, share=False)
    control.advance(4 * 3600)
    assert held(console, "sagedeck-watched-idle").firing


def test_without_the_permission_reading_says_which(console: Console, control: SandboxControl) -> None:
    control.set_fault("denied-action", service="cloudwatch", operation="DescribeAlarms")
    with pytest.raises(PermissionDenied) as caught:
        console.alarms.list_alarms()
    assert caught.value.action == "cloudwatch:DescribeAlarms"


def test_an_endpoint_takes_the_alarms_this_console_made_of_it_along_and_no_others(console: Console, url: str) -> None:
    deployed(console, "watched-too")
    made(console)
    done(console, console.alarms.plan_create(AlarmRequest(endpoint="watched-too", kind=Kind.LATENCY, threshold=500)))
    where = [{"Name": "EndpointName", "Value": "watched-too"}, {"Name": "VariantName", "Value": "AllTraffic"}]
    client(url, "cloudwatch").put_metric_alarm(
        AlarmName="mine", Namespace="AWS/SageMaker", MetricName="Invocations", Statistic="Sum", Period=60, Threshold=1,
        Dimensions=where, EvaluationPeriods=1, ComparisonOperator="LessThanThreshold",
    )  # fmt: skip
    done(console, console.endpoints.plan_delete("watched-too"))
    names = [each.name for each in console.alarms.list_alarms()]
    assert "sagedeck-watched-too-latency" not in names
    assert {"mine", NAME} <= set(names)


def test_a_budget_follows_what_runs_fires_and_comes_back_by_undoing(console: Console, control: SandboxControl) -> None:
    asked = BudgetRequest(limit=0.01, emails=("ada@example.com",), name="tiny")
    done(console, console.alarms.plan_budget(asked))
    control.advance(24 * 3600)
    (held,) = console.alarms.list_budgets()
    assert held.exceeded, held.says
    assert [each.crossed for each in held.notices] == [True, True]
    with pytest.raises(InvalidRequest):
        console.alarms.plan_budget(asked)

    view = done(console, console.alarms.plan_delete_budgets(["tiny"]))
    assert console.alarms.list_budgets() == ()
    console.runs.undo(view.id, confirmed=console.runs.undo_plan(view.id))
    console.runs.wait(view.id, 60)
    (again,) = console.alarms.list_budgets()
    assert (again.limit, len(again.notices), again.sent) == (0.01, 2, held.sent)
    done(console, console.alarms.plan_delete_budgets(["tiny"]))


def test_a_refused_budget_leaves_the_alarms(console: Console, control: SandboxControl) -> None:
    control.set_fault("denied-action", service="budgets", operation="DescribeBudgets")
    with pytest.raises(PermissionDenied):
        console.alarms.list_budgets()
    assert isinstance(console.alarms.list_alarms(), tuple)
