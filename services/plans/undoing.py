"""From what a run made to the plan that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.plans import graph
from services.plans.entries import Phase, StepEntry
from services.plans.models import Estimate, Plan, Ref, Step
from services.plans.operators import placed
from services.plans.values import substitute
from services.plans.views import StepStatus

Call = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Undo:
    """The plan that takes a run back; `undoes` says of each of its steps which entry it belongs to.

    unsure   sentences about what may stand and cannot be taken back for certain; the plan warns of them too
    """

    plan: Plan
    undoes: Mapping[str, str]
    unsure: tuple[str, ...] = ()


def standing(entries: Sequence[StepEntry]) -> tuple[StepEntry, ...]:
    """What the run made and has not taken back, of its plan and its former plans."""
    undo = undo_entries(entries)
    return tuple(
        entry
        for entry in entries
        if entry.phase is not Phase.UNDO and entry.status is StepStatus.DONE and not taken_back(entry, undo)
    )


def undo_entries(entries: Sequence[StepEntry]) -> tuple[StepEntry, ...]:
    """The undo steps among the entries: none in most runs, which may have thousands of steps."""
    return tuple(entry for entry in entries if entry.phase is Phase.UNDO)


def taken_back(entry: StepEntry, undo_steps: Sequence[StepEntry]) -> bool:
    """Whether every undo step of this entry has been done."""
    undo = [each.status for each in undo_steps if each.undoes == entry.name]
    return bool(undo) and all(status in graph.SATISFIED for status in undo)


def call_of(step: Step) -> Call:
    """What a step does, to be compared with that of another run."""
    return placed(step.service, step.region), step.operation, step.parameters


def undo_of(plan: Plan, entries: Sequence[StepEntry], used: Mapping[Call, str] | None = None) -> Undo:
    """What takes back all that stands: dependants first, former plans last, each step's own undo in its order.

    `used` are the calls whose outcome other runs found already there and rely on, each with a title: those stay.
    """
    made = [entry for entry in standing(entries) if entry.step.undo]
    kept = [entry for entry in made if call_of(entry.step) in (used or {})]
    made = [entry for entry in made if entry not in kept]
    values = {entry.id: entry.values for entry in entries if entry.phase is Phase.PLAN}
    waits = graph.before(plan.steps)
    steps: list[Step] = []
    undoes: dict[str, str] = {}
    warnings = [_unsure(entry) for entry in entries if _is_unsure(entry)]
    ids_of: dict[str, tuple[str, ...]] = {}
    for entry in _last_first(plan, made):
        try:
            own = complete(entry.step, values).undo if entry.phase is Phase.PLAN else entry.step.undo
        except KeyError as error:
            warnings.append(f"{entry.step.reason} This cannot be taken back: {error.args[0]} is no longer known.")
            continue
        later = [name for other, names in ids_of.items() for name in names if _depends(other, entry, waits)]
        group = _renamed(entry, own, tuple(later))
        ids_of[entry.name] = tuple(step.id for step in group)
        undoes |= {step.id: entry.name for step in group}
        steps += group
    stays = [_stays(entry, (used or {})[call_of(entry.step)]) for entry in kept]
    title = f"Take back: {plan.title}"
    return Undo(Plan(title, tuple(steps), (*warnings, *stays), _saved(made)), undoes, tuple(warnings))


def _stays(entry: StepEntry, title: str) -> str:
    return f"What {entry.step.operation} ({entry.id}) made stays: “{title}” uses it. Take-down removes it later."


def complete(step: Step, values: Mapping[str, Mapping[str, Any]]) -> Step:
    """The step with undo steps that hold the values they need; KeyError names a value that is not known."""
    siblings = {each.id for each in step.undo}

    def value(ref: Ref) -> Any:
        if ref.step in siblings:
            return ref
        found = values.get(ref.step, {}).get(ref.path)
        if found is None:
            raise KeyError(f"{ref.step}.{ref.path}")
        return found

    return replace(step, undo=tuple(substitute(each, value) for each in step.undo))


def _last_first(plan: Plan, made: Sequence[StepEntry]) -> list[StepEntry]:
    place = {step.id: number for number, step in enumerate(graph.ordered(plan.steps))}
    current = [entry for entry in made if entry.phase is Phase.PLAN]
    former = [entry for entry in made if entry.phase is Phase.EARLIER]
    current.sort(key=lambda entry: place[entry.id], reverse=True)
    former.sort(key=lambda entry: entry.ended or 0.0, reverse=True)
    return current + former


def _depends(other: str, entry: StepEntry, waits: Mapping[str, frozenset[str]]) -> bool:
    """Whether what `other` (phase:id) made must go before what `entry` made goes."""
    if entry.phase is Phase.EARLIER:
        return True
    _, _, other_id = other.partition(":")
    return entry.id in waits.get(other_id, frozenset())


def _renamed(entry: StepEntry, own: Sequence[Step], later: tuple[str, ...]) -> list[Step]:
    """The undo steps of one entry, one after the other, under ids that differ over the whole undo plan."""
    ids = {step.id: f"undo-{entry.id}-{step.id}" for step in own}
    group: list[Step] = []
    previous: tuple[str, ...] = later
    for step in own:
        named = substitute(step, _renaming(ids))
        after = tuple(dict.fromkeys((*(ids.get(name, name) for name in step.after), *previous)))
        group.append(replace(named, id=ids[step.id], after=after, undo=()))
        previous = (ids[step.id],)
    return group


def _renaming(ids: Mapping[str, str]) -> Callable[[Ref], Ref]:
    return lambda ref: Ref(ids.get(ref.step, ref.step), ref.path)


def _is_unsure(entry: StepEntry) -> bool:
    return entry.phase is Phase.PLAN and entry.intent and entry.status is not StepStatus.DONE


def _unsure(entry: StepEntry) -> str:
    step = entry.step
    return f"It is not known whether {step.operation} ({step.id}) was carried out; look at {step.service} yourself."


def _saved(made: Sequence[StepEntry]) -> Estimate:
    costs = [entry.step.cost.usd_per_hour for entry in made if entry.step.cost is not None]
    if any(cost is None for cost in costs):
        return Estimate(usd_per_hour=None)
    return Estimate(usd_per_hour=0.0 - sum(cost or 0.0 for cost in costs))


def former(entries: Iterable[StepEntry], plan: Plan) -> list[Step]:
    """What the former plan made and the new one does not hold, complete in itself so that it can be taken back."""
    current = tuple(entry for entry in entries if entry.phase is Phase.PLAN)
    values = {entry.id: entry.values for entry in current}
    same = {step.id: step for step in plan.steps}
    return [
        complete(entry.step, values)
        for entry in standing(current)
        if entry.id not in same or not Plan("", (same[entry.id],)).same_work(Plan("", (entry.step,)))
    ]
