"""Plans the SNS topics that an asynchronous endpoint tells: encrypted, and who is asked to subscribe to them."""

from __future__ import annotations

from services.access import tag_value, tags
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Asynchronous, ExistingTopic, NewTopic, Topic
from services.plans.models import ErrorMatch, Permission, Proof, Read, Step

ABSENT = (ErrorMatch("NotFound", "Topic does not exist"), ErrorMatch("NotFoundException", "Topic does not exist"))


def topics(request: DeployRequest) -> tuple[NewTopic, ...]:
    """The topics that the plan makes, each once."""
    mode = request.mode
    asked = (mode.success, mode.error) if isinstance(mode, Asynchronous) else ()
    return tuple(dict.fromkeys(topic for topic in asked if isinstance(topic, NewTopic)))


def topic_arn(topic: Topic, state: DeployState) -> str:
    """The ARN of a topic, also of one that is yet to be made: it follows from the name."""
    if isinstance(topic, ExistingTopic):
        return topic.arn
    return f"arn:{state.role.partition}:sns:{state.region}:{state.role.account}:{topic.name}"


def topic_steps(request: DeployRequest, state: DeployState) -> tuple[Step, ...]:
    """What makes the new topics and asks for subscriptions; the endpoint configuration waits for them."""
    return tuple(step for topic in topics(request) for step in _steps(topic, request, state))


def _steps(topic: NewTopic, request: DeployRequest, state: DeployState) -> tuple[Step, ...]:
    arn = topic_arn(topic, state)
    create = Step(
        id=f"create-topic-{topic.name}",
        service="sns",
        operation="create_topic",
        reason=f"{topic.name} tells whoever subscribes that an answer is there, or that a request failed; encrypted.",
        parameters={
            "Name": topic.name,
            "Attributes": {"KmsMasterKeyId": topic.kms_key},
            "Tags": [
                *tags(request.owner),
                *({"Key": key, "Value": tag_value(value)} for key, value in request.tags),
            ],
        },
        permissions=tuple(
            Permission(f"sns:{verb}", arn) for verb in ("CreateTopic", "GetTopicAttributes", "TagResource")
        ),
        proof=Proof(_read(arn), absent=ABSENT, expect={"Attributes.KmsMasterKeyId": topic.kms_key}),
        undo=(delete_topic_step(topic.name, arn, f"Takes back the topic {topic.name}.", step_id="delete-topic"),),
    )
    return (create, _subscribe(topic, arn, create.id)) if topic.email else (create,)


def _subscribe(topic: NewTopic, arn: str, after: str) -> Step:
    about = {"TopicArn": arn}
    return Step(
        id=f"subscribe-{topic.name}",
        service="sns",
        operation="subscribe",
        reason=f"{topic.email} is asked by mail whether it wants the notices; nothing comes before it says so.",
        parameters={**about, "Protocol": "email", "Endpoint": topic.email, "ReturnSubscriptionArn": True},
        after=(after,),
        permissions=(Permission("sns:Subscribe", arn), Permission("sns:ListSubscriptionsByTopic", arn)),
        proof=Proof(
            Read("sns", "list_subscriptions_by_topic", about),
            found=f"Subscriptions[?Protocol=='email' && Endpoint=='{_quoted(topic.email)}']",
        ),
    )


def delete_topic_step(name: str, arn: str, reason: str, *, step_id: str = "", after: tuple[str, ...] = ()) -> Step:
    """Deletes a topic, its subscriptions with it."""
    return Step(
        id=step_id or f"delete-topic-{name}",
        service="sns",
        operation="delete_topic",
        reason=reason,
        parameters={"TopicArn": arn},
        after=after,
        permissions=(Permission("sns:DeleteTopic", arn), Permission("sns:GetTopicAttributes", arn)),
        proof=Proof(_read(arn), absent=ABSENT, gone=True),
    )


def _read(arn: str) -> Read:
    return Read("sns", "get_topic_attributes", {"TopicArn": arn})


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
