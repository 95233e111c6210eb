"""What endpoints are made of and what happened to them, each read shared for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.endpoints.composition import Composition
from services.endpoints.models import EndpointDetail
from services.endpoints.timeline import Event, Timeline, deployments, of_runs
from services.plans import RunView

if TYPE_CHECKING:
    from services.endpoints.composition_gateway import CompositionGateway
    from services.endpoints.timeline_gateway import TimelineGateway

COMPOSED_SECONDS = 20.0
TIMELINE_SECONDS = 120.0  # CloudTrail tells of a call some minutes after it, and is asked twice a second at most


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every method takes an endpoint's name and raises NotFound.

    cached   keeps a read for some seconds, for everybody of one identity
    runs     the runs of this console, newest first, for `owner`
    """

    compositions: CompositionGateway
    timelines: TimelineGateway
    detail: Callable[[str], EndpointDetail]
    cached: Callable[[tuple[str, ...], float, Callable[[], Any]], Any]
    runs: Callable[[], Iterable[RunView]]
    now: Callable[[], float]
    owner: str

    def composition(self, endpoint: str) -> Composition:
        """What it is made of, in full."""
        detail = self.detail(endpoint)
        key = ("composition", endpoint, f"{detail.status} {detail.modified.timestamp()}")
        found: Composition = self.cached(key, COMPOSED_SECONDS, lambda: self.compositions.composition(detail))
        return found

    def timeline(self, endpoint: str) -> Timeline:
        """What happened, newest first, with who did it; takes some seconds the first time."""
        detail = self.detail(endpoint)
        key = ("timeline", endpoint, str(detail.modified.timestamp()))
        read: Timeline = self.cached(key, TIMELINE_SECONDS, lambda: self.timelines.read(detail, self.now()))
        return read.joined(of_runs(self.runs(), detail, self.owner))

    def deployments(self, endpoint: str) -> tuple[float, ...]:
        """When another model, machine or configuration was put behind it: seconds since 1970, oldest first.

        Quick, as CloudTrail is not asked: of changes made elsewhere it knows the last one.
        """
        detail = self.detail(endpoint)
        key = ("life", endpoint, detail.config_name)
        told: tuple[Event, ...] = self.cached(key, TIMELINE_SECONDS, lambda: self.timelines.life(detail))
        return deployments((*told, *of_runs(self.runs(), detail, self.owner)))
