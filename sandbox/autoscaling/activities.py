"""What was scaled and what was not, and why, in AWS's words; the newest first, as many as are of interest."""

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.autoscaling.resources import NAMESPACE, Identity
from sandbox.records import Record, Records, shown

MOST = 200  # kept of a target
KEPT = 6 * 7 * 86400.0  # seconds: AWS keeps them for six weeks
WAITING, DONE = "InProgress", "Successful"


class Activities:
    """Each target's, in one record. Every use is under the world's lock."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def begun(self, region: str, identity: Identity, cause: str, capacity: int, now: float) -> None:
        """Note that SageMaker was asked for a capacity; it is in progress until `settle` finds it there."""
        said = f"Successfully set {identity.unit} to {capacity}. Waiting for change to be fulfilled by {NAMESPACE}."
        activity = _activity(identity, cause, f"Setting {identity.unit} to {capacity}.", now)
        self._add(region, identity, {**activity, "StatusCode": WAITING, "StatusMessage": said, "capacity": capacity})

    def refused(self, region: str, identity: Identity, cause: str, capacity: int, why: str, now: float) -> None:
        """Note that SageMaker refused a capacity, saying why."""
        said = f"Failed to set {identity.unit} to {capacity}. Reason: {why}"
        activity = _activity(identity, cause, f"Setting {identity.unit} to {capacity}.", now)
        self._add(region, identity, {**activity, "StatusCode": "Failed", "StatusMessage": said, "EndTime": now})

    def not_scaled(self, region: str, identity: Identity, cause: str, reason: Mapping[str, Any], now: float) -> None:
        """Note that nothing was done though an alarm asked for it; said once as long as nothing else happens."""
        newest = next(iter(self.of(region, identity)), None)
        if newest and newest.get("NotScaledReasons") == [reason] and newest["Cause"] == cause:
            return
        activity = _activity(identity, cause, "Attempting to scale due to alarm triggered", now)
        self._add(
            region, identity, {**activity, "StatusCode": "Failed", "EndTime": now, "NotScaledReasons": [dict(reason)]}
        )

    def bounds_set(self, region: str, identity: Identity, name: str, least: int, most: int, now: float) -> None:
        """Note that a scheduled action fired."""
        what = f"min capacity to {least} and max capacity to {most}"
        activity = _activity(identity, f"scheduled action name {name} was triggered", f"Setting {what}", now)
        done = {"StatusCode": DONE, "StatusMessage": f"Successfully set {what}", "EndTime": now}
        self._add(region, identity, {**activity, **done})

    def settle(self, region: str, identity: Identity, capacity: int, now: float) -> None:
        """End what was in progress: the resource is in service and has this capacity."""
        name = identity.key
        for activity in self.of(region, identity):
            if activity["StatusCode"] != WAITING:
                continue
            wanted = activity["capacity"]
            done = wanted == capacity
            activity["StatusCode"] = DONE if done else "Overridden"
            activity["EndTime"] = now
            activity["StatusMessage"] = (
                f"Successfully set {identity.unit} to {wanted}. Change successfully fulfilled by {NAMESPACE}."
                if done
                else f"Successfully set {identity.unit} to {wanted}. Change was overridden."
            )
            self._records.shelf("application-autoscaling/activity", region).changed(name)

    def waiting(self, region: str, identity: Identity) -> bool:
        """Whether SageMaker was asked for something of which it is not known yet how it ended."""
        return any(each["StatusCode"] == WAITING for each in self.of(region, identity))

    def of(self, region: str, identity: Identity) -> list[Record]:
        """The newest first; live records."""
        held = self._records.shelf("application-autoscaling/activity", region).get(identity.key)
        return list(reversed(held["held"])) if held else []

    def all(self, region: str, now: float) -> list[Record]:
        """Those of all targets, the newest first, as the API shows them; targets with none so new are forgotten."""
        shelf, since = self._records.shelf("application-autoscaling/activity", region), now - KEPT
        for name, held in tuple(shelf.items()):
            if held["held"][-1]["StartTime"] < since:
                del shelf[name]
        found = [each for held in shelf.values() for each in reversed(held["held"]) if each["StartTime"] >= since]
        return [shown(each) for each in sorted(found, key=lambda each: -each["StartTime"])]

    def _add(self, region: str, identity: Identity, activity: Record) -> None:
        shelf = self._records.shelf("application-autoscaling/activity", region)
        held = shelf.setdefault(identity.key, {"held": []})["held"]
        held.append(activity)
        del held[:-MOST]
        shelf.changed(identity.key)


def _activity(identity: Identity, cause: str, description: str, now: float) -> Record:
    return {
        "ActivityId": str(uuid.uuid4()),
        "ServiceNamespace": NAMESPACE,
        "ResourceId": identity.resource_id,
        "ScalableDimension": identity.dimension,
        "Description": description,
        "Cause": cause,
        "StartTime": now,
    }
