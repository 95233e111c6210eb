"""What waits for what: the order of steps, circles, which are ready, which can no longer run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from services.plans.models import Step
from services.plans.views import StepStatus

SATISFIED = frozenset({StepStatus.DONE, StepStatus.ALREADY_THERE})
STOPPED = frozenset({StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.UNKNOWN, StepStatus.UNDONE})


def problems_of_order(steps: Sequence[Step]) -> tuple[str, ...]:
    """Ids used twice, waits for steps that do not exist, and circles; a sentence each."""
    ids = [step.id for step in steps]
    count = Counter(ids)
    found = [f"Two steps are called {name}." for name, times in count.items() if times > 1]
    found += [
        f"The step {step.id} waits for {name}, which is no step of this plan."
        for step in steps
        for name in step.after
        if name not in count
    ]
    placed = {step.id for step in ordered(steps)}
    stuck = [name for name in ids if name not in placed]
    if stuck and not found:
        found.append(f"These steps wait for each other in a circle: {', '.join(stuck)}.")
    return tuple(found)


def ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps so that each comes after those it waits for, otherwise as given; steps in a circle are left out."""
    placed: dict[str, Step] = {}
    rest = list(steps)
    while rest:
        later = []
        for step in rest:
            if all(name in placed for name in step.after):
                placed[step.id] = step
            else:
                later.append(step)
        if len(later) == len(rest):
            break
        rest = later
    return tuple(placed.values())


def before(steps: Sequence[Step]) -> dict[str, frozenset[str]]:
    """Of each step, all it waits for, directly or through others."""
    known: dict[str, frozenset[str]] = {}
    for step in ordered(steps):
        known[step.id] = frozenset(step.after).union(*(known[name] for name in step.after))
    return known


def ready(steps: Sequence[Step], statuses: Mapping[str, StepStatus]) -> tuple[Step, ...]:
    """The waiting steps whose predecessors are all done."""
    return tuple(
        step
        for step in steps
        if statuses[step.id] is StepStatus.WAITING and all(statuses[name] in SATISFIED for name in step.after)
    )


def blocked(steps: Sequence[Step], statuses: Mapping[str, StepStatus]) -> tuple[tuple[Step, str], ...]:
    """The waiting steps that can no longer run, each with the id of the step that stopped it."""
    found = []
    for step in steps:
        if statuses[step.id] is StepStatus.WAITING:
            culprit = next((name for name in step.after if statuses[name] in STOPPED), None)
            if culprit is not None:
                found.append((step, culprit))
    return tuple(found)
