"""What the runtime must know of an endpoint, and what it tells back of each invocation.

The control plane implements both protocols (`sandbox.directory`, `sandbox.telemetry`); the runtime uses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hosted:
    """One endpoint as the runtime sees it: the container that was deployed behind the variant that answers."""

    endpoint: str
    variant: str
    status: str
    image: str
    environment: Mapping[str, str]
    artifact: str
    model: str
    tags: Mapping[str, str]
    account: str
    region: str
    instance_type: str


class Hosting(Protocol):
    """Finds what is deployed."""

    def find(self, endpoint: str, region: str, account: str) -> Hosted | None:
        """Return the endpoint of that exact name, in whatever status it is, or None."""
        ...


class Telemetry(Protocol):
    """Is told of every invocation; feeds CloudWatch and the endpoint's log stream."""

    def invoked(
        self, hosted: Hosted, *, status: int, model_microseconds: float, overhead_microseconds: float, log_line: str
    ) -> None:
        """Record one invocation: `status` is the HTTP status the caller got, times are in microseconds."""
        ...
