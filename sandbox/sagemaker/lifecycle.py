"""What becomes of endpoints with time: Creating ends InService or Failed, Updating InService, Deleting in nothing.

An update that cannot start is rolled back, and AWS says so only by the configuration's name; a change of capacity
that cannot be met shows RollingBack on the way.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sandbox.clock import UPDATING as UPDATING_SECONDS
from sandbox.errors import AwsError
from sandbox.faults import Kind
from sandbox.records import Record
from sandbox.sagemaker import starting
from sandbox.sagemaker.awakening import Awakening
from sandbox.sagemaker.starting import Failure
from sandbox.sagemaker.store import (
    CREATING,
    DELETING,
    ENDPOINT,
    FAILED,
    IN_SERVICE,
    MIXED,
    ROLLING_BACK,
    UPDATING,
    Store,
    needs,
    variants_of,
)
from sandbox.sagemaker.variants import model_of, next_type
from sandbox.telemetry.events import group_of

if TYPE_CHECKING:
    from sandbox.world import World

ACTION = "sagemaker/endpoint"
STUCK = 60.0  # seconds, at AWS's pace, after which a stuck endpoint is looked at again
_OPERATIONS = {"create": "CreateEndpoint", "update": "UpdateEndpoint", "capacity": "UpdateEndpointWeightsAndCapacities"}


class Lifecycle:
    """Moves endpoints on at their appointments; `on_started` hears of each that becomes InService."""

    def __init__(self, world: "World", store: Store) -> None:
        self._world = world
        self._store = store
        self._awakening = Awakening(world, store)
        self.on_started: Callable[[str, Record, float], None] = lambda region, endpoint, at: None
        world.agenda.on(ACTION, lambda due, payload: self._due(due, payload["region"], payload["name"]))

    def appoint(self, region: str, endpoint: Record, aws_seconds: float) -> None:
        """Say when the present status ends."""
        world, now = self._world, self._world.clock.now()
        if endpoint["status"] in (CREATING, UPDATING):
            aws_seconds += world.faults.delay(**self._about(endpoint))
        endpoint["begun"], endpoint["due"] = now, now + world.clock.lasts(aws_seconds)
        self._appoint_at(region, endpoint, endpoint["due"])
        if endpoint["status"] == CREATING:
            self._awakening.appoint(region, endpoint)

    def silence(self, region: str, endpoint: Record) -> None:
        """Note that nothing of an endpoint serves any more."""
        self._world.meters.gone(region, endpoint["name"], self._world.clock.now())

    def _tell(self, region: str, endpoint: Record, at: float, gone: Iterable[Record]) -> None:
        """Note how many instances serve from now."""
        name, asynchronous = endpoint["name"], "AsyncInferenceConfig" in endpoint["now"]["settings"]
        for variant in gone:
            self._world.meters.serving(region, name, variant["name"], variant["type"], 0, at)
        for variant in variants_of(endpoint["now"]):
            kind = "serverless" if variant["serverless"] else "async" if asynchronous else "variant"
            self._world.meters.serving(region, name, variant["name"], variant["type"], variant["count"], at, kind=kind)

    def _appoint_at(self, region: str, endpoint: Record, due: float) -> None:
        self._world.agenda.at(due, ACTION, f"{region}/{endpoint['name']}", region=region, name=endpoint["name"])

    def _about(self, endpoint: Record) -> dict[str, str]:
        return {"service": "sagemaker", "operation": _OPERATIONS[endpoint["change"]], "resource": endpoint["name"]}

    def _due(self, due: float, region: str, name: str) -> None:
        endpoint = self._store.shelf(ENDPOINT, region).get(name)
        if endpoint is None:
            return
        if endpoint["status"] == DELETING:
            self._store.drop(ENDPOINT, region, endpoint)
            return
        if endpoint["status"] == ROLLING_BACK:
            endpoint.update(status=IN_SERVICE, modified=due, next=None, failure="")
        elif self._is_stuck(endpoint):
            self._appoint_at(region, endpoint, due + self._world.clock.lasts(STUCK))
            return
        else:
            failure = self._failure(region, endpoint)
            for variant in endpoint["next"]["variants"]:
                self._write(region, endpoint, variant, failure, due)
            endpoint["modified"] = due
            if failure is None:
                self._succeed(region, endpoint, due)
            else:
                self._fail(region, endpoint, failure, due)
        self._store.keep(ENDPOINT, region, endpoint)
        if endpoint["status"] == IN_SERVICE:
            self.on_started(region, endpoint, due)

    def _is_stuck(self, endpoint: Record) -> bool:
        about = self._about(endpoint)
        return endpoint["status"] == CREATING and self._world.faults.strikes(Kind.STUCK_CREATING, **about)

    def _succeed(self, region: str, endpoint: Record, due: float) -> None:
        before = {variant["name"]: variant for variant in variants_of(endpoint["now"])}
        coming = endpoint["next"]
        for variant in variants_of(coming):
            old = before.get(variant["name"])
            if endpoint["change"] != "capacity":
                variant["resolved"] = due
            same = old and endpoint["change"] == "capacity" and old["count"] == variant["count"]
            variant["since"] = old["since"] if old and same else due
        endpoint.update(now=coming, next=None, config=coming["config"], status=IN_SERVICE, failure="")
        names = {variant["name"] for variant in variants_of(coming)}
        self._tell(region, endpoint, due, [variant for name, variant in before.items() if name not in names])

    def _fail(self, region: str, endpoint: Record, failure: Failure, due: float) -> None:
        if endpoint["now"] is None:
            endpoint.update(status=FAILED, failure=failure.reason)
        elif endpoint["change"] == "capacity":
            endpoint.update(status=ROLLING_BACK, next=endpoint["now"])
            self._appoint_at(region, endpoint, due + self._world.clock.lasts(UPDATING_SECONDS))
        elif (endpoint["deployment"] or {}).get("RollingUpdatePolicy") and self._cannot_go_back(endpoint):
            endpoint.update(status=MIXED, failure=failure.reason, next=None)
        else:
            endpoint.update(status=IN_SERVICE, next=None, failure="")

    def _cannot_go_back(self, endpoint: Record) -> bool:
        types = [variant["type"] for variant in endpoint["now"]["variants"] if variant["type"]]
        return any(starting.lacks_capacity(self._world.faults, each, "UpdateEndpoint") for each in types)

    def _failure(self, region: str, endpoint: Record) -> Failure | None:
        """Why what is coming does not come, or None."""
        operation = _OPERATIONS[endpoint["change"]]
        wanted = needs(endpoint["next"])
        more = wanted - needs(endpoint["now"]) if endpoint["change"] == "capacity" else wanted
        for variant in variants_of(endpoint["next"]):
            if not self._find_place(region, variant, more, operation):
                return starting.no_capacity()
        if endpoint["change"] == "capacity":
            return None
        for variant in variants_of(endpoint["next"]):
            found = starting.failure_of(self._world.faults, variant, endpoint["name"], region, operation)
            if found:
                return found
        rolled_back = self._world.faults.strikes(Kind.SILENT_ROLLBACK, **self._about(endpoint))
        if endpoint["now"] and (rolled_back or self._alarmed(region, endpoint)):
            return starting.no_ping(endpoint["next"]["variants"][0], ())
        return None

    def _alarmed(self, region: str, endpoint: Record) -> bool:
        """Tell whether an alarm that guards the update (AutoRollbackConfiguration) is in ALARM."""
        guards = ((endpoint["deployment"] or {}).get("AutoRollbackConfiguration") or {}).get("Alarms") or ()
        names = [guard["AlarmName"] for guard in guards if guard.get("AlarmName")]
        if not names:
            return False
        asked = {"AlarmNames": names, "StateValue": "ALARM"}
        return bool(self._world.call("cloudwatch", "DescribeAlarms", asked, region).get("MetricAlarms"))

    def _find_place(self, region: str, variant: Record, more: Counter[str], operation: str) -> bool:
        """Settle which of a variant's pools it runs in; False if AWS has no capacity in any."""
        faults = self._world.faults
        while more[variant["type"]] > 0 and starting.lacks_capacity(faults, variant["type"], operation):
            after = next_type(variant["spec"], variant["type"])
            if not after:
                return False
            more[after] += variant["count"]
            try:
                variant.update(type=after, model=self._store.model(region, model_of(variant["spec"], after)))
            except AwsError:  # that pool's model is gone
                return False
        return True

    def _write(self, region: str, endpoint: Record, variant: Record, failure: Failure | None, at: float) -> None:
        if endpoint["change"] == "capacity" or variant["model"] is None:
            return
        said = endpoint.get("said", 0) if endpoint["status"] == CREATING else 0
        for stream, line in starting.lines(endpoint, variant, failure, said):
            self._world.meters.log(region, group_of(endpoint["name"]), stream, at, line)
