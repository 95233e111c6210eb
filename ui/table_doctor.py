"""What the doctor says of a table: whether it may be launched, why not, and a button for each thing that mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.jobs import JobStatus
from services.tables.looks import Look, Question
from services.tables.models import Finding, Level, Repair, Verdict
from ui import error_box, formats, job_progress, polling
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console

PATIENCE = 1.5  # seconds that a page waits for the verdict of a small table rather than draw a bar
EVERY_SECONDS = 0.7
MOST_COLUMNS, MOST_FINDINGS = 8, 30
_LEVELS = {
    Level.STOP: ("red", "block", "Has to be mended"),
    Level.WARNING: ("orange", "warning", "Worth a thought"),
    Level.NOTE: ("gray", "info", "Good to know"),
}
_TYPES = {
    "Regression": "regression",
    "BinaryClassification": "binary classification",
    "MulticlassClassification": "multiclass classification",
}
_REPAIR = "autopilot.repair"  # the job that writes a repaired copy


def look(console: Console, question: Question) -> Look:
    """What is known of the question so far; it is worked at from now on."""
    return console.table_looks.ask(console.owner, question, patience=PATIENCE)


def show(
    console: Console, question: Question, found: Look, *, stops: Sequence[str], told: str = "", unfit: bool = False
) -> None:
    """Write the verdict, or how far it is.

    stops   the words of those findings that stop this kind of job: not every rule of a table holds for a text
    told    what the target makes of it, where the verdict's own words on that are of a table only
    unfit   a column was chosen that cannot be what it is taken for, or none yet, which stands at its field
    """
    if found.verdict is None:
        _waiting(console, question, found)
        return
    verdict = found.verdict
    _head(verdict, stops, told, unfit=unfit)
    _findings(console, question, verdict, stops)


def repairing(console: Console) -> str:
    """The sha256 of a repaired copy, once it is written; until then its progress is shown and "" given."""
    job = st.session_state.get(_REPAIR, "")
    if not job:
        return ""
    view = job_progress.show(console, job, key="autopilot-repair")
    if view is None or view.status is JobStatus.RUNNING:
        return ""
    if view.status is not JobStatus.DONE:
        st.button("Close", type="tertiary", key="autopilot.repair.close", on_click=_close)
        return ""
    _close()
    return str((view.result or {}).get("sha256", ""))


def _close() -> None:
    st.session_state.pop(_REPAIR, None)


def _waiting(console: Console, question: Question, found: Look) -> None:
    """How far the doctor is; the page is drawn again as soon as the verdict is there."""
    job = found.job
    if job is None:
        return
    if job.status is not JobStatus.RUNNING:
        job_progress.show(console, job.id, key="autopilot-look")
        st.button("Look again", icon=":material/refresh:", key="autopilot.look.again", on_click=_again,
                  args=(console, question))  # fmt: skip
        return

    def draw() -> None:
        now = console.table_looks.ask(console.owner, question)
        if now.verdict is not None or not now.working:
            st.rerun()
        progress, words = (now.job.progress or 0.0, now.job.detail) if now.job else (0.0, "")
        st.progress(min(1.0, progress), text=literal(words))
        st.button("Cancel", icon=":material/cancel:", key="autopilot.look.cancel", on_click=console.jobs.cancel,
                  args=(job.id, console.owner))  # fmt: skip

    polling.live(draw, EVERY_SECONDS)


def _again(console: Console, question: Question) -> None:
    console.table_looks.ask(console.owner, question, again=True)


def _head(verdict: Verdict, stops: Sequence[str], told: str, *, unfit: bool) -> None:
    safe = [each for each in verdict.repairs if each.safe]
    size = f"{formats.count(verdict.rows, 'row')} · {formats.count(len(verdict.columns), 'column')}"
    if stops:
        said, written, icon = "Autopilot would refuse this table", st.error, ":material/block:"
    elif unfit:
        said, written, icon = "The columns chosen above do not fit yet", st.warning, ":material/warning:"
    elif safe:
        said, written, icon = "Can be launched after its safe repairs", st.warning, ":material/healing:"
    else:
        said, written, icon = "Can be launched", st.success, ":material/check_circle:"
    lines = [f"**{said}**" + (f" · {literal(size)}" if verdict.columns else "")]
    if told:
        lines.append(told)
    elif verdict.problem_type:
        what = _TYPES.get(verdict.problem_type, verdict.problem_type)
        lines.append(f"{code(verdict.target)} makes it a **{literal(what)}**: {literal(verdict.reason)}")
    written("  \n".join(lines), icon=icon)


def _findings(console: Console, question: Question, verdict: Verdict, stops: Sequence[str]) -> None:
    safe = [each for each in verdict.repairs if each.safe]
    if safe:
        with st.container(horizontal=True, vertical_alignment="center"):
            words = "Apply the safe repair" if len(safe) == 1 else f"Apply all {len(safe)} safe repairs"
            st.button(
                words, type="secondary" if stops else "primary", icon=":material/healing:", key="autopilot.repair.all",
                on_click=_repair, args=(console, question, verdict, [each.code for each in safe]),
            )  # fmt: skip
            st.markdown(":gray[:small[On a copy; the original stays, and one click goes back to it.]]", width="stretch")
    for level in Level:
        found = [each for each in verdict.at(level) if level is not Level.STOP or each.words in stops]
        if found:
            colour, icon, title = _LEVELS[level]
            st.markdown(f":{colour}[:material/{icon}: **{title}**] :gray[{len(found)}]")
            for number, each in enumerate(found[:MOST_FINDINGS]):
                _finding(console, question, verdict, each, f"{level.value}.{number}")
            if len(found) > MOST_FINDINGS:
                st.markdown(f":gray[and {len(found) - MOST_FINDINGS} more]")


def _finding(console: Console, question: Question, verdict: Verdict, finding: Finding, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"finding-{key}"):
        st.markdown(f"{literal(finding.words)}{_columns(finding)}", width="stretch")
        if finding.repair is not None:
            _button(console, question, verdict, finding.repair, key)


def _columns(finding: Finding) -> str:
    """The columns of a finding that its words do not name already."""
    more = [each for each in finding.columns if each not in finding.words]
    shown = " ".join(code(each) for each in more[:MOST_COLUMNS])
    rest = f" and {len(more) - MOST_COLUMNS} more" if len(more) > MOST_COLUMNS else ""
    return f" {shown}{rest}" if more else ""


def _button(console: Console, question: Question, verdict: Verdict, repair: Repair, key: str) -> None:
    st.button(
        literal(_short(repair)), icon=":material/healing:" if repair.safe else ":material/build:",
        key=f"autopilot.repair.{key}", help=literal(repair.words) + ("" if repair.safe else " It loses something."),
        on_click=_repair, args=(console, question, verdict, [repair.code]), wrap=True,
    )  # fmt: skip


def _short(repair: Repair) -> str:
    return repair.words.rstrip(".") if len(repair.words) <= 64 else "Repair"


def _repair(console: Console, question: Question, verdict: Verdict, codes: Sequence[str]) -> None:
    with error_box.shown():
        st.session_state[_REPAIR] = console.table_looks.repair(console.owner, question, verdict, codes)
