"""What makes SageMaker cheaper than its on-demand price, and what that does and does not reach. Facts as of 2026-11-20.

Sources: AWS's pages on SageMaker Savings Plans (pricing and the Savings Plans user guide) as told by readers of
2026-02 to 2026-06 (cloudburn.io, redresscompliance.com, emnode.com, factualminds.com); SageMaker's API (botocore
1.44.5); AWS's pricing page of 2024-25 for the free tier. Where readers disagree the note says so.
What a plan would cost is not in the Price List API: `savingsplans describe-savings-plans-offering-rates` tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.catalog.prices import AS_OF, Use


class Applies(StrEnum):
    """Whether a discount reaches a use. UNSURE: sources disagree or do not say."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Discount:
    """One way to pay less. `most`: the highest share off that AWS names, None not told; `source` in words."""

    name: str
    what: str
    most: float | None
    reaches: Mapping[str, Applies]
    notes: tuple[str, ...]
    source: str
    as_of: str = AS_OF

    def of(self, use: str) -> Applies:
        """Whether it reaches a use: a `Use`, or SERVERLESS, STORAGE, DATA."""
        return self.reaches.get(use, Applies.UNSURE)


SERVERLESS, STORAGE, DATA = "serverless", "storage", "data"
_EVERY_USE: dict[str, Applies] = dict.fromkeys(Use, Applies.YES)
_NO_USE: dict[str, Applies] = dict.fromkeys(Use, Applies.NO)

SAVINGS_PLAN = Discount(
    "SageMaker Savings Plans",
    "A rate an hour that is paid for one or three years whether it is used or not, for less than on demand.",
    0.64,
    {**_EVERY_USE, SERVERLESS: Applies.UNSURE, STORAGE: Applies.NO, DATA: Applies.NO},
    (
        "It holds for every region, family and size, and follows what runs from one use to another.",
        "Endpoints, training, notebooks, Studio, processing and batch transform are covered by the instance hour;"
        " an asynchronous endpoint is billed as hosting.",
        "Readers disagree on serverless endpoints; their price is by the second, not by the instance hour.",
        "Compute and EC2 Instance Savings Plans do not reach SageMaker, nor do reserved instances.",
        "The prices here are on demand: what a plan takes off shows in Cost Explorer only.",
    ),
    "AWS's pages on Savings Plans, by readers of 2026-02 to 2026-06",
)
SPOT = Discount(
    "Managed spot training",
    "Training on capacity that is to spare, and may be taken away; a job waits, and goes on from its checkpoints.",
    None,
    {
        **_NO_USE,
        Use.TRAINING: Applies.YES,
        SERVERLESS: Applies.NO,
        STORAGE: Applies.NO,
        DATA: Applies.NO,
    },
    (
        "Training jobs only: endpoints, notebooks, Studio, processing and batch transform cannot run on spot.",
        "A job tells the seconds it was billed for; its share off is in its description once it has ended.",
    ),
    "SageMaker's API (EnableManagedSpotTraining, BillableTimeInSeconds) and developer guide",
)
FREE_TIER = Discount(
    "Free tier",
    "Hours that cost nothing in the first two months of SageMaker in an account.",
    None,
    {
        Use.NOTEBOOK: Applies.UNSURE,
        Use.STUDIO: Applies.UNSURE,
        Use.TRAINING: Applies.UNSURE,
        Use.HOSTING: Applies.UNSURE,
        SERVERLESS: Applies.UNSURE,
        Use.TRANSFORM: Applies.NO,
        Use.PROCESSING: Applies.NO,
        STORAGE: Applies.NO,
        DATA: Applies.NO,
    },
    (
        "An older pricing page named 250 h of ml.t3.medium notebooks, 50 h of ml.m4.xlarge or ml.m5.xlarge training,"
        " 125 h of the same for hosting, 150,000 serverless seconds.",
        "Accounts made since 2025-07-15 get credits instead.",
        "Whether an account still has some is not known here: no figure here takes it off.",
    ),
    "AWS's pricing page of 2024-25; not verified since",
)
DISCOUNTS = (SAVINGS_PLAN, SPOT, FREE_TIER)


def notes(use: str) -> tuple[str, ...]:
    """One sentence for each discount that may reach a use."""
    found = []
    for discount in DISCOUNTS:
        applies = discount.of(use)
        if applies is Applies.NO:
            continue
        share = f" (up to {discount.most:.0%} off)" if discount.most and applies is Applies.YES else ""
        unsure = "" if applies is Applies.YES else "; whether it holds here is not sure"
        found.append(f"{discount.name}{share}{unsure}. {discount.what}")
    return tuple(found)
