"""What the containers of an endpoint write while it is still Creating, so that its log can be watched meanwhile.

Only of a start that is going to succeed: what will fail, or might because a fault is set, writes at its end.
"""

from typing import TYPE_CHECKING

from sandbox.faults import Kind
from sandbox.records import Record
from sandbox.sagemaker import starting
from sandbox.sagemaker.store import CREATING, ENDPOINT, Store, variants_of
from sandbox.telemetry.events import group_of

if TYPE_CHECKING:
    from sandbox.world import World

ACTION = "sagemaker/container"
# Shares of the time until InService: instance and image come first, then the weights are loaded, then the server is up.
LOADING, UP = 0.5, 0.85
_MAY_FAIL = frozenset({Kind.NO_CAPACITY, Kind.FAILED_PING, Kind.GATED_MODEL, Kind.MISSING_ARTIFACT})


class Awakening:
    """Writes the lines of starting containers at their appointments."""

    def __init__(self, world: "World", store: Store) -> None:
        self._world = world
        self._store = store
        world.agenda.on(ACTION, lambda due, payload: self._write(due, **payload))

    def appoint(self, region: str, endpoint: Record) -> None:
        """Say when the containers of an endpoint that is being created write."""
        endpoint["said"] = 0
        lasts = endpoint["due"] - endpoint["begun"]
        for part, share in enumerate((LOADING, UP)):
            key, about = f"{region}/{endpoint['name']}/{part}", {"region": region, "name": endpoint["name"]}
            self._world.agenda.at(endpoint["begun"] + share * lasts, ACTION, key, **about, begun=endpoint["begun"])

    def _write(self, due: float, region: str, name: str, begun: float) -> None:
        endpoint = self._store.shelf(ENDPOINT, region).get(name)
        if endpoint is None or endpoint["status"] != CREATING or endpoint["begun"] != begun:
            return
        variants = [variant for variant in variants_of(endpoint["next"]) if variant["model"] is not None]
        if any(fault.kind in _MAY_FAIL for _, fault in self._world.faults.list()):
            return
        if any(starting.cannot_come_up(variant, region) for variant in variants):
            return
        said = endpoint["said"]
        for variant in variants:
            for stream, line in starting.lines(endpoint, variant, None, said, said + 1):
                self._world.meters.log(region, group_of(name), stream, due, line)
        endpoint["said"] = said + 1
        self._store.keep(ENDPOINT, region, endpoint)
