"""Whether copies of inference components fit on instances: CPU cores, accelerators and memory of each copy together.

What an instance has: facts/instances.csv. A type that is not there holds anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import facts


@dataclass(frozen=True, slots=True)
class Room:
    """`memory` in MiB."""

    cores: float
    accelerators: float
    memory: float

    def holds(self, need: "Room") -> bool:
        return need.cores <= self.cores + 1e-9 and need.accelerators <= self.accelerators and need.memory <= self.memory

    def without(self, need: "Room") -> "Room":
        return Room(self.cores - need.cores, self.accelerators - need.accelerators, self.memory - need.memory)


Copies = Iterable[tuple[Room, int]]  # what one copy needs, and how many there are


@cache
def rooms() -> dict[str, Room]:
    """Return what each instance type has."""
    return {
        row["instance_type"]: Room(
            float(row["vcpu"] or 0),
            max(float(row["gpu_count"] or 0), float(row["accelerators"] or 0)),
            float(row["memory_gib"] or 0) * 1024,
        )
        for row in facts.rows("instances.csv")
    }


def need_of(requirements: Mapping[str, Any]) -> Room:
    """Read ComputeResourceRequirements."""
    return Room(
        float(requirements.get("NumberOfCpuCoresRequired", 0)),
        float(requirements.get("NumberOfAcceleratorDevicesRequired", 0)),
        float(requirements.get("MinMemoryRequiredInMb", 0)),
    )


def instances_needed(instance_type: str, copies: Copies, most: int) -> int | None:
    """Return how many instances hold all copies, the largest placed first; None if more than `most` are needed."""
    room = rooms().get(instance_type)
    if room is None:
        return 1 if any(count for _, count in copies) else 0
    wanted = sorted(copies, key=lambda pair: (pair[0].accelerators, pair[0].memory, pair[0].cores), reverse=True)
    free: list[Room] = []
    for need, count in wanted:
        for _ in range(count):
            place = next((index for index, left in enumerate(free) if left.holds(need)), None)
            if place is None:
                if len(free) == most or not room.holds(need):
                    return None
                free.append(room)
                place = len(free) - 1
            free[place] = free[place].without(need)
    return len(free)
