"""A bill as CSV and JSON. Pure. What is not known is written as "unknown" in CSV and null in JSON, never as 0."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from services.costs.models import Bill, BillLine, Sum
from services.legible import cell

COLUMNS = (
    "type", "name", "region", "owner", "status", "usd_per_hour", "so_far_usd", "month_end_usd", "so_far_is",
    "stopped_but_costs", "gone", "since", "made_of", "price_source", "note", "tags",
)  # fmt: skip


def record(line: BillLine) -> dict[str, Any]:
    """A line as flat values; amounts in USD, None unknown."""
    return {
        "type": str(line.key.kind),
        "name": line.key.name,
        "region": line.key.region,
        "owner": line.owner,
        "status": line.status,
        "usd_per_hour": line.usd_per_hour,
        "so_far_usd": line.so_far,
        "month_end_usd": line.month_end,
        "so_far_is": "known" if line.exact else "an estimate",
        "stopped_but_costs": line.stopped,
        "gone": line.gone,
        "since": line.since.isoformat() if line.since else None,
        "made_of": "; ".join(words for words, _ in line.parts),
        "price_source": line.source,
        "note": line.note,
        "tags": dict(line.tags),
    }


def summed(found: Sum) -> dict[str, Any]:
    """A sum as flat values; `unknown` of its things have no known price and are not in the amounts."""
    return {
        "name": found.name,
        "usd_per_hour": found.usd_per_hour,
        "so_far_usd": found.so_far,
        "month_end_usd": found.month_end,
        "things": found.lines,
        "unknown": found.unknown,
    }


def packed(found: Bill, by: str = "") -> dict[str, Any]:
    """A whole bill as values that JSON has; `by` as `Bill.by` takes it, "" no sums but the total."""
    return {
        "at": found.at.isoformat(),
        "regions": list(found.regions),
        "total": summed(found.total),
        **({"by": by, "sums": [summed(each) for each in found.by(by)]} if by else {}),
        "lines": [record(line) for line in found.lines],
        "reading": found.reading,
        "listing": found.listing,
        "not_seen": [{"type": str(gap.kind), "region": gap.region, "why": gap.why, "action": gap.action}
                     for gap in found.gaps],
        "estimate": True,
    }  # fmt: skip


def as_json(found: Bill) -> str:
    """The bill as JSON."""
    return json.dumps(packed(found), indent=1)


def as_csv(found: Bill) -> str:
    """The lines as CSV. What a spreadsheet would take for a formula is preceded by an apostrophe."""
    written = io.StringIO()
    rows = csv.DictWriter(written, COLUMNS)
    rows.writeheader()
    for line in found.lines:
        values = record(line)
        values["tags"] = "; ".join(f"{key}={value}" for key, value in line.tags.items())
        rows.writerow({key: _cell(value) for key, value in values.items()})
    return written.getvalue()


def _cell(value: Any) -> Any:
    return "unknown" if value is None else cell(value)
