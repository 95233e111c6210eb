"""Alerts: once a period, when what was spent or will be crosses a threshold."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from operator import eq, gt, lt
from typing import TYPE_CHECKING, Any

from sandbox.budgets.spending import Period, forecast, limit_of, period_of, spent
from sandbox.costexplorer.ledger import Usage
from sandbox.records import Record
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

KEPT = 200  # e-mails that are remembered
_COMPARED = {"GREATER_THAN": gt, "LESS_THAN": lt, "EQUAL_TO": eq}


class Alerts:
    def __init__(self, world: "World") -> None:
        self._world = world

    def look(self, name: str, record: Record, usages: list[Usage], now: float) -> None:
        """Compare a budget's notifications with its spend; those newly crossed go out."""
        budget = record["budget"]
        period = period_of(budget, now)
        actual = spent(usages, budget, period)
        amounts = {"ACTUAL": actual, "FORECASTED": forecast(actual, period, now)}
        for each in record["notifications"]:
            notification = each["notification"]
            threshold = _threshold(budget, notification, period)
            amount = amounts[notification["NotificationType"]]
            crossed = _COMPARED[notification["ComparisonOperator"]](amount, threshold)
            notification["NotificationState"] = "ALARM" if crossed else "OK"
            if crossed and each["crossed"] != period.start:
                each["crossed"] = period.start
                self._send(name, budget, each, amount, threshold, now)
        self._world.records.shelf("budgets/budget").changed(name)

    def mailed(self) -> list[Record]:
        """Return what would have gone out by e-mail, oldest first: {"to", "subject", "message", "at"}."""
        return list(self._world.records.shelf("budgets/mail").values())

    def _send(
        self, name: str, budget: Mapping[str, Any], each: Record, amount: float, threshold: float, now: float
    ) -> None:
        subject = f"AWS Budgets: {name} has exceeded your alert threshold"[:100]
        message = _message(name, budget, each["notification"], amount, threshold, now)
        for subscriber in each["subscribers"]:
            if subscriber["SubscriptionType"] == "SNS":
                try:
                    self._world.topics.publish(subscriber["Address"], subject, message)
                except KeyError:
                    continue  # as on AWS, nobody is told that a topic is gone
            else:
                self._mail(subscriber["Address"], subject, message, now)

    def _mail(self, address: str, subject: str, message: str, now: float) -> None:
        shelf = self._world.records.shelf("budgets/mail")
        shelf[str(uuid.uuid4())] = {"to": address, "subject": subject, "message": message, "at": now}
        shelf.keep_newest(KEPT)


def _threshold(budget: Mapping[str, Any], notification: Mapping[str, Any], period: Period) -> float:
    share = float(notification["Threshold"])
    return share if notification["ThresholdType"] == "ABSOLUTE_VALUE" else limit_of(budget, period) * share / 100


def _message(
    name: str, budget: Mapping[str, Any], notification: Mapping[str, Any], amount: float, threshold: float, now: float
) -> str:
    day = datetime.fromtimestamp(now, UTC).strftime("%B %d, %Y")
    limit = limit_of(budget, period_of(budget, now))
    compared = notification["ComparisonOperator"].replace("_", " ").lower()
    return (
        f"AWS Budget Notification {day}\nAWS Account {ACCOUNT} (Sagedeck's sandbox: this money was not spent)\n\n"
        f"Budget Name: {name}\nBudget Type: {budget['BudgetType'].title()}\nBudgeted Amount: ${limit:.2f}\n"
        f"Alert Type: {notification['NotificationType']}\nAlert Threshold: {compared} ${threshold:.2f}\n"
        f"{notification['NotificationType']} Amount: ${amount:.2f}\n"
    )
