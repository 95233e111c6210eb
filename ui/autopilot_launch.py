"""The page on which a job is put together: its kind, its data, the doctor's verdict, a look, the form, what it costs.

What is above changes what is below: the page is drawn as a whole for the data, and the form on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import Forecast, Tabular
from services.tables.looks import Look, Question
from ui import (
    autopilot_columns,
    autopilot_cost,
    autopilot_data,
    autopilot_form,
    autopilot_form_more,
    autopilot_request,
    autopilot_reviewed,
    autopilot_roles,
    autopilot_seen,
    field,
    formats,
    polling,
    table_doctor,
)
from ui.autopilot_data import Chosen
from ui.autopilot_fields import ASKED, KINDS, JobFields
from ui.autopilot_request import Draft
from ui.autopilot_roles import Columns
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

_KIND, _WANTED_KIND, _WANTED = "autopilot.kind", "autopilot.kind.wanted", "autopilot.wanted"
_ADDRESS = "kind"
MOST_TOLD = 8
_DATA, _DOCTOR, _LOOK, _FORM, _COST = (
    "Data", "What the doctor says", "A look at the table", "Settings", "What it may cost",
)  # fmt: skip
# What stands in the part above the form, and is told there.
_ABOVE = (
    "training", "settings.target", "settings.label", "settings.content", "settings.timestamp", "settings.item",
    "settings.sample_weight", "settings.problem_type", "settings.features", "settings.types",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the data when the page is drawn."""

    kind: ProblemKind
    data: Chosen
    columns: Columns
    look: Look
    size: int | None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of what is launched; () where nobody knows them yet."""
        return self.look.verdict.columns if self.look.verdict else self.columns.names

    def titled(self, part: str) -> str:
        """A part's title with its number: not every kind of data has a verdict and columns to look at."""
        tables = self.kind is not ProblemKind.IMAGE
        parts = [_DATA, *([_DOCTOR] if tables else []), *([_LOOK] if tables and self.names else []), _FORM, _COST]
        return f"{parts.index(part) + 1} · {part}"

    def draft(self, console: Console) -> Draft:
        """The request as the form stands now."""
        return autopilot_request.read(console, self.kind, self.data, self.columns, self.look, self.size)


def show(console: Console) -> None:
    """Write the page, as far as it has come."""
    kind = _kind()
    copy = table_doctor.repairing(console)
    data = autopilot_data.chosen(console)
    if copy:
        _move(console, kind, data, copy)
    if data is None:
        autopilot_data.tidy(console)
        with st.container(border=True, key="autopilot-pick"):
            st.subheader("1 · Data", anchor=False)
            autopilot_data.show(console, kind)
        return
    known = _known(console, kind, data)
    _above(console, known)
    polling.alone(partial(_form, console, known))
    _go_on(console, known)


def _kind() -> ProblemKind:
    """What is to be learned; a sample, and the page's address, may say so."""
    wanted = st.session_state.pop(_WANTED_KIND, "")
    named = {kind.name.lower(): kind for kind in ProblemKind}.get(str(st.query_params.get(_ADDRESS, "")))
    if wanted in set(ProblemKind):
        st.session_state[_KIND] = ProblemKind(wanted)
    elif named and _KIND not in st.session_state:
        st.session_state[_KIND] = named
    st.session_state.setdefault(_KIND, ProblemKind.TABULAR)
    kind = st.segmented_control(
        "What is to be learned", list(KINDS), required=True, key=_KIND,
        format_func=lambda each: f":material/{KINDS[each][1]}: {KINDS[each][0]}", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    chosen = ProblemKind(kind or ProblemKind.TABULAR)
    st.query_params[_ADDRESS] = chosen.name.lower()
    st.markdown(f":gray[{KINDS[chosen][2]}]")
    return chosen


def _known(console: Console, kind: ProblemKind, data: Chosen) -> _Known:
    columns, size = autopilot_seen.columns(console, data)
    fields = JobFields(kind)
    look = Look()
    if data.table is not None and kind is not ProblemKind.IMAGE:
        target, weight, problem = autopilot_roles.question(fields, data, columns)
        if target or kind is ProblemKind.LANGUAGE:
            look = table_doctor.look(console, Question(data.table.sha256, target, weight, problem))
    return _Known(kind, data, columns, look, size)


def _move(console: Console, kind: ProblemKind, data: Chosen | None, copy: str) -> None:
    """Go on with a repaired copy: its columns mean what they meant."""
    if data is not None:
        known = _known(console, kind, data)
        verdict = known.look.verdict
        before = known.columns.names
        after = verdict.columns if verdict and len(verdict.columns) == len(before) else before
        autopilot_roles.carry(data, copy, kind, dict(zip(before, after, strict=True)))
        target = verdict.target if verdict else ""
    else:
        target = ""
    autopilot_data.choose(copy)
    if target:
        st.query_params["target"] = target
    st.rerun()


def _above(console: Console, known: _Known) -> None:
    """The data, the doctor and the look; what is wrong with the columns stands at their fields."""
    draft = known.draft(console)
    settings = draft.request.settings
    fields = JobFields(known.kind, [each for each in draft.problems if each.field in _ABOVE])
    autopilot_data.line(known.data, _told(known), KINDS[known.kind][1])
    if known.kind is not ProblemKind.IMAGE:
        with st.container(border=True, key="autopilot-doctor"):
            st.subheader(known.titled(_DOCTOR), anchor=False)
            autopilot_roles.show(fields, known.data, known.columns)
            autopilot_seen.verdict(console, known.kind, known.data, known.columns, known.look, fields.problems)
        names = known.names
        if names:
            with st.container(border=True, key="autopilot-look"):
                st.subheader(known.titled(_LOOK), anchor=False)
                mode = settings.mode if isinstance(settings, Tabular) else ""
                autopilot_columns.show(
                    fields, autopilot_roles.key_of(known.data), names, known.look.statistics, _fixed(draft),
                    rows=known.columns.rows,
                    sequence=known.kind is ProblemKind.TABULAR and mode != "ENSEMBLING",
                )  # fmt: skip
    if known.look.verdict is None:
        fields.rest()


def _fixed(draft: Draft) -> tuple[str, ...]:
    """The columns that are not learned from, because they mean something else."""
    match draft.request.settings:
        case Tabular(target=target, sample_weight=weight):
            named: tuple[str, ...] = (target, weight)
        case Forecast(target=target, timestamp=time, item=item, grouping=grouping):
            named = (target, time, item, *grouping)
        case _:
            named = (draft.request.target,)
    return tuple(each for each in named if each)


def _told(known: _Known) -> str:
    verdict = known.look.verdict
    parts = [formats.size(known.size)] if known.size is not None else []
    if verdict is not None:
        parts += [formats.count(verdict.rows, "row"), formats.count(len(verdict.columns), "column")]
    return f":gray[{' · '.join(parts)}]" if parts else ""


def _form(console: Console, known: _Known) -> None:
    draft = known.draft(console)
    settings = draft.request.settings
    problem_type = settings.problem_type if isinstance(settings, Tabular) else ""
    verdict = known.look.verdict
    inferred = verdict.problem_type if verdict else ""
    fields = JobFields(
        known.kind, [each for each in draft.problems if each.field not in _ABOVE],
        problem_type=problem_type or inferred, mode=settings.mode if isinstance(settings, Tabular) else "AUTO",
    )  # fmt: skip
    with st.container(border=True, key="autopilot-form"):
        st.subheader(known.titled(_FORM), anchor=False)
        autopilot_form.show(console, known.data, draft, fields, known.names, inferred)
        fields.rest()
    with st.container(border=True, key="autopilot-cost"):
        st.subheader(known.titled(_COST), anchor=False)
        autopilot_cost.show(console, draft.request, verdict, known.size)


def _go_on(console: Console, known: _Known) -> None:
    waiting = known.data.table is not None and known.look.working and known.look.verdict is None
    st.button(
        "Review the plan", type="primary", icon=":material/fact_check:", key="autopilot.review", disabled=waiting,
        on_click=_asked, args=(console, known), help="The doctor is not done yet." if waiting else None,
    )  # fmt: skip
    if st.session_state.pop(_WANTED, None):
        draft = known.draft(console)
        if draft.problems:
            _mend(draft)
            return
        autopilot_reviewed.begin(console, draft.request, known.look)
    if autopilot_reviewed.planned(console):
        st.session_state.pop(ASKED, None)
        st.rerun()


def _asked(console: Console, known: _Known) -> None:
    st.session_state[ASKED] = st.session_state[_WANTED] = True
    autopilot_form_more.unfold(JobFields(known.kind), [each.field for each in known.draft(console).problems])


def _mend(draft: Draft) -> None:
    lines = [f"- {literal(field.labelled(each))}" for each in draft.problems[:MOST_TOLD]]
    number = formats.count(len(draft.problems), "thing is", "things are")
    st.error("\n".join([f"**{number} to be mended, marked red above:**", *lines]), icon=":material/error:")
