"""What stands in the way of a deployment, looked at before anything is made: every check side by side."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from services.access import AccessService
from services.catalog import CatalogService
from services.catalog.quotas import Quotas
from services.connection import Identity
from services.deploy import DeployService
from services.errors import PermissionDenied, SagedeckError
from services.plans.models import Plan
from services.preflight.checks import asked, limits, memory, price, quota, reach, role, surroundings
from services.preflight.found import HeldByEndpoint, Listed
from services.preflight.looking import InUse, Look, Rooms
from services.preflight.models import Line, Part, Preflight, Request, Topic, Verdict, sorted_lines
from services.preflight.side_by_side import begin, each

if TYPE_CHECKING:
    from services.preflight.gateway import PreflightGateway

DEADLINE = 2.0
_MARGIN = 0.1  # of the deadline: what came by then has to be put in order and handed back within it
# Endpoints that are described anew by one check: two calls each, so many at a time. At 50 ms a call that is 0.9 s; an
# account with more is seen in full by its further checks, as what has not changed is kept.
MOST_DESCRIBED, AT_A_TIME = 80, 10
_KEPT = 4_000

WHOLE: tuple[tuple[Topic, Callable[[Look], Iterable[Line]]], ...] = (
    (Topic.PRICE, price.lines),
    (Topic.QUOTA, quota.lines),
    (Topic.ROLE, role.lines),
    (Topic.PERMISSIONS, role.caller_lines),
)
EACH: tuple[tuple[Topic, Callable[[Look, Part], Iterable[Line]]], ...] = (
    (Topic.REQUEST, asked.request_lines),
    (Topic.LICENCE, asked.licence_lines),
    (Topic.NAME, asked.name_lines),
    (Topic.MEMORY, memory.lines),
    (Topic.IMAGE, reach.image_lines),
    (Topic.ARTIFACT, reach.artifact_lines),
    (Topic.LIMITS, limits.lines),
    (Topic.CAPACITY, limits.capacity_lines),
    (Topic.NETWORK, surroundings.network_lines),
    (Topic.ENCRYPTION, surroundings.encryption_lines),
    (Topic.NOTICES, surroundings.notice_lines),
    (Topic.OUTPUT, surroundings.output_lines),
)


class PreflightService:
    """Looks at one account and region; changes nothing there. Safe to share between threads."""

    def __init__(
        self,
        gateway: PreflightGateway,
        deploy: DeployService,
        catalog: CatalogService,
        access: AccessService,
        quotas: Quotas,
        identity: Identity,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rooms = Rooms(gateway, deploy, catalog, access, quotas, identity, simulated=catalog.offline)
        self._clock, self._lock = clock, threading.Lock()
        self._held: OrderedDict[Listed, HeldByEndpoint] = OrderedDict()

    def check(self, request: Request, *, plan: Plan | None = None, deadline: float = DEADLINE) -> Preflight:
        """Every line about a request, after `deadline` seconds at the latest. Raises nothing of what looking raises.

        plan   of the same request, where there is one already: its permissions are asked about
        """
        began = self._clock()

        def left() -> float:
            return max(0.0, deadline * (1 - _MARGIN) - (self._clock() - began))

        look = Look(request, self._rooms, left, self._holding, plan)
        begun = [(topic, "", begin(partial(_told, check, look))) for topic, check in WHOLE]
        for topic, part_check in EACH:
            begun += [(topic, part.about, begin(partial(_told, part_check, look, part))) for part in look.parts]
        lines: list[Line] = []
        for topic, about, future in begun:
            lines += self._collected(topic, about, future, left, deadline)
        return Preflight(sorted_lines(lines), self._clock() - began)

    @staticmethod
    def _collected(
        topic: Topic, about: str, future: Future[tuple[Line, ...]], left: Callable[[], float], deadline: float
    ) -> tuple[Line, ...]:
        def unknown(words: str, detail: str = "") -> tuple[Line, ...]:
            return (Line(topic=topic, verdict=Verdict.UNKNOWN, words=words, detail=detail, about=about),)

        what = _WHAT.get(topic, str(topic))
        try:
            return future.result(timeout=left())
        except PermissionDenied as error:
            missing = f" ({error.action})" if error.action else ""
            return unknown(f"{what} could not be looked at: you may not{missing}.", f"{error.what} {error.why}")
        except SagedeckError as error:
            return unknown(f"{what} could not be looked at.", f"{error.what} {error.why}".strip())
        except TimeoutError:
            return unknown(f"{what} could not be looked at within {deadline:g} s.", "AWS or the network was too slow.")
        except Exception as error:
            logging.getLogger("sagedeck").error("A preflight check broke", exc_info=error)
            return unknown(f"{what} could not be looked at.", f"An error nobody foresaw ({type(error).__name__}).")

    def _holding(self, listed: tuple[Listed, ...], seconds: float) -> InUse:
        """What these endpoints hold: kept where they have not changed, else described; newest first."""
        with self._lock:
            kept = {one: self._held[one] for one in listed if one in self._held}
        fresh = [one for one in listed if one not in kept]
        gateway = self._rooms.gateway
        found = each(lambda one: gateway.held_by(one.name), fresh[:MOST_DESCRIBED], width=AT_A_TIME, seconds=seconds)
        with self._lock:
            # any other state may end without the time of change telling
            self._held.update({one: what for one, what in found.items() if one.status == "InService"})
            while len(self._held) > _KEPT:
                self._held.popitem(last=False)
        held = {one.name: what for one, what in {**kept, **found}.items()}
        return InUse(held, unseen=len(listed) - len(held))


def _told(check: Callable[..., Iterable[Line]], *given: object) -> tuple[Line, ...]:
    return tuple(check(*given))


_WHAT = {
    Topic.REQUEST: "The request",
    Topic.PRICE: "The price",
    Topic.QUOTA: "The quota",
    Topic.MEMORY: "Whether the model fits",
    Topic.LICENCE: "The licence",
    Topic.ROLE: "The execution role",
    Topic.PERMISSIONS: "What you may do",
    Topic.IMAGE: "The image",
    Topic.ARTIFACT: "The artefact",
    Topic.LIMITS: "What the endpoint can do",
    Topic.CAPACITY: "Other instance types",
    Topic.NAME: "Whether the name is free",
    Topic.NETWORK: "The network",
    Topic.ENCRYPTION: "The key",
    Topic.NOTICES: "The topics",
    Topic.OUTPUT: "Where it writes to",
}
