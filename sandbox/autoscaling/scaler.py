"""Looks at the load of every target once a minute of AWS's time and moves its capacity as its policies say."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.autoscaling import alarms, decisions, measures, resources
from sandbox.autoscaling.activities import Activities
from sandbox.autoscaling.decisions import STEPS, TRACKING, Readings, within
from sandbox.autoscaling.resources import Resource, identity_of
from sandbox.errors import AwsError
from sandbox.records import Record, Shelf

if TYPE_CHECKING:
    from sandbox.world import World

EVALUATE = "application-autoscaling/evaluate"
EVERY = 60.0  # seconds of AWS's time between two looks
COOLDOWN = 300.0  # where a policy says nothing (AWS's default for SageMaker)


class Scaler:
    """Every use is under the world's lock; it runs by the agenda, in regions that have a policy."""

    def __init__(self, world: "World", activities: Activities) -> None:
        self._world = world
        self._activities = activities
        world.agenda.on(EVALUATE, self._due)

    def targets(self, region: str) -> Shelf:
        return self._world.records.shelf("application-autoscaling/target", region)

    def policies(self, region: str) -> Shelf:
        return self._world.records.shelf("application-autoscaling/policy", region)

    def watch(self, region: str) -> None:
        """Look at the region from now on, if it is not looked at."""
        if self._world.agenda.due(EVALUATE, region) is None:
            self._appoint(region, self._world.clock.now())

    def _appoint(self, region: str, now: float) -> None:
        pause = max(self._world.clock.lasts(EVERY), self._world.agenda.stride)
        self._world.agenda.at(now + pause, EVALUATE, region, region=region)

    def settle(self, region: str) -> None:
        """Find out how the changes ended that are noted as in progress."""
        for target in self.targets(region).values():
            identity = identity_of(target["ResourceId"], target["ScalableDimension"])
            if self._activities.waiting(region, identity):
                resource = resources.read(self._world, region, identity)
                if resource and resource.in_service and resource.current == resource.desired:
                    self._activities.settle(region, identity, resource.current, self._world.clock.now())

    def keep_bounds(self, region: str, target: Record, cause: str) -> None:
        """Bring the capacity inside the target's bounds, if it is outside and can be changed now."""
        identity = identity_of(target["ResourceId"], target["ScalableDimension"])
        resource = resources.read(self._world, region, identity)
        if resource is None or not resource.in_service:
            return
        wanted = within(resource.desired, target["MinCapacity"], target["MaxCapacity"])
        if wanted != resource.desired:
            bound = "minimum" if wanted > resource.desired else "maximum"
            self._set(region, target, resource, wanted, cause or f"{bound} capacity was set to {wanted}")

    def _due(self, due: float, payload: Record) -> None:
        region = payload["region"]
        of_target: dict[str, list[Record]] = {}
        for policy in self.policies(region).values():
            of_target.setdefault(policy["target"], []).append(policy)
        if not of_target:
            return
        self._appoint(region, max(due, self._world.clock.now()))
        sounding = self._sounding(region, of_target)
        for key, target in tuple(self.targets(region).items()):
            if key in of_target:
                self._evaluate(region, target, of_target[key], sounding)

    def _evaluate(
        self, region: str, target: Record, policies: Iterable[Record], sounding: Mapping[str, list[Record]]
    ) -> None:
        identity = identity_of(target["ResourceId"], target["ScalableDimension"])
        resource = resources.read(self._world, region, identity)
        if resource is None:
            return  # an orphan
        now = self._world.clock.now()
        if resource.in_service and resource.current == resource.desired:
            self._activities.settle(region, identity, resource.current, now)
        out: list[tuple[int, str, Record]] = []
        inward: list[tuple[int, str, Record] | None] = []
        for policy in policies:
            if policy["PolicyType"] == TRACKING:
                self._track(region, resource, policy, out, inward)
            for alarm in sounding.get(policy["PolicyARN"], ()):
                self._step(resource, policy, alarm, out, inward)
        if not resource.in_service:
            for _, cause, _ in out:
                reason = {"Code": "TargetServicePutResourceAsUnscalable"}
                self._activities.not_scaled(region, identity, cause, reason, now)
        elif out:
            self._out(region, target, resource, max(out, key=lambda wish: wish[0]))
        elif inward and all(inward):
            self._in(region, target, resource, max((wish for wish in inward if wish), key=lambda wish: wish[0]))

    def _track(
        self,
        region: str,
        resource: Resource,
        policy: Record,
        out: list[tuple[int, str, Record]],
        inward: list[tuple[int, str, Record] | None],
    ) -> None:
        configuration = policy["configuration"]
        target = float(configuration["TargetValue"])
        value = measures.value_of(self._world, region, resource, configuration, self._world.clock.now())
        before = Readings(*policy.get("readings", (0, 0)))
        after = before.with_reading(value, target)
        if after != before:
            policy["readings"] = [after.above, after.below]
            self.policies(region).changed(policy["key"])
        capacity = resource.desired
        if value is not None and after.above >= decisions.HIGH:
            out.append(
                (
                    decisions.tracked_out(capacity, value, target),
                    alarms.cause(policy, alarms.name_of(policy, alarms.HIGH)),
                    policy,
                )
            )
        if configuration.get("DisableScaleIn"):
            return
        ready = value is not None and after.below >= decisions.LOW
        wanted = decisions.tracked_in(capacity, value or 0.0, target)
        cause = alarms.cause(policy, alarms.name_of(policy, alarms.LOW))
        inward.append((wanted, cause, policy) if ready else None)

    def _step(
        self,
        resource: Resource,
        policy: Record,
        alarm: Record,
        out: list[tuple[int, str, Record]],
        inward: list[tuple[int, str, Record] | None],
    ) -> None:
        capacity = resource.desired
        wanted = decisions.stepped(capacity, _breach(alarm), policy["configuration"])
        cause = alarms.cause(policy, alarm["AlarmName"])
        if wanted > capacity:
            out.append((wanted, cause, policy))
        elif wanted < capacity:
            inward.append((wanted, cause, policy))

    def _out(self, region: str, target: Record, resource: Resource, wish: tuple[int, str, Record]) -> None:
        wanted, cause, policy = wish
        most, now = int(target["MaxCapacity"]), self._world.clock.now()
        if target["SuspendedState"]["DynamicScalingOutSuspended"]:
            return
        if now < target.get("scaled_out", float("-inf")) + self._cooldown(policy, "ScaleOutCooldown"):
            return
        capped = min(wanted, most)
        if capped <= resource.desired:
            reason = {"Code": "AlreadyAtMaxCapacity", "MaxCapacity": most, "CurrentCapacity": resource.desired}
            self._activities.not_scaled(region, resource.identity, cause, reason, now)
            return
        alarms.sound(self._world, region, policy, alarms.HIGH)
        self._set(region, target, resource, capped, cause, "scaled_out")

    def _in(self, region: str, target: Record, resource: Resource, wish: tuple[int, str, Record]) -> None:
        wanted, cause, policy = wish
        least, now = max(int(target["MinCapacity"]), resource.least), self._world.clock.now()
        if target["SuspendedState"]["DynamicScalingInSuspended"]:
            return
        latest = max(target.get("scaled_in", float("-inf")), target.get("scaled_out", float("-inf")))
        if now < latest + self._cooldown(policy, "ScaleInCooldown"):
            return
        capped = max(wanted, least)
        if capped >= resource.desired:
            reason = {"Code": "AlreadyAtMinCapacity", "MinCapacity": least, "CurrentCapacity": resource.desired}
            self._activities.not_scaled(region, resource.identity, cause, reason, now)
            return
        alarms.sound(self._world, region, policy, alarms.LOW)
        self._set(region, target, resource, capped, cause, "scaled_in")

    def _set(self, region: str, target: Record, resource: Resource, capacity: int, cause: str, stamp: str = "") -> None:
        now, identity = self._world.clock.now(), resource.identity
        try:
            resources.scale(self._world, region, identity, capacity)
        except AwsError as error:
            self._activities.refused(region, identity, cause, capacity, error.message, now)
        else:
            self._activities.begun(region, identity, cause, capacity, now)
        if stamp:  # a refusal too is followed by a cooldown, or it would be asked for again at once
            target[stamp] = now
            self.targets(region).changed(identity.key)

    def _cooldown(self, policy: Record, name: str) -> float:
        configuration = policy["configuration"]
        plain = configuration.get("Cooldown", COOLDOWN)
        return self._world.clock.lasts(float(configuration.get(name, plain)))

    def _sounding(self, region: str, of_target: Mapping[str, list[Record]]) -> dict[str, list[Record]]:
        """The alarms that are in ALARM and have a step scaling policy among their actions, by the policy's ARN."""
        steps = {each["PolicyARN"] for held in of_target.values() for each in held if each["PolicyType"] == STEPS}
        found: dict[str, list[Record]] = {}
        if not steps:
            return found
        asked: dict[str, Any] = {"StateValue": "ALARM", "ActionPrefix": "arn:", "MaxRecords": 100}
        while True:
            answer = self._world.call("cloudwatch", "DescribeAlarms", asked, region)
            for alarm in answer.get("MetricAlarms", ()):
                for arn in steps.intersection(alarm.get("AlarmActions", ())):
                    if alarm.get("ActionsEnabled", True):
                        found.setdefault(arn, []).append(alarm)
            if not answer.get("NextToken"):
                return found
            asked["NextToken"] = answer["NextToken"]


def _breach(alarm: Mapping[str, Any]) -> float:
    """How far the alarm's metric is from its threshold, by what it last said of itself; 0 if it says nothing."""
    try:
        points = json.loads(alarm.get("StateReasonData") or "{}").get("recentDatapoints") or []
        return float(points[-1]) - float(alarm["Threshold"]) if points else 0.0
    except (ValueError, KeyError, TypeError):
        return 0.0
