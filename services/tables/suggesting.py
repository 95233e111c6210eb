"""Which column a table is probably about, from its names and first rows: a suggestion, never a decision."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.tables.models import Preview

# Names that a column to be predicted goes by; the first ones are nearly always meant so.
_TARGETS = (
    "target", "label", "y", "class", "outcome", "output", "response", "churn", "churned", "exited", "attrition",
    "survived", "default", "defaulted", "fraud", "is_fraud", "diagnosis", "species", "quality", "price", "sale_price",
    "saleprice", "medv", "salary", "income", "category", "sentiment", "rating", "result", "status", "converted",
    "subscribed", "purchased", "clicked", "approved", "cnt", "count", "sales", "demand", "revenue", "value", "amount",
)  # fmt: skip
_TIMES = ("timestamp", "date", "datetime", "time", "ds", "day", "month", "week", "year", "period")
_ITEMS = ("item_id", "item", "series", "series_id", "unique_id", "store", "product", "sku", "id", "name")
_TEXTS = ("text", "content", "review", "comment", "message", "body", "description", "sentence", "title", "input")
_DATE = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?([T ]\d{1,2}:\d{2}(:\d{2})?.*)?|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_NUMBER = re.compile(r"\s*-?\d[\d ]*([.,]\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Roles:
    """Names of columns, "" where none offers itself. `reason` is why that target, in a sentence."""

    target: str = ""
    reason: str = ""
    text: str = ""
    time: str = ""
    item: str = ""


def suggested(found: Preview) -> Roles:
    """What the columns of a table are probably for."""
    names = list(found.columns)
    if not names:
        return Roles()
    cells = {name: [row[place] for row in found.rows if place < len(row)] for place, name in enumerate(names)}
    time = _named(names, _TIMES) if _dated(cells.get(_named(names, _TIMES), ())) else ""
    time = time or next((name for name in names if _dated(cells[name])), "")
    named = _named([name for name in names if name != time], _TARGETS)
    others = [name for name in names if name != time]
    target = named or (others[-1] if others else "")
    reason = "Its name says so." if named else "It is the last column; choose another if you mean another."
    text = _named(names, _TEXTS) or max(names, key=lambda name: _length(cells[name]))
    left = [name for name in names if name not in (time, target)]
    wordy = [name for name in left if cells[name] and not all(map(_NUMBER.fullmatch, cells[name]))]
    return Roles(
        target=target,
        reason=reason,
        text=text if text != target else next((name for name in wordy if name != text), ""),
        time=time,
        item=_named(left, _ITEMS) or next(iter(wordy or left), ""),
    )


def _named(names: Sequence[str], wanted: Sequence[str]) -> str:
    plain = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): name for name in reversed(names)}
    whole = next((plain[each] for each in wanted if each in plain), "")
    if whole:
        return whole
    ends = (
        name for each in wanted if len(each) > 3 for key, name in plain.items()
        if key.endswith(f"_{each}") or key.startswith(f"{each}_")
    )  # fmt: skip
    return next(ends, "")


def _dated(cells: Sequence[str]) -> bool:
    there = [cell.strip() for cell in cells if cell.strip()]
    return bool(there) and all(_DATE.fullmatch(cell) for cell in there[:20])


def _length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / max(1, len(cells))
