"""Savings as pages and the command line see them: what is known now, and figures of use when they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.catalog import CatalogService, QuotaLeft, Use, instances
from services.endpoints import EndpointDetail
from services.endpoints.looked import Looked
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.metrics import Window
from services.plans.models import Plan
from services.resources import Holdings, Key, Kind, ResourcesService
from services.savings import figures, idle, oversized
from services.savings.activity import StudioActivity
from services.savings.keeping import Keeping
from services.savings.machines import Facts
from services.savings.models import (
    DEFAULT_DAYS,
    MOST_DAYS,
    Asking,
    Finding,
    Kept,
    Savings,
    Unjudged,
    sorted_findings,
)
from services.savings.needs import needed
from services.savings.orphans import incomplete
from services.savings.oversized import Around
from services.savings.planner import Running, plan_autoscale, plan_stop
from services.savings.unmeasured import Unmeasured

if TYPE_CHECKING:
    from services.endpoints.inventory import Inventory
    from services.metrics import MetricsService

SPAN_DAYS = 14  # are read at least: CloudWatch charges by the metric, not by how far back one looks
KEEP_SECONDS = 3600.0  # figures are kept this long, as asking for them costs
READ_SECONDS = 300.0  # what reading all endpoints may take: 2,000 at the polite rate take 200
Judged = Finding | Unjudged | None


@dataclass(slots=True)
class _Measured:
    """Figures by endpoint's ARN, and what was made of them."""

    at: float
    window: Window
    figures: dict[str, figures.Figures]
    made: dict[tuple[object, ...], Judged] = field(default_factory=dict)


class SavingsService:
    """What could be saved in one account and region. Safe between threads; changes nothing, its plans do."""

    def __init__(
        self,
        resources: ResourcesService,
        inventory: Inventory,
        metrics: MetricsService,
        catalog: CatalogService,
        activity: StudioActivity,
        keeping: Keeping,
        *,
        quota: Callable[[], QuotaLeft],
        now: Callable[[], float],
    ) -> None:
        self._resources, self._inventory, self._metrics, self._catalog = resources, inventory, metrics, catalog
        self._activity, self._keeping, self._quota, self._now = activity, keeping, quota, now
        self._measured: dict[int, _Measured] = {}  # by how many days they reach back
        self._cut: dict[int, _Measured] = {}
        self._unmeasured = Unmeasured(catalog, now)
        self._lock = threading.Lock()

    def look(self, days: int = DEFAULT_DAYS) -> Savings:
        """What is known now, without waiting and without asking CloudWatch. Raises what listing endpoints raises."""
        held, looked = self._resources.held(), self._inventory.look()
        return self._savings(_days(days), held, looked)

    def settled(self, days: int = DEFAULT_DAYS, seconds: float = READ_SECONDS) -> Savings:
        """The same once everything is read, or after so many seconds."""
        looked, held = self._inventory.settled(seconds), self._resources.settled(seconds)
        self._activity.settled(held, seconds)
        return self._savings(_days(days), held, looked)

    def ask(self, days: int = DEFAULT_DAYS) -> None:
        """Read the figures of use of every endpoint, unless that was done in the last hour.

        CloudWatch charges for it: see `Savings.asking`. Raises PermissionDenied (cloudwatch:GetMetricData), Throttled.
        """
        span = max(_days(days), SPAN_DAYS)
        looked = self._inventory.settled(READ_SECONDS)
        if looked.problem is not None and not looked.details:
            raise looked.problem
        known = self._fresh(span)
        missing = [each for each in self._asked(looked) if known is None or each.arn not in known.figures]
        if not missing:
            return
        window = known.window if known else figures.window(self._now(), span)
        values = self._metrics.values([query for each in missing for query in figures.queries(each)], window)
        found = {each.arn: figures.read(each, values, window) for each in missing}
        with self._lock:
            before = known.figures if known else {}
            self._measured[span] = _Measured(known.at if known else self._now(), window, {**before, **found})
            self._cut.clear()

    def forget(self) -> None:
        """Read the lists anew at the next look. Figures that were paid for are kept for their hour."""
        self._activity.forget()

    # -- putting aside

    def keep(self, finding: Finding, why: str) -> None:
        """Put a finding aside for everybody of the account. Raises InvalidRequest without a reason."""
        self._keeping.keep(finding, why)

    def show_again(self, kept: Kept) -> None:
        """Take that back."""
        self._keeping.show_again(kept.key, kept.what)

    def idle_workplaces(self, held: Holdings, days: int = DEFAULT_DAYS) -> tuple[Finding, ...]:
        """What is idle for so many days among notebook instances, apps and spaces; without waiting, without figures."""
        found = self._unmeasured.found(_days(days), held, self._activity.known(held))
        kinds = (Kind.NOTEBOOK, Kind.APP, Kind.SPACE)
        return tuple(each for each in found if isinstance(each, Finding) and each.key.kind in kinds)

    # -- plans

    def plan_stop(self, keys: Iterable[Key]) -> Plan:
        """The plan that stops notebook instances. Raises NotFound, InvalidRequest."""
        held = self._resources.held()
        running = []
        for key in keys:
            notebook = held.by_key.get(key)
            if notebook is None or notebook.status != "InService":
                raise NotFound(f"{key.name} does not run any more.", "", "Look again.")
            price = self._catalog.machine(notebook.machines[0].instance_type, Use.NOTEBOOK, key.region)
            running.append(Running(notebook, price.usd_per_hour))
        return plan_stop(running, pace=self._catalog.pace)

    def plan_autoscale(self, finding: Finding, detail: EndpointDetail) -> Plan:
        """The plan that lets a variant scale by itself. Raises InvalidRequest."""
        every = (finding.proposal, *finding.others)
        proposal = next((each for each in every if each.target), None)
        if proposal is None:
            raise InvalidRequest("No scaling was proposed for it.", "", "Look again.")
        return plan_autoscale(detail, proposal)

    # -- finding

    def _fresh(self, span: int) -> _Measured | None:
        """What was read of so many days in the last hour."""
        with self._lock:
            known = self._measured.get(span)
            if known is None or self._now() - known.at >= KEEP_SECONDS:
                self._measured.pop(span, None)
                return None
            return known

    def _figures(self, days: int) -> _Measured | None:
        """The last `days` of what was read of as many or more."""
        spans = sorted(span for span in self._measured if span >= days)
        whole = next((known for span in spans if (known := self._fresh(span)) is not None), None)
        if whole is None:
            return None
        with self._lock:
            cut = self._cut.get(days)
            if cut is None or cut.at != whole.at:
                since = whole.window.end - days * figures.DAY
                told = {arn: each.since(since) for arn, each in whole.figures.items()}
                self._cut[days] = cut = _Measured(whole.at, whole.window, told)
            return cut

    def _asked(self, looked: Looked) -> list[EndpointDetail]:
        """The endpoints whose use tells something: those that cost by the hour and are old enough for anything."""
        oldest = self._now() - figures.DAY
        return [
            each
            for each in looked.details.values()
            if each.ready and each.usd_per_hour != 0 and not each.serverless and each.created.timestamp() < oldest
        ]

    def _savings(self, days: int, held: Holdings, looked: Looked) -> Savings:
        measured = self._figures(days)
        asked = self._asked(looked)
        found: list[Finding] = []
        unjudged: list[Unjudged] = []
        for each in (
            *self._of_endpoints(days, held, looked, measured),
            *self._unmeasured.found(days, held, self._activity.known(held)),
        ):
            (found if isinstance(each, Finding) else unjudged).append(each)  # type: ignore[arg-type]
        kept = {(each.key, each.what): each for each in self._keeping.kept()}
        aside = [(one, kept[one.key, one.what]) for one in found if (one.key, one.what) in kept]
        aside = [(one, why) for one, why in aside if why.covers(one)]
        left = {id(one) for one, _ in aside}
        unread = [each for each in asked if measured is None or each.arn not in measured.figures]
        return Savings(
            days=days,
            at=datetime.fromtimestamp(self._now(), UTC),
            findings=sorted_findings(one for one in found if id(one) not in left),
            kept=tuple(aside),
            unjudged=tuple(unjudged),
            asking=Asking(len(unread), sum(len(figures.queries(each)) for each in unread)),
            measured=datetime.fromtimestamp(measured.at, UTC) if measured else None,
            reading=looked.waiting + held.reading + held.listing + self._activity.waiting(held),
            problems=tuple(_problems(looked)),
        )

    def _of_endpoints(
        self, days: int, held: Holdings, looked: Looked, measured: _Measured | None
    ) -> Iterator[Finding | Unjudged]:
        now = datetime.fromtimestamp(self._now(), UTC)
        quota: QuotaLeft | None = None
        for detail in looked.details.values():
            if dict(detail.tags).get("sagedeck:protected", "false").lower() != "false":
                continue
            seen = measured.figures.get(detail.arn) if measured else None
            judged = list(idle.judged(detail, seen, now, days, self._catalog.region))
            yield from judged
            if seen is None or measured is None or any(isinstance(each, Finding) for each in judged):
                continue
            if any(isinstance(each, Unjudged) and not each.young for each in judged):
                continue
            scales = _scaling(held, detail, self._catalog.region)
            made = (detail.arn, detail.modified, scales)
            if made not in measured.made:
                quota = quota or self._quota()
                around = self._around(detail, quota, scales)
                measured.made[made] = oversized.judged(detail, seen, now, around, self._catalog.region)
            result = measured.made[made]
            if result is not None:
                yield result

    def _around(self, detail: EndpointDetail, quota: QuotaLeft, scales: frozenset[str] | None) -> Around:
        catalog, name, listed = self._catalog, "", None
        if detail.model_id:
            try:
                model = catalog.describe_model(detail.model_id)
                name, listed = model.name, model.instances
            except SagedeckError:
                pass  # then nothing tells which types it is published for
        facts = Facts(
            spec=catalog.instance, price=catalog.price, quota=quota, listed=listed,
            needs=lambda gpus: needed(detail, gpus, name), types=[each.instance_type for each in instances()],
        )  # fmt: skip
        second = lambda memory: catalog.serverless_second(memory).usd  # noqa: E731
        return Around(facts, lambda variant: None if scales is None else variant in scales, second)


def _days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidRequest(f"{days} days cannot be looked at.", "", f"Choose 1 to {MOST_DAYS}.")
    return days


def _scaling(held: Holdings, detail: EndpointDetail, region: str) -> frozenset[str] | None:
    """The variants of an endpoint that scale by themselves; None while that is not known."""
    if incomplete(held, Kind.SCALABLE_TARGET, region, described=False):
        return None
    names = (each.name for each in detail.variants)
    held_by = held.by_key
    keys = {name: Key(Kind.SCALABLE_TARGET, f"endpoint/{detail.name}/variant/{name}", region) for name in names}
    return frozenset(name for name, key in keys.items() if key in held_by)


def _problems(looked: Looked) -> Iterator[str]:
    if looked.problem is not None:
        yield f"Not every endpoint could be read: {looked.problem.what} {looked.problem.why}".strip()
    if looked.failed:
        yield f"{len(looked.failed)} endpoints could not be read, and are not judged."
