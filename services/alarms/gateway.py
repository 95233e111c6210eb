"""Reads alarms, their history and who is told, and budgets on what SageMaker costs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from services.alarms.budgets import Budget, about_sagemaker, budget_of
from services.alarms.models import Alarm, Change, Subscription
from services.alarms.reading import alarm_of
from services.aws_errors import could_not_find, translate
from services.clients import ClientSource
from services.errors import SagedeckError

MOST = 2000  # alarms of a region that are looked at; a page has 100
MOST_CHANGES = 50
_COMPONENT = "InferenceComponentName"


class AlarmsGateway:
    """Reads with the connection's clients of CloudWatch and SNS."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms of the region about what SageMaker hosts, by name: the fewest pages there can be.

        Raises PermissionDenied (cloudwatch:DescribeAlarms), Throttled, Unreachable.
        """
        asked = {"AlarmTypes": ["MetricAlarm"], "PaginationConfig": {"MaxItems": MOST, "PageSize": 100}}
        rows = self._rows("cloudwatch", "describe_alarms", "MetricAlarms", "reading alarms", **asked)
        return self._understood(rows)

    def alarm(self, name: str) -> Alarm | None:
        """The alarm of this name, None where there is none about what SageMaker hosts."""
        rows = self._rows("cloudwatch", "describe_alarms", "MetricAlarms", f"reading {name}", AlarmNames=[name])
        return next(iter(self._understood(rows)), None)

    def history(self, name: str) -> tuple[Change, ...]:
        """What became of an alarm, newest first, at most MOST_CHANGES."""
        rows = self._rows(
            "cloudwatch", "describe_alarm_history", "AlarmHistoryItems", f"reading the history of {name}",
            AlarmName=name, PaginationConfig={"MaxItems": MOST_CHANGES, "PageSize": MOST_CHANGES},
        )  # fmt: skip
        return tuple(
            Change(row["Timestamp"].timestamp(), row.get("HistorySummary", ""), row.get("HistoryItemType", ""))
            for row in rows
        )

    def subscriptions(self, topic: str) -> tuple[Subscription, ...]:
        """Who is told by a topic; () where there is no such topic."""
        doing = f"reading who subscribes to {topic.rpartition(':')[2]}"
        try:
            paginator = self._clients.get("sns").get_paginator("list_subscriptions_by_topic")
            rows = [row for page in paginator.paginate(TopicArn=topic) for row in page.get("Subscriptions", [])]
        except Exception as error:
            if could_not_find(error):
                return ()
            raise translate(error, doing) from error
        confirmed = ((row, str(row.get("SubscriptionArn", "")).startswith("arn:")) for row in rows)
        return tuple(Subscription(row.get("Protocol", ""), row.get("Endpoint", ""), sure) for row, sure in confirmed)

    def budgets(self, account: str) -> tuple[Budget, ...]:
        """The account's budgets on the cost of SageMaker, by name: two paged calls at most.

        Raises PermissionDenied (budgets:ViewBudget), Throttled, Unreachable.
        """
        doing, which = "reading budgets", {"AccountId": account}
        rows = [row for row in self._rows("budgets", "describe_budgets", "Budgets", doing, **which)
                if about_sagemaker(row)]  # fmt: skip
        if not rows:
            return ()
        told = self._rows(
            "budgets", "describe_budget_notifications_for_account", "BudgetNotificationsForAccount", doing, **which
        )
        notices = {each.get("BudgetName", ""): each.get("Notifications", []) for each in told}
        found = (budget_of(row, notices.get(row["BudgetName"], ())) for row in rows)
        return tuple(sorted(found, key=lambda each: each.name))

    def told_by(self, account: str, budget: Budget) -> tuple[Mapping[str, Any], ...]:
        """The notifications of a budget with their subscribers, as CreateBudget takes them."""
        doing, which = f"reading who {budget.name} tells", {"AccountId": account, "BudgetName": budget.name}
        found = []
        for each in self._rows("budgets", "describe_notifications_for_budget", "Notifications", doing, **which):
            notification = {key: value for key, value in each.items() if key != "NotificationState"}
            asked = {**which, "Notification": notification}
            people = self._rows("budgets", "describe_subscribers_for_notification", "Subscribers", doing, **asked)
            found.append({"Notification": notification, "Subscribers": [dict(person) for person in people]})
        return tuple(found)

    def _understood(self, rows: Iterable[Mapping[str, Any]]) -> tuple[Alarm, ...]:
        rows = list(rows)
        # a component's figures do not name its endpoint: it is asked for only where an alarm is about one
        components = self._components() if any(_COMPONENT in json.dumps(row, default=str) for row in rows) else {}
        found = (alarm_of(row, components) for row in rows)
        return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name))

    def _components(self) -> dict[str, str]:
        doing = "listing inference components"
        try:
            rows = self._rows("sagemaker", "list_inference_components", "InferenceComponents", doing)
            return {row["InferenceComponentName"]: row["EndpointName"] for row in rows}
        except SagedeckError:
            return {}  # its alarms are then shown without their endpoint

    def _rows(self, service: str, operation: str, rows: str, doing: str, **which: Any) -> tuple[Mapping[str, Any], ...]:
        try:
            pages = self._clients.get(service).get_paginator(operation).paginate(**which)
            return tuple(row for page in pages for row in page.get(rows, []))
        except Exception as error:
            raise translate(error, doing) from error
