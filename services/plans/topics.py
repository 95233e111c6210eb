"""Topics of SNS, made and deleted alike by every room that tells somebody something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.plans.models import ErrorMatch, Permission, Proof, Read, Step

ABSENT = (ErrorMatch("NotFound", "Topic does not exist"), ErrorMatch("NotFoundException", "Topic does not exist"))


def create_topic_step(
    name: str,
    arn: str,
    reason: str,
    *,
    kms_key: str,
    tags: Sequence[Mapping[str, str]],
    step_id: str = "",
    undo: bool = True,
) -> Step:
    """Makes a topic, encrypted with `kms_key` ("" leaves it as SNS stores it). `arn` follows from its name."""
    encryption = {"KmsMasterKeyId": kms_key} if kms_key else {}
    back = delete_topic_step(name, arn, f"Takes back the topic {name}.", step_id="delete-topic")
    return Step(
        id=step_id or f"create-topic-{name}",
        service="sns",
        operation="create_topic",
        reason=reason,
        parameters={
            "Name": name,
            **({"Attributes": encryption} if encryption else {}),
            "Tags": [dict(tag) for tag in tags],
        },
        permissions=tuple(
            Permission(f"sns:{verb}", arn) for verb in ("CreateTopic", "GetTopicAttributes", "TagResource")
        ),
        proof=Proof(
            _read(arn), absent=ABSENT, expect={f"Attributes.{key}": value for key, value in encryption.items()}
        ),
        undo=(back,) if undo else (),
    )


def subscribe_step(email: str, arn: str, name: str, *, after: tuple[str, ...] = ()) -> Step:
    """Asks somebody by mail to subscribe to the topic `name`; nothing comes before they say so."""
    about = {"TopicArn": arn}
    return Step(
        id=f"subscribe-{name}",
        service="sns",
        operation="subscribe",
        reason=f"{email} is asked by mail whether it wants the notices; nothing comes before it says so.",
        parameters={**about, "Protocol": "email", "Endpoint": email, "ReturnSubscriptionArn": True},
        after=after,
        permissions=(Permission("sns:Subscribe", arn), Permission("sns:ListSubscriptionsByTopic", arn)),
        proof=Proof(
            Read("sns", "list_subscriptions_by_topic", about),
            found=f"Subscriptions[?Protocol=='email' && Endpoint=='{_quoted(email)}']",
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
