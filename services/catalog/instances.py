"""What an instance type has: processors, memory, accelerators. Source: facts/instances.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import facts

_FILE = facts.path("instances.csv")


@dataclass(frozen=True, slots=True)
class InstanceSpec:
    """One ml.* type that can host an endpoint. Memory in GiB; `gpu_memory_gib` is the sum over its GPUs."""

    instance_type: str
    vcpu: int
    memory_gib: float
    gpu_name: str
    gpu_count: int
    gpu_memory_gib: float
    accelerator: str
    accelerators: int
    architecture: str

    @property
    def sentence(self) -> str:
        """The type in a few words: "48 vCPU, 192 GiB, 4 × A10G (89 GiB)"."""
        text = f"{self.vcpu} vCPU, {self.memory_gib:g} GiB"
        if self.gpu_count:
            text += f", {self.gpu_count} × {self.gpu_name} ({self.gpu_memory_gib:.0f} GiB)"
        elif self.accelerators:
            text += f", {self.accelerators} × {self.accelerator}"
        return text


def _spec(row: Mapping[str, str]) -> InstanceSpec:
    return InstanceSpec(
        instance_type=row["instance_type"],
        vcpu=int(row["vcpu"]),
        memory_gib=float(row["memory_gib"]),
        gpu_name=row["gpu_name"],
        gpu_count=int(row["gpu_count"] or 0),
        gpu_memory_gib=float(row["gpu_memory_gib"] or 0),
        accelerator=row["accelerator"],
        accelerators=int(row["accelerators"] or 0),
        architecture=row["arch"],
    )


@cache
def _all() -> Mapping[str, InstanceSpec]:
    with _FILE.open(newline="", encoding="utf-8") as lines:
        return {row["instance_type"]: _spec(row) for row in csv.DictReader(lines)}


def instance(instance_type: str) -> InstanceSpec | None:
    """The facts about a type, or None for one newer than the list."""
    return _all().get(instance_type)


def instances() -> tuple[InstanceSpec, ...]:
    """Every type of the list that can host an endpoint, by name."""
    return tuple(_all()[name] for name in sorted(_all()))


def has_gpu(instance_type: str) -> bool:
    """Whether the type has a GPU; a type the list does not know is judged by its family (g*, p*)."""
    known = instance(instance_type)
    if known is not None:
        return known.gpu_count > 0
    family = instance_type.removeprefix("ml.").split(".")[0]
    return family[:1] in ("g", "p") and family[1:2].isdigit()
