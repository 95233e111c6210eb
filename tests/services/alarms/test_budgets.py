"""Budgets on what SageMaker costs: planned with plain state, read with a stubbed client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.alarms import Budget, BudgetRequest, budget_problems, suggest_limit
from services.alarms.budgets import NAME, Notice, plan_budget, plan_without
from services.alarms.gateway import AlarmsGateway
from services.alarms.service import AlarmsService
from services.errors import InvalidRequest, NotFound, PermissionDenied
from services.plans import check, policy
from tests.services.catalog.stubbed import StubbedClients

ACCOUNT = "123456789012"
NEAR = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:"
COUNTED = datetime(2026, 11, 20, 8, tzinfo=UTC)
OVER = {
    "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0,
    "ThresholdType": "PERCENTAGE", "NotificationState": "ALARM",
}  # fmt: skip


def row(name: str = "lab", **changes: Any) -> dict[str, Any]:
    return {
        "BudgetName": name,
        "BudgetLimit": {"Amount": "100.0", "Unit": "USD"},
        "CostFilters": {"Service": ["Amazon SageMaker"]},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
        "CalculatedSpend": {"ActualSpend": {"Amount": "85", "Unit": "USD"}},
        "HealthStatus": {"Status": "HEALTHY", "LastUpdatedTime": COUNTED},
        **changes,
    }


def read(*rows: dict[str, Any], notifications: Any = ()) -> tuple[Budget, ...]:
    clients = StubbedClients("budgets")
    clients.answer("budgets", "describe_budgets", {"Budgets": list(rows)}, {"AccountId": ACCOUNT})
    if notifications:
        told = [{"BudgetName": "lab", "Notifications": list(notifications)}]
        clients.answer(
            "budgets", "describe_budget_notifications_for_account", {"BudgetNotificationsForAccount": told}, None
        )
    with clients.active():
        return AlarmsGateway(clients).budgets(ACCOUNT)


def test_a_budget_is_one_step_that_tells_at_80_percent_spent_and_100_forecast() -> None:
    plan = plan_budget(BudgetRequest(limit=500, emails=("ada@example.com",)), NEAR, "ada")
    (step,) = plan.steps
    assert check(plan) == ()
    assert (step.service, step.operation, plan.estimate.usd_per_hour) == ("budgets", "create_budget", 0.0)
    budget = step.parameters["Budget"]
    assert budget["BudgetLimit"] == {"Amount": "500.00", "Unit": "USD"}
    assert budget["CostFilters"]["Service"] == ("Amazon SageMaker",)
    told = [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"], each["Subscribers"][0]["Address"])
        for each in step.parameters["NotificationsWithSubscribers"]
    ]
    assert told == [("ACTUAL", 80.0, "ada@example.com"), ("FORECASTED", 100.0, "ada@example.com")]
    assert [each.operation for each in step.undo] == ["delete_budget"]
    (statement,) = policy(plan)["Statement"]
    assert statement["Action"] == ["budgets:ModifyBudget", "budgets:TagResource", "budgets:ViewBudget"]
    assert statement["Resource"] == f"arn:aws:budgets::{ACCOUNT}:budget/{NAME}"
    assert "one endpoint alone only by a tag" in plan.warnings[0]
    assert "three times a day" in plan.warnings[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": float("inf")}, "limit"),
        ({"emails": ("nobody",)}, "email"),
        ({"emails": tuple(f"a{number}@example.com" for number in range(11))}, "email"),
        ({"name": "a:b"}, "name"),
        ({"actual": 0}, "actual"),
        ({"forecast": 1001}, "forecast"),
    ],
)
def test_what_aws_would_refuse_stands_at_its_field(changes: dict[str, Any], field: str) -> None:
    asked = BudgetRequest(**{"limit": 5.0, **changes})
    assert [each.field for each in budget_problems(asked)] == [field]
    with pytest.raises(InvalidRequest):
        plan_budget(asked, NEAR, "ada")


def test_a_name_that_is_taken_and_a_partition_without_budgets_in_usd_are_refused_with_words() -> None:
    with pytest.raises(InvalidRequest, match="delete it first"):
        plan_budget(BudgetRequest(limit=5), NEAR, "ada", {NAME})
    with pytest.raises(InvalidRequest, match="aws-us-gov"):
        plan_budget(BudgetRequest(limit=5), NEAR.replace("arn:aws:", "arn:aws-us-gov:"), "ada")


def test_another_partition_is_not_asked_for_budgets() -> None:
    none: Any = None
    near = NEAR.replace("arn:aws:", "arn:aws-cn:")
    assert AlarmsService(AlarmsGateway(StubbedClients()), none, owner="ada", near=near).list_budgets() == ()


def test_budgets_on_other_things_are_left_out_and_cost_one_call() -> None:
    assert read(row("all", CostFilters={}), row("use", BudgetType="USAGE")) == ()


def test_a_budget_is_understood_with_what_was_told_of_it() -> None:
    (found,) = read(row(), notifications=(OVER,))
    assert (found.limit, found.spent, found.forecast, found.updated) == (100.0, 85.0, None, COUNTED.timestamp())
    assert found.notices == (Notice(80.0, crossed=True),)
    assert (found.firing, found.exceeded, found.expected) == (True, False, False)
    assert found.says == "SageMaker cost $85.00 of $100.00 a month so far; forecast an amount not known yet."


def test_it_fires_when_more_than_the_limit_is_spent_or_forecast_and_not_at_it() -> None:
    assert not Budget(name="b", limit=100.0, spent=100.0, forecast=100.0).firing
    assert Budget(name="b", limit=100.0, spent=100.01).exceeded
    assert Budget(name="b", limit=100.0, spent=1.0, forecast=100.01).expected
    assert not Budget(name="b", limit=None).firing


def test_what_cannot_be_put_back_is_said_before_it_goes() -> None:
    (found,) = read(row(AutoAdjustData={"AutoAdjustType": "FORECAST"}), notifications=(OVER,))
    plan = plan_without([(found, ())], NEAR)
    assert plan.steps[0].undo == ()
    assert "cannot be put back" in plan.warnings[0]
    assert check(plan) == ()


def test_a_refusal_names_the_permission() -> None:
    clients = StubbedClients("budgets")
    words = "User: ada is not authorized to perform: budgets:ViewBudget on resource: x"
    clients.refuse("budgets", "describe_budgets", "AccessDeniedException", words)
    with clients.active(), pytest.raises(PermissionDenied) as refused:
        AlarmsGateway(clients).budgets(ACCOUNT)
    assert refused.value.action == "budgets:ViewBudget"


def test_a_budget_that_is_not_there_cannot_be_deleted() -> None:
    clients, none = StubbedClients("budgets"), None
    clients.answer("budgets", "describe_budgets", {"Budgets": []}, None)
    describe: Any = none
    with clients.active(), pytest.raises(NotFound):
        AlarmsService(AlarmsGateway(clients), describe, owner="ada", near=NEAR).plan_delete_budgets(["lab"])


def test_a_limit_is_suggested_a_fifth_above_what_runs_now() -> None:
    assert suggest_limit(1.0).threshold == 880.0  # 1.2 x 730 is 876
    assert suggest_limit(0.001).threshold == 1.0
    assert not suggest_limit(0.0).measured
