"""Whether a data set that was read anew may take the place of the one before. Pure.

A list that lost more than a quarter of its rows, or a price that moved by more than half, is rather a fault on the way
than the truth: it is refused unless a person says that it is so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.errors import SagedeckError

FEWER = 0.25
JUMP = 0.5
_NAMED = 5  # prices that are named in a refusal


class Doubt(StrEnum):
    """What a person may accept: fewer rows, or prices that jump."""

    FEWER = "fewer"
    JUMPS = "jumps"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a data set is not believed, in one sentence."""

    doubt: Doubt
    words: str


class Implausible(SagedeckError):
    """A data set was refused; what was there before stays. `objections` say why."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        self.objections = objections
        super().__init__(
            "What was read is not plausible; what was there before stays.",
            " ".join(each.words for each in objections),
            "Try again later, or take it if you know that it is so.",
        )


def check(objections: Iterable[Objection], accepted: Collection[Doubt] = ()) -> None:
    """Raises Implausible for what was not accepted."""
    left = tuple(each for each in objections if each.doubt not in accepted)
    if left:
        raise Implausible(left)


def fewer(before: int, after: int, what: str = "rows") -> tuple[Objection, ...]:
    """What speaks against so many rows in the place of so many; no rows at all are never plausible."""
    if after >= before * (1 - FEWER) and after:
        return ()
    lost = 1 - after / before if before else 1.0
    return (Objection(Doubt.FEWER, f"{after:,} {what} instead of {before:,}, {lost:.0%} fewer."),)


def prices(
    before: Mapping[str, float], after: Mapping[str, float], firm: Collection[str] | None = None
) -> tuple[Objection, ...]:
    """What speaks against these prices. Rows are counted by what their names begin with, up to the "/".

    firm   the names whose price before was more than a guess; None: all
    """
    counts, now = (Counter(name.rpartition("/")[0] for name in each) for each in (before, after))
    found = [
        objection
        for group, count in counts.items()
        for objection in fewer(count, now[group], f"prices{f' of {group}' if group else ''}")
    ]
    known = before.keys() & after.keys() & (set(firm) if firm is not None else before.keys())
    jumped = sorted(name for name in known if before[name] and abs(after[name] / before[name] - 1) > JUMP)
    if jumped:
        told = ", ".join(f"{name} from ${before[name]:g} to ${after[name]:g}" for name in jumped[:_NAMED])
        more = f" and {len(jumped) - _NAMED} more" if len(jumped) > _NAMED else ""
        found.append(Objection(Doubt.JUMPS, f"Prices moved by more than half: {told}{more}."))
    return tuple(found)
