"""Leases as pages and the command line see them: what has an end, plans that give or change one, and what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.access import AccessService, Verdict, tag_value
from services.catalog import CatalogService, Price, Use
from services.deploy import DeployRequest
from services.endpoints import (
    Concern,
    EndpointChanges,
    EndpointsService,
    PauseRequest,
    ending,
    endpoint_steps,
)
from services.endpoints.attention import SOON_HOURS
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.leases.deploying import ending_of, endpoint_of, with_lease
from services.leases.leased import Leased, ending_of_leased, of_answer, of_row
from services.leases.models import Due, Lease, LeaseRequest, LeaseState, Schedule, Subject
from services.leases.planner import end_of, plan_lease, refuse
from services.leases.reading import by_key, due, leases_of, of_detail
from services.leases.shots import PROTECTED
from services.leases.steps import policy_name, role_arn
from services.plans.leasing import ENDS, PAUSE, WAYS, LeaseKind, key_of, kind_of, moment, role_name, schedule_arn
from services.plans.models import Estimate, Once, Permission, Plan, Read, Unless
from services.resources import Holdings, Kind

if TYPE_CHECKING:
    from services.leases.gateway import LeasesGateway

_PASSED = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: the principal's ARN, and their name as leases hold it."""

    principal: str
    owner: str


class LeasesService:
    """Leases of one account and region. `now` is the other side's clock, in seconds since 1970."""

    def __init__(
        self,
        gateway: LeasesGateway,
        endpoints: EndpointsService,
        changes: EndpointChanges,
        access: AccessService,
        catalog: CatalogService,
        *,
        asking: Asking,
        now: Callable[[], float],
    ) -> None:
        self._gateway, self._endpoints, self._changes = gateway, endpoints, changes
        self._access, self._catalog, self._now = access, catalog, now
        self.asking = asking

    def now(self) -> datetime:
        """The other side's time."""
        return datetime.fromtimestamp(self._now(), UTC)

    def schedules(self) -> tuple[Schedule, ...]:
        """The schedules of leases of this region: one paged call, and one each. Raises PermissionDenied."""
        return self._gateway.schedules()

    def schedules_of(self, name: str, kind: LeaseKind = LeaseKind.ENDPOINT) -> tuple[Schedule, ...]:
        """Those of one lease."""
        return self._gateway.schedules(key_of(kind, name))

    def list(self, held: Holdings, schedules: tuple[Schedule, ...] | None = None) -> tuple[Lease, ...]:
        """Every lease of the endpoints that are held, the one that ends first at the top; who keeps to it by these
        schedules, read where none are given. Raises PermissionDenied and the like where they may not be read.
        """

        def price(instance_type: str) -> float | None:
            return self._catalog.machine(instance_type, Use.HOSTING).usd_per_hour

        return leases_of(held, self.schedules() if schedules is None else schedules, price)

    def notebooks(self, held: Holdings) -> tuple[Leased, ...]:
        """The notebook instances of this region among what is held; nothing is asked for."""
        rows = (each for each in held.of(Kind.NOTEBOOK) if each.key.region == self._access.region)
        prices: dict[str, Price] = {}
        for each in held.of(Kind.NOTEBOOK):
            prices.setdefault(each.about, self._catalog.machine(each.about, Use.NOTEBOOK))
        return tuple(of_row(each, prices[each.about].usd_per_hour, prices[each.about].source) for each in rows)

    def find(self, name: str, kind: LeaseKind = LeaseKind.ENDPOINT) -> Subject:
        """What has a lease or may get one, as it stands now. Raises NotFound and the like."""
        if kind is LeaseKind.ENDPOINT:
            return self._endpoints.describe_endpoint(name)
        found, tags = self._gateway.notebook(name)
        price = self._catalog.machine(found.get("InstanceType", ""), Use.NOTEBOOK)
        return of_answer(found, tags, price.usd_per_hour, price.source)

    def of(self, detail: Subject, schedules: tuple[Schedule, ...] = ()) -> Lease | None:
        """The lease of one endpoint or notebook instance, None: it has none."""
        return of_detail(detail, by_key(schedules), self.now())

    def request(
        self, name: str, *, hours: float = 0.0, until: str = "", reason: str = "", then: str = "",
        kind: LeaseKind = LeaseKind.ENDPOINT,
    ) -> LeaseRequest:  # fmt: skip
        """A request as of now. Keep it while its plan is looked at: it holds the time. Raises InvalidRequest."""
        ends = end_of(until, hours, self.now())
        request = LeaseRequest(name=name, ends=ends, reason=reason, then=then or WAYS[kind][0], kind=kind)
        refuse(request, self.now())
        return request

    def extended(self, lease: Lease, seconds: float) -> LeaseRequest:
        """A request for the same lease with a later end: from its end, or from now where that has passed."""
        begun = max(lease.ends, self.now())
        ends = datetime.fromtimestamp(begun.timestamp() + seconds, UTC).replace(microsecond=0)
        return LeaseRequest(name=lease.name, ends=ends, reason=lease.reason, then=lease.then, kind=lease.kind)

    def plan(self, request: LeaseRequest, *, why_not: str = "") -> Plan:
        """The plan that gives, changes or ends a lease; `why_not` AWS cannot keep to it, see `why_not_scheduled`.

        Raises NotFound, InUse or InvalidRequest.
        """
        if request.ends is not None:
            refuse(request, self.now())
        detail = self.find(request.name, request.kind)
        return plan_lease(request, self._state(request, detail, why_not))

    def keep(self, plan: Plan, requests: Iterable[DeployRequest], why_not: Callable[[], str]) -> Plan:
        """A plan that deploys, with what keeps to the leases of its endpoints; as it is where none has an end."""
        for request in requests:
            near = f"arn:{self._access.partition}:sagemaker:{self._access.region}:{self._access.account}:endpoint/x"
            detail = endpoint_of(plan, request, near, self.now()) if request.lease_ends else None
            if detail is None:
                continue
            refuse(LeaseRequest(name=detail.name, ends=moment(request.lease_ends)), self.now())
            state = self.state(detail, why_not())
            ending = ending_of(plan, detail, request.lease_then, self._endpoints.pace, request.lease_ends)
            plan = with_lease(plan, request, replace(state, ending=ending))
        return plan

    def state(self, detail: Subject, why_not: str) -> LeaseState:
        """What a planner has to know of a lease, but how it is to end; nothing is read where AWS cannot keep to it."""
        state = LeaseState(detail=detail, now=self.now(), whynot=why_not, asking=tag_value(self.asking.owner))
        return state if state.whynot else self.looked(state)

    def _state(self, request: LeaseRequest, detail: Subject, why_not: str) -> LeaseState:
        state = LeaseState(detail=detail, now=self.now(), whynot=why_not, asking=tag_value(self.asking.owner))
        state = self.looked(state, role=not why_not or request.ends is None)
        return state if request.ends is None or state.whynot else self._with_ending(state, request)

    def looked(self, state: LeaseState, *, role: bool = True) -> LeaseState:
        """With the schedules and the role as they stand; what may not be looked at is why AWS is not asked."""
        try:
            state = replace(state, schedules=self._gateway.schedules(state.key))
            return self._with_role(state) if role else state
        except SagedeckError as error:
            return replace(state, whynot=state.whynot or f"{error.what} {error.why}".strip())

    def _with_role(self, state: LeaseState) -> LeaseState:
        role = self._access.find_role(role_name(self._access.region))
        policies = self._access.policies(role.name).inline if role else ()
        own = policy_name(state.key)
        document = self._gateway.policy(role.name, own) if role and own in policies else None
        return replace(state, role=role, policies=policies, document=document, stale=self._stale(policies))

    def _stale(self, policies: tuple[str, ...]) -> tuple[str, ...]:
        """The keys of what is gone and whose policies the role still has; what may not be listed is not called gone."""
        of = [each.removeprefix("lease-") for each in policies if each.startswith("lease-")]
        kinds = {kind_of(each) for each in of}
        there = {each.name for each in self._endpoints.list_endpoints()} if LeaseKind.ENDPOINT in kinds else set()
        if LeaseKind.NOTEBOOK in kinds:
            try:
                there |= {key_of(LeaseKind.NOTEBOOK, each) for each in self._gateway.notebooks()}
            except SagedeckError:
                there |= {each for each in of if kind_of(each) is LeaseKind.NOTEBOOK}
        return tuple(sorted(each for each in of if each not in there))

    def _with_ending(self, state: LeaseState, request: LeaseRequest) -> LeaseState:
        """With the plan that ends it; what stands in its way now is no reason to refuse the lease."""
        try:
            return replace(state, ending=self._ending(request, state.detail))
        except InvalidRequest:
            raise  # it can never be paused
        except SagedeckError as error:
            return replace(state, whynot=f"{error.what} {error.next}".strip())

    def _ending(self, request: LeaseRequest, detail: Subject) -> Plan:
        if isinstance(detail, Leased):
            return ending_of_leased(detail, self._endpoints.pace)
        if request.then == PAUSE:
            assert request.ends is not None
            return self._changes.plan_pause(PauseRequest(name=detail.name, at=request.ends.isoformat()))
        (parts,) = self._endpoints.parts_of([detail])
        problem = (parts.problem,) if parts.problem else ()
        return Plan(f"End {detail.name}", endpoint_steps(detail, self._endpoints.pace, parts), problem)

    def why_not_scheduled(self) -> str:
        """Why AWS cannot be asked to keep to leases, one sentence; "" it can, or IAM cannot tell.

        Asks IAM's simulator: keep the answer for some minutes.
        """
        near = f"arn:{self._access.partition}:sagemaker:{self._access.region}:{self._access.account}:endpoint/x"
        schedule, role = schedule_arn(near, "lease-x"), role_arn(near)
        verbs = [f"scheduler:{verb}Schedule" for verb in ("Create", "Update", "Get", "Delete")]
        wanted = [Permission(verb, schedule) for verb in verbs]
        wanted += [Permission("iam:PassRole", role, _PASSED), Permission("iam:PutRolePolicy", role)]
        checked = self._access.check(self.asking.principal, wanted)
        denied = [each.permission.action for each in checked if each.verdict is Verdict.DENIED]
        return f"You may not {', '.join(denied)}." if denied else ""

    def concerns(self) -> tuple[Concern, ...]:
        """The notebook instances whose lease ends soon, or has ended though they run: one call, two for each of them.

        Raises PermissionDenied and the like.
        """
        now, found = self.now(), list[Leased]()
        for name, written in self._gateway.tagged_notebooks().items():
            ends = moment(written)
            if ends is None or ends - now > timedelta(hours=SOON_HOURS):
                continue
            try:
                each = self.find(name, LeaseKind.NOTEBOOK)
            except NotFound:
                continue  # tags of what is gone are found for a while
            if isinstance(each, Leased) and each.running and not each.over(ends, now):
                found.append(each)
        return tuple(replace(each, endpoint="") for each in ending(found, self._now()))

    def due(self, leases: tuple[Lease, ...], *, everything: bool = False) -> tuple[Due, ...]:
        """The leases that have ended, each with why it is left alone, if it is."""
        return due(leases, self.now(), everything=everything)

    def plan_reap(self, lease: Lease, *, everything: bool = False) -> Plan:
        """The plan that ends one thing as was agreed. Its tags are read again now, and before every call.

        Raises NotFound, InUse, and InvalidRequest where the lease was changed, or it is protected.
        """
        detail = self.find(lease.name, lease.kind)
        current = self.of(detail)
        ends = moment(dict(detail.tags).get(ENDS, ""))
        if ends is None and lease.schedule:
            raise InvalidRequest(f"The lease of {detail.name} stands in a schedule only.", "", "AWS keeps to it.")
        again = due((current,), self.now(), everything=everything) if current is not None else ()
        if not again or ends != lease.ends:
            raise InvalidRequest(f"The lease of {detail.name} was changed meanwhile.", "", "Look again.")
        if again[0].why_not:
            raise InvalidRequest(f"{detail.name} is left alone. {again[0].why_not}", "", "Look at its tags.")
        assert ends is not None
        assert current is not None
        request = LeaseRequest(name=detail.name, ends=self.now(), then=current.then, kind=current.kind)
        ending = self._ending(request, detail)
        price = detail.usd_per_hour
        cost = Estimate(usd_per_hour=None if price is None else -price, source=detail.price_source)
        title = f"{current.then.capitalize()} {detail.name}, whose lease has ended"
        return replace(_guarded(ending, detail.arn, dict(detail.tags)[ENDS]), title=title, estimate=cost)


def _guarded(plan: Plan, arn: str, ends: str) -> Plan:
    """The plan, none of whose calls is made once the lease was changed or the endpoint protected."""
    changed = f"(Tags[?Key=='{ENDS}'].Value | [0]) != '{ends}' && 'Its lease was changed meanwhile.'"
    protected = f"Tags[?Key=='{PROTECTED}' && Value!='false'] && 'A tag protects it now.'"
    unless = Unless(Read("sagemaker", "list_tags", {"ResourceArn": arn}), f"({changed}) || ({protected})")
    steps = (replace(each, unless=unless) if isinstance(each.manner, Once) else each for each in plan.steps)
    may = Permission("sagemaker:ListTags", arn)
    return replace(plan, steps=tuple(replace(each, permissions=(*each.permissions, may)) for each in steps))
