"""The bill beside what the sandbox really charges, and what is asked of Cost Explorer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from services import sandbox_child
from services.connection import sandbox_at
from services.console import Console
from services.costs import BillLine
from services.endpoints import PauseRequest, ScaleRequest
from services.errors import NotFound, PermissionDenied, SagedeckError
from services.resources import Key, Kind
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client, start_sandbox
from tests.services.endpoints.flows import deployed, done

REGION = "us-east-1"
HOUR = 3600.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "3000") as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


class Control(SandboxControl):
    """Puts the clock forward so that it is noticed at once; a console looks at it every few seconds."""

    def advance(self, seconds: float) -> datetime:
        now = super().advance(seconds)
        sandbox_child._ahead.clear()
        return now


@pytest.fixture
def control(url: str) -> Iterator[Control]:
    made = Control(url)
    yield made
    made.clear_faults()


def test_an_account_with_nothing_in_it_costs_nothing(console: Console) -> None:
    found = console.costs.settled(60)
    assert found.complete
    assert found.total.usd_per_hour == 0
    with pytest.raises(NotFound):
        console.costs.detail(Key(Kind.ENDPOINT, "not-there", REGION))


def test_the_estimate_of_two_days_is_what_is_charged_for_them(console: Console, url: str, control: Control) -> None:
    deployed(console, "steady")
    role = client(url, "iam").list_roles()["Roles"][0]["Arn"]
    notebook = {"NotebookInstanceName": "lab", "InstanceType": "ml.t3.medium", "RoleArn": role, "VolumeSizeInGB": 100}
    client(url, "sagemaker").create_notebook_instance(**notebook)
    control.advance(60 * HOUR)
    console.refresh()
    console.resources.forget()
    found = console.costs.settled(60)
    lines = {line.key.name: line for line in found.lines}
    assert {"steady", "lab"} <= set(lines)
    assert lines["steady"].exact
    assert lines["lab"].usd_per_hour == pytest.approx(0.05 + 100 * 0.14 / 730, rel=0.2)
    known = found.at - timedelta(hours=24)  # what Cost Explorer knows
    charged = console.costs.spent(7)
    assert charged is not None
    mine = found.between(found.at - timedelta(days=7), known)
    assert charged.usd > 1.0
    assert mine == pytest.approx(charged.usd, rel=0.01)


def test_an_answer_is_kept_and_every_request_is_counted(console: Console, control: Control) -> None:
    before = console.costs.asked()
    first = console.costs.spent(14, "tag:sagedeck:owner")
    assert console.costs.spent(14, "tag:sagedeck:owner") == first
    assert console.costs.asked() == before + 1
    assert console.costs.spent(30, "region", ask=False) is None
    assert console.costs.asked() == before + 1
    control.advance(console.costs.keep + 60)
    console.costs.spent(14, "tag:sagedeck:owner")
    assert console.costs.asked() == before + 2
    with pytest.raises(ValueError, match="not usage"):
        console.costs.spent(7, "weather")


def test_a_restart_asks_nothing_again(console: Console, url: str) -> None:
    told = console.costs.spent(5)
    again = Console(sandbox_at(url, owner="ada"), folder=console.folder)
    assert again.costs.spent(5, ask=False) == told
    other = Console(sandbox_at(url, owner="ben"), folder=console.folder)
    assert other.costs.spent(5, ask=False) is None
    assert other.costs.asked() == 0


def test_too_little_history_for_a_forecast_is_said_and_later_there_is_one(console: Console, control: Control) -> None:
    with pytest.raises(SagedeckError) as refused:
        console.costs.forecast()
    assert "historical data" in str(refused.value)
    control.advance(72 * HOUR)
    told = console.costs.forecast()
    assert told is not None
    assert told.low is not None
    assert told.high is not None
    assert told.low <= told.usd <= told.high


def test_a_refused_cost_explorer_names_the_action_and_the_bill_stands(console: Console, control: Control) -> None:
    control.set_fault("denied-action", service="ce")
    with pytest.raises(PermissionDenied) as refused:
        console.costs.spent(11)
    assert refused.value.action == "ce:GetCostAndUsage"
    assert console.costs.settled(60).total.usd_per_hour > 0
    control.clear_faults()
    assert console.costs.spent(11) is not None


def test_regions_of_other_partitions_are_not_offered(console: Console) -> None:
    assert REGION in console.costs.regions()
    assert not [each for each in console.costs.regions() if each.startswith(("cn-", "us-gov-"))]


@pytest.mark.slow
def test_the_demo_account_has_every_kind_of_line(tmp_path_factory: pytest.TempPathFactory) -> None:
    with start_sandbox("--seed", "demo") as address:
        console = Console(sandbox_at(address, owner="ada"), folder=tmp_path_factory.mktemp("home"))
        found = console.costs.settled(60)
        lines = {line.key.name: line for line in found.lines}
        assert found.complete
        serverless = lines["spam-filter"]
        assert serverless.requests
        assert serverless.so_far is not None
        assert serverless.so_far > 0
        counted = console.costs.requests()
        assert counted[serverless.key] >= serverless.requests
        assert sum(counted.values()) > serverless.requests
        assert [line.key.name for line in found.lines if line.stopped and line.key.kind is Kind.NOTEBOOK] == [
            "chen-graphs"
        ]
        scaled = lines["recommend-home"]  # by its traffic, so that its size is known from its activities alone
        assert console.costs.detail(scaled.key).exact


def test_the_journal_tells_what_an_endpoint_cost_that_was_scaled_paused_and_resumed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with start_sandbox("--speed", "3000") as address:
        console = Console(sandbox_at(address, owner="ada"), folder=tmp_path_factory.mktemp("home"))

        def line() -> BillLine:
            console.refresh()
            console.resources.forget()
            return next(each for each in console.costs.settled(60).lines if each.key.name == "one")

        deployed(console, "one")
        each = line().usd_per_hour
        assert each is not None
        done(console, console.changes.plan_scale(ScaleRequest(name="one", count=2)))
        assert [stretch.usd_per_hour for stretch in line().stretches] == [each, 2 * each]
        assert line().exact
        done(console, console.changes.plan_pause(PauseRequest(name="one", at="2026-11-20T12:00:00Z")))
        paused = line()
        assert (paused.gone, paused.usd_per_hour, paused.exact) == (True, 0.0, True)
        assert paused.so_far is not None
        assert paused.so_far > 0
        done(console, console.changes.plan_resume("one"))
        resumed = line()
        assert not resumed.gone
        assert [stretch.usd_per_hour for stretch in resumed.stretches][:3] == [each, 2 * each, 0.0]
        assert resumed.so_far is not None
        assert resumed.so_far >= paused.so_far
