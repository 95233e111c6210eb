"""Launching jobs: what is wrong with a request, what its data are like, what it can cost, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.access import AccessService, RoleRequest, autopilot_role_name
from services.autopilot.launching.ceiling import Ceiling, ceiling
from services.autopilot.launching.examining import Say, resolved
from services.autopilot.launching.places import Places, bucket_of, places_of, with_role
from services.autopilot.launching.seen import Seen
from services.autopilot.launching.state import LaunchState
from services.autopilot.models import Job
from services.autopilot.planner import plan_launch
from services.autopilot.requesting.problems import refuse, request_problems
from services.autopilot.requesting.request import AutopilotRequest, suggest_name
from services.deploy import Place, Problem
from services.errors import InvalidRequest, NotFound, PermissionDenied
from services.plans.models import Plan
from services.plans.objects import default_bucket

if TYPE_CHECKING:
    from services.autopilot.gateway import AutopilotGateway
    from services.autopilot.launching.examining import Examiner
    from services.autopilot.launching.gateway import LaunchingGateway
    from services.catalog import CatalogService
    from services.objects import ObjectsService
    from services.tables.doctor import Examination


class Launching:
    """What of an AutopilotService launches jobs."""

    _gateway: AutopilotGateway
    _launching: LaunchingGateway
    _examiner: Examiner
    _catalog: CatalogService
    _access: AccessService
    _owner: str
    _now: Callable[[], float]
    objects: Callable[[], ObjectsService]

    @property
    def place(self) -> Place:
        """Where jobs run."""
        return Place(self._access.region, self._access.account, self._access.partition)

    def suggest_name(self, about: str) -> str:
        """A job name after a file or target, with the time. Keep it in the form: it holds the time of asking."""
        return suggest_name(about, datetime.fromtimestamp(self._now(), UTC))

    def request_problems(
        self, request: AutopilotRequest, seen: Mapping[str, Seen] | None = None
    ) -> tuple[Problem, ...]:
        """What is wrong with a request, each at its field; told without asking anyone, for every key stroke."""
        return request_problems(request, self.place, seen)

    def examine(
        self,
        request: AutopilotRequest,
        known: Mapping[str, Examination] | None = None,
        say: Say = lambda _: None,
    ) -> dict[str, Seen]:
        """What its data are like, by channel; may take as long as reading 2 GB takes. Remembered while they stay so.

        known   the doctor's answers on local files by channel, where they are at hand: those are not read again
        """
        return self._examiner.see(request, known, say)

    def ceiling(self, request: AutopilotRequest, seen: Mapping[str, Seen]) -> Ceiling:
        """The most it can cost and what it is likely to, with prices here. Asks nobody and reads no data."""
        return ceiling(request, seen, self._catalog.machine)

    def plan(
        self,
        request: AutopilotRequest,
        known: Mapping[str, Examination] | None = None,
        say: Say = lambda _: None,
    ) -> Plan:
        """The plan of a job. Its data are looked at first, as `examine` does; what the doctor stops is never planned.

        Raises InvalidRequest with all that is wrong, NameTaken, PermissionDenied and the like.
        """
        request = replace(request, owner=request.owner or self._owner)
        refuse(request, self.place)  # told before anything is read or asked
        seen = self.examine(request, known, say)
        return self.plan_seen(request, seen)

    def resolved(self, request: AutopilotRequest, seen: Mapping[str, Seen]) -> AutopilotRequest:
        """The request with its target named as in the data that are launched; without a header it was an index."""
        return resolved(request, seen)

    def plan_seen(self, request: AutopilotRequest, seen: Mapping[str, Seen]) -> Plan:
        """The plan of a job whose data were looked at with `examine`; raises as `plan`."""
        request = resolved(replace(request, owner=request.owner or self._owner), seen)
        refuse(request, self.place, seen)
        request = with_role(request, seen, self.place)
        return plan_launch(request, self._state(request, seen))

    def role(self) -> RoleRequest:
        """A request for the role of jobs; what a job needs beyond the console's bucket is added when it is planned."""
        return self._access.request(autopilot_role_name(self._access.region))

    def _state(self, request: AutopilotRequest, seen: Mapping[str, Seen]) -> LaunchState:
        new = request.role if isinstance(request.role, RoleRequest) else None
        named = request.deploy.endpoint_name if request.deploy else ""
        places = places_of(request, seen, self.place)
        self._refuse_elsewhere(places)
        return LaunchState(
            role=self._access.state(new) if new else self._access.place(),
            seen=seen,
            ceiling=self.ceiling(request, seen),
            missing=self._missing(request, places),
            job=self._job(request.name),
            running=self._running(),
            endpoint=named if named and self._launching.endpoint_exists(named) else "",
            pace=self._catalog.pace,
        )

    def _refuse_elsewhere(self, places: Places) -> None:
        """Raise InvalidRequest where data or output lie in another region than the job runs in."""
        here = self.place.region
        for bucket in places.buckets:
            region = "" if bucket == self._bucket else self._launching.bucket_region(bucket)
            if region and region != here:
                why = f"It is in {region}; the job runs in {here}, and reads and writes only there."
                raise InvalidRequest(f"The bucket {bucket} cannot be used here.", why, "Copy the data to one that is.")

    def _missing(self, request: AutopilotRequest, places: Places) -> tuple[str, ...]:
        """The buckets to be made. Raises InvalidRequest where one is not there and is not to be made."""
        found = []
        if self._bucket in places.buckets and not self.objects().exists(self._bucket, own=True):
            found.append(self._bucket)
        named = bucket_of(places.output)
        if named != self._bucket and not self.objects().exists(named):
            if not request.make_bucket:
                raise InvalidRequest(
                    f"There is no bucket {named} for the output.",
                    "",
                    "Correct its name, choose to have it made (--make-bucket), or leave the output to the console.",
                )
            found.append(named)
        return tuple(found)

    @property
    def _bucket(self) -> str:
        """The console's own."""
        return default_bucket(self._access.region, self._access.account)

    def _job(self, name: str) -> Job | None:
        try:
            return self._gateway.describe(name)
        except NotFound:
            return None

    def _running(self) -> int | None:
        try:
            return self._launching.running()
        except PermissionDenied:  # the launch itself tells whether there is room
            return None
