"""The bill as pages and the command line see it, and what AWS itself says was spent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from services.costs import explorer
from services.costs.advice import FreeUsage, free_usage
from services.costs.billing import USES, Prices, bill, gone
from services.costs.explorer import Forecast, Spent
from services.costs.kept import KeptAnswers
from services.costs.models import Bill, BillLine, Worked
from services.costs.past import lives, past_of
from services.costs.reckoning import Stretch, month_of
from services.costs.scaling import scaled
from services.errors import NotFound, SagedeckError
from services.plans import RunView
from services.resources import Holdings, Key, Kind, Resource, ResourcesService

if TYPE_CHECKING:
    from services.costs.gateway import CostsGateway

KEEP_SECONDS = 6 * 3600.0  # Cost Explorer's answers: it is a day behind, and asks $0.01 for each
WORK_SECONDS = 300.0  # what serverless endpoints did
FREE_SECONDS = 6 * 3600.0
REGION_SECONDS = 60.0


class CostsService:
    """What one account costs. `gateway(region)` reads there; `runs` are this console's, of the region `home`.

    `cached` keeps a read for some seconds for everybody of this identity; `keep` is for how long Cost Explorer's
    answers are taken again, in seconds.
    """

    def __init__(
        self,
        gateway: Callable[[str], CostsGateway],
        resources: ResourcesService,
        prices: Prices,
        *,
        home: str,
        runs: Callable[[], Iterable[RunView]],
        kept: KeptAnswers,
        cached: Callable[[tuple[str, ...], float, Callable[[], Any]], Any],
        now: Callable[[], float],
        keep: float = KEEP_SECONDS,
    ) -> None:
        self._gateway, self._resources, self._prices, self._home = gateway, resources, prices, home
        self._runs, self._kept, self._cached, self._now, self.keep = runs, kept, cached, now, keep
        self._working: set[str] = set()
        self._lock = threading.Lock()

    # -- what bills now

    def bill(self, regions: Sequence[str] = ()) -> Bill:
        """What is known to cost now; what is not known yet is read in the background. Never waits for AWS."""
        return self.of(self._resources.held(regions))

    def settled(self, seconds: float, regions: Sequence[str] = ()) -> Bill:
        """As `bill`, but waits up to `seconds` until everything is looked into, what serverless endpoints did too."""
        held = self._resources.settled(seconds, regions)
        for region in held.regions:
            self._read_work(region, held)
        return self.of(held)

    def of(self, held: Holdings) -> Bill:
        """The bill of what is held."""
        known = lives(self._runs(), self._home)
        found = bill(
            held, self._prices, lambda resource: past_of(known, resource), lambda each: self._worked(each, held)
        )
        return replace(found, lines=(*found.lines, *gone(known, held)))

    def detail(self, key: Key, *, seconds: float = 20.0) -> BillLine:
        """The line of one resource, an endpoint's with how it was scaled. Raises NotFound, PermissionDenied."""
        held = self._resources.settled(seconds, (key.region,) if key.region else (), until=lambda now: _known(now, key))
        resource = held.by_key.get(key)
        if resource is None:
            raise NotFound(f"There is no {key.kind} {key.name} here.", "", "Look again: it may be gone.")
        past: Sequence[Stretch] | None = None
        if key.kind is Kind.ENDPOINT and resource.created is not None:
            past = self._scaled(resource, resource.created)
        found = bill(
            replace(held, resources=(resource,)), self._prices, lambda _: past, lambda each: self._worked(each, held)
        )
        if not found.lines:
            raise NotFound(f"The {key.kind} {key.name} costs nothing.", "", "")
        return found.lines[0]

    def requests(self, regions: Sequence[str] = ()) -> Mapping[Key, float]:
        """How many requests each endpoint took this month, of those looked into; CloudWatch asks $0.01 for 1,000
        figures, so what it told is kept for some minutes. Raises PermissionDenied (cloudwatch:GetMetricData).
        """
        held, found = self._resources.held(regions), dict[Key, float]()
        start, _ = month_of(held.at)
        for region in held.regions:
            some = [each for each in held.of(Kind.ENDPOINT) if each.key.region == region and each.machines]
            read = partial(self._gateway(region).requests, some, start, held.at)
            counts = self._cached(("costs", "requests", region, str(len(some))), WORK_SECONDS, read) if some else {}
            found |= {Key(Kind.ENDPOINT, name, region): count for name, count in counts.items()}
        return found

    @property
    def working(self) -> bool:
        """Whether what serverless endpoints did is being read."""
        return bool(self._working)

    def regions(self) -> tuple[str, ...]:
        """The regions of this partition that are enabled for the account, this one among them."""
        return tuple(sorted({self._home, *(each for each in self._resources.regions if _beside(each, self._home))}))

    def _scaled(self, endpoint: Resource, created: datetime) -> tuple[Stretch, ...] | None:
        gateway = self._gateway(endpoint.key.region)
        activities = gateway.scaled(endpoint)
        if not activities:
            return None
        first = gateway.initial(endpoint)
        each = {
            machine.variant: self._prices.machine(
                machine.instance_type, USES[Kind.ENDPOINT], endpoint.key.region
            ).usd_per_hour
            for machine in endpoint.machines
        }
        return scaled(created, {name: first.get(name, 0) for name in each}, each, activities)

    def _worked(self, resource: Resource, held: Holdings) -> Worked | None:
        """What a serverless endpoint did, as far as it was read; reading begins in the background."""
        region = resource.key.region
        known = self._cached(("costs", "work", region), 1e9, dict)
        if resource.name not in known.get("done", {}) or self._now() - known.get("at", 0.0) > WORK_SECONDS:
            with self._lock:
                begin = region not in self._working and self._now() - known.get("tried", 0.0) > REGION_SECONDS
                if begin:
                    self._working.add(region)
            if begin:
                threading.Thread(target=self._read_work, args=(region, held), name="costs", daemon=True).start()
        found: Worked | None = known.get("done", {}).get(resource.name)
        return found

    def _read_work(self, region: str, held: Holdings) -> None:
        known = self._cached(("costs", "work", region), 1e9, dict)
        serverless = [
            each for each in held.of(Kind.ENDPOINT)
            if each.key.region == region and any(machine.memory_mb for machine in each.machines)
        ]  # fmt: skip
        try:
            start, _ = month_of(held.at)
            done = self._gateway(region).worked(serverless, start, held.at) if serverless else {}
            known.update(at=self._now(), tried=self._now(), done=done)
        except SagedeckError as error:
            known.update(tried=self._now(), problem=error.what)  # what they cost is then not known
        finally:
            with self._lock:
                self._working.discard(region)

    # -- what AWS says

    def spent(self, days: int = 30, by: str = "usage", *, ask: bool = True) -> Spent | None:
        """What Cost Explorer tells of SageMaker by day: by "usage", "region" or "tag:KEY".

        An answer is kept for six hours and costs $0.01; with `ask` False None where none is kept.
        Raises PermissionDenied (ce:GetCostAndUsage), Throttled, Unreachable; ValueError for another `by`.
        """
        asked = explorer.days_asked(self._moment, days, by)
        found = self._answer(("usage", asked), ask, lambda gateway: gateway.cost_and_usage(asked))
        return None if found is None else explorer.spent_of(found[0]["ResultsByTime"], by, self._moment, found[1])

    def forecast(self, *, ask: bool = True) -> Forecast | None:
        """What AWS expects of the rest of the month. Raises PermissionDenied (ce:GetCostForecast), InvalidRequest."""
        _, following = month_of(self._moment)
        asked = explorer.forecast_asked(self._moment, following)
        found = self._answer(("forecast", asked), ask, lambda gateway: gateway.forecast(asked))
        return None if found is None else explorer.forecast_of(found[0], following, found[1])

    def asked(self) -> int:
        """How many requests this console made of Cost Explorer this month, $0.01 each."""
        return self._kept.counted(month_of(self._moment)[0].timestamp())

    def free_tier(self) -> tuple[FreeUsage, ...]:
        """What AWS counts as free this month. Raises PermissionDenied (freetier:GetFreeTierUsage), ServiceFailure."""
        read = self._gateway(self._home).free_tier
        return free_usage(self._cached(("costs", "free"), FREE_SECONDS, read))

    def _answer(
        self, asked: tuple[str, Mapping[str, Any]], ask: bool, read: Callable[[CostsGateway], Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any], float] | None:
        question = {"what": asked[0], **asked[1]}
        kept = self._kept.find(question, self.keep)
        if kept is not None or not ask:
            return kept
        answer = read(self._gateway(self._home))
        return answer, self._kept.put(question, answer)

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _beside(region: str, home: str) -> bool:
    """Whether two regions are of one partition, by how they are named."""
    return all(region.startswith(part) == home.startswith(part) for part in ("cn-", "us-gov-", "us-iso"))


def _known(held: Holdings, key: Key) -> bool:
    found = held.by_key.get(key)
    return found is not None and found.described
