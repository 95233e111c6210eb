"""What becomes of the lease of a notebook instance where its own room makes, starts, stops or deletes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.errors import InvalidRequest, SagedeckError
from services.leases.deploying import joined
from services.leases.leased import Leased, ending_of_leased
from services.leases.models import LeaseRequest
from services.leases.planner import refuse, scheduling, taking_away
from services.leases.service import LeasesService
from services.plans.leasing import ENDLESS, STOP, LeaseKind, delete_schedule_step, moment, written
from services.plans.models import Plan, Step

LEAST_HOURS = 0.25


@dataclass(frozen=True, slots=True)
class NotebookLeases:
    """The ends of notebook instances, for the plans of their room.

    why_not   why AWS cannot keep to leases, "" it can
    pace      how much faster than AWS the other side works
    """

    leases: LeasesService
    why_not: Callable[[], str]
    pace: float = 1.0

    def made(self, plan: Plan, name: str, arn: str, ends: str, after: str) -> Plan:
        """The plan that makes one with its end in its tags, with what keeps to it once the step `after` is done.

        Raises InvalidRequest for an end that cannot be.
        """
        request = _request(name, ends, "")
        refuse(request, self.leases.now())
        assert request.ends is not None
        leased = Leased(kind=LeaseKind.NOTEBOOK, name=name, arn=arn, status="InService", created=self.leases.now())
        state = self.leases.state(leased, self.why_not())
        steps, whynot = scheduling(replace(state, ending=ending_of_leased(leased, self.pace)), request.ends)
        return joined(plan, steps, after, name, whynot)

    def started(self, plan: Plan, name: str, ends: str, reason: str, after: str) -> Plan:
        """The plan that starts one, with its new end; without one, an end to come stands and one that has passed goes.

        Raises InvalidRequest for an end that cannot be.
        """
        if not ends:
            bare = self._without(plan, name, after, passed=True)
            return bare if self._stands(name) else replace(bare, warnings=(ENDLESS, *bare.warnings))
        given = self.leases.plan(_request(name, ends, reason), why_not=self.why_not())
        return _with(plan, given.steps, after, given.warnings)

    def stopped(self, plan: Plan, name: str, after: str) -> Plan:
        """The plan that stops one by hand: its lease ends with that."""
        return self._without(plan, name, after, passed=False)

    def deleted(self, plan: Plan, name: str, arn: str) -> Plan:
        """The plan that deletes one, with its schedule; its tags go with it."""
        try:
            found = self.leases.schedules_of(name, LeaseKind.NOTEBOOK)
        except SagedeckError:
            return plan  # a schedule that is left finds nothing to stop
        reason = f"The lease of {name} ends with it."
        return replace(plan, steps=(*(delete_schedule_step(each.name, arn, reason) for each in found), *plan.steps))

    def _stands(self, name: str) -> bool:
        """Whether it has an end that is still to come."""
        try:
            ends = moment(self.leases.find(name, LeaseKind.NOTEBOOK).tag("lease-ends"))
        except SagedeckError:
            return False
        return ends is not None and ends > self.leases.now()

    def _without(self, plan: Plan, name: str, after: str, *, passed: bool) -> Plan:
        """Without its lease, or only where that has passed; as it is where it may not be looked at."""
        try:
            detail = self.leases.find(name, LeaseKind.NOTEBOOK)
            ends = moment(detail.tag("lease-ends"))
            if ends is None or (passed and ends > self.leases.now()):
                return plan
            state = self.leases.state(detail, "")
        except SagedeckError:
            return plan
        return _with(plan, taking_away(state, f"{name} has no agreed end any more."), after)

    def ends(self, hours: float) -> str:
        """The end after so many hours from now, as a tag holds it; "" for none. Raises InvalidRequest."""
        if not hours:
            return ""
        if 0 < hours < LEAST_HOURS:
            why = "It takes some minutes to start, and cannot be stopped meanwhile."
            raise InvalidRequest(
                f"An end after {hours * 60:.0f} minutes is too soon.", why, "Give a quarter of an hour."
            )
        request = self.leases.request("x", hours=hours, kind=LeaseKind.NOTEBOOK)
        assert request.ends is not None
        return written(request.ends)


def _request(name: str, ends: str, reason: str) -> LeaseRequest:
    at = moment(ends)
    if at is None:
        raise InvalidRequest(f"“{ends[:40]}” is no time.", "", "Write it like 2026-12-01T18:00Z.")
    return LeaseRequest(name=name, ends=at, reason=reason, then=STOP, kind=LeaseKind.NOTEBOOK)


def _with(plan: Plan, steps: Sequence[Step], after: str, warnings: Sequence[str] = ()) -> Plan:
    found = [replace(step, after=(*step.after, after)) for step in steps]
    return replace(plan, steps=(*plan.steps, *found), warnings=(*plan.warnings, *warnings))
