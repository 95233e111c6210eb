"""A room of cleaning up held in memory: its real planner over invented resources."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from services.cleanup import Cleanup, CleanupRequest, CleanupState, plan_cleanup
from services.resources import Holdings, Key, Resource
from tests.services.cleanup.account import REGION, held

OWNER = "sandbox/ana"


class FakeCleaning:
    """`resources` are what there is; `more` are fields of the Holdings, such as how much is still read."""

    def __init__(self, resources: Iterable[Resource] = (), **more: Any) -> None:
        self.resources, self.more = tuple(resources), more
        self.prices: dict[Key, float | None] = {}
        self.asked: list[CleanupRequest] = []
        self.forgotten = 0

    def held(self, _regions: Any = ()) -> Holdings:
        return held(*self.resources, **self.more)

    def request(self, **asked: Any) -> CleanupRequest:
        return CleanupRequest(**{"owner": OWNER, **asked})

    def look(self, request: CleanupRequest) -> Cleanup:
        self.asked.append(request)
        return plan_cleanup(request, CleanupState(held=self.held(), home=REGION, prices=self.prices))

    def forget(self) -> None:
        self.forgotten += 1


def fake_resources(cleaning: FakeCleaning) -> Any:
    """The room of resources as the page's progress asks it."""
    return SimpleNamespace(held=cleaning.held)
