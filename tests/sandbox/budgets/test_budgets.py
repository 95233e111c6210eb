"""Budgets follow what really runs, and tell when a threshold is crossed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.budgets.spending import FAR, Period, forecast, limit_of, period_of
from tests.sandbox.conftest import Running

ACCOUNT = "123456789012"
NAMED = {"AccountId": ACCOUNT, "BudgetName": "lab"}
OVER: dict[str, Any] = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 50.0}
MAIL = {"SubscriptionType": "EMAIL", "Address": "ada@example.com"}


def _create(sandbox: Running, amount: str = "10", *notifications: dict[str, Any], **more: Any) -> Any:
    client = sandbox.client("budgets")
    client.create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": "lab",
            "BudgetLimit": {"Amount": amount, "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
            **more,
        },
        NotificationsWithSubscribers=list(notifications),
    )
    return client


def _code(call: Callable[..., Any], **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return str(refused.value.response["Error"]["Code"])


def _spent(client: Any) -> float:
    return float(client.describe_budget(**NAMED)["Budget"]["CalculatedSpend"]["ActualSpend"]["Amount"])


def test_a_budget_is_told_as_it_was_made(sandbox: Running) -> None:
    client = _create(sandbox)
    told = client.describe_budget(**NAMED)["Budget"]
    assert told["BudgetLimit"] == {"Amount": "10", "Unit": "USD"}
    assert told["CalculatedSpend"]["ActualSpend"] == {"Amount": "0", "Unit": "USD"}
    assert told["CostTypes"]["IncludeTax"] is True
    assert told["TimePeriod"]["Start"].day == 1
    assert told["TimePeriod"]["End"].timestamp() == FAR
    assert [each["BudgetName"] for each in client.describe_budgets(AccountId=ACCOUNT)["Budgets"]] == ["lab"]
    with pytest.raises(ClientError, match="Error creating budget: lab - the budget already exists"):
        _create(sandbox)


def test_what_is_not_there_is_not_found(sandbox: Running) -> None:
    client = sandbox.client("budgets")
    assert _code(client.describe_budget, **NAMED) == "NotFoundException"
    assert _code(client.delete_budget, **NAMED) == "NotFoundException"
    assert _code(client.describe_notifications_for_budget, **NAMED) == "NotFoundException"
    assert _code(client.describe_budgets, AccountId="000000000000") == "AccessDeniedException"
    _create(sandbox)
    assert _code(client.describe_subscribers_for_notification, **NAMED, Notification=OVER) == "NotFoundException"


@pytest.mark.parametrize("amount", ["-1", "0", "much"])
def test_a_limit_is_an_amount(sandbox: Running, amount: str) -> None:
    with pytest.raises(ClientError, match="InvalidParameterException"):
        _create(sandbox, amount)


def test_spend_follows_what_runs(sandbox: Running, deploy: Callable[..., None]) -> None:
    client = _create(sandbox, "1000")
    deploy("chat")
    sandbox.app.world.advance(60)
    assert _spent(client) < 0.1
    sandbox.app.world.advance(10 * 3600)
    usd = sandbox.app.world.ledger.spend(0, FAR)
    assert usd > 1
    assert _spent(client) == pytest.approx(usd, abs=0.001)
    told = client.describe_budget(**NAMED)["Budget"]["CalculatedSpend"]["ForecastedSpend"]
    assert float(told["Amount"]) >= _spent(client)


def test_filters_leave_out_what_is_not_meant(sandbox: Running, deploy: Callable[..., None]) -> None:
    tags = [{"Key": "owner", "Value": "ada"}]
    deploy("chat", Tags=tags)
    client = _create(sandbox, "1000", CostFilters={"TagKeyValue": ["user:owner$bob"]})
    sandbox.app.world.advance(3600)
    assert _spent(client) == 0
    budget = client.describe_budget(**NAMED)["Budget"]
    kept = {member: budget[member] for member in ("BudgetName", "BudgetLimit", "TimeUnit", "BudgetType")}
    client.update_budget(
        AccountId=ACCOUNT,
        NewBudget={**kept, "CostFilters": {"TagKeyValue": ["user:owner$ada"], "Region": ["us-east-1"]}},
    )
    assert _spent(client) > 0.1


def test_an_alert_goes_out_once_a_period(sandbox: Running, deploy: Callable[..., None]) -> None:
    topic = sandbox.client("sns").create_topic(Name="money")["TopicArn"]
    sandbox.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="team@example.com")
    to_topic = {"SubscriptionType": "SNS", "Address": topic}
    asked = {"Notification": OVER, "Subscribers": [MAIL, to_topic]}
    client = _create(sandbox, "1", asked, TimeUnit="DAILY")
    world = sandbox.app.world
    assert world.service("budgets").mailed() == []
    deploy("chat")
    world.advance(4 * 3600)
    (mail,) = world.service("budgets").mailed()
    assert mail["to"] == "ada@example.com"
    assert "lab has exceeded your alert threshold" in mail["subject"]
    assert "sandbox" in mail["message"]
    assert len(world.topics.mailed(topic)) == 1
    (told,) = client.describe_notifications_for_budget(**NAMED)["Notifications"]
    assert (told["NotificationState"], told["ThresholdType"]) == ("ALARM", "PERCENTAGE")
    world.advance(600)
    assert len(world.service("budgets").mailed()) == 1
    world.advance(86400)
    assert len(world.service("budgets").mailed()) == 2


def test_of_mails_the_newest_are_remembered(
    sandbox: Running, deploy: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.budgets.alerts.KEPT", 2)
    people = [{**MAIL, "Address": f"{name}@example.com"} for name in ("ada", "bob", "eve")]
    _create(sandbox, "1", {"Notification": OVER, "Subscribers": people}, TimeUnit="DAILY")
    deploy("chat")
    sandbox.app.world.advance(4 * 3600)
    mailed = sandbox.app.world.service("budgets").mailed()
    assert [mail["to"] for mail in mailed] == ["bob@example.com", "eve@example.com"]


def test_a_topic_that_is_gone_keeps_nobody_from_the_others(sandbox: Running, deploy: Callable[..., None]) -> None:
    nowhere = {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:gone"}
    _create(sandbox, "1", {"Notification": OVER, "Subscribers": [nowhere, MAIL]})
    deploy("chat")
    sandbox.app.world.advance(6 * 3600)
    assert len(sandbox.app.world.service("budgets").mailed()) == 1


def test_notifications_and_subscribers_are_kept(sandbox: Running) -> None:
    client = _create(sandbox)
    about = {**NAMED, "Notification": OVER}
    client.create_notification(**about, Subscribers=[MAIL])
    assert _code(client.create_notification, **about, Subscribers=[MAIL]) == "DuplicateRecordException"
    bob = {"SubscriptionType": "EMAIL", "Address": "bob@example.com"}
    client.create_subscriber(**about, Subscriber=bob)
    assert client.describe_subscribers_for_notification(**about)["Subscribers"] == [MAIL, bob]
    client.delete_subscriber(**about, Subscriber=MAIL)
    assert _code(client.delete_subscriber, **about, Subscriber=bob) == "InvalidParameterException"
    eve = {"SubscriptionType": "EMAIL", "Address": "eve@example.com"}
    client.update_subscriber(**about, OldSubscriber=bob, NewSubscriber=eve)
    at_eighty = {**OVER, "Threshold": 80.0}
    client.update_notification(**NAMED, OldNotification=OVER, NewNotification=at_eighty)
    assert client.describe_subscribers_for_notification(**NAMED, Notification=at_eighty)["Subscribers"] == [eve]
    rows = client.describe_budget_notifications_for_account(AccountId=ACCOUNT)["BudgetNotificationsForAccount"]
    assert [(row["BudgetName"], len(row["Notifications"])) for row in rows] == [("lab", 1)]
    client.delete_notification(**NAMED, Notification=at_eighty)
    assert client.describe_notifications_for_budget(**NAMED)["Notifications"] == []
    bad = {"SubscriptionType": "SNS", "Address": "money"}
    assert _code(client.create_notification, **about, Subscribers=[bad]) == "InvalidParameterException"


def test_budgets_are_tagged(sandbox: Running) -> None:
    client = _create(sandbox)
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/lab"
    client.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "owner", "Value": "ada"}, {"Key": "keep", "Value": "1"}])
    client.untag_resource(ResourceARN=arn, ResourceTagKeys=["keep"])
    assert client.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "owner", "Value": "ada"}]
    assert _code(client.list_tags_for_resource, ResourceARN=f"{arn}-2") == "NotFoundException"


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("unit", "start", "end"),
    [
        ("DAILY", "2026-11-20", "2026-11-21"),
        ("MONTHLY", "2026-11-01", "2026-12-01"),
        ("QUARTERLY", "2026-10-01", "2027-01-01"),
        ("ANNUALLY", "2026-01-01", "2027-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar(unit: str, start: str, end: str) -> None:
    found = period_of({"TimeUnit": unit}, _moment("2026-11-20T15:30"))
    assert found == Period(_moment(start), _moment(end))


def test_december_ends_with_the_year() -> None:
    found = period_of({"TimeUnit": "MONTHLY"}, _moment("2026-12-31T23:59"))
    assert found == Period(_moment("2026-12-01"), _moment("2027-01-01"))


def test_the_forecast_goes_on_as_until_now() -> None:
    month = Period(_moment("2026-11-01"), _moment("2026-12-01"))
    assert forecast(10.0, month, _moment("2026-11-16")) == pytest.approx(20.0)
    assert forecast(10.0, month, _moment("2026-12-05")) == pytest.approx(10.0)


def test_planned_limits_hold_from_their_month_on() -> None:
    budget = {"PlannedBudgetLimits": {str(int(_moment("2026-11-01"))): {"Amount": "5"}, "0": {"Amount": "3"}}}
    november = Period(_moment("2026-11-01"), _moment("2026-12-01"))
    october = Period(_moment("2026-10-01"), _moment("2026-11-01"))
    assert (limit_of(budget, october), limit_of(budget, november)) == (3, 5)
