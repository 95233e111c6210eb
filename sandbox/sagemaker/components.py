"""The operations on inference components; what happens to one in between is in `copies`.

AWS's words: pulumi/pulumi-aws issue 4940, stdapi-ai/stdapi.ai issue 43, hashicorp/terraform-provider-aws.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.errors import invalid
from sandbox.hosting import SERVING
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record
from sandbox.sagemaker import listing
from sandbox.sagemaker.containers import Containers
from sandbox.sagemaker.copies import Copies, chosen, has_model
from sandbox.sagemaker.describing import resolved
from sandbox.sagemaker.placement import need_of, rooms
from sandbox.sagemaker.store import (
    COMPONENT,
    CREATING,
    DELETING,
    ENDPOINT,
    FAILED,
    Store,
    arn_of,
    refuse_moving,
)
from sandbox.sagemaker.tags import Tags, as_map

if TYPE_CHECKING:
    from sandbox.world import World

CREATING_SECONDS, UPDATING_SECONDS, DELETING_SECONDS = 180.0, 120.0, 30.0  # what AWS typically takes


class Components:
    """`operations` as a part of the SageMaker service."""

    def __init__(self, world: "World", store: Store, tags: Tags) -> None:
        self._world = world
        self._store = store
        self._tags = tags
        self._containers = Containers(world)
        self.copies = Copies(world, store)
        self.operations: dict[str, Handler] = {
            "CreateInferenceComponent": self.create,
            "UpdateInferenceComponent": self.update,
            "UpdateInferenceComponentRuntimeConfig": self.update_runtime_config,
            "DescribeInferenceComponent": self.describe,
            "DeleteInferenceComponent": self.delete,
            "ListInferenceComponents": self.list_components,
        }

    def create(self, call: Call, request: Request) -> Response:
        name, region = request["InferenceComponentName"], call.region
        self._store.check_free(COMPONENT, region, name)
        endpoint = self._endpoint(region, request["EndpointName"])
        specs = _specs(request)
        base = self._base(region, specs, endpoint)
        variant = _variant(endpoint, base["variant"] if base else request.get("VariantName", ""))
        if endpoint["next"]:
            _variant(endpoint, variant["name"], endpoint["next"])
        self._check(call, name, specs, variant)
        as_map(request.get("Tags"))
        component = {
            "name": name,
            "arn": arn_of(COMPONENT, region, name),
            "created": call.now,
            "modified": call.now,
            "status": CREATING,
            "endpoint": endpoint["name"],
            "variant": variant["name"],
            "specs": specs,
            "several": "Specifications" in request,
            "model": self._store.model(region, chosen(specs, variant["type"]).get("ModelName", "")),
            "copies": 0,
            "wanted": _wanted(request, base),
            "failure": "",
            "deployment": None,
            "next": None,
            "resolved": 0.0,
        }
        self.copies.appoint(region, component, CREATING_SECONDS)
        self._store.add(COMPONENT, region, component)
        self._tags.put(component["arn"], request.get("Tags"))
        return {"InferenceComponentArn": component["arn"]}

    def update(self, call: Call, request: Request) -> Response:
        component = self._settled(call.region, request["InferenceComponentName"])
        changed = request.get("Specification") or request.get("Specifications")
        if not (changed or request.get("RuntimeConfig")):
            raise invalid("At least one of Specification and RuntimeConfig must be specified.")
        if changed:
            endpoint = self._store.get(ENDPOINT, call.region, component["endpoint"])
            specs = [_merged(old, new) for old, new in zip(component["specs"], _specs(request), strict=False)]
            variant = _variant(endpoint, component["variant"])
            self._check(call, component["name"], specs, variant)
            model = self._store.model(call.region, chosen(specs, variant["type"]).get("ModelName", ""))
            component["next"] = {"specs": specs, "model": model}
        component["deployment"] = request.get("DeploymentConfig") or component["deployment"]
        runtime: Mapping[str, Any] = request.get("RuntimeConfig") or {"CopyCount": component["wanted"]}
        return self._begin(call.region, component, runtime["CopyCount"])

    def update_runtime_config(self, call: Call, request: Request) -> Response:
        component = self._settled(call.region, request["InferenceComponentName"])
        return self._begin(call.region, component, request["DesiredRuntimeConfig"]["CopyCount"])

    def set_copies(self, region: str, name: str, copies: int) -> None:
        """As UpdateInferenceComponentRuntimeConfig, for auto scaling."""
        self._begin(region, self._settled(region, name), copies)

    def describe(self, call: Call, request: Request) -> Response:
        component = self._store.get(COMPONENT, call.region, request["InferenceComponentName"])
        copies = {"DesiredCopyCount": component["wanted"], "CurrentCopyCount": component["copies"]}
        told = _row(component) | {"RuntimeConfig": copies}
        specs = [_summary(spec, component["resolved"]) for spec in component["specs"]]
        told |= {"Specifications": specs} if component["several"] else {"Specification": specs[0]}
        if component["failure"]:
            told["FailureReason"] = component["failure"]
        if component["deployment"]:
            told["LastDeploymentConfig"] = component["deployment"]
        return told

    def delete(self, call: Call, request: Request) -> Response:
        component = self._store.get(COMPONENT, call.region, request["InferenceComponentName"])
        refuse_moving(COMPONENT, component)
        others = self._store.components(call.region, component["endpoint"])
        if any(base_name(other) == component["name"] for other in others):
            raise invalid(
                f'Inference component "{component["arn"]}" is a base inference component for one or more associated '
                "adapter inference components. Delete those first."
            )
        component.update(status=DELETING, modified=call.now, wanted=0)
        self.copies.appoint(call.region, component, DELETING_SECONDS)
        self._store.keep(COMPONENT, call.region, component)
        return {}

    def list_components(self, call: Call, request: Request) -> Response:
        shelf = self._store.shelf(COMPONENT, call.region)
        wanted = {key: request.get(f"{key.title()}NameEquals") for key in ("endpoint", "variant")}
        kept = [c for c in shelf.values() if all(not name or c[key] == name for key, name in wanted.items())]
        return listing.listed("InferenceComponents", kept, request, _row)

    def _settled(self, region: str, name: str) -> Record:
        component = self._store.get(COMPONENT, region, name)
        refuse_moving(COMPONENT, component)
        if component["status"] == FAILED:
            raise invalid(f'Cannot update inference component "{component["arn"]}" in status {FAILED}.')
        return component

    def _begin(self, region: str, component: Record, wanted: int) -> Response:
        component.update(status="Updating", modified=self._world.clock.now(), wanted=wanted, failure="")
        self.copies.appoint(region, component, UPDATING_SECONDS)
        self._store.keep(COMPONENT, region, component)
        return {"InferenceComponentArn": component["arn"]}

    def _endpoint(self, region: str, name: str) -> Record:
        endpoint = self._store.get(ENDPOINT, region, name)
        if has_model(endpoint["now"]) or has_model(endpoint["next"]):
            raise invalid(
                "Invalid request provided: Inference Components are not supported in this Endpoint. Please make sure "
                "this endpoint can deploy inference components."
            )
        if endpoint["status"] not in SERVING:
            raise invalid(f'Endpoint "{endpoint["arn"]}" is not InService; its status is {endpoint["status"]}.')
        return endpoint

    def _base(self, region: str, specs: list[dict[str, Any]], endpoint: Record) -> Record | None:
        name = specs[0].get("BaseInferenceComponentName")
        if not name:
            return None
        base = self._store.get(COMPONENT, region, name)
        if base["endpoint"] != endpoint["name"] or base_name(base) or base["status"] == DELETING:
            raise invalid(f'"{base["arn"]}" cannot be the base inference component here.')
        return base

    def _check(self, call: Call, name: str, specs: list[dict[str, Any]], variant: Record) -> None:
        for spec in specs:
            if spec.get("BaseInferenceComponentName"):
                self._check_artifact(call, name, spec)
                continue
            if bool(spec.get("ModelName")) == bool((spec.get("Container") or {}).get("Image")):
                raise invalid("Exactly one of ModelName and Container must be specified for an inference component.")
            self._store.model(call.region, spec.get("ModelName", ""))
            if spec.get("Container"):
                self._check_artifact(call, name, spec)
            if "ComputeResourceRequirements" not in spec:
                raise invalid("ComputeResourceRequirements must be specified for an inference component.")
            _check_room(spec, spec.get("InstanceType") or variant["type"])

    def _check_artifact(self, call: Call, name: str, spec: Mapping[str, Any]) -> None:
        container = spec.get("Container") or {}
        shaped = {"Image": container.get("Image"), "ModelDataUrl": container.get("ArtifactUrl")}
        if not shaped["Image"]:  # an adapter runs in its base's image
            shaped["ModelPackageName"] = name
            shaped.pop("Image")
        self._containers.check(shaped, model=name, region=call.region)


def base_name(component: Record) -> str:
    """Return the name of the component an adapter belongs to, "" if it is none."""
    return str(component["specs"][0].get("BaseInferenceComponentName", ""))


def _specs(request: Request) -> list[dict[str, Any]]:
    one, several = request.get("Specification"), request.get("Specifications")
    if bool(one) == bool(several):
        raise invalid("Exactly one of Specification and Specifications must be specified.")
    return [dict(one)] if one else [dict(spec) for spec in several or ()]


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what an update does not name, but a model gives way to a container and the other way round."""
    kept = {key: value for key, value in old.items() if not (key in ("ModelName", "Container") and _has_image(new))}
    return {**kept, **new}


def _has_image(spec: Mapping[str, Any]) -> bool:
    return "ModelName" in spec or "Container" in spec


def _variant(endpoint: Record, name: str, deployment: Record | None = None) -> Record:
    if not name:
        raise invalid("VariantName must be specified for an inference component.")
    variants = (deployment or endpoint["now"])["variants"]
    found = next((variant for variant in variants if variant["name"] == name), None)
    if found is None:
        raise invalid(f'Could not find variant "{name}" of endpoint "{endpoint["arn"]}".')
    return dict(found)


def _wanted(request: Request, base: Record | None) -> int:
    if base:
        return int(base["wanted"])
    copies = (request.get("RuntimeConfig") or {}).get("CopyCount", 0)
    if copies < 1:
        raise invalid("Inference components copy count an integer larger than 0")
    return int(copies)


def _check_room(spec: Mapping[str, Any], instance_type: str) -> None:
    room = rooms().get(instance_type)
    requirements = spec["ComputeResourceRequirements"]
    if requirements.get("MaxMemoryRequiredInMb", float("inf")) < requirements["MinMemoryRequiredInMb"]:
        raise invalid("MaxMemoryRequiredInMb must not be less than MinMemoryRequiredInMb.")
    if room is not None and not room.holds(need_of(requirements)):
        raise invalid(
            f"Invalid request provided: The compute resource requirements exceed what an instance of {instance_type} "
            f"has: {room.cores:g} CPU cores, {room.accelerators:g} accelerator devices, {room.memory:g} MB of memory."
        )


def _summary(spec: Mapping[str, Any], at: float) -> dict[str, Any]:
    told = dict(spec)
    if container := spec.get("Container"):
        told["Container"] = {key: value for key, value in container.items() if key != "Image"}
        if image := container.get("Image"):
            deployed = {"SpecifiedImage": image, "ResolvedImage": resolved(image), "ResolutionTime": at}
            told["Container"]["DeployedImage"] = {k: v for k, v in deployed.items() if v}
    return told


def _row(component: Record) -> Response:
    arn = component["arn"].replace(f":{COMPONENT}/{component['name']}", f":{ENDPOINT}/{component['endpoint']}")
    return {
        "InferenceComponentName": component["name"],
        "InferenceComponentArn": component["arn"],
        "EndpointName": component["endpoint"],
        "EndpointArn": arn,
        "VariantName": component["variant"],
        "InferenceComponentStatus": component["status"],
        "CreationTime": component["created"],
        "LastModifiedTime": component["modified"],
    }
