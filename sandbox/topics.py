"""SNS from the inside: what the sandbox's own services publish to topics that clients made (moto holds the topics)."""

import uuid
from typing import TYPE_CHECKING, Any

from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

KEPT = 500  # messages by e-mail that are remembered
_DELIVERED = frozenset({"sqs"})  # protocols that end on this machine; nothing is ever sent by HTTP, mail or telephone


class Topics:
    """Publishes to topics. Safe for threads; loads moto's SNS at first need."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def publish(self, arn: str, subject: str, message: str) -> str:
        """Publish and return the message's id. KeyError if there is no such topic.

        SQS subscriptions get it; for e-mail ones it is recorded (`mailed`); HTTP ones get nothing, as the sandbox
        calls nobody.
        """
        topic = self._backend(arn).topics[arn]
        number = str(uuid.uuid4())
        for subscription in tuple(self._backend(arn).subscriptions.values()):
            if subscription.topic.arn != arn:
                continue
            if subscription.protocol in _DELIVERED:
                subscription.publish(message, number, subject=subject)
            elif subscription.protocol.startswith("email"):
                self._record(arn, subscription.endpoint, subject, message)
        topic.sent_notifications.append((number, message, subject, None, None))
        for service in ("sns", *_DELIVERED):
            self._world.moto.changed(service)
        return number

    def mailed(self, arn: str = "") -> list[dict[str, Any]]:
        """Return what would have gone out by e-mail, oldest first: {"topic", "to", "subject", "message", "at"}."""
        with self._world.lock:
            held = list(self._world.records.shelf("sns/mail").values())
        return [mail for mail in held if not arn or mail["topic"] == arn]

    def _record(self, arn: str, address: str, subject: str, message: str) -> None:
        mail = {"topic": arn, "to": address, "subject": subject, "message": message, "at": self._world.clock.now()}
        with self._world.lock:
            shelf = self._world.records.shelf("sns/mail")
            shelf[str(uuid.uuid4())] = mail
            shelf.keep_newest(KEPT)

    def _backend(self, arn: str) -> Any:
        parts = arn.split(":")
        return self._world.moto.backend("sns", ACCOUNT, parts[3] if len(parts) > 3 and parts[3] else "us-east-1")
