"""What moto's SNS lacks: a subscription by e-mail waits until its mail is answered: here after a while."""

from collections.abc import Callable
from functools import cache
from typing import Any

ANSWERED_AFTER = 120.0  # seconds of the clock until somebody follows the link in the mail
PENDING = "PendingConfirmation"


def extend_sns(now: Callable[[], float]) -> None:
    """Mend moto's SNS, which must be loaded; `now` is the clock's time."""
    from moto.sns.models import SNSBackend

    _extend()
    backend: Any = SNSBackend
    backend.sandbox_now = staticmethod(now)


@cache
def _extend() -> None:
    from moto.core.responses import ActionResult
    from moto.sns.models import SNSBackend
    from moto.sns.responses import SNSResponse

    backend: Any = SNSBackend
    responses: Any = SNSResponse
    subscribe = backend.subscribe

    def dated(self: Any, *arguments: Any, **named: Any) -> Any:
        made = subscribe(self, *arguments, **named)
        if "sandbox_since" not in vars(made):
            made.sandbox_since = self.sandbox_now()
        return made

    backend.subscribe = dated
    for name in ("list_subscriptions", "list_subscriptions_by_topic"):
        setattr(responses, name, _with_waiting(getattr(responses, name), ActionResult))


def _with_waiting(listing: Callable[[Any], Any], result: Any) -> Callable[[Any], Any]:
    def listed(self: Any) -> Any:
        told = dict(listing(self).result)
        told["Subscriptions"] = [_row(each, self.backend.sandbox_now()) for each in told["Subscriptions"]]
        return result(told)

    return listed


def _row(subscription: Any, now: float) -> Any:
    answered = vars(subscription).get("sandbox_since", 0.0) + ANSWERED_AFTER
    if now >= answered or not subscription.protocol.startswith("email"):
        return subscription
    return {
        "SubscriptionArn": PENDING,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }
