"""What a cleanup comes to: each resource that was asked for, whether it goes, and why or why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.cleanup.request import CleanupRequest
from services.plans.models import Plan
from services.resources import Key

MONTH_HOURS = 730.0


@dataclass(frozen=True, slots=True)
class Item:
    """One resource that was asked for.

    why           why it goes, or why it stays; one sentence or two
    ours          whether this console made it for whoever asks
    may           whether a tick of a person changes its fate: one that is protected or in use has none
    unknown       why it stays is only that something is not known (yet)
    after         what goes before it, because it uses it
    usd_per_hour  what it costs now; None is not known
    """

    key: Key
    goes: bool
    why: str
    ours: bool = False
    may: bool = True
    unknown: bool = False
    owner: str = ""
    status: str = ""
    about: str = ""
    created: datetime | None = None
    after: tuple[Key, ...] = ()
    usd_per_hour: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Cleanup:
    """The plan of what goes, and everything that was asked for, what goes first.

    account, alias   whose: its alias, or else its number, is what a person types
    matched          how many things there are in all, asked for or not
    reading          how many resources were not looked into yet; their fate may change
    listing          how many lists are still under way: there may be more than is shown
    gaps             what could not be seen, one sentence each
    """

    request: CleanupRequest
    plan: Plan
    items: tuple[Item, ...]
    account: str = ""
    alias: str = ""
    matched: int = 0
    reading: int = 0
    listing: int = 0
    gaps: tuple[str, ...] = field(default=())

    @property
    def going(self) -> tuple[Item, ...]:
        """What goes, in order."""
        return tuple(each for each in self.items if each.goes)

    @property
    def staying(self) -> tuple[Item, ...]:
        """What was asked for and stays."""
        return tuple(each for each in self.items if not each.goes)

    @property
    def confirmation(self) -> str:
        """What has to be typed: the account's alias, or its number where it has none."""
        return self.alias or self.account

    def confirmed_by(self, typed: str) -> bool:
        """Whether the words typed name this very account; its number always does."""
        return bool(self.going) and typed.strip() in {self.alias, self.account} - {""}

    @property
    def saved_per_month(self) -> float | None:
        """USD that no longer bill in a month of 730 hours; None where a price of what goes is not known."""
        costs = [each.usd_per_hour for each in self.going]
        return None if None in costs else sum(cost or 0.0 for cost in costs) * MONTH_HOURS

    @property
    def saved_at_least(self) -> float:
        """The same of what has a price."""
        return sum(each.usd_per_hour or 0.0 for each in self.going) * MONTH_HOURS

    def edges(self) -> Iterator[tuple[Key, Key]]:
        """(user, used) of everything asked for: what the order follows from."""
        known = {each.key for each in self.items}
        return ((user, each.key) for each in self.items for user in each.after if user in known)
