"""Notifications of a budget and their subscribers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed
from sandbox.records import Record

MOST, MOST_MAILS = 10, 10  # notifications of a budget, e-mail addresses of a notification (and one topic)
BAD_TOKEN = ("InvalidNextTokenException", "The next token is not valid.")

Find = Callable[[Request, str], Record]
Json = Mapping[str, Any]


class Notifications:
    """`require` finds a budget's record or raises with the words given; `changed` is told a budget's name."""

    def __init__(self, require: Find, changed: Callable[[str], None]) -> None:
        self._require = require
        self._changed = changed
        self.operations: dict[str, Handler] = {
            "CreateNotification": self.create,
            "DescribeNotificationsForBudget": self.describe,
            "UpdateNotification": self.update,
            "DeleteNotification": self.delete,
            "CreateSubscriber": self.create_subscriber,
            "DescribeSubscribersForNotification": self.describe_subscribers,
            "UpdateSubscriber": self.update_subscriber,
            "DeleteSubscriber": self.delete_subscriber,
        }

    def add(self, record: Record, notification: Json, subscribers: Iterable[Json]) -> None:
        """Add a notification. Raises DuplicateRecordException, CreationLimitExceededException."""
        held = record["notifications"]
        if any(_same(each["notification"], notification) for each in held):
            raise AwsError("DuplicateRecordException", "Unable to create notification - it already exists.")
        if len(held) >= MOST:
            raise AwsError("CreationLimitExceededException", f"A budget can have {MOST} notifications.")
        each: Record = {"notification": _whole(notification), "subscribers": [], "crossed": 0.0}
        for subscriber in subscribers:
            _subscribe(each, subscriber)
        held.append(each)

    def create(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to create notification - the budget doesn't exist.")
        self.add(record, request["Notification"], request["Subscribers"])
        return self._keep(request)

    def describe(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to get notifications - the budget doesn't exist.")
        held = [each["notification"] for each in record["notifications"]]
        return listed("Notifications", held, request, BAD_TOKEN)

    def update(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to update notification - the budget doesn't exist.")
        each = _found(record, request["OldNotification"])
        if any(o is not each and _same(o["notification"], request["NewNotification"]) for o in record["notifications"]):
            raise AwsError("DuplicateRecordException", "Unable to update notification - it already exists.")
        each["notification"], each["crossed"] = _whole(request["NewNotification"]), 0.0
        return self._keep(request)

    def delete(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to delete notification - the budget doesn't exist.")
        record["notifications"].remove(_found(record, request["Notification"]))
        return self._keep(request)

    def create_subscriber(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to create subscriber - the budget doesn't exist.")
        _subscribe(_found(record, request["Notification"]), request["Subscriber"])
        return self._keep(request)

    def describe_subscribers(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to get subscribers - the budget doesn't exist.")
        held = _found(record, request["Notification"])["subscribers"]
        return listed("Subscribers", held, request, BAD_TOKEN)

    def update_subscriber(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to update subscriber - the budget doesn't exist.")
        each = _found(record, request["Notification"])
        _unsubscribe(each, request["OldSubscriber"])
        _subscribe(each, request["NewSubscriber"])
        return self._keep(request)

    def delete_subscriber(self, call: Call, request: Request) -> Response:
        record = self._require(request, "Unable to delete subscriber - the budget doesn't exist.")
        each = _found(record, request["Notification"])
        if len(each["subscribers"]) == 1 and each["subscribers"][0] == dict(request["Subscriber"]):
            raise AwsError("InvalidParameterException", "A notification needs at least one subscriber.")
        _unsubscribe(each, request["Subscriber"])
        return self._keep(request)

    def _keep(self, request: Request) -> Response:
        self._changed(request["BudgetName"])
        return {}


def _whole(notification: Json) -> Record:
    return {"ThresholdType": "PERCENTAGE", **notification, "NotificationState": "OK"}


def _same(one: Json, other: Json) -> bool:
    members = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
    return all(_whole(one)[member] == _whole(other)[member] for member in members)


def _found(record: Record, notification: Json) -> Record:
    for each in record["notifications"]:
        if _same(each["notification"], notification):
            found: Record = each
            return found
    raise AwsError("NotFoundException", "Unable to get notification - the notification doesn't exist.")


def _subscribe(each: Record, subscriber: Json) -> None:
    held = each["subscribers"]
    if dict(subscriber) in held:
        raise AwsError("DuplicateRecordException", "Unable to create subscriber - the subscriber already exists.")
    kind = subscriber["SubscriptionType"]
    if kind == "SNS" and not subscriber["Address"].startswith("arn:"):
        raise AwsError("InvalidParameterException", "Please comply with SNS Topic ARN format.")
    if kind == "EMAIL" and "@" not in subscriber["Address"]:
        raise AwsError("InvalidParameterException", "Please provide a valid e-mail address.")
    if sum(other["SubscriptionType"] == kind for other in held) >= (1 if kind == "SNS" else MOST_MAILS):
        raise AwsError("CreationLimitExceededException", f"A notification can have no more {kind} subscribers.")
    held.append(dict(subscriber))


def _unsubscribe(each: Record, subscriber: Json) -> None:
    if dict(subscriber) not in each["subscribers"]:
        raise AwsError("NotFoundException", "Unable to get subscriber - the subscriber doesn't exist.")
    each["subscribers"].remove(dict(subscriber))
