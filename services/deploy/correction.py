"""A failed request with the one value changed that made it fail; planned, priced and confirmed like any other.

Only what a change of the request can mend. A licence is the person's to accept and a dearer machine for want of memory
the person's to choose, so neither is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from services.catalog import Price
from services.deploy.models import DeployRequest
from services.diagnosis import Cause, Diagnosis

LONGEST_NAME = 63
MOST_DEARER = 1.5  # times the price of what was asked for; beyond, a person chooses


def corrected(
    request: DeployRequest, diagnosis: Diagnosis, offers: Sequence[tuple[str, Price]]
) -> DeployRequest | None:
    """The request to try next, or None. `offers` are the model's instance types with their prices."""
    name = next_name(request.endpoint_name)
    if diagnosis.cause == Cause.NAME_TAKEN:
        return replace(request, endpoint_name=name)
    if diagnosis.cause in (Cause.QUOTA, Cause.CAPACITY):
        kind = _nearest(request.instance_type, offers)
        # what failed may still stand under the first name
        return replace(request, instance_type=kind, endpoint_name=name) if kind else None
    return None


def next_name(name: str) -> str:
    """demo-2 after demo, demo-3 after demo-2."""
    counted = re.fullmatch(r"(.*[^-])-(\d{1,2})", name)
    head, number = (counted[1], int(counted[2]) + 1) if counted else (name, 2)
    tail = f"-{number}"
    return head[: LONGEST_NAME - len(tail)].rstrip("-") + tail


def _nearest(instance_type: str, offers: Sequence[tuple[str, Price]]) -> str:
    """The other type of the nearest price, cheaper before dearer; "" where prices are unknown or none is near."""
    prices = {kind: price.usd_per_hour for kind, price in offers if price.usd_per_hour is not None}
    asked = prices.pop(instance_type, None)
    if asked is None:
        return ""
    near = [kind for kind, usd in prices.items() if usd <= asked * MOST_DEARER]
    return min(near, key=lambda kind: (prices[kind] > asked, abs(prices[kind] - asked), kind), default="")
