"""What could be saved: findings with their proof, what was proposed and checked, and what cannot be told yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.resources import Key

DEFAULT_DAYS, MOST_DAYS = 7, 60
HOURS_OF_MONTH = 730.0
USD_OF_A_METRIC = 0.01 / 1000  # read by GetMetricData (CloudWatch pricing page, as of 2026-11-20)


class What(StrEnum):
    """What is wrong with a resource."""

    IDLE = "idle"
    OVERSIZED = "oversized"
    ORPHAN = "orphan"


class Way(StrEnum):
    """How the saving is had; each but `ADVICE` is a plan."""

    PAUSE = "pause"
    SCALE = "scale"
    UPDATE = "update"
    AUTOSCALE = "autoscale"
    STOP = "stop"
    CLEAN_UP = "clean up"
    ADVICE = "deploy anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to do instead. USD a month before and after, both estimates; None is not known.

    checks   what was looked at, a sentence each: nothing is proposed that was not
    caution  what changes for people, or was not looked at; "" nothing
    variant, instance_type, count   of a change of a variant; count is the most of an autoscaling
    target   requests a minute for an instance, of an autoscaling
    """

    way: Way
    words: str
    before: float | None = None
    after: float | None = None
    checks: tuple[str, ...] = ()
    caution: str = ""
    variant: str = ""
    instance_type: str = ""
    count: int = 0
    target: float = 0.0

    @property
    def saves(self) -> float | None:
        """USD a month."""
        return None if self.before is None or self.after is None else self.before - self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that could go or be smaller.

    title    what is the case, in one sentence
    proof    what shows it, a sentence each
    usd_per_month   what goes when it is done; 0 it only lies there, None its price is not known
    others   further proposals, of smaller savings
    made     when the resource was made, which tells it from a later one of the same name
    owner    the person it was made for, "" nobody that a tag names
    use      a small chart: what was measured by period, oldest first; `use_of` says of what
    needs    what else has to go before it: others' findings
    """

    key: Key
    what: What
    title: str
    proof: tuple[str, ...]
    usd_per_month: float | None
    proposal: Proposal
    others: tuple[Proposal, ...] = ()
    made: datetime | None = None
    owner: str = ""
    made_here: bool = False
    use: tuple[float | None, ...] = ()
    use_of: str = ""
    needs: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A resource that may be a finding, and why that cannot be told. `young`: it is only not old enough."""

    key: Key
    what: What
    why: str
    young: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A finding somebody put aside: "keep this, because…"."""

    key: Key
    what: What
    why: str
    by: str
    at: datetime
    made: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding, and the same resource rather than a later one of its name."""
        made = finding.made.isoformat() if finding.made else ""
        return (self.key, self.what, self.made) == (finding.key, finding.what, made)


@dataclass(frozen=True, slots=True)
class Asking:
    """What reading the figures of use would ask of CloudWatch."""

    endpoints: int
    metrics: int

    @property
    def usd(self) -> float:
        """What AWS charges for it."""
        return self.metrics * USD_OF_A_METRIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Everything found, dearest first; what was put aside stands in `kept`, and is in no sum.

    measured   when figures of use were read, None: not in the last hour, so that no endpoint is judged
    reading    how much is still to be read before all can be judged
    """

    days: int
    at: datetime
    findings: tuple[Finding, ...] = ()
    kept: tuple[tuple[Finding, Kept], ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    asking: Asking = field(default_factory=lambda: Asking(0, 0))
    measured: datetime | None = None
    reading: int = 0
    problems: tuple[str, ...] = ()

    def of(self, what: What) -> tuple[Finding, ...]:
        """The findings of one list."""
        return tuple(each for each in self.findings if each.what is what)

    @property
    def usd_per_month(self) -> float:
        """What can go, as far as prices are known."""
        return sum(each.usd_per_month or 0.0 for each in self.findings)

    @property
    def unknown(self) -> int:
        """How many findings have no known price, and are not in the sum."""
        return sum(each.usd_per_month is None for each in self.findings)

    @property
    def young(self) -> int:
        """How many are only not old enough to be judged."""
        return sum(each.young for each in self.unjudged)


def sorted_findings(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The dearest first; an unknown price comes before those that cost nothing."""
    return tuple(sorted(found, key=lambda one: (-_weight(one.usd_per_month), one.key)))


def _weight(usd: float | None) -> float:
    return 1e-9 if usd is None else usd
