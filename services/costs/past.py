"""What resources cost at which time, from the journal of this console and from when AWS last changed them. Pure.

The journal tells when a run made, scaled, updated, paused, resumed or deleted an endpoint, and what that started or
ended costing. It is believed as far as it agrees with what stands: somebody else may have changed it in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.costs.reckoning import Stretch, changed
from services.plans import RunView, StepStatus
from services.plans.views import StepView
from services.resources import Key, Kind, Resource

STARTING = timedelta(hours=1)  # what changed so soon after it was made is its start
SAME = timedelta(minutes=15)  # what AWS and the journal say of one change lies at most so far apart
_DID = frozenset({StepStatus.DONE, StepStatus.UNDONE})
_CHANGES = frozenset(
    {"create_endpoint", "delete_endpoint", "update_endpoint", "update_endpoint_weights_and_capacities"}
)


@dataclass(frozen=True, slots=True)
class Life:
    """What the journal knows of an endpoint's name: its cost over time, and when it was last made and touched."""

    stretches: tuple[Stretch, ...]
    made: datetime | None
    touched: datetime


def lives(runs: Iterable[RunView], region: str) -> Mapping[Key, Life]:
    """What runs in a region, in any order, did to endpoints."""
    found: dict[Key, Life] = {}
    steps = [(name, seen) for run in runs for name, seen in _steps(run)]
    for name, seen in sorted(steps, key=lambda pair: pair[1].ended or 0.0):
        at = datetime.fromtimestamp(seen.ended or 0.0, UTC)
        key = Key(Kind.ENDPOINT, name, region)
        known = found.get(key)
        if seen.operation == "create_endpoint":
            before = known.stretches if known else ()
            found[key] = Life(changed(before, at, seen.usd_per_hour), at, at)
        elif known is not None:
            found[key] = Life(changed(known.stretches, at, _rate(known, seen)), known.made, at)
    return found


def _steps(run: RunView) -> Iterator[tuple[str, StepView]]:
    named = {step.id: str(step.parameters.get("EndpointName", "")) for step in run.plan.steps}
    for seen in run.steps:
        if _counts(seen) and (name := named.get(seen.id) or seen.name):
            yield name, seen
    for seen in (*run.earlier, *run.undo_steps):
        if _counts(seen) and seen.name:
            yield seen.name, seen


def _counts(seen: StepView) -> bool:
    if seen.service != "sagemaker" or seen.status not in _DID or seen.ended is None:
        return False
    waited = seen.operation == "describe_endpoint" and seen.usd_per_hour != 0  # an update ends the old size so
    return waited or seen.operation in _CHANGES


def _rate(known: Life, seen: StepView) -> float | None:
    before = known.stretches[-1].usd_per_hour
    if seen.operation == "delete_endpoint":
        return 0.0
    if seen.operation == "update_endpoint" and seen.usd_per_hour == 0:
        return None  # back to a configuration whose price the step does not tell
    if before is None or seen.usd_per_hour is None:
        return None
    return max(0.0, round(before + seen.usd_per_hour, 6))


def past_of(known: Mapping[Key, Life], resource: Resource) -> tuple[Stretch, ...] | None:
    """What an endpoint's machines cost over time; None: the journal does not know, or not all of it."""
    life = known.get(resource.key)
    if life is None or life.made is None or resource.created is None:
        return None
    if abs(resource.created - life.made) > SAME:
        return None  # made anew by somebody else
    settled = STARTING if life.touched - life.made < STARTING else SAME
    if resource.changed is not None and resource.changed > life.touched + settled:
        return None  # changed since by somebody else, or by scaling
    return life.stretches


def unchanged_since(resource: Resource) -> datetime | None:
    """From when on a resource has had the size it has now, as far as AWS's times tell; None not known."""
    created, touched = resource.created, resource.changed
    if created is None or touched is None:
        return touched
    return created if touched - created < STARTING else touched
