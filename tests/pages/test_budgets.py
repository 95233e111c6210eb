"""Budgets on cost, in the tab Alarms."""

from __future__ import annotations

from typing import Any

import pytest

from services.alarms import Budget, BudgetRequest, Kind
from services.alarms.budgets import Notice, plan_budget, plan_without
from services.errors import PermissionDenied, SagedeckError
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.pages.test_monitoring import HOSTILE, NAME, FakeAlarms, FakeMetrics, alarm, opened, pressed, texts


class FakeBudgets(FakeAlarms):
    """Budgets held in memory beside the alarms; plans are the real ones."""

    def __init__(self, detail: Any) -> None:
        super().__init__(detail)
        self.budgets: list[Budget] = []
        self.no_budgets: SagedeckError | None = None

    def list_budgets(self) -> tuple[Budget, ...]:
        if self.no_budgets is not None:
            raise self.no_budgets
        return tuple(self.budgets)

    def plan_budget(self, request: BudgetRequest) -> Any:
        return plan_budget(request, self.detail.arn, "ana")

    def plan_delete_budgets(self, names: list[str]) -> Any:
        return plan_without([(each, ()) for each in self.budgets if each.name in names], self.detail.arn)


@pytest.fixture
def console() -> FakeConsole:
    made = FakeConsole(endpoint(NAME, "text-generation"))
    given: Any = made
    given.metrics, given.alarms = FakeMetrics(), FakeBudgets(made.endpoints.found[NAME])
    return made


def test_the_accounts_budgets_stand_below_the_alarms_with_their_lag(open_page: Open, console: FakeConsole) -> None:
    notices = (Notice(80.0), Notice(100.0, expected=True, crossed=True))
    console.alarms.budgets.append(Budget(name="lab" + HOSTILE, limit=9.0, spent=6.0, forecast=12.0, notices=notices))
    words = texts(opened(open_page, console, "Alarms"))
    assert "SageMaker cost $6.00 so far and is forecast to cost $12.00" in words
    assert "Mails at 80 % spent, 100 % forecast." in words
    assert "up to three times a day" in words


def test_a_budget_is_a_plan_from_the_same_form_and_its_deletion_too(open_page: Open, console: FakeConsole) -> None:
    at = opened(open_page, console, "Alarms")
    at.session_state["alarm.form"] = True
    at.session_state["alarm.speaker.kind"] = Kind.COST
    at.run()
    words = texts(at)
    assert "one endpoint alone only by a tag" in words
    assert "suggested $" in words
    pressed(at, "budget.plan")
    assert "Enter the address that is to be told." in texts(at)
    next(each for each in at.text_input if each.label == "E-mail addresses").set_value("ada@example.com").run()
    next(each for each in at.number_input if each.label == "USD a month").set_value(500.0).run()
    pressed(at, "budget.plan")
    next(each for each in at.button if each.label.startswith("Create ·")).click().run()
    assert not at.exception
    console.alarms.budgets.append(Budget(name="lab", limit=100.0))
    console.refresh()
    at = opened(open_page, console, "Alarms")
    pressed(at, "budget.delete.lab")
    next(each for each in at.button if each.label.startswith("Delete ·")).click().run()
    assert [plan.title for plan in console.runs.started] == [
        "Create the budget sagedeck-sagemaker-cost", "Delete the budget lab",
    ]  # fmt: skip


def test_without_budgets_view_budget_the_alarms_stand_and_it_is_named(open_page: Open, console: FakeConsole) -> None:
    console.alarms.held.append(alarm())
    console.alarms.no_budgets = PermissionDenied("AWS refused permission.", "It is missing.", "Ask.")
    words = texts(opened(open_page, console, "Alarms"))
    assert "`budgets:ViewBudget`" in words
    assert "Threshold Crossed" in words
