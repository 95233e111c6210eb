"""A smaller instance for a variant: what it was measured to use must fit, and what its model is known to need. Pure.

A GPU is only ever stood in for by the same GPU, since how much faster one is than another is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.catalog import InstanceSpec, Price
from services.endpoints import EndpointDetail, Variant
from services.savings.figures import Load
from services.savings.models import HOURS_OF_MONTH, Proposal, Way

WANTED = 60.0  # percent of a machine that may be in use at the busiest 5 % of hours
SPARE = 1.15  # times the most memory that was measured
FILLED = 75.0  # percent of GPU memory: servers fill it on purpose, so that no more than this tells what is needed
GPU_KEYS = (
    "SM_NUM_GPUS", "OPTION_TENSOR_PARALLEL_DEGREE", "TENSOR_PARALLEL_DEGREE", "SM_VLLM_TENSOR_PARALLEL_SIZE",
    "NUM_SHARD",
)  # fmt: skip  # how many GPUs a container is told to spread its model over


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known besides figures, each asked only where it is needed.

    spec     of a type; None not known
    price    USD an hour of one instance here; None not known
    quota    how many more of a type the account may run; None not known
    listed   the types the model is published for; None: nothing tells
    needs    GiB the model is reckoned to need, over so many GPUs, and in which words; None not known
    types    every type there is
    """

    spec: Callable[[str], InstanceSpec | None]
    price: Callable[[str], Price]
    quota: Callable[[str], float | None]
    listed: Sequence[str] | None
    needs: Callable[[int], tuple[float, str] | None]
    types: Sequence[str]


def smaller(detail: EndpointDetail, variant: Variant, load: Load, facts: Facts) -> Proposal | None:
    """The cheapest type that was found to do, None where none was."""
    now, old = facts.spec(variant.instance_type), facts.price(variant.instance_type).usd_per_hour
    if now is None or old is None:
        return None
    cheaper = sorted(
        (usd, kind)
        for kind in (facts.listed if facts.listed is not None else facts.types)
        if (usd := facts.price(kind).usd_per_hour) is not None and usd < old
    )
    for usd, kind in cheaper:
        spec = facts.spec(kind)
        checks = _checks(detail, variant, load, facts, now, spec) if spec is not None else None
        if checks is None:
            continue
        count = variant.desired
        before, after = old * count * HOURS_OF_MONTH, usd * count * HOURS_OF_MONTH
        return Proposal(
            way=Way.UPDATE,
            words=f"Run {variant.name} on {count} × {kind} instead of {variant.instance_type}.",
            before=before,
            after=after,
            checks=(*checks, f"Price: {facts.price(kind).source}."),
            caution="Answers may take longer on fewer processors: look at the latency after the update.",
            variant=variant.name,
            instance_type=kind,
        )
    return None


def _checks(
    detail: EndpointDetail, variant: Variant, load: Load, facts: Facts, now: InstanceSpec, new: InstanceSpec
) -> list[str] | None:
    """Every check of a type in words; None as soon as one fails or cannot be made."""
    if new.instance_type.startswith("ml.t") or new.architecture != now.architecture or new.accelerators:
        return None
    found: list[str] = []
    for check in (
        _kind(detail, facts, now, new), _processors(load, now, new), _memory(load, now, new),
        *_gpus(detail, load, facts, now, new), _quota(variant, facts, new),
    ):  # fmt: skip
        if check is None:
            return None
        found.append(check)
    return found


def _kind(detail: EndpointDetail, facts: Facts, now: InstanceSpec, new: InstanceSpec) -> str | None:
    if facts.listed is not None:
        return f"{detail.model_id} is published for {new.instance_type}."
    if _family(new.instance_type) != _family(now.instance_type):
        return None
    return f"No list tells which types its model runs on; {new.instance_type} is of the family it runs on now."


def _family(kind: str) -> str:
    return kind.removeprefix("ml.").partition(".")[0]


def _processors(load: Load, now: InstanceSpec, new: InstanceSpec) -> str | None:
    busy = load.p95("cpu")
    if busy is None:
        return None
    then = busy * now.vcpu / new.vcpu
    if then > WANTED:
        return None
    return f"CPU: at most {busy:.0f} % of {now.vcpu} vCPU in 95 % of the hours, about {then:.0f} % of {new.vcpu}."


def _memory(load: Load, now: InstanceSpec, new: InstanceSpec) -> str | None:
    peak = load.peak("memory")
    if peak is None:
        return None
    held = peak / 100 * now.memory_gib
    if held * SPARE > new.memory_gib:
        return None
    return f"Memory: {held:.1f} GiB were used at most, {new.instance_type} has {new.memory_gib:g} GiB."


def _gpus(
    detail: EndpointDetail, load: Load, facts: Facts, now: InstanceSpec, new: InstanceSpec
) -> Iterator[str | None]:
    if not now.gpu_count:
        yield "No GPU is needed." if not new.gpu_count else None
        return
    busy = load.p95("gpu")
    if new.gpu_name != now.gpu_name or busy is None:
        yield None
        return
    if new.gpu_count != now.gpu_count:
        told = _told(detail)
        if told is None or told > new.gpu_count:
            yield None
            return
        yield f"Its container spreads the model over {told} GPU{'s' if told > 1 else ''}."
    then = busy * now.gpu_count / new.gpu_count
    many = f"{new.gpu_count} × {new.gpu_name}"
    yield None if then > WANTED else f"GPU: at most {busy:.0f} % in 95 % of the hours, about {then:.0f} % of {many}."
    yield _gpu_memory(load, facts, now, new)


def _told(detail: EndpointDetail) -> int | None:
    """Over how many GPUs its container is told to spread the model; None where nothing tells."""
    if len(detail.models) != 1:
        return None
    given = dict(detail.models[0].environment)
    return next((int(given[key]) for key in GPU_KEYS if given.get(key, "").isdigit()), None)


def _gpu_memory(load: Load, facts: Facts, now: InstanceSpec, new: InstanceSpec) -> str | None:
    """Measured where the server does not fill it on purpose; estimated where the model's size is known; the more."""
    if new.gpu_memory_gib >= now.gpu_memory_gib and new.gpu_count == now.gpu_count:
        return f"GPU memory stays {new.gpu_memory_gib:.0f} GiB."
    peak, needs = load.peak("gpu_memory"), facts.needs(new.gpu_count)
    measured = None if peak is None or peak > FILLED else peak / 100 * now.gpu_memory_gib * SPARE
    wanted = max((each for each in (measured, needs[0] if needs else None) if each is not None), default=None)
    if wanted is None or wanted > new.gpu_memory_gib:
        return None
    parts = [f"{measured / SPARE:.1f} GiB were used at most"] if measured is not None else []
    parts += [f"about {needs[0]:.1f} GiB needed by estimate ({needs[1]})"] if needs else []
    return f"GPU memory: {', '.join(parts)}; {new.instance_type} has {new.gpu_memory_gib:.0f} GiB."


def _quota(variant: Variant, facts: Facts, new: InstanceSpec) -> str | None:
    """Both fleets stand beside each other while an update goes on."""
    left = facts.quota(new.instance_type)
    if left is None or left < variant.desired:
        return None
    return f"Quota: {left:.0f} more {new.instance_type} may run, {variant.desired} are needed."


def fewer(count: int, busy: float) -> int:
    """How many of `count` instances carry the load, when each was `busy` percent in use."""
    return max(1, math.ceil(count * busy / WANTED))
