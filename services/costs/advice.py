"""What may make this bill smaller by contract rather than by deleting: facts with their source, where they apply. Pure.

Sources (as of 2026-11-20): AWS's page "Machine Learning Savings Plans"; AWS's guide "Managed Spot Training in Amazon
SageMaker AI"; the AWS Free Tier API. What a plan would save is not reckoned: its rates are not in the price list used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.costs.billing import USES
from services.costs.models import Bill, BillLine
from services.resources import Kind

STEADY = timedelta(days=7)
_TRAINING = frozenset({Kind.TRAINING_JOB, Kind.AUTOML_JOB})
PLANS_SOURCE = "AWS: Machine Learning Savings Plans, as of 2026-11-20"
SPOT_SOURCE = "AWS: Managed Spot Training in SageMaker AI, as of 2026-11-20"
FREE_SOURCE = "AWS Free Tier API"


@dataclass(frozen=True, slots=True)
class Advice:
    """A note: its title, what applies to this account in a sentence or two, and where the facts are from."""

    title: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class FreeUsage:
    """One line of the account's free tier: used and the limit of the month, in `unit`."""

    what: str
    used: float
    limit: float
    unit: str


def advice(found: Bill) -> tuple[Advice, ...]:
    """Savings Plans and spot, as far as they apply to what is on the bill."""
    return (_savings_plans(found), *_spot(found))


def _savings_plans(found: Bill) -> Advice:
    steady = sum(_instances(line) for line in found.lines if line.key.kind in USES and _is_steady(line, found))
    facts = (
        "A SageMaker Savings Plan is a promise to spend so many dollars an hour for one or three years, for up to 64 % "
        "less on instances of endpoints, notebooks, Studio, training, transform and processing. EC2's and Compute "
        "Savings Plans do not cover SageMaker."
    )
    if steady <= 0:
        words = "Nothing here has run for a week without a change, so there is nothing steady to promise yet."
    else:
        words = (
            f"${steady:,.2f} an hour of this bill has run for a week or more: only so much is steady enough to promise."
        )
    return Advice("Savings Plans", f"{words} {facts}", PLANS_SOURCE)


def _is_steady(line: BillLine, found: Bill) -> bool:
    return line.since is not None and line.since <= found.at - STEADY and not line.gone


def _instances(line: BillLine) -> float:
    return sum(cost or 0.0 for words, cost in line.parts if " x ml." in words)


def _spot(found: Bill) -> tuple[Advice, ...]:
    facts = "Spot is for training jobs only, up to 90 % cheaper, and a job may be interrupted: it needs checkpoints."
    training = [line for line in found.lines if line.key.kind in _TRAINING]
    if training:
        runs = "training job runs" if len(training) == 1 else "training jobs run"
        words = f"{len(training)} {runs} now, at the full price unless it was asked for spot."
        return (Advice("Spot", f"{words} {facts}", SPOT_SOURCE),)
    if any(line.key.kind is Kind.ENDPOINT for line in found.lines):
        return (Advice("Spot", f"No training job runs now. {facts} Endpoints cannot run on it.", SPOT_SOURCE),)
    return ()


def free_usage(rows: Iterable[Mapping[str, Any]]) -> tuple[FreeUsage, ...]:
    """The rows of GetFreeTierUsage that are about SageMaker."""
    return tuple(
        FreeUsage(
            str(row.get("description") or row.get("usageType", "")),
            float(row.get("actualUsageAmount") or 0.0),
            float(row.get("limit") or 0.0),
            str(row.get("unit", "")),
        )
        for row in rows
    )


def free_words(found: tuple[FreeUsage, ...]) -> str:
    """What the account's free tier comes to, as AWS tells it now rather than as it is advertised."""
    if not found:
        return "AWS tells of no free SageMaker usage in this account this month: everything on this bill is charged."
    parts = [f"{each.used:g} of {each.limit:g} {each.unit} {each.what}".strip() for each in found]
    return f"Free this month, as AWS counts it: {'; '.join(parts)}. The bill above does not take it off."
