"""What a service of the sandbox's own is: operations by name, each a function of a call and its request.

Requests and responses have the members and the Python types of botocore's service model, but for time, which is in
seconds since the epoch on both sides. The request has been validated against the model when a handler gets it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.scope import ACCOUNT, partition_of

Request = Mapping[str, Any]
Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls what, where and when. `now`: seconds since the epoch. `service` is botocore's name of it."""

    service: str
    operation: str
    region: str
    now: float
    request_id: str = ""
    access_key: str = ""
    account: str = ACCOUNT

    def arn(self, resource: str, service: str = "") -> str:
        """Return the ARN of a resource (`endpoint/name`) in the caller's region and account."""
        return f"arn:{partition_of(self.region)}:{service or self.service}:{self.region}:{self.account}:{resource}"


Handler = Callable[[Call, Request], Response]


class Service(Protocol):
    """`operations` maps an operation's name to its handler, which answers or raises AwsError in AWS's words.

    Handlers run on the event loop under the world's lock, so each takes a few milliseconds at the most.
    """

    @property
    def operations(self) -> Mapping[str, Handler]: ...


class Elsewhere(Exception):
    """Raised by a handler that leaves this one request to moto, as its resource is one that moto holds."""
