"""What served when: the number of instances (or of copies) behind each variant and inference component, as steps.

telemetry/serving   name "endpoint/variant": endpoint variant component type kind (variant, serverless, async) steps
telemetry/component name of the component: the same; its steps count copies
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import numpy as np

import facts
from sandbox.records import Record, Records, Shelf
from sandbox.telemetry.samples import Floats

VARIANT, COMPONENT = "telemetry/serving", "telemetry/component"
GONE = -1  # as a count: the endpoint is no more; 0 is one scaled to nothing
STEPS = 2_000  # changes remembered of a variant


@dataclass(frozen=True, slots=True)
class Machine:
    """What an instance type has; GPUs or other accelerators."""

    vcpus: int
    gpus: int
    accelerators: int


@cache
def _machines() -> dict[str, Machine]:
    return {
        row["instance_type"]: Machine(
            int(float(row["vcpu"] or 1)), int(row["gpu_count"] or 0), int(row["accelerators"] or 0)
        )
        for row in facts.rows("instances.csv")
    }


def machine(instance_type: str) -> Machine:
    """Return what a type has; one vCPU of a type nobody knows."""
    return _machines().get(instance_type, Machine(1, 0, 0))


class Serving:
    """The steps of every variant and component."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def shelf(self, region: str, kind: str = VARIANT) -> Shelf:
        return self._records.shelf(kind, region)

    def of_region(self, region: str) -> Iterator[Record]:
        return chain(self.shelf(region).values(), self.shelf(region, COMPONENT).values())

    def find(self, region: str, endpoint: str, variant: str) -> Record | None:
        return self.shelf(region).get(f"{endpoint}/{variant}")

    def component(self, region: str, name: str) -> Record | None:
        return self.shelf(region, COMPONENT).get(name)

    def of_endpoint(self, region: str, endpoint: str) -> Iterator[Record]:
        return (held for held in self.shelf(region).values() if held["endpoint"] == endpoint)

    def step(self, region: str, record: Record, count: int, at: float) -> bool:
        """Note that so many serve from then on. Returns whether that is news."""
        shelf = self.shelf(region, COMPONENT if record["component"] else VARIANT)
        name = record["component"] or f"{record['endpoint']}/{record['variant']}"
        held = shelf.get(name)
        if held is None:
            if count < 0:
                return False
            held = shelf[name] = {**record, "kind": record["kind"] or "variant", "steps": []}
        steps = held["steps"]
        if steps and steps[-1][1] == count and held["type"] == record["type"]:
            return False
        held |= {key: value for key, value in record.items() if value}
        steps.append([max(at, steps[-1][0]) if steps else at, count])
        del steps[:-STEPS]
        shelf.changed(name)
        return True

    def forget_before(self, moment: float) -> None:
        """Forget what was gone by then."""
        for kind in (VARIANT, COMPONENT):
            for region in self._records.regions(kind):
                shelf = self.shelf(region, kind)
                for name in [n for n, held in shelf.items() if held["steps"][-1][1] == GONE]:
                    if shelf[name]["steps"][-1][0] < moment:
                        del shelf[name]


def counts_at(record: Record, moments: Floats) -> Floats:
    """Return how many served at each moment; GONE before the first step."""
    steps = record["steps"]
    since = np.array([step[0] for step in steps], dtype=float)
    counts = np.array([GONE, *(step[1] for step in steps)], dtype=float)
    found: Floats = counts[np.searchsorted(since, moments, side="right")]
    return found


def changed_in(record: Record, since: float, until: float) -> bool:
    """Tell whether how many served changed in [since, until)."""
    return any(since <= at < until for at, _ in record["steps"])


def minutes_of(record: Record, since: float, until: float) -> tuple[Floats, Floats]:
    """Return the minutes of [since, until) in which it stood, and how many served in each (the last count of it)."""
    steps = record["steps"]
    if not steps:
        return np.empty(0), np.empty(0)
    ended = steps[-1][0] if steps[-1][1] == GONE else until
    first = max(since, steps[0][0]) // 60 * 60
    minutes = np.arange(first, min(until, ended), 60.0)
    counts = counts_at(record, minutes + 59.999)
    stood = counts >= 0
    return minutes[stood], counts[stood]


def _level(name: str, least: float, most: float) -> float:
    """Return a level between two that is this name's own."""
    return least + (most - least) * (zlib.crc32(name.encode()) % 10_007) / 10_007


def _flutter(name: str, minutes: Floats) -> Floats:
    """Return something between -1 and 1 for each minute that is the same whenever it is asked for."""
    waves = np.sin(minutes / 60.0 * 12.9898 + zlib.crc32(name.encode()) % 997) * 43758.5453
    found: Floats = 2.0 * (waves - np.floor(waves)) - 1.0
    return found


def host_level(metric: str, record: Record, minutes: Floats, busy: Floats) -> Floats | None:
    """Return a simulated host metric per instance, in percent as AWS counts it (100 for each vCPU or GPU).

    `busy`: requests that were being answered at once, on average, at each instance. None if the machine has no such
    metric. Idle machines use a little; a request keeps one core busy, or on a GPU a quarter of one and the GPU.
    """
    built, name = machine(record["type"]), f"{record['endpoint']}/{record['variant']}{record['component']}"
    shaking = _flutter(name + metric, minutes)
    has_gpus = built.gpus > 0
    match metric.removesuffix("Normalized"):
        case "CPUUtilization":
            cores = busy * (0.25 if has_gpus or built.accelerators else 1.0)
            found = np.minimum(100.0 * (cores + 0.012 * built.vcpus), 98.0 * built.vcpus) * (1 + 0.08 * shaking)
            return found / built.vcpus if metric.endswith("Normalized") else found
        case "MemoryUtilization":
            return np.clip(_level(name + "m", 14, 38) + 18 * (1 - np.exp(-busy / 4)) + 0.6 * shaking, 0, 97)
        case "DiskUtilization":
            return np.clip(_level(name + "d", 8, 26) + 0.05 * shaking, 0, 95)
        case "GPUUtilization" if has_gpus:
            found = 100.0 * np.clip((1 - np.exp(-busy / 1.5)) * (1 + 0.06 * shaking), 0, 1)
        case "GPUMemoryUtilization" if has_gpus:
            found = np.clip(_level(name + "g", 52, 88) + 4 * (1 - np.exp(-busy / 4)) + 0.2 * shaking, 0, 97)
        case _:
            return None
    return found if metric.endswith("Normalized") else found * built.gpus


def plain(
    endpoint: str, variant: str, instance_type: str, kind: str = "variant", component: str = ""
) -> dict[str, Any]:
    """Return what a record of this shelf says beside its steps."""
    return {"endpoint": endpoint, "variant": variant, "component": component, "type": instance_type, "kind": kind}
