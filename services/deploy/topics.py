"""Plans the SNS topics that an asynchronous endpoint tells: encrypted, and who is asked to subscribe to them."""

from __future__ import annotations

from services.access import tag_value, tags
from services.deploy.models import DeployRequest, DeployState
from services.deploy.modes import Asynchronous, ExistingTopic, NewTopic, Topic
from services.plans.models import Step
from services.plans.topics import create_topic_step, subscribe_step
from services.plans.topics import delete_topic_step as delete_topic_step


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
    own = ({"Key": key, "Value": tag_value(value)} for key, value in request.tags)
    reason = f"{topic.name} tells whoever subscribes that an answer is there, or that a request failed; encrypted."
    create = create_topic_step(topic.name, arn, reason, kms_key=topic.kms_key, tags=[*tags(request.owner), *own])
    return (create, subscribe_step(topic.email, arn, topic.name, after=(create.id,))) if topic.email else (create,)
