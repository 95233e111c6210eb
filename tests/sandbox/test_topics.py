"""What services of the sandbox publish: to queues for certain, as mail that is only noted, and to nobody else."""

import json

import pytest

from sandbox import moto_sns, topics
from tests.sandbox.conftest import Running


def test_queues_get_it_mail_is_noted_and_nothing_leaves_the_machine(sandbox: Running) -> None:
    sns, sqs = sandbox.client("sns"), sandbox.client("sqs")
    arn = sns.create_topic(Name="news")["TopicArn"]
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    held = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    for protocol, endpoint in (("sqs", held), ("email", "ada@example.com"), ("http", "http://127.0.0.1:9/")):
        sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
    number = sandbox.app.world.topics.publish(arn, "Subject", "Text")
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert (told["MessageId"], told["Subject"], told["Message"]) == (number, "Subject", "Text")
    (mail,) = sandbox.app.world.topics.mailed(arn)
    assert (mail["to"], mail["subject"], mail["message"]) == ("ada@example.com", "Subject", "Text")
    assert sandbox.app.world.topics.mailed(arn + "-other") == []


def test_a_topic_that_is_not_there_is_said(sandbox: Running) -> None:
    with pytest.raises(KeyError):
        sandbox.app.world.topics.publish("arn:aws:sns:us-east-1:123456789012:none", "", "Text")


def test_only_so_much_mail_is_remembered(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "KEPT", 2)
    sns = sandbox.client("sns")
    arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ada@example.com")
    for text in ("first", "second", "third"):
        sandbox.app.world.topics.publish(arn, "", text)
    assert [mail["message"] for mail in sandbox.app.world.topics.mailed()] == ["second", "third"]


def test_a_subscription_by_mail_is_pending_until_the_mail_is_answered(sandbox: Running) -> None:
    sns = sandbox.client("sns")
    arn = sns.create_topic(Name="asked")["TopicArn"]
    made = sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ada@example.com", ReturnSubscriptionArn=True)

    def state() -> str:
        (row,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        assert (row["Protocol"], row["Endpoint"], row["TopicArn"]) == ("email", "ada@example.com", arn)
        return str(row["SubscriptionArn"])

    assert state() == "PendingConfirmation"
    assert [row["SubscriptionArn"] for row in sns.list_subscriptions()["Subscriptions"]] == ["PendingConfirmation"]
    sandbox.app.world.advance(moto_sns.ANSWERED_AFTER)
    assert state() == made["SubscriptionArn"]
