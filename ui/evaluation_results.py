"""The fourth step: which setting is best, by how much more than chance, and a button that makes it the usual one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.evaluation import results as judged
from services.evaluation.report import ALL_NAMES, columns, shown
from ui import error_box, evaluation_charts, evaluation_detail, evaluation_run, formats, usual
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import RunView, Scored

SHARES = frozenset({"hit1", "hit3", "hit5", "hit10", "mrr", "ndcg", "contained", "right", "grounded", "refused_right",
                    "refused_wrong", "errors"})  # fmt: skip
EXPORTS = {"csv": ("CSV", "text/csv"), "json": ("JSON", "application/json"), "md": ("Report", "text/markdown")}
TIME, MONEY, HEAT = "Quality and time", "Quality and cost", "Size and search"


def show(console: Console) -> None:
    """The run's figures, charts and questions."""
    run = evaluation_run.choose(console)
    if not run:
        return
    view = console.evaluation.view(run)
    rows = [row for row in view.scored if row.done]
    if not rows:
        st.info("No setting of this run is done yet.", icon=":material/hourglass:")
        return
    if view.summary.status != "done":
        st.warning("This run is not done: figures are of what is there so far.", icon=":material/hourglass:")
    names = columns(rows)
    first = judged.headline(rows)
    figure = st.selectbox("Choose by", names, names.index(first), format_func=ALL_NAMES.__getitem__, width=260)
    outcomes = console.evaluation.outcomes(run)
    found = judged.ordered(rows, figure or first)
    equal = judged.as_good(found, figure or first, view.set.items, outcomes)
    _best(found, figure or first, equal)
    _chart(found, figure or first, equal)
    chosen = _table(found, figure or first, names, equal)
    _actions(console, view, chosen)
    lost = judged.found_nowhere(view.set.items, outcomes)
    if lost:
        st.warning(f"What {formats.count(len(lost), 'question')} expect stands nowhere in these documents, in any cut:"
                   " they count as missed everywhere. Look at them below.", icon=":material/search_off:")  # fmt: skip
    evaluation_detail.show(console, view, found, chosen, figure or first)


def _best(found: Sequence[Scored], figure: str, equal: set[str]) -> None:
    best = found[0]
    others = len(equal) - 1
    said = f"**{literal(best.label)}** is first: {ALL_NAMES[figure]} **{literal(shown(best.figures[figure], figure))}**"
    if best.figures[figure].low is None:
        said += ". Fewer than five questions say nothing about the difference."
    elif others > 0 and len(found) > 1:
        said += f", but {formats.count(others, 'other')} {'is' if others == 1 else 'are'} no worse than noise (≈)."
    elif len(found) > 1:
        said += ", better than every other by more than chance."
    st.success(said, icon=":material/trophy:")


def _chart(found: Sequence[Scored], figure: str, equal: set[str]) -> None:
    cost = "seconds" if any(row.figures["seconds"].value is not None for row in found) else "search_ms"
    offered = [TIME, *([MONEY] if any(row.figures["usd"].value is not None for row in found) else []), HEAT]
    kind = st.segmented_control("Chart", offered, default=TIME, required=True, label_visibility="collapsed")
    if kind == HEAT:
        evaluation_charts.heat(found, figure)
    else:
        evaluation_charts.against(found, figure, "usd" if kind == MONEY else cost, found[0].id, equal)


def _table(found: Sequence[Scored], figure: str, names: Sequence[str], equal: set[str]) -> Scored:
    """The settings, best first; the one whose row is chosen, else the best."""
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(found):
        cells: dict[str, Any] = {"": "★" if number == 0 else "≈" if row.id in equal else "", "Setting": row.label}
        interval = row.figures[figure]
        between = None if interval.low is None else f"{interval.low:.2f}–{interval.high:.2f}"
        cells |= {ALL_NAMES[figure]: interval.value, "95 %": between}
        rows.append(cells | {ALL_NAMES[name]: row.figures[name].value for name in names if name != figure})
    numbers: Any = {
        ALL_NAMES[name]: st.column_config.NumberColumn(format="%.3f" if name in SHARES else "%.4g") for name in names
    }
    picked = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="single-row", key="evaluation.table",
        column_config={"": st.column_config.TextColumn(width="small", pinned=True), **numbers},
        alt="Settings with their figures, best first",
    )  # fmt: skip
    chosen = picked["selection"]["rows"]
    return found[chosen[0]] if chosen and chosen[0] < len(found) else found[0]


def _actions(console: Console, view: RunView, chosen: Scored) -> None:
    run = view.summary.id
    with st.container(horizontal=True, vertical_alignment="center"):
        use = st.button(
            "Use this setting", type="primary", icon=":material/check_circle:", key="evaluation.use",
            help="Documents are then cut and asked like this. Choose a row for another than the best.",
        )  # fmt: skip
        for kind, (label, mime) in EXPORTS.items():
            st.download_button(
                label, partial(console.evaluation.export, run, kind), f"evaluation-{run}.{kind}", mime,
                key=f"evaluation.export.{kind}", type="tertiary", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    st.markdown(f":gray[Chosen: {literal(chosen.label)}]")
    if use:
        with error_box.shown():
            console.evaluation.use(run, chosen.id)
            usual.forget()
            st.success(
                f"Documents added from now on are cut into {chosen.setting.cut.size:,} characters with"
                f" {chosen.setting.cut.overlap:,} of overlap, and Ask searches like this. Those you have keep their cut"
                " until they are added again.", icon=":material/check_circle:",
            )  # fmt: skip
