"""The operations of Application Auto Scaling on SageMaker's variants and components."""

import hashlib
from typing import TYPE_CHECKING

from sandbox.autoscaling import alarms, policies, resources
from sandbox.autoscaling.activities import Activities
from sandbox.autoscaling.answers import absent, asked_for, paged, selected
from sandbox.autoscaling.resources import NAMESPACE, Identity, identity_of
from sandbox.autoscaling.scaler import Scaler
from sandbox.autoscaling.scheduled import Scheduled
from sandbox.errors import AwsError, invalid
from sandbox.operations import Call, Elsewhere, Handler, Request, Response
from sandbox.records import Record, shown
from sandbox.scope import ACCOUNT, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
FREE = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}
MOST_TAGS = 50


class ApplicationAutoScaling:
    """The service as the world has it."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._activities = Activities(world.records)
        self._scaler = Scaler(world, self._activities)
        self._scheduled = Scheduled(world, self._scaler, self._activities)
        self.operations: dict[str, Handler] = {
            "RegisterScalableTarget": self.register,
            "DeregisterScalableTarget": self.deregister,
            "DescribeScalableTargets": self.describe_targets,
            "PutScalingPolicy": self.put_policy,
            "DescribeScalingPolicies": self.describe_policies,
            "DeleteScalingPolicy": self.delete_policy,
            "DescribeScalingActivities": self.describe_activities,
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            **self._scheduled.operations,
        }

    def registered(self, region: str, endpoint: str) -> tuple[str, ...]:
        """Return the variants of an endpoint that are scalable targets: SageMaker lets none of them go or change."""
        found = (identity_of(t["ResourceId"], t["ScalableDimension"]) for t in self._scaler.targets(region).values())
        return tuple(dict.fromkeys(identity.variant for identity in found if identity.endpoint == endpoint))

    def register(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        shelf = self._scaler.targets(call.region)
        before = shelf.get(identity.key)
        if before and request.get("Tags"):
            raise invalid(
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable "
                "target, use the TagResource API."
            )
        least, most = (request.get(name, (before or {}).get(name)) for name in ("MinCapacity", "MaxCapacity"))
        self._check_bounds(call.region, identity, least, most, new=before is None)
        shelf[identity.key] = target = {
            **(before or _target(call, identity)),
            "MinCapacity": least,
            "MaxCapacity": most,
        }
        target["SuspendedState"] = {**target["SuspendedState"], **request.get("SuspendedState", {})}
        target.setdefault("tags", dict(request.get("Tags", {})))
        self._scaler.keep_bounds(call.region, target)
        return {"ScalableTargetARN": target["ScalableTargetARN"]}

    def deregister(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        if self._scaler.targets(call.region).pop(identity.key, None) is None:
            raise absent("scalable target found", identity)
        for key, policy in tuple(self._scaler.policies(call.region).items()):
            if policy["target"] == identity.key:
                alarms.drop(self._world, call.region, policy)
                del self._scaler.policies(call.region)[key]
        for key, action in tuple(self._scheduled.actions(call.region).items()):
            if action["target"] == identity.key:
                self._scheduled.drop(call.region, key)
        return {}

    def describe_targets(self, call: Call, request: Request) -> Response:
        held = self._scaler.targets(call.region).values()
        found = selected(held, request, request.get("ResourceIds"), "ResourceId")
        return paged("ScalableTargets", [shown(each) for each in found], request)

    def put_policy(self, call: Call, request: Request) -> Response:
        identity = asked_for(request)
        if identity.key not in self._scaler.targets(call.region):
            raise absent("scalable target registered", identity)
        shelf, key = self._scaler.policies(call.region), policies.key_of(identity, request["PolicyName"])
        others = [each for name, each in shelf.items() if each["target"] == identity.key and name != key]
        policy = policies.made(call, request, identity, others, shelf.get(key))
        alarms.put(self._world, call, identity, policy)
        shelf[key] = policy
        self._scaler.watch(call.region)
        return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}

    def describe_policies(self, call: Call, request: Request) -> Response:
        held = self._scaler.policies(call.region).values()
        found = selected(held, request, request.get("PolicyNames"), "PolicyName")
        return paged("ScalingPolicies", [policies.told(each) for each in found], request)

    def delete_policy(self, call: Call, request: Request) -> Response:
        identity, name = asked_for(request), request["PolicyName"]
        policy = self._scaler.policies(call.region).pop(policies.key_of(identity, name), None)
        if policy is None:
            raise absent("scaling policy found", identity, f"policy name: {name}")
        alarms.drop(self._world, call.region, policy)
        return {}

    def describe_activities(self, call: Call, request: Request) -> Response:
        self._scaler.settle(call.region)
        held = self._activities.all(call.region, call.now)
        found = selected(held, request)
        if not request.get("IncludeNotScaledActivities"):
            found = [each for each in found if "NotScaledReasons" not in each]
        return paged("ScalingActivities", found, request)

    def tagged(self, region: str) -> dict[str, dict[str, str]]:
        """Return the tags of every target by its ARN."""
        return {t["ScalableTargetARN"]: dict(t["tags"]) for t in self._scaler.targets(region).values()}

    def list_tags(self, call: Call, request: Request) -> Response:
        return {"Tags": dict(self._of_arn(call, request["ResourceARN"])["tags"])}

    def tag(self, call: Call, request: Request) -> Response:
        target = self._of_arn(call, request["ResourceARN"])
        merged = {**target["tags"], **request["Tags"]}
        if len(merged) > MOST_TAGS:
            raise AwsError("TooManyTagsException", f"A resource can have at most {MOST_TAGS} tags.")
        target["tags"] = merged
        self._changed(call.region, target)
        return {}

    def untag(self, call: Call, request: Request) -> Response:
        target = self._of_arn(call, request["ResourceARN"])
        for key in request["TagKeys"]:
            target["tags"].pop(key, None)
        self._changed(call.region, target)
        return {}

    def _of_arn(self, call: Call, arn: str) -> Record:
        for target in self._scaler.targets(call.region).values():
            if target["ScalableTargetARN"] == arn:
                return target
        if arn.split(":")[2:3] != ["application-autoscaling"]:
            raise invalid("The specified resource ARN is not valid.")
        raise Elsewhere

    def _changed(self, region: str, target: Record) -> None:
        self._scaler.targets(region).changed(identity_of(target["ResourceId"], target["ScalableDimension"]).key)

    def _check_bounds(self, region: str, identity: Identity, least: int | None, most: int | None, *, new: bool) -> None:
        if least is None or most is None:
            raise invalid("Both a minimum and a maximum capacity must be specified for a new scalable target.")
        if least < 0 or most < 0:
            raise invalid("Minimum and maximum capacity must be greater than or equal to 0.")
        if least > most:
            raise invalid("Maximum capacity cannot be less than minimum capacity")
        resource = resources.read(self._world, region, identity)
        if resource is None:
            if new:
                raise invalid(f"SageMaker resource doesn't exist: {identity.resource_id}")
            return
        if new and not resource.in_service:
            raise invalid(f"The resource {identity.resource_id} is not InService: it is {resource.status}.")
        if least < resource.least:
            raise invalid(
                f"Minimum capacity must be greater than or equal to {resource.least} for {identity.resource_id}: only "
                "asynchronous endpoints and those with inference components scale to 0."
            )
        if resources.burstable(resource):
            raise invalid(f"Auto scaling is not supported for the burstable instance type {resource.instance_type}.")


def _target(call: Call, identity: Identity) -> Record:
    name = "0" + hashlib.sha256(f"{call.region} {identity.key} {call.now}".encode()).hexdigest()[:37]
    role = f"aws-service-role/{NAMESPACE}.application-autoscaling.amazonaws.com/{ROLE}"
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": identity.resource_id,
        "ScalableDimension": identity.dimension,
        "RoleARN": f"arn:{partition_of(call.region)}:iam::{ACCOUNT}:role/{role}",
        "CreationTime": call.now,
        "SuspendedState": dict(FREE),
        "ScalableTargetARN": call.arn(f"scalable-target/{name}"),
    }
