"""The first step: questions with what is expected, from a file or made of the documents, and looked through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog import Task
from services.connection import Mode
from services.evaluation import Item, Place
from services.evaluation.service import WRITE_KIND
from services.jobs import JobStatus
from ui import endpoint_reads, error_box, evaluation_state, formats, job_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import QuestionFile, QuestionSet

BY_RULE = "by rule, without a model"
PROBLEMS_SHOWN = 8
KINDS = ["csv", "tsv", "txt", "jsonl", "json"]
SEPARATOR = " || "
_JOB = "evaluation.writing"


def show(console: Console) -> None:
    """What there is, and the ways to get more."""
    sets = console.evaluation.sets()
    with st.expander("From a file", icon=":material/upload_file:", expanded=not sets):
        _upload(console)
    with st.expander("Made of the documents", icon=":material/auto_fix_high:", expanded=not sets):
        _make(console)
    _writing(console)
    if not sets:
        return
    current = evaluation_state.set_id(console)
    names = {each.id: f"{each.name} · {formats.count(each.questions, 'question')} · {each.version}"
             + (" · draft" if each.draft else "") for each in sets}  # fmt: skip
    chosen = st.selectbox(
        "Question set", list(names), list(names).index(current), format_func=names.__getitem__,
        help="Every change makes a version of its own; runs say which one they asked.",
    )  # fmt: skip
    if chosen and chosen != current:
        st.query_params["set"] = chosen
    with error_box.shown():
        _review(console, console.evaluation.set(chosen or current))


def _upload(console: Console) -> None:
    st.markdown(
        "CSV or JSON lines with a column **question**, and **answer**, **document**, **page** or **passage** as far as"
        " known. Several answers are parted by “||”; an answer “unanswerable” says that the documents do not hold one."
    )
    turn = st.session_state.get("evaluation.turn", 0)
    given = st.file_uploader(
        "File of questions", type=["csv", "tsv", "txt", "jsonl", "json"], key=f"evaluation.file.{turn}"
    )
    if given is None:
        return
    with error_box.shown():
        read = console.evaluation.read_questions(given.getvalue(), given.name)
        _problems(read)
        name = st.text_input("Name of the set", given.name.rsplit(".", 1)[0][:80], key=f"evaluation.name.{turn}")
        if st.button(f"Keep {formats.count(len(read.items), 'question')}", type="primary", icon=":material/save:"):
            kept = console.evaluation.save_set(name, read.items)
            st.session_state["evaluation.turn"] = turn + 1
            st.query_params["set"] = kept.id
            st.rerun()


def _problems(read: QuestionFile) -> None:
    taken = ", ".join(f"{what} from “{column}”" for what, column in read.columns.items())
    st.markdown(f":gray[Read: {literal(taken)}.]")
    if read.problems:
        lines = [f"line {each.line}: {literal(each.reason)}" for each in read.problems[:PROBLEMS_SHOWN]]
        more = len(read.problems) - PROBLEMS_SHOWN
        rest = f"  \nand {more} more" if more > 0 else ""
        st.warning(f"{formats.count(len(read.problems), 'row')} left out:  \n" + "  \n".join(lines) + rest)


def _make(console: Console) -> None:
    offered = console.evaluation.sources()
    if not offered:
        st.markdown("Add documents first; questions are then sampled across them and their sections.")
        return
    writers = [BY_RULE, *endpoint_reads.ready_for(console, Task.CHAT)]
    if console.connection.mode is not Mode.SANDBOX and len(writers) > 1:
        writers = [*writers[1:], BY_RULE]
    left, right = st.columns(2)
    with left:
        by = st.selectbox("Written", writers, key="evaluation.by", help=(
            "A language model writes a question and its answer for each sampled passage. By rule a sentence's fact is"
            " left out or asked for: simple, in the document's own words, so it flatters the search by words."
        ))  # fmt: skip
        count = st.number_input("How many questions", 1, 500, 40, key="evaluation.count")
    with right:
        name = st.text_input("Name of the set", "My documents", key="evaluation.made", max_chars=80)
        seed = st.number_input("Seed", 0, 1_000_000, 1, key="evaluation.seed", help="The same seed samples the same.")
    sources = evaluation_state.sources(console, "evaluation.make.sources")
    if st.button("Make questions", icon=":material/auto_fix_high:", key="evaluation.make"):
        with error_box.shown():
            endpoint = "" if by in (None, BY_RULE) else str(by)
            job = console.evaluation.generate(name, sources, int(count), seed=int(seed), endpoint=endpoint)
            st.session_state[_JOB] = job


def _writing(console: Console) -> None:
    """The job that makes questions, until its set is shown."""
    job = st.session_state.get(_JOB, "")
    if not job:
        newest = next(iter(console.jobs.list(console.owner, WRITE_KIND, 1)), None)
        if newest is None or newest.status is not JobStatus.RUNNING:
            return
        job = st.session_state[_JOB] = newest.id
    view = job_progress.show(console, job, key="evaluation-writing")
    if view is not None and view.status is JobStatus.DONE and view.result:
        st.session_state.pop(_JOB)
        st.query_params["set"] = str(view.result["set"])
        st.rerun()


def _review(console: Console, questions: QuestionSet) -> None:
    if questions.draft:
        st.info("This set is a draft: look through it, drop what nobody would ask, add what is missing, and keep it.",
                icon=":material/rate_review:")  # fmt: skip
    if questions.note:
        st.markdown(f":gray[{literal(questions.note)}]")
    names = {each.sha256: each.name for each in console.evaluation.sources()}
    rows = [_row(item, names) for item in questions.items]
    edited = st.data_editor(
        rows, num_rows="dynamic", hide_index=True, key=f"evaluation.edit.{questions.id}", height=360,
        column_order=("keep", "question", "answers", "unanswerable", "document", "page", "origin"),
        alt="The questions of this set, to be edited",
        column_config={
            "keep": st.column_config.CheckboxColumn("Keep", default=True, width="small"),
            "question": st.column_config.TextColumn("Question", width="large", required=True, max_chars=4000),
            "answers": st.column_config.TextColumn("Answer", help="Several are parted by ||."),
            "unanswerable": st.column_config.CheckboxColumn("Not in the documents", default=False, width="small"),
            "document": st.column_config.TextColumn("Document"),
            "page": st.column_config.NumberColumn("Page", min_value=1, step=1, width="small"),
            "origin": st.column_config.TextColumn("From", disabled=True, default="written by hand"),
        },
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", questions.name, key=f"evaluation.rename.{questions.id}", max_chars=80, width=260)
        save = st.button(
            "Keep this version", icon=":material/save:", type="primary" if questions.draft else "secondary"
        )
        st.button("Choose settings", icon=":material/arrow_forward:", on_click=evaluation_state.go,
                  args=(evaluation_state.SETTINGS,), type="secondary" if questions.draft else "primary")  # fmt: skip
        delete = st.button("Delete", icon=":material/delete:", type="tertiary", key="evaluation.set.delete")
    with error_box.shown():
        if save:
            kept = console.evaluation.save_set(name, items_of(edited, questions, names), note=questions.note)
            if questions.draft:
                console.evaluation.delete_set(questions.id)
            st.query_params["set"] = kept.id
            st.rerun()
        if delete:
            console.evaluation.delete_set(questions.id)
            st.rerun()


def _row(item: Item, names: dict[str, str]) -> dict[str, Any]:
    return {
        "keep": True,
        "question": item.question,
        "answers": SEPARATOR.join(item.answers),
        "unanswerable": item.unanswerable,
        "document": names.get(item.place.document, item.place.document),
        "page": item.place.page,
        "origin": item.origin,
        "id": item.id,
    }


def items_of(rows: list[dict[str, Any]], before: QuestionSet, names: dict[str, str]) -> list[Item]:
    """The questions of an edited table; a place stays exact where neither its document nor its page was changed."""
    held = {item.id: item for item in before.items}
    found: list[Item] = []
    for number, row in enumerate(rows, 1):
        question = " ".join(str(row.get("question") or "").split())
        if not question or row.get("keep") is False:
            continue
        old = held.get(str(row.get("id") or ""))
        none = bool(row.get("unanswerable"))
        answers = tuple(filter(None, (part.strip() for part in str(row.get("answers") or "").split("||"))))
        page = row.get("page")
        place = Place(str(row.get("document") or "").strip(), None if page is None or page != page else int(page))
        if old is not None and (names.get(old.place.document, old.place.document), old.place.page) == (
            place.document,
            place.page,
        ):
            place = old.place
        item = old or Item(f"hand-{before.version}-{number}", question, origin="written by hand")
        found.append(replace(item, question=question, answers=() if none else answers,
                             place=Place() if none else place, unanswerable=none))  # fmt: skip
    return found
