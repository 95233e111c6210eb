"""What is scaled: variants and inference components, read and set through SageMaker's own operations, as AWS does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError, invalid

if TYPE_CHECKING:
    from sandbox.world import World

NAMESPACE = "sagemaker"
VARIANT = "sagemaker:variant:DesiredInstanceCount"
CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"
COMPONENT = "sagemaker:inference-component:DesiredCopyCount"
IN_SERVICE = "InService"
_NAME = "[a-zA-Z0-9](?:-*[a-zA-Z0-9])*"
_OF_VARIANT = re.compile(f"endpoint/({_NAME})/variant/({_NAME})")
_OF_COMPONENT = re.compile(f"inference-component/({_NAME})")
_BURSTABLE = ("ml.t2.", "ml.t3.")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a ResourceId and a ScalableDimension name: a variant of an endpoint, or a component."""

    resource_id: str
    dimension: str
    endpoint: str = ""
    variant: str = ""
    component: str = ""

    @property
    def key(self) -> str:
        return f"{self.resource_id} {self.dimension}"

    @property
    def unit(self) -> str:
        """What is counted, in the words of a scaling activity."""
        return {VARIANT: "desired instance count", COMPONENT: "desired copy count"}.get(
            self.dimension, "desired provisioned concurrency"
        )


@dataclass(frozen=True, slots=True)
class Resource:
    """`least`: the smallest capacity it may be given; `changing` while SageMaker carries out an earlier change."""

    identity: Identity
    status: str
    current: int
    desired: int
    least: int
    instance_type: str = ""

    @property
    def in_service(self) -> bool:
        return self.status == IN_SERVICE


def identity_of(resource_id: str, dimension: str) -> Identity:
    """Raises AwsError (ValidationException) if the dimension does not go with the resource."""
    if dimension in (VARIANT, CONCURRENCY) and (found := _OF_VARIANT.fullmatch(resource_id)):
        return Identity(resource_id, dimension, endpoint=found[1], variant=found[2])
    if dimension == COMPONENT and (found := _OF_COMPONENT.fullmatch(resource_id)):
        return Identity(resource_id, dimension, component=found[1])
    raise invalid("Unsupported service namespace, resource type or scalable dimension")


def read(world: "World", region: str, identity: Identity) -> Resource | None:
    """Return how it stands, or None if it is not there."""
    try:
        return _component(world, region, identity) if identity.component else _variant(world, region, identity)
    except AwsError as error:
        if "Could not find" in error.message:
            return None
        raise


def scale(world: "World", region: str, identity: Identity, capacity: int) -> None:
    """Ask SageMaker for a capacity. Raises AwsError in SageMaker's words, as where a quota forbids it."""
    sagemaker = world.service(NAMESPACE)
    if identity.component:
        sagemaker.set_copies(region, identity.component, capacity)
    elif identity.dimension == VARIANT:
        sagemaker.set_count(region, identity.endpoint, identity.variant, capacity)
    else:
        serverless = {"MaxConcurrency": capacity, "ProvisionedConcurrency": capacity}
        wanted = {"VariantName": identity.variant, "ServerlessUpdateConfig": serverless}
        request = {"EndpointName": identity.endpoint, "DesiredWeightsAndCapacities": [wanted]}
        world.call(NAMESPACE, "UpdateEndpointWeightsAndCapacities", request, region)


def _variant(world: "World", region: str, identity: Identity) -> Resource | None:
    endpoint = world.call(NAMESPACE, "DescribeEndpoint", {"EndpointName": identity.endpoint}, region)
    named = (v for v in endpoint.get("ProductionVariants", ()) if v["VariantName"] == identity.variant)
    variant = next(named, None)
    if variant is None:  # as long as an endpoint is Creating it has none
        status = endpoint["EndpointStatus"]
        return None if status == IN_SERVICE else Resource(identity, status, 0, 0, 0)
    serverless = variant.get("CurrentServerlessConfig")
    if identity.dimension == CONCURRENCY:
        return _concurrency(identity, endpoint, variant)
    if serverless:
        return None
    current = int(variant.get("CurrentInstanceCount", 0))
    desired = int(variant.get("DesiredInstanceCount", current))
    specs = _specifications(world, region, endpoint)
    instance_type = next((str(s.get("InstanceType", "")) for s in specs if s["VariantName"] == identity.variant), "")
    may_be_empty = endpoint.get("AsyncInferenceConfig") or any(not spec.get("ModelName") for spec in specs)
    return Resource(identity, endpoint["EndpointStatus"], current, desired, 0 if may_be_empty else 1, instance_type)


def _concurrency(identity: Identity, endpoint: Mapping[str, Any], variant: Mapping[str, Any]) -> Resource | None:
    now = variant.get("CurrentServerlessConfig") or {}
    wanted = variant.get("DesiredServerlessConfig") or now
    if "ProvisionedConcurrency" not in now:
        return None
    current, desired = int(now["ProvisionedConcurrency"]), int(wanted.get("ProvisionedConcurrency", 0))
    return Resource(identity, endpoint["EndpointStatus"], current, desired, 1)


def _component(world: "World", region: str, identity: Identity) -> Resource:
    asked = {"InferenceComponentName": identity.component}
    component = world.call(NAMESPACE, "DescribeInferenceComponent", asked, region)
    runtime = component.get("RuntimeConfig", {})
    current = int(runtime.get("CurrentCopyCount", 0))
    desired = int(runtime.get("DesiredCopyCount", current))
    known = replace(identity, endpoint=component.get("EndpointName", ""))
    return Resource(known, component["InferenceComponentStatus"], current, desired, 0)


def _specifications(world: "World", region: str, endpoint: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    asked = {"EndpointConfigName": endpoint["EndpointConfigName"]}
    try:
        config = world.call(NAMESPACE, "DescribeEndpointConfig", asked, region)
    except AwsError:  # it may be deleted while its endpoint runs
        return []
    return list(config["ProductionVariants"])


def burstable(resource: Resource) -> bool:
    """Whether its instances are of a kind that SageMaker does not scale."""
    return resource.instance_type.startswith(_BURSTABLE)
