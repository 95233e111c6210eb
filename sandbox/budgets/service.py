"""Budgets: made, changed, listed, deleted; looked at from time to time so that alerts go out by themselves."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.budgets.alerts import Alerts
from sandbox.budgets.notifications import BAD_TOKEN, Notifications
from sandbox.budgets.spending import FAR, forecast, period_of, spent, used
from sandbox.costexplorer.ledger import Usage
from sandbox.errors import AwsError
from sandbox.operations import Call, Handler, Request, Response
from sandbox.paging import listed
from sandbox.records import Record, Shelf
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

LOOK = "budgets/look"
OFTEN = 8 * 3600.0  # AWS looks about three times a day
SHELF = "budgets/budget"
MOST = 20_000  # budgets of an account
_COST_TYPES = {
    "IncludeTax": True, "IncludeSubscription": True, "UseBlended": False, "IncludeRefund": True, "IncludeCredit": True,
    "IncludeUpfront": True, "IncludeRecurring": True, "IncludeOtherSubscription": True, "IncludeSupport": True,
    "IncludeDiscount": True, "UseAmortized": False,
}  # fmt: skip


class Budgets:
    """`mailed()` returns what alerts would have gone out by e-mail."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._alerts = Alerts(world)
        self._notifications = Notifications(self.require, self._changed)
        self.mailed = self._alerts.mailed
        world.agenda.on(LOOK, self._look)
        self.operations: dict[str, Handler] = {
            "CreateBudget": self.create,
            "DescribeBudget": self.describe,
            "DescribeBudgets": self.list_budgets,
            "UpdateBudget": self.update,
            "DeleteBudget": self.delete,
            **self._notifications.operations,
            "DescribeBudgetNotificationsForAccount": self.list_notifications,
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
        }

    @property
    def shelf(self) -> Shelf:
        return self._world.records.shelf(SHELF)

    def require(self, request: Request, doing: str = "") -> Record:
        """Return a budget's record. Raises NotFoundException, AccessDeniedException."""
        _check_account(request)
        name = request["BudgetName"]
        found = self.shelf.get(name)
        if found is None:
            raise AwsError("NotFoundException", doing or f"Unable to get budget: {name} - the budget doesn't exist.")
        return found

    def create(self, call: Call, request: Request) -> Response:
        _check_account(request)
        budget = request["Budget"]
        name = budget["BudgetName"]
        if name in self.shelf:
            raise AwsError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
        if len(self.shelf) >= MOST:
            raise AwsError("CreationLimitExceededException", f"You have {MOST} budgets already.")
        record: Record = {"budget": _checked(budget, call.now), "notifications": []}
        record["tags"] = [dict(tag) for tag in request.get("ResourceTags") or ()]
        for each in request.get("NotificationsWithSubscribers") or ():
            self._notifications.add(record, each["Notification"], each["Subscribers"])
        self.shelf[name] = record
        self._changed(name)
        return {}

    def describe(self, call: Call, request: Request) -> Response:
        record = self.require(request)
        return {"Budget": self._told([record], call.now)[0]}

    def list_budgets(self, call: Call, request: Request) -> Response:
        _check_account(request)
        answer = listed("Budgets", self.shelf.values(), request, BAD_TOKEN)
        return {**answer, "Budgets": self._told(answer["Budgets"], call.now)}

    def list_notifications(self, call: Call, request: Request) -> Response:
        _check_account(request)
        held = (record for record in self.shelf.values() if record["notifications"])
        return listed("BudgetNotificationsForAccount", held, request, BAD_TOKEN, row=_notifications_of)

    def update(self, call: Call, request: Request) -> Response:
        budget = request["NewBudget"]
        name = budget["BudgetName"]
        doing = f"Unable to update budget: {name} - the budget doesn't exist. Try creating it first."
        record = self.require({**request, "BudgetName": name}, doing)
        record["budget"] = _checked({"TimePeriod": record["budget"]["TimePeriod"], **budget}, call.now)
        self._changed(name)
        return {}

    def delete(self, call: Call, request: Request) -> Response:
        name = request["BudgetName"]
        self.require(request, f"Unable to delete budget: {name} - the budget doesn't exist. Try creating it first. ")
        del self.shelf[name]
        return {}

    def list_tags(self, call: Call, request: Request) -> Response:
        return {"ResourceTags": self._tagged(request)["tags"]}

    def tag(self, call: Call, request: Request) -> Response:
        record = self._tagged(request)
        new = {tag["Key"] for tag in request["ResourceTags"]}
        record["tags"] = [tag for tag in record["tags"] if tag["Key"] not in new]
        record["tags"] += [dict(tag) for tag in request["ResourceTags"]]
        self.shelf.changed(record["budget"]["BudgetName"])
        return {}

    def untag(self, call: Call, request: Request) -> Response:
        record = self._tagged(request)
        record["tags"] = [tag for tag in record["tags"] if tag["Key"] not in request["ResourceTagKeys"]]
        self.shelf.changed(record["budget"]["BudgetName"])
        return {}

    def _tagged(self, request: Request) -> Record:
        head, _, name = request["ResourceARN"].partition(":budget/")
        account = head.rpartition(":")[2]
        doing = f"Unable to get tags - the resource {request['ResourceARN']} doesn't exist."
        return self.require({"AccountId": account, "BudgetName": name}, doing)

    def _told(self, records: Sequence[Record], now: float) -> list[Response]:
        usages = used(self._world, [record["budget"] for record in records], now)
        return [_told(record["budget"], usages, now) for record in records]

    def _changed(self, name: str) -> None:
        """A budget or its notifications changed: look at it at once, and at all of them from time to time."""
        self.shelf.changed(name)
        now = self._world.clock.now()
        self._look_at([name], now)
        if self._world.agenda.due(LOOK, "all") is None:
            self._world.agenda.at(now + self._world.clock.lasts(OFTEN), LOOK, "all")

    def _look(self, due: float, payload: Record) -> None:
        now = max(due, self._world.clock.now())  # after a restart: once for all the times that were missed
        self._look_at(tuple(self.shelf), now)
        if self.shelf:
            self._world.agenda.at(now + self._world.clock.lasts(OFTEN), LOOK, "all")

    def _look_at(self, names: Sequence[str], now: float) -> None:
        watched = {name: self.shelf[name] for name in names if self.shelf[name]["notifications"]}
        usages = used(self._world, [record["budget"] for record in watched.values()], now)
        for name, record in watched.items():
            self._alerts.look(name, record, usages, now)


def _told(budget: Record, usages: list[Usage], now: float) -> Response:
    period = period_of(budget, now)
    actual = spent(usages, budget, period)
    told = {"ActualSpend": _usd(actual), "ForecastedSpend": _usd(forecast(actual, period, now))}
    return {**budget, "CalculatedSpend": told, "HealthStatus": {"Status": "HEALTHY", "LastUpdatedTime": now}}


def _notifications_of(record: Record) -> Response:
    notifications = [each["notification"] for each in record["notifications"]]
    return {"BudgetName": record["budget"]["BudgetName"], "Notifications": notifications}


def _checked(budget: Mapping[str, Any], now: float) -> Record:
    """Return a budget as it is kept. Raises InvalidParameterException."""
    if not any(budget.get(member) for member in ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData")):
        raise AwsError(
            "InvalidParameterException",
            "Unable to create/update budget - please provide one of the followings: Budget Limit/ Planned Budget "
            "Limit/ Auto Adjust Data",
        )
    for limit in [budget["BudgetLimit"]] if budget.get("BudgetLimit") else []:
        if not _is_amount(limit["Amount"]):
            raise AwsError("InvalidParameterException", "Budget limit amount must be a number greater than 0.")
    kept = {member: value for member, value in budget.items() if member not in ("CalculatedSpend", "HealthStatus")}
    if budget["TimeUnit"] == "CUSTOM" and not {"Start", "End"} <= set(budget.get("TimePeriod") or {}):
        raise AwsError("InvalidParameterException", "A CUSTOM budget needs Start and End of its TimePeriod.")
    period = {"Start": 0.0, "End": FAR, **(budget.get("TimePeriod") or {})}
    if not (budget.get("TimePeriod") or {}).get("Start"):
        period["Start"] = period_of({**budget, "TimePeriod": period}, now).start
    if period["Start"] >= period["End"]:
        raise AwsError("InvalidParameterException", "The start of the TimePeriod must be before its end.")
    kept["TimePeriod"] = period
    kept["LastUpdatedTime"] = now
    if budget["BudgetType"] == "COST":
        kept["CostTypes"] = {**_COST_TYPES, **(budget.get("CostTypes") or {})}
        kept.setdefault("CostFilters", {})
    return kept


def _is_amount(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False


def _usd(amount: float) -> dict[str, str]:
    return {"Amount": f"{amount:.3f}".rstrip("0").rstrip(".") or "0", "Unit": "USD"}


def _check_account(request: Request) -> None:
    if request["AccountId"] != ACCOUNT:
        raise AwsError("AccessDeniedException", f"Account {request['AccountId']} is not the caller's account.")
