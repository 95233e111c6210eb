"""What endpoints are made of and what happened to them, each read shared for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.catalog import Price
from services.endpoints.composition import Composition
from services.endpoints.models import EndpointDetail, priced
from services.endpoints.timeline import Event, Timeline, deployments, of_runs
from services.errors import PermissionDenied
from services.plans import RunView

if TYPE_CHECKING:
    from services.endpoints.composition_gateway import CompositionGateway
    from services.endpoints.forgiving_gateway import ForgivingGateway
    from services.endpoints.timeline_gateway import TimelineGateway

AsFar = tuple[EndpointDetail, tuple[str, ...]]
COMPOSED_SECONDS = AS_FAR_SECONDS = 20.0
TIMELINE_SECONDS = 120.0  # CloudTrail tells of a call some minutes after it, and is asked twice a second at most


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every method takes an endpoint's name and raises NotFound.

    partly   reads an endpoint as far as that is allowed
    price    of an instance type
    cached   keeps a read for some seconds, for everybody of one identity
    runs     the runs of this console, newest first, for `owner`
    """

    compositions: CompositionGateway
    timelines: TimelineGateway
    detail: Callable[[str], EndpointDetail]
    partly: Callable[[], ForgivingGateway]
    price: Callable[[str], Price]
    cached: Callable[[tuple[str, ...], float, Callable[[], Any]], Any]
    runs: Callable[[], Iterable[RunView]]
    now: Callable[[], float]
    owner: str

    def as_far(self, endpoint: str) -> AsFar:
        """The endpoint as far as it may be read, and what may not be, each in words that name the action.

        Raises PermissionDenied where the endpoint itself may not be read.
        """
        try:
            return self.detail(endpoint), ()
        except PermissionDenied:
            key = ("endpoint", endpoint, "as far")
            found: tuple[EndpointDetail, tuple[str, ...]] = self.cached(
                key, AS_FAR_SECONDS, lambda: self._read(endpoint)
            )
            return found

    def _read(self, endpoint: str) -> AsFar:
        gateway = self.partly()
        detail = priced(gateway.endpoint(endpoint), self.price)
        return detail, tuple(gateway.denied)

    def composition(self, endpoint: str) -> Composition:
        """What it is made of, in full."""
        detail, _ = self.as_far(endpoint)
        key = ("composition", endpoint, f"{detail.status} {detail.modified.timestamp()}")
        found: Composition = self.cached(key, COMPOSED_SECONDS, lambda: self.compositions.composition(detail))
        return found

    def timeline(self, endpoint: str) -> Timeline:
        """What happened, newest first, with who did it; takes some seconds the first time."""
        detail, _ = self.as_far(endpoint)
        key = ("timeline", endpoint, str(detail.modified.timestamp()))
        read: Timeline = self.cached(key, TIMELINE_SECONDS, lambda: self.timelines.read(detail, self.now()))
        return read.joined(of_runs(self.runs(), detail, self.owner))

    def deployments(self, endpoint: str) -> tuple[float, ...]:
        """When another model, machine or configuration was put behind it: seconds since 1970, oldest first.

        Quick, as CloudTrail is not asked: of changes made elsewhere it knows the last one.
        """
        detail, _ = self.as_far(endpoint)
        key = ("life", endpoint, detail.config_name)
        told: tuple[Event, ...] = self.cached(key, TIMELINE_SECONDS, lambda: self.timelines.life(detail))
        return deployments((*told, *of_runs(self.runs(), detail, self.owner)))
