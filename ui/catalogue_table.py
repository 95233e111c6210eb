"""The models that were found, as a table: what each is for, what it costs at least, and what stands before using it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog import TASKS, Hit, Licence, QuotaRoom

if TYPE_CHECKING:
    from services.catalog import CatalogModel

ROW_PIXELS = 35
_MENU = "models.menu"
# A badge with its colour; the word says it, so the colour is never the only sign.
BADGES = {
    "EULA": "orange",
    "Gated": "red",
    "Marketplace": "violet",
    "Fine-tunable": "green",
    "Not offered here": "gray",
    "Machine unknown": "gray",
    "No quota left": "red",
    "Quota unknown": "gray",
}


def show(hits: Sequence[Hit], *, quotas: bool) -> CatalogModel | None:
    """Write the table; the model whose row was just opened. `quotas`: whether they were asked."""
    st.dataframe(
        _arrow([_row(hit, quotas) for hit in hits]),
        hide_index=True,
        height=len(hits) * ROW_PIXELS + ROW_PIXELS + 3,
        key="models.table",
        placeholder="—",
        column_config=_columns(),
        alt="Models with task, provider, lowest price and what stands before using them",
    )
    click = st.session_state.get(_MENU)
    return hits[click["row"]].model if click and click["row"] < len(hits) else None


def badges(model: CatalogModel) -> list[str]:
    """What stands before using a model, and what else can be done with it."""
    told = {
        "EULA": model.licence is Licence.NEEDED,
        "Gated": model.gated,
        "Marketplace": model.marketplace,
        "Not offered here": not model.offered,
        "Machine unknown": not model.instances and not model.marketplace,
        "Fine-tunable": model.fine_tunable,
    }
    return [name for name, holds in told.items() if holds]


def gpu(model: CatalogModel) -> str:
    """The GPU memory it needs at least, in words."""
    if not model.instances:
        return "—"
    return f"{model.min_gpu_gib:.0f} GiB" if model.min_gpu_gib else "none"


def size(model: CatalogModel) -> str:
    """Its parameters, as far as its name says: `8B`, `360M`."""
    if not model.billions:
        return "—"
    return f"{model.billions:g}B" if model.billions >= 1 else f"{model.billions * 1000:.0f}M"


def _arrow(rows: Sequence[Mapping[str, object]]) -> Any:
    """The rows as an Arrow table, which Streamlit sends as it is: by way of pandas it takes five times as long."""
    import pyarrow  # type: ignore[import-untyped]

    return pyarrow.table({name: [row[name] for row in rows] for name in rows[0]})


def _row(hit: Hit, quotas: bool) -> dict[str, object]:
    marks = badges(hit.model)
    if quotas and hit.model.instances and hit.quota is not QuotaRoom.FITS:
        marks.insert(0, "Quota unknown" if hit.quota is QuotaRoom.UNKNOWN else "No quota left")
    return {
        "Open": ":material/open_in_full: Open",  # first, as what it opens tells the rest on a phone
        "Model": hit.model.name,
        "For": TASKS[hit.model.task].label,
        "From": hit.usd,
        "GPU": gpu(hit.model),
        "Size": size(hit.model),
        "Notes": marks,
        "Provider": hit.model.provider,
        "Id": hit.model.id,
    }


def _columns() -> dict[str, Any]:
    return {
        "Open": st.column_config.ButtonColumn("", key=_MENU, type="tertiary"),
        "Model": st.column_config.TextColumn(width=230),
        "From": st.column_config.NumberColumn(
            "From $/h", format="$%.3f", help="The cheapest instance type it runs on here; empty where it is not known"
        ),
        "GPU": st.column_config.TextColumn("GPU memory", help="At least; none: it runs on processors alone"),
        "Size": st.column_config.TextColumn(help="Parameters, as far as its name says"),
        "Notes": st.column_config.MultiselectColumn(width=190, options=list(BADGES), color=list(BADGES.values())),
        "Id": st.column_config.TextColumn(width="large"),
    }
