"""Looks at the load of every target once a minute of AWS's time and moves its capacity as its policies say."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Wish(NamedTuple):
    """The capacity that a policy wants, and why."""

    capacity: int
    cause: str
    policy: Record


@dataclass(slots=True)
class Wishes:
    """What the policies of a target want: more if any wants more, fewer only if all that speak do (None: not yet)."""

    out: list[Wish] = field(default_factory=list)
    inward: list[Wish | None] = field(default_factory=list)

    @property
    def most(self) -> Wish | None:
        return max(self.out, key=lambda wish: wish.capacity, default=None)

    @property
    def fewest(self) -> Wish | None:
        """The wish for fewer that leaves the most; None unless all agree that there are to be fewer."""
        agreed = [wish for wish in self.inward if wish]
        return max(agreed, key=lambda wish: wish.capacity) if agreed and len(agreed) == len(self.inward) else None


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

    def keep_bounds(self, region: str, target: Record) -> None:
        """Bring the capacity inside the target's bounds, if it is outside and can be changed now."""
        identity = identity_of(target["ResourceId"], target["ScalableDimension"])
        resource = resources.read(self._world, region, identity)
        if resource is None or not resource.in_service:
            return
        wanted = within(resource.desired, target["MinCapacity"], target["MaxCapacity"])
        if wanted != resource.desired:
            bound = "minimum" if wanted > resource.desired else "maximum"
            self._set(region, target, resource, wanted, f"{bound} capacity was set to {wanted}")

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
        wishes = Wishes()
        for policy in policies:
            if policy["PolicyType"] == TRACKING:
                self._track(region, resource, policy, wishes)
            for alarm in sounding.get(policy["PolicyARN"], ()):
                _step(resource, policy, alarm, wishes)
        if not resource.in_service:
            for wish in wishes.out:
                reason = {"Code": "TargetServicePutResourceAsUnscalable"}
                self._activities.not_scaled(region, identity, wish.cause, reason, now)
        elif wishes.most:
            self._out(region, target, resource, wishes.most)
        elif wishes.fewest:
            self._in(region, target, resource, wishes.fewest)

    def _track(self, region: str, resource: Resource, policy: Record, wishes: Wishes) -> None:
        configuration, capacity = policy["configuration"], resource.desired
        target = float(configuration["TargetValue"])
        value = measures.value_of(self._world, region, resource, configuration, self._world.clock.now())
        before = Readings(*policy.get("readings", (0, 0)))
        after = before.with_reading(value, target)
        if after != before:
            policy["readings"] = [after.above, after.below]
            self.policies(region).changed(policy["key"])
        if value is not None and after.above >= decisions.HIGH:
            cause = alarms.cause(policy, alarms.name_of(policy, alarms.HIGH))
            wishes.out.append(Wish(decisions.tracked_out(capacity, value, target), cause, policy))
        if configuration.get("DisableScaleIn"):
            return
        if value is not None and after.below >= decisions.LOW:
            cause = alarms.cause(policy, alarms.name_of(policy, alarms.LOW))
            wishes.inward.append(Wish(decisions.tracked_in(capacity, value, target), cause, policy))
        else:
            wishes.inward.append(None)

    def _out(self, region: str, target: Record, resource: Resource, wish: Wish) -> None:
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

    def _in(self, region: str, target: Record, resource: Resource, wish: Wish) -> None:
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


def _step(resource: Resource, policy: Record, alarm: Record, wishes: Wishes) -> None:
    wanted = decisions.stepped(resource.desired, _breach(alarm), policy["configuration"])
    wish = Wish(wanted, alarms.cause(policy, alarm["AlarmName"]), policy)
    if wanted > resource.desired:
        wishes.out.append(wish)
    elif wanted < resource.desired:
        wishes.inward.append(wish)


def _breach(alarm: Mapping[str, Any]) -> float:
    """How far the alarm's metric is from its threshold, by what it last said of itself; 0 if it says nothing."""
    try:
        points = json.loads(alarm.get("StateReasonData") or "{}").get("recentDatapoints") or []
        return float(points[-1]) - float(alarm["Threshold"]) if points else 0.0
    except (ValueError, KeyError, TypeError):
        return 0.0
