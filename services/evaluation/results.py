"""From outcomes to figures: each setting scored, the best of them, and two of them question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.evaluation.answering import SIDE_BY_SIDE
from services.evaluation.grid import labels, setting_id
from services.evaluation.intervals import interval, paired
from services.evaluation.measures import LESS_IS_BETTER, NAMES, value_of
from services.evaluation.models import Duel, Figure, Item, Outcome, Scored, Setting

SHOWN_FIRST = ("right", "ndcg", "hit5", "refused_right")  # the headline: the first of them that has a value

Outcomes = Mapping[str, Outcome]


def values(figure: str, items: Sequence[Item], outcomes: Outcomes) -> dict[str, float]:
    """What each question counts for in a figure, by its id; those that count for nothing are left out."""
    found = {}
    for item in items:
        if item.id in outcomes:
            value = value_of(figure, outcomes[item.id], item.unanswerable)
            if value is not None:
                found[item.id] = value
    return found


def usd_per_thousand(outcome: Outcome, setting: Setting, prices: Mapping[str, float | None]) -> float | None:
    """What a thousand such questions cost in dollars at the endpoints' price an hour, some answered side by side; None
    where a price is not known. An estimate: an endpoint costs as much when nobody asks it."""
    spent = [(setting.embedding, outcome.search_seconds)]
    if setting.language:
        spent.append((setting.language, (outcome.seconds or 0.0) / SIDE_BY_SIDE))
    costs = [None if prices.get(name) is None else (prices[name] or 0.0) * each / 3600 for name, each in spent]
    return None if None in costs else 1000 * sum(each for each in costs if each is not None)


def scored(
    settings: Sequence[Setting],
    items: Sequence[Item],
    outcomes: Mapping[str, Outcomes],
    prices: Mapping[str, float | None],
) -> tuple[Scored, ...]:
    """Every setting with its figures; `outcomes` by the setting's id, then by question."""
    made = []
    for setting, label in zip(settings, labels(settings), strict=True):
        which = setting_id(setting)
        held = outcomes.get(which, {})
        figures = {name: interval(list(values(name, items, held).values())) for name in NAMES}
        costs = [usd_per_thousand(each, setting, prices) for each in held.values() if not each.error]
        known = [each for each in costs if each is not None]
        figures["usd"] = interval(known) if known and len(known) == len(costs) else Figure(None)
        made.append(Scored(which, label, setting, figures, len(held)))
    return tuple(made)


def headline(found: Sequence[Scored]) -> str:
    """The figure to choose by: what answers are right where there are answers, else how well passages are found."""
    for name in SHOWN_FIRST:
        if any(each.figures[name].value is not None for each in found):
            return name
    return "refused_right"


def ordered(found: Sequence[Scored], figure: str) -> list[Scored]:
    """Settings, best first by a figure; without it last. Of equals the quicker search comes first."""
    sign = 1.0 if figure in LESS_IS_BETTER else -1.0

    def place(each: Scored) -> tuple[bool, float, float]:
        value = each.figures[figure].value
        return value is None, sign * (value or 0.0), each.figures["search_ms"].value or 0.0

    return sorted(found, key=place)


def duel(figure: str, first: Scored, second: Scored, items: Sequence[Item], outcomes: Mapping[str, Outcomes]) -> Duel:
    """Two settings on the questions that both have: the difference, and which the first won and lost."""
    one, other = (values(figure, items, outcomes.get(each.id, {})) for each in (first, second))
    both = [item.id for item in items if item.id in one and item.id in other]
    difference = paired([one[each] for each in both], [other[each] for each in both])
    sign = -1.0 if figure in LESS_IS_BETTER else 1.0
    won = tuple(each for each in both if sign * (one[each] - other[each]) > 0)
    lost = tuple(each for each in both if sign * (one[each] - other[each]) < 0)
    return Duel(figure, first.id, second.id, difference, won, lost)


def as_good(found: Sequence[Scored], figure: str, items: Sequence[Item], outcomes: Mapping[str, Outcomes]) -> set[str]:
    """The ids of the settings that are no worse than the best by more than chance, the best among them."""
    best = next(iter(ordered(found, figure)), None)
    if best is None or best.figures[figure].value is None:
        return set()
    rivals = [each for each in found if each.figures[figure].value is not None]
    return {each.id for each in rivals if each is best or duel(figure, best, each, items, outcomes).noise}


def found_nowhere(items: Sequence[Item], outcomes: Mapping[str, Outcomes]) -> tuple[str, ...]:
    """The ids of answerable questions whose expected passage is in no cut: the set or the documents are wrong."""
    return tuple(
        item.id
        for item in items
        if not item.unanswerable
        and (seen := [held[item.id].expected for held in outcomes.values() if item.id in held])
        and not any(seen)
    )
