"""Every line of the bill, dearest first; a ticked one tells what it is made of and where its prices are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.resources import Kind
from ui import error_box, formats, navigation, plain_table, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.costs import Bill, BillLine
    from services.resources import Key

MOST = 500  # lines that are shown; the exports have all
TRIFLE = 0.01  # USD a month
STOPPED, GONE = "Stopped, still costs", "Gone"


def show(console: Console, found: Bill) -> None:
    """Write the filter, the table, and what the ticked line is made of."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Find", key="bill.find", placeholder="name, owner, type, tag…", icon=":material/search:")
        trifles = st.toggle("Also trifles", key="bill.trifles", help="What comes to less than a cent a month.")
        counting = st.toggle("Requests", key="bill.requests", help="Counts this month's requests of each endpoint; "
                             "CloudWatch asks $0.01 for 1,000 figures, three of each variant.")  # fmt: skip
    counts = _counted(console, found) if counting else None
    every = [line for line in found.lines if trifles or not _trifling(line)]
    words = text.casefold().split()
    lines = [line for line in every if all(word in _searched(line) for word in words)]
    hidden = len(found.lines) - len(every)
    told = f"{formats.count(len(lines), 'thing')}" + (
        f"; {hidden} more cost less than a cent a month" if hidden else ""
    )
    st.markdown(f":gray[:small[{literal(told)}]]")
    if not lines:
        return
    shown = lines[:MOST]
    chosen = st.dataframe(
        [_row(line, len(found.regions) > 1, counts) for line in shown],
        hide_index=True, on_select="rerun", selection_mode="single-row", key="bill.table", placeholder="unknown",
        alt="What costs, dearest first", height=min(len(shown), 14) * 35 + 38,
        column_config={
            "Name": st.column_config.TextColumn(pinned=True, width="medium"),
            "Now": st.column_config.NumberColumn("Now, $/h", format="%.4f"),
            "So far": st.column_config.NumberColumn("So far, $", format="%.2f", help="This month."),
            "Month's end": st.column_config.NumberColumn("Month's end, $", format="%.2f"),
            "State": status_chip.column({_state(line) for line in shown}),
            "Requests": st.column_config.NumberColumn(format="localized", help="This month"),
            "Made of": st.column_config.TextColumn(width="medium"),
        },
    )  # fmt: skip
    if len(lines) > MOST:
        st.markdown(f":gray[:small[The dearest {MOST} are shown; the downloads have all.]]")
    picked = [shown[number] for number in chosen.selection.rows if number < len(shown)]
    if picked:
        _opened(console, picked[0])
    else:
        st.markdown(":gray[:small[Tick a line to see what it is made of and where its price is from.]]")


def _counted(console: Console, found: Bill) -> Mapping[Key, float] | None:
    counts: Mapping[Key, float] | None = None
    with error_box.shown():
        counts = console.costs.requests(found.regions)
        st.markdown(f":gray[:small[{formats.number(sum(counts.values()))} requests of endpoints this month]]")
    return counts


def _row(line: BillLine, several: bool, counts: Mapping[Key, float] | None) -> dict[str, object]:
    kind = str(line.key.kind)
    return {
        "Name": line.key.name,
        "What": kind[:1].upper() + kind[1:],
        "Now": line.usd_per_hour,
        "So far": line.so_far,
        "So far is": "known" if line.exact else "estimate",
        "Month's end": line.month_end,
        "State": [status_chip.chip(_state(line)).word],
        "Owner": line.owner or "—",
        **({"Region": line.key.region or "—"} if several else {}),
        **({"Requests": counts.get(line.key)} if counts is not None else {}),
        "Made of": ", ".join(words for words, _ in line.parts),
    }


def _state(line: BillLine) -> str:
    if line.gone:
        return GONE
    return STOPPED if line.stopped and line.key.kind in (Kind.NOTEBOOK, Kind.SPACE) else line.status or "Stored"


def _trifling(line: BillLine) -> bool:
    return line.month_end is not None and line.month_end < TRIFLE and not line.gone and line.requests is None


def _searched(line: BillLine) -> str:
    tags = (f"{key}={value}" for key, value in line.tags.items())
    return " ".join((line.key.name, str(line.key.kind), line.owner, line.key.region, line.status, *tags)).casefold()


def _opened(console: Console, line: BillLine) -> None:
    """What one line is made of."""
    with st.container(border=True, key="bill-line"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{literal(line.key.name)}** :gray[{literal(str(line.key.kind))}]", width="stretch")
            here = line.key.region == console.connection.identity.region
            if line.key.kind is Kind.ENDPOINT and here and not line.gone:
                st.page_link(navigation.ENDPOINT, label="Open", icon=":material/arrow_forward:",
                             query_params={"endpoint": line.key.name})  # fmt: skip
            if line.key.kind is Kind.TRANSFORM_JOB and here:
                st.page_link(navigation.BATCH, label="Open", icon=":material/arrow_forward:",
                             query_params={"job": line.key.name})  # fmt: skip
        asked = _detail_button(line)
        if asked:
            with error_box.shown(), st.spinner("Reading how it was scaled…"):
                line = console.costs.detail(line.key)
        rows = [{"Part": literal(words), "Now": formats.per_hour(usd)} for words, usd in line.parts]
        so_far = formats.UNKNOWN_PRICE if line.so_far is None else formats.money(line.so_far)
        rows.append({"Part": "So far this month", "Now": f"{so_far} {'' if line.exact else '(an estimate)'}"})
        plain_table.show(_safe(rows), key="bill-parts")
        for words in (line.note, line.source and f"Prices: {line.source}."):
            if words:
                st.markdown(f":gray[:small[{literal(words)}]]")


def _detail_button(line: BillLine) -> bool:
    if line.key.kind is not Kind.ENDPOINT or line.exact or line.gone or line.requests is not None:
        return False
    return st.button("Read how it was scaled", icon=":material/timeline:", key=f"bill.detail.{line.key.name}",
                     help="Its scaling activities tell which size it had when.")  # fmt: skip


def _safe(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: value if name == "Part" else literal(value) for name, value in row.items()} for row in rows]
