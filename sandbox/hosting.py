"""What the runtime must know of an endpoint, and what it tells back of each invocation.

The control plane implements both protocols (`sandbox.directory`, `sandbox.telemetry`); the runtime uses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

# EndpointStatus of what answers calls; after a failed rollback both fleets do (botocore's model says so).
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})


@dataclass(frozen=True, slots=True)
class Hosted:
    """One endpoint as the runtime sees it: the container that was deployed behind the variant that answers.

    `component`: the inference component that answers, "" if the variant's own model does; `copies` are its own, as is
    the model then. `serverless`, `asynchronous`, `capture`: ServerlessConfig, AsyncInferenceConfig, DataCaptureConfig.
    `mode`: MultiModel where one container serves many models, Direct where callers name one of several containers.
    `instance`: a made-up id of its first instance.
    """

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
    component: str = ""
    instance_count: int = 1
    copies: int = 0
    serverless: Mapping[str, Any] | None = None
    asynchronous: Mapping[str, Any] | None = None
    capture: Mapping[str, Any] | None = None
    mode: str = ""
    instance: str = ""

    @property
    def serves(self) -> bool:
        """Whether the endpoint answers calls in its status."""
        return self.status in SERVING


class Hosting(Protocol):
    """Finds what is deployed."""

    def find(
        self, endpoint: str, region: str, account: str, *, variant: str = "", component: str = ""
    ) -> Hosted | None:
        """Return the endpoint of that exact name, in whatever status it is, or None.

        Where no variant is asked for, they take turns by weight. AwsError("ValidationError") if the variant or the
        component that is asked for is not there, or if the endpoint has components and none was named.
        """
        ...


class Telemetry(Protocol):
    """Is told of every invocation; feeds CloudWatch and the endpoint's log stream."""

    def invoked(
        self,
        hosted: Hosted,
        *,
        status: int,
        model_microseconds: float,
        overhead_microseconds: float,
        log_line: str,
        concurrency: int = 0,
        first_chunk_microseconds: float = 0.0,
        setup_microseconds: float = 0.0,
        stream_broke: bool = False,
    ) -> None:
        """Record one invocation: `status` is the HTTP status the caller got, times are in microseconds.

        `concurrency`: calls being answered then, this one included; `setup_microseconds`: of a serverless cold start.
        """
        ...

    def turned_away(self, hosted: Hosted) -> None:
        """Record a call of an inference component that has no copy."""
        ...
