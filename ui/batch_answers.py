"""What a transform job wrote: answers beside their records, what has none and why, what it takes to keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.batch import JobStatus, MissingOutput, Progress, TransformJob, explained
from services.batch.results import as_lines
from services.diagnosis import Place
from services.errors import SagedeckError
from ui import error_box, formats, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.objects import Entry

SHOWN, MISSING_SHOWN = 20, 50
MOST_DOWNLOAD = 32 << 20  # bytes that go through the console's memory; more with S3's own tools
KEPT_SECONDS = 60.0
_WHY = {
    JobStatus.COMPLETED: "The job wrote them; they were moved or deleted since.",
    JobStatus.FAILED: "An object with one bad record has none at all.",
    JobStatus.STOPPED: "The job was stopped before.",
}


def show(console: Console, job: TransformJob, progress: Progress) -> None:
    """Write the answers, and the objects without any."""
    if progress.missing:
        _missing(console, job, progress)
    if not progress.outputs:
        return
    st.subheader("Answers", anchor=False)
    monthly = console.batch.storage(progress.stored)
    keeps = formats.a_month(monthly)
    told = f"{formats.count(progress.done, 'object')} with {formats.size(progress.stored)}, which S3 keeps for {keeps}"
    st.markdown(f":gray[{literal(told)}]")
    pairs = {str(source.uri): (source, output) for source, output in progress.outputs}
    chosen = st.selectbox(
        "Answers to", list(pairs), key="batch.object", format_func=lambda uri: _short(uri), filter_mode="contains"
    )  # fmt: skip
    with error_box.shown():
        _rows(console, job, *pairs[str(chosen)])


def _rows(console: Console, job: TransformJob, source: Entry, output: Entry) -> None:
    key = ("batch", "results", job.arn, str(source.uri))
    found = console.cached(key, KEPT_SECONDS, lambda: console.batch.results(job, source, output))
    if found.note:
        st.markdown(f":orange[:material/warning: {literal(found.note)}]")
    rows = [
        {"#": str(row.number), "Record": code(_cut(row.record)), "Answer": code(_cut(row.answer))}
        for row in found.rows[:SHOWN]
    ]
    plain_table.show(rows, key="batch-answers")
    if len(found.rows) > SHOWN or not found.whole:
        st.markdown(f":gray[:small[The first {min(SHOWN, len(found.rows))} are shown.]]")
    _downloads(console, output, as_lines(found) if found.whole else b"")


def _downloads(console: Console, output: Entry, joined: bytes) -> None:
    with st.container(horizontal=True, gap="small"):
        if joined:
            st.download_button(
                "Records with answers", joined, f"{output.name}.jsonl", "application/jsonlines", on_click="ignore",
                icon=":material/download:", key="batch.joined",
            )  # fmt: skip
        if (output.size or 0) <= MOST_DOWNLOAD:
            st.download_button(
                "Answers as written", lambda: b"".join(console.batch.stream(output.uri)), output.name,
                "application/octet-stream", on_click="ignore", icon=":material/download:", key="batch.download",
            )  # fmt: skip
        else:
            st.markdown(f":gray[:small[Too large to go through a browser: {code(output.uri.copying)}]]")


def unanswered(console: Console, job: TransformJob, progress: Progress) -> tuple[MissingOutput, ...]:
    """The objects without answers, with what the job's log says of each where it may be read."""
    try:
        lines = [line.text for line in console.container_log(Place.TRANSFORM, job.name).lines]
    except SagedeckError:
        lines = []
    return explained(progress, lines)


def _missing(console: Console, job: TransformJob, progress: Progress) -> None:
    told = unanswered(console, job, progress)
    st.subheader("Without answers", anchor=False)
    words = f"{len(told):,} of {progress.total:,} objects have none. {_WHY.get(job.status, '')}"
    st.markdown(f":gray[{words}]")
    rows = [
        {
            "Object": code(_short(str(each.source))), "Size": formats.size(each.size or 0),
            "What the log says": literal(" · ".join(word for word in each.words if word)) or "nothing",
        }
        for each in told[:MISSING_SHOWN]
    ]  # fmt: skip
    plain_table.show(rows, key="batch-missing")
    if len(told) > MISSING_SHOWN:
        st.markdown(f":gray[:small[and {len(told) - MISSING_SHOWN:,} more]]")


def _short(uri: str) -> str:
    return uri if len(uri) <= 70 else f"…{uri[-69:]}"


def _cut(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"
