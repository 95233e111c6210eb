"""A SageMaker of one variant and one component whose counts change at once: what auto scaling needs and no more."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import AwsError, invalid
from sandbox.operations import Call
from sandbox.world import World

QUOTA = (
    "The account-level service limit 'ml.m5.large for endpoint usage' is {limit} Instances, with current utilization "
    "of {used} Instances and a request delta of {delta} Instances. Please use AWS Service Quotas to request an "
    "increase for this quota."
)


class SageMaker:
    """`count`, `status` and `limit` are set by tests; `counts` is every count there was."""

    def __init__(self, world: World) -> None:
        self.count = 1
        self.copies = 1
        self.status = "InService"
        self.limit = 1000
        self.asynchronous = False
        self.gone = False
        self.instance_type = "ml.m5.large"
        self.counts: list[int] = []
        self.operations = {
            "DescribeEndpoint": self._endpoint,
            "DescribeEndpointConfig": self._configuration,
            "DescribeInferenceComponent": self._component,
        }

    def set_count(self, region: str, endpoint: str, variant: str, count: int) -> None:
        if count > self.limit:
            words = QUOTA.format(limit=self.limit, used=self.count, delta=count - self.count)
            raise AwsError("ResourceLimitExceeded", words)
        self.count = count
        self.counts.append(count)

    def set_copies(self, region: str, component: str, copies: int) -> None:
        self.copies = copies
        self.counts.append(copies)

    def _endpoint(self, call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
        if self.gone or request["EndpointName"] != "chat":
            raise invalid(f'Could not find endpoint "{call.arn("endpoint/" + request["EndpointName"])}".')
        counts = {"CurrentInstanceCount": self.count, "DesiredInstanceCount": self.count}
        answer: dict[str, Any] = {
            "EndpointStatus": self.status,
            "EndpointConfigName": "chat",
            "ProductionVariants": [{"VariantName": "AllTraffic", **counts}],
        }
        if self.asynchronous:
            answer["AsyncInferenceConfig"] = {"OutputConfig": {}}
        return answer

    def _configuration(self, call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
        spec = {"VariantName": "AllTraffic", "ModelName": "chat", "InstanceType": self.instance_type}
        return {"ProductionVariants": [spec]}

    def _component(self, call: Call, request: Mapping[str, Any]) -> dict[str, Any]:
        runtime = {"CurrentCopyCount": self.copies, "DesiredCopyCount": self.copies}
        return {"InferenceComponentStatus": self.status, "EndpointName": "chat", "RuntimeConfig": runtime}
