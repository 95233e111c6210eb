"""What becomes of inference components with time: their copies are placed on the variant's instances or are not.

With managed instance scaling the variant grows and shrinks with them, within its bounds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.faults import Kind
from sandbox.hosting import SERVING
from sandbox.records import Record
from sandbox.sagemaker import starting
from sandbox.sagemaker.deployments import Deployments
from sandbox.sagemaker.lifecycle import STUCK
from sandbox.sagemaker.placement import Room, instances_needed, need_of
from sandbox.sagemaker.starting import Failure
from sandbox.sagemaker.store import (
    COMPONENT,
    CREATING,
    DELETING,
    ENDPOINT,
    FAILED,
    IN_SERVICE,
    Store,
    variants_of,
)
from sandbox.scope import ACCOUNT
from sandbox.telemetry.events import group_of

if TYPE_CHECKING:
    from sandbox.world import World

ACTION = "sagemaker/inference-component"
_OPERATION = "CreateInferenceComponent"
_NO_ROOM = Failure(
    "There are not enough hardware resources on the instances of the endpoint to place all copies of the inference "
    "component. Add instances to the variant, or reduce the copy count or the compute resource requirements."
)


class Copies:
    """Moves components on at their appointments."""

    def __init__(self, world: "World", store: Store) -> None:
        self._world = world
        self._store = store
        self._deployments = Deployments(world, store)
        world.agenda.on(ACTION, lambda due, payload: self._due(due, payload["region"], payload["name"]))

    def appoint(self, region: str, component: Record, aws_seconds: float) -> None:
        """Say when the present status ends."""
        if component["status"] == CREATING:
            faults = self._world.faults
            aws_seconds += faults.delay(service="sagemaker", operation=_OPERATION, resource=component["name"])
        self._appoint_at(region, component["name"], self._world.clock.now() + self._world.clock.lasts(aws_seconds))

    def settle(self, region: str, endpoint: Record, at: float) -> None:
        """Bring the variants of an endpoint that has just changed to what its components need."""
        for name in {component["variant"] for component in self._store.components(region, endpoint["name"])}:
            self._resize(region, endpoint, name, at)

    def _appoint_at(self, region: str, name: str, due: float) -> None:
        self._world.agenda.at(due, ACTION, f"{region}/{name}", region=region, name=name)

    def _due(self, due: float, region: str, name: str) -> None:
        component = self._store.shelf(COMPONENT, region).get(name)
        if component is None:
            return
        endpoint = self._store.get(ENDPOINT, region, component["endpoint"])
        if component["status"] == DELETING:
            self._store.drop(COMPONENT, region, component)
            self._world.meters.component_gone(region, name, due)
            self._resize(region, endpoint, component["variant"], due)
            return
        if component["status"] == CREATING and self._is_stuck(name):
            self._appoint_at(region, name, due + self._world.clock.lasts(STUCK))
            return
        component["modified"] = due
        failure = self._failure(region, endpoint, component, due)
        if failure is None:
            self._succeed(component, due)
        elif component["status"] == CREATING:
            component.update(status=FAILED, failure=failure.reason, wanted=0)
        else:  # what ran goes on
            component.update(status=IN_SERVICE, failure=failure.reason, wanted=component["copies"], next=None)
        self._write(region, component, endpoint, failure, due)
        self._store.keep(COMPONENT, region, component)
        self._resize(region, endpoint, component["variant"], due)
        hosted = self._world.hosting.find(endpoint["name"], region, ACCOUNT, component=name)
        if hosted and component["status"] == IN_SERVICE:
            self._world.meters.component_serving(region, hosted, due)

    def _is_stuck(self, name: str) -> bool:
        strikes = self._world.faults.strikes
        return strikes(Kind.STUCK_CREATING, service="sagemaker", operation=_OPERATION, resource=name)

    def _succeed(self, component: Record, due: float) -> None:
        if component["next"]:
            component.update(specs=component["next"]["specs"], model=component["next"]["model"], next=None)
        component.update(status=IN_SERVICE, copies=component["wanted"], failure="", resolved=due)

    def _failure(self, region: str, endpoint: Record, component: Record, due: float) -> Failure | None:
        coming = component["next"] or component
        if component["next"] or component["status"] == CREATING:
            variant = self._variant(endpoint, component["variant"])
            standing = as_variant(component["name"], coming, variant or {"type": "", "spec": {}})
            found = starting.failure_of(self._world.faults, standing, component["name"], region, _OPERATION)
            if found:
                return found
        return None if self._resize(region, endpoint, component["variant"], due, component) else _NO_ROOM

    def _resize(self, region: str, endpoint: Record, name: str, due: float, coming: Record | None = None) -> bool:
        """Bring a variant to the instances its components need, `coming` included; False if they do not fit."""
        variant = self._variant(endpoint, name)
        if variant is None:
            return False
        scaling: dict[str, Any] = variant["spec"].get("ManagedInstanceScaling") or {}
        managed = scaling.get("Status", "DISABLED") == "ENABLED"
        most: int = scaling.get("MaxInstanceCount") or variant["count"] if managed else variant["count"]
        others = [c for c in self._store.components(region, endpoint["name"]) if coming is None or c is not coming]
        wanted = [(need, c["copies"]) for c in others if c["variant"] == name for need in _needs(c, variant["type"])]
        if coming:
            now = coming["next"] or coming
            wanted += [(need, coming["wanted"]) for need in _needs(now, variant["type"])]
        needed = instances_needed(variant["type"], wanted, most)
        if needed is None:
            return False
        count = max(needed, scaling.get("MinInstanceCount", 1)) if managed else variant["count"]
        if count == variant["count"] or endpoint["status"] not in SERVING:
            return True
        return self._scale(region, endpoint, variant, count, due)

    def _scale(self, region: str, endpoint: Record, variant: Record, count: int, due: float) -> bool:
        more = count - variant["count"]
        if more > 0:
            if starting.lacks_capacity(self._world.faults, variant["type"], _OPERATION):
                return False
            try:
                self._deployments.check_quotas(region, Counter({variant["type"]: more}), _OPERATION)
            except AwsError:
                return False
        for each in variants_of(endpoint["next"] if endpoint["change"] == "capacity" else None):
            if each["name"] == variant["name"] and each["count"] == variant["count"]:
                each["count"] = count
        variant.update(count=count, since=due)
        self._store.keep(ENDPOINT, region, endpoint)
        self._world.meters.serving(region, endpoint["name"], variant["name"], variant["type"], count, due)
        return True

    def _variant(self, endpoint: Record, name: str) -> Record | None:
        return next((v for v in variants_of(endpoint["now"]) if v["name"] == name), None)

    def _write(self, region: str, component: Record, endpoint: Record, failure: Failure | None, at: float) -> None:
        if failure is not None and failure.lines is None:
            return
        group = group_of(endpoint["name"], component["name"])
        stream = f"{component['variant']}/{starting.instance_of(endpoint)}/{starting.instance_of(component)[2:]}"
        variant = self._variant(endpoint, component["variant"])
        container = container_of(component, variant["type"] if variant else "")
        for text in starting.written(container, variant["type"] if variant else "", failure):
            self._world.meters.log(region, group, stream, at, text)


def has_model(deployment: Record | None) -> bool:
    """Tell whether the variants of a deployment run models of their own, so that it takes no components."""
    return any(variant["model"] for variant in variants_of(deployment))


def chosen(specs: Sequence[Mapping[str, Any]], instance_type: str) -> Mapping[str, Any]:
    """Return the specification for an instance type, or the first."""
    return next((spec for spec in specs if spec.get("InstanceType") == instance_type), specs[0])


def container_of(component: Mapping[str, Any], instance_type: str) -> Mapping[str, Any]:
    """Return what a component runs, as CreateModel would have it; an adapter's has no image."""
    spec = chosen(component["specs"], instance_type)
    if component["model"]:
        return next(iter(starting.containers_of(component["model"])), {})
    container = spec.get("Container") or {}
    shaped = {"Image": container.get("Image", ""), "Environment": container.get("Environment") or {}}
    return shaped | ({"ModelDataUrl": container["ArtifactUrl"]} if container.get("ArtifactUrl") else {})


def as_variant(name: str, component: Mapping[str, Any], variant: Record) -> Record:
    """Return a record in the form of a variant's, for what starts and fails as one does on the variant it is on."""
    container = container_of(component, variant["type"])
    return {
        "name": name,
        "noun": "inference component",
        "type": variant["type"],
        "spec": variant["spec"],
        "count": 1,
        "model": {"name": name, "request": {"PrimaryContainer": container}},
    }


def _needs(component: Mapping[str, Any], instance_type: str) -> list[Room]:
    requirements = chosen(component["specs"], instance_type).get("ComputeResourceRequirements")
    return [need_of(requirements)] if requirements else []
