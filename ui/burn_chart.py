"""What each endpoint costs an hour, as bars: the dear one is seen before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail

FEWEST = 3  # fewer bars say no more than the table does
MOST = 12


def show(details: Mapping[str, EndpointDetail]) -> None:
    """Draw the dearest endpoints; nothing when there are few."""
    priced = [(detail.name, detail.usd_per_hour) for detail in details.values() if detail.usd_per_hour]
    if len(priced) < FEWEST:
        return
    from ui import charts, formats

    dearest = sorted(priced, key=lambda pair: pair[1] or 0.0)[-MOST:]
    charts.bars(
        [formats.short(name) for name, _ in dearest], [price or 0.0 for _, price in dearest],
        alt="Cost of each endpoint in dollars an hour", unit="$", key="burn",
    )  # fmt: skip
