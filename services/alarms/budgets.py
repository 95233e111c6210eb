"""Budgets on what SageMaker costs the account in a month: AWS mails when much of it is spent or more is to be expected.

A budget is the account's and of every region. One endpoint's cost can be filtered only by a tag that was activated for
cost allocation in the account's billing, which no plan does. Sources (as of 2026-11-20): AWS's guide "Managing your
costs with AWS Budgets" (how often it is updated); AWS's price list AWSBudgets ("$0.00 for Budget-days").
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.access import tags
from services.alarms.suggesting import Suggestion
from services.deploy import Problem
from services.errors import InvalidRequest
from services.plans.models import Cost, ErrorMatch, Estimate, Permission, Plan, Proof, Read, Step

NAME = "sagedeck-sagemaker-cost"
SERVICE = "Amazon SageMaker"  # as the bill, and with it the filter Service, calls it
MOST_EMAILS = 10  # of a notification
LAG = "AWS updates a budget up to three times a day, so it is hours behind."
NOT_ONE = (
    "It is for everything SageMaker costs this account, in all regions. AWS can count one endpoint alone only by a tag "
    "that was activated for cost allocation in billing."
)
SOURCE = "AWS's price list asks nothing for a budget that only tells"
_MONTH_HOURS, _MARGIN, _BEGINNING = 730, 1.2, 100.0
_ABSENT = (ErrorMatch("NotFoundException"),)
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")
_NAMED = re.compile(r"(?!.*/action/)[^:\\<>\n]{1,100}")
# What CreateBudget takes as DescribeBudgets tells it; with any of the others a budget cannot be put back as it was.
_SENT = ("BudgetName", "BudgetLimit", "CostFilters", "CostTypes", "TimeUnit", "BudgetType")
_OTHERWISE = ("PlannedBudgetLimits", "AutoAdjustData", "FilterExpression", "BillingViewArn")
_UNITS = {"DAILY": "day", "MONTHLY": "month", "QUARTERLY": "quarter", "ANNUALLY": "year"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRequest:
    """A budget: `limit` in USD a month; `emails` are told.

    actual, forecast    percent of the limit: spent, and expected by the end of the month, from which on they are told
    """

    limit: float
    emails: tuple[str, ...] = ()
    name: str = NAME
    actual: float = 80.0
    forecast: float = 100.0


@dataclass(frozen=True, slots=True)
class Notice:
    """When a budget tells: of what was spent, or with `expected` of its forecast; `crossed` says AWS told it."""

    threshold: float
    percent: bool = True
    expected: bool = False
    crossed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget as it stands. Amounts in `unit` (USD) for each `period`; None is not known (yet).

    updated     when AWS last counted, seconds since the epoch
    sent        all of it as CreateBudget takes it, empty where it has what cannot be put back
    """

    name: str
    limit: float | None
    spent: float | None = None
    forecast: float | None = None
    unit: str = "USD"
    period: str = "month"
    updated: float | None = None
    notices: tuple[Notice, ...] = ()
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exceeded(self) -> bool:
        """Whether more was spent than the limit."""
        return self.limit is not None and self.spent is not None and self.spent > self.limit

    @property
    def expected(self) -> bool:
        """Whether more than the limit is forecast."""
        return self.limit is not None and self.forecast is not None and self.forecast > self.limit

    @property
    def firing(self) -> bool:
        """Whether a person should look: it is or will be exceeded, or AWS told so from one of its thresholds on."""
        return self.exceeded or self.expected or any(each.crossed for each in self.notices)

    @property
    def says(self) -> str:
        """How it stands, as a sentence."""
        of = f"{_amount(self.limit, self.unit)} a {self.period}"
        spent, forecast = _amount(self.spent, self.unit), _amount(self.forecast, self.unit)
        if self.exceeded:
            return f"SageMaker cost {spent}: the budget of {of} is exceeded."
        if self.expected:
            return f"SageMaker cost {spent} so far and is forecast to cost {forecast}: more than the budget of {of}."
        return f"SageMaker cost {spent} of {of} so far; forecast {forecast}."

    @property
    def tells(self) -> str:
        """When AWS tells somebody, as a sentence."""
        every = [
            f"{each.threshold:g}{' %' if each.percent else f' {self.unit}'} {'forecast' if each.expected else 'spent'}"
            for each in self.notices
        ]
        return f"Mails at {', '.join(every)}." if every else "Nobody is told."


def about_sagemaker(row: Mapping[str, Any]) -> bool:
    """Whether a row of DescribeBudgets is a budget on the cost of SageMaker."""
    return row.get("BudgetType") == "COST" and SERVICE in ((row.get("CostFilters") or {}).get("Service") or ())


def budget_of(row: Mapping[str, Any], notifications: Iterable[Mapping[str, Any]]) -> Budget:
    """The budget of a row of DescribeBudgets."""
    spend, limit, counted = row.get("CalculatedSpend") or {}, row.get("BudgetLimit") or {}, row.get("HealthStatus")
    when = (counted or {}).get("LastUpdatedTime")
    plain = not any(row.get(member) for member in _OTHERWISE) and row.get("TimeUnit") in _UNITS and limit
    return Budget(
        name=row["BudgetName"],
        limit=_number(limit),
        spent=_number(spend.get("ActualSpend")),
        forecast=_number(spend.get("ForecastedSpend")),
        unit=limit.get("Unit", "USD"),
        period=_UNITS.get(row.get("TimeUnit", ""), "period"),
        updated=when.timestamp() if when else None,
        notices=tuple(
            Notice(
                float(each.get("Threshold") or 0.0),
                each.get("ThresholdType") != "ABSOLUTE_VALUE",
                each.get("NotificationType") == "FORECASTED",
                each.get("NotificationState") == "ALARM",
            )
            for each in notifications
        ),
        sent={member: row[member] for member in _SENT if row.get(member)} if plain else {},
    )


def suggest_limit(usd_per_hour: float) -> Suggestion:
    """A limit in USD a month: a fifth more than what runs now costs."""
    if usd_per_hour <= 0:
        return Suggestion(_BEGINNING, "Nothing that runs has a known price by the hour: this is a beginning.", False)
    month = usd_per_hour * _MONTH_HOURS
    size = 10.0 ** max(0, math.floor(math.log10(_MARGIN * month)) - 1)  # two digits say enough
    limit = math.ceil(_MARGIN * month / size) * size
    return Suggestion(limit, f"What runs now costs ${month:,.0f} a month; suggested ${limit:,.0f}.", True)


def budget_problems(request: BudgetRequest) -> Iterator[Problem]:
    """What is wrong with a request, by its field."""
    if not 0.01 <= request.limit < 1e12:
        yield Problem("limit", f"{request.limit:g} cannot be the limit: USD a month, more than 0.")
    if not _NAMED.fullmatch(request.name):
        yield Problem("name", "A budget's name has up to 100 letters, without : and \\.")
    if len(request.emails) > MOST_EMAILS:
        yield Problem("email", f"A budget tells {MOST_EMAILS} addresses at most.")
    for each in request.emails:
        if not _EMAIL.fullmatch(each):
            yield Problem("email", f"{each} is no e-mail address.")
    for name in ("actual", "forecast"):
        if not 0 < getattr(request, name) <= 1000:
            yield Problem(name, f"{getattr(request, name):g} % of the limit cannot be: more than 0, 1000 at most.")


def plan_budget(request: BudgetRequest, near: str, owner: str, held: Collection[str] = ()) -> Plan:
    """Makes a budget. `near` is any ARN of the account, `held` the names there are. Raises InvalidRequest."""
    partition, account = near.split(":")[1], near.split(":")[4]
    wrong = [each.words for each in budget_problems(request)]
    if partition != "aws":
        wrong.append(f"AWS Budgets in USD is of the partition aws; this account is in {partition}.")
    if request.name in held:
        wrong.append(f"There is a budget {request.name}: delete it first, or give another name.")
    if wrong:
        raise InvalidRequest("This budget cannot be made.", " ".join(wrong), "Correct it and plan again.")
    sent = {
        "BudgetName": request.name,
        "BudgetLimit": {"Amount": f"{request.limit:.2f}", "Unit": "USD"},
        "CostFilters": {"Service": [SERVICE]},
        "TimeUnit": "MONTHLY",
        "BudgetType": "COST",
    }
    people = [{"SubscriptionType": "EMAIL", "Address": each} for each in dict.fromkeys(request.emails)]
    told = [
        {"Notification": _notification(kind, percent), "Subscribers": people}
        for kind, percent in (("ACTUAL", request.actual), ("FORECASTED", request.forecast))
        if people
    ]
    reason = f"AWS counts what SageMaker costs the account in a month against ${request.limit:,.2f}."
    undo = _delete_step(request.name, near, f"Takes back the budget {request.name}.")
    step = _create_step(sent, told, near, reason, step_id=f"budget-{account}", marks=tags(owner), undo=(undo,))
    warnings = (NOT_ONE, LAG, *(() if people else ("Nobody is told: it shows here and in AWS Budgets only.",)))
    return Plan(f"Create the budget {request.name}", (step,), warnings, Estimate(usd_per_hour=0.0, source=SOURCE))


def plan_without(budgets: Sequence[tuple[Budget, Sequence[Mapping[str, Any]]]], near: str) -> Plan:
    """Deletes budgets, given with their notifications as CreateBudget takes them; their undo puts them back."""
    steps, lost = [], []
    for number, (budget, told) in enumerate(budgets, 1):
        back: tuple[Step, ...] = ()
        if budget.sent:
            reason = f"The budget {budget.name} is as it was."
            back = (_create_step(budget.sent, told, near, reason, step_id=f"again-budget-{number}"),)
        else:
            lost.append(f"{budget.name} was made with more than this console knows: it cannot be put back.")
        reason = f"The budget {budget.name} goes; nobody is told any more what SageMaker costs."
        steps.append(_delete_step(budget.name, near, reason, step_id=f"delete-budget-{number}", undo=back))
    what = f"the budget {budgets[0][0].name}" if len(budgets) == 1 else f"{len(budgets)} budgets"
    return Plan(f"Delete {what}", tuple(steps), tuple(lost), Estimate(usd_per_hour=0.0, source=SOURCE))


def _create_step(
    sent: Mapping[str, Any],
    told: Sequence[Mapping[str, Any]],
    near: str,
    reason: str,
    *,
    step_id: str,
    marks: Sequence[Mapping[str, str]] = (),
    undo: tuple[Step, ...] = (),
) -> Step:
    name, account = sent["BudgetName"], near.split(":")[4]
    parameters: dict[str, Any] = {"AccountId": account, "Budget": dict(sent)}
    if told:
        parameters["NotificationsWithSubscribers"] = [dict(each) for each in told]
    if marks:
        parameters["ResourceTags"] = [dict(each) for each in marks]
    verbs = ("ModifyBudget", "ViewBudget", "TagResource") if marks else ("ModifyBudget", "ViewBudget")
    return Step(
        id=step_id,
        service="budgets",
        operation="create_budget",
        reason=reason,
        parameters=parameters,
        permissions=tuple(Permission(f"budgets:{verb}", _arn(name, near)) for verb in verbs),
        cost=Cost(usd_per_hour=0.0, basis=SOURCE),
        proof=Proof(
            _read(name, account),
            absent=_ABSENT,
            expect={
                "Budget.BudgetType": sent["BudgetType"],
                "Budget.TimeUnit": sent["TimeUnit"],
                "to_number(Budget.BudgetLimit.Amount)": float(sent["BudgetLimit"]["Amount"]),
                "Budget.CostFilters.Service": list(sent["CostFilters"]["Service"]),
            },
        ),
        undo=undo,
    )


def _delete_step(name: str, near: str, reason: str, *, step_id: str = "", undo: tuple[Step, ...] = ()) -> Step:
    account = near.split(":")[4]
    return Step(
        id=step_id or "delete-budget",
        service="budgets",
        operation="delete_budget",
        reason=reason,
        parameters={"AccountId": account, "BudgetName": name},
        permissions=tuple(Permission(f"budgets:{verb}", _arn(name, near)) for verb in ("ModifyBudget", "ViewBudget")),
        proof=Proof(_read(name, account), absent=_ABSENT, gone=True),
        undo=undo,
    )


def _notification(kind: str, percent: float) -> dict[str, Any]:
    how = {"ComparisonOperator": "GREATER_THAN", "ThresholdType": "PERCENTAGE"}
    return {"NotificationType": kind, "Threshold": float(percent), **how}


def _arn(name: str, near: str) -> str:
    partition, account = near.split(":")[1], near.split(":")[4]
    return f"arn:{partition}:budgets::{account}:budget/{name}"


def _read(name: str, account: str) -> Read:
    return Read("budgets", "describe_budget", {"AccountId": account, "BudgetName": name})


def _number(amount: Mapping[str, Any] | None) -> float | None:
    return float(amount["Amount"]) if amount and amount.get("Amount") else None


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "an amount not known yet"
    return f"${value:,.2f}" if unit == "USD" else f"{value:,.2f} {unit}"
