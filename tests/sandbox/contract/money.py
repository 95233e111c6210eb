"""Costs, budgets, schedules and tags."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sandbox.contract.sagemaker import ARN, ROLE
from tests.sandbox.contract.story import Answers, Step, step, told

_ACCOUNT: dict[str, Any] = {"AccountId": "123456789012"}
_BUDGET: dict[str, Any] = {
    "BudgetName": "lab", "BudgetLimit": {"Amount": "100", "Unit": "USD"}, "TimeUnit": "MONTHLY", "BudgetType": "COST",
}  # fmt: skip
_ON_LAB: dict[str, Any] = {**_ACCOUNT, "BudgetName": "lab"}
_LAB_ARN = "arn:aws:budgets::123456789012:budget/lab"
_AT_80: dict[str, Any] = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
_AT_90: dict[str, Any] = {**_AT_80, "Threshold": 90.0}
_MAIL: dict[str, Any] = {"SubscriptionType": "EMAIL", "Address": "a@example.com"}
_MAIL_TOO: dict[str, Any] = {**_MAIL, "Address": "b@example.com"}
_SCHEDULE: dict[str, Any] = {
    "Name": "s", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"},
    "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint", "RoleArn": ROLE.replace("Sage", "Clock"),
               "Input": '{"EndpointName": "e"}'},
}  # fmt: skip
_GROUP = "arn:aws:scheduler:us-east-1:123456789012:schedule-group/g"
_TAGGED = f"{ARN}:endpoint/scaled"


def _week(answers: Answers, *, ahead: bool = False) -> dict[str, str]:
    """The seven days before or after today, as the sandbox's clock has it."""
    today = datetime.fromtimestamp(answers["Now"], UTC).date()
    week = timedelta(days=7)
    start, end = (today, today + week) if ahead else (today - week, today)
    return {"Start": str(start), "End": str(end)}


STORIES: dict[str, tuple[Step, ...]] = {
    "ce": (
        told("GetCostAndUsage", lambda a: {"TimePeriod": _week(a), "Granularity": "DAILY", "Metrics": ["UnblendedCost"],
                                           "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}]}),
        Step("GetCostForecast", lambda a: {"TimePeriod": _week(a, ahead=True), "Granularity": "DAILY",
                                           "Metric": "UNBLENDED_COST"}, refused="DataUnavailableException"),
        told("GetDimensionValues", lambda a: {"TimePeriod": _week(a), "Dimension": "SERVICE"}),
        told("GetTags", lambda a: {"TimePeriod": _week(a)}),
    ),
    "budgets": (
        step("CreateBudget", **_ACCOUNT, Budget=_BUDGET),
        step("DescribeBudget", **_ON_LAB),
        step("DescribeBudgets", **_ACCOUNT),
        step("UpdateBudget", **_ACCOUNT, NewBudget={**_BUDGET, "BudgetLimit": {"Amount": "200", "Unit": "USD"}}),
        step("TagResource", ResourceARN=_LAB_ARN, ResourceTags=[{"Key": "a", "Value": "b"}]),
        step("ListTagsForResource", ResourceARN=_LAB_ARN),
        step("UntagResource", ResourceARN=_LAB_ARN, ResourceTagKeys=["a"]),
        step("CreateNotification", **_ON_LAB, Notification=_AT_80, Subscribers=[_MAIL]),
        step("DescribeNotificationsForBudget", **_ON_LAB),
        step("DescribeBudgetNotificationsForAccount", **_ACCOUNT),
        step("UpdateNotification", **_ON_LAB, OldNotification=_AT_80, NewNotification=_AT_90),
        step("CreateSubscriber", **_ON_LAB, Notification=_AT_90, Subscriber=_MAIL_TOO),
        step("DescribeSubscribersForNotification", **_ON_LAB, Notification=_AT_90),
        step("UpdateSubscriber", **_ON_LAB, Notification=_AT_90, OldSubscriber=_MAIL_TOO,
             NewSubscriber={**_MAIL, "Address": "c@example.com"}),
        step("DeleteSubscriber", **_ON_LAB, Notification=_AT_90, Subscriber=_MAIL),
        step("DeleteNotification", **_ON_LAB, Notification=_AT_90),
        step("DeleteBudget", **_ON_LAB),
    ),
    "scheduler": (
        step("CreateScheduleGroup", Name="g", Tags=[{"Key": "a", "Value": "b"}]),
        step("GetScheduleGroup", Name="g"),
        step("ListScheduleGroups"),
        step("ListTagsForResource", ResourceArn=_GROUP),
        step("TagResource", ResourceArn=_GROUP, Tags=[{"Key": "c", "Value": "d"}]),
        step("UntagResource", ResourceArn=_GROUP, TagKeys=["c"]),
        step("CreateSchedule", **_SCHEDULE),
        step("GetSchedule", Name="s"),
        step("ListSchedules"),
        step("UpdateSchedule", **{**_SCHEDULE, "ScheduleExpression": "rate(2 days)"}),
        step("DeleteSchedule", Name="s"),
        step("DeleteScheduleGroup", Name="g"),
    ),
    "resourcegroupstaggingapi": (
        step("TagResources", ResourceARNList=[_TAGGED], Tags={"owner": "me"}),
        step("GetResources", ResourceTypeFilters=["sagemaker"]),
        step("GetTagKeys"),
        step("GetTagValues", Key="owner"),
        step("UntagResources", ResourceARNList=[_TAGGED], TagKeys=["owner"]),
    ),
}  # fmt: skip
