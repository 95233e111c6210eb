"""An asynchronous endpoint by hand: submit, follow, read the answer or the failure, and what was sent before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.errors import InvalidRequest, SagedeckError
from ui import error_box, field, formats, polling, test_result
from ui.escape import code

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.inference import AsyncJob, Contract, Family, Outcome, Output
    from ui.test_request import Draft

EVERY = 3.0  # seconds between looks into S3 while something is under way
LOOKED_AT = 5  # newest jobs that are looked for
LISTED = 20
GIVEN_UP = 24 * 3600.0  # seconds after which nobody looks any more: a request is kept six hours at most


def show(console: Console, detail: EndpointDetail, draft: Draft, contract: Contract | None) -> None:
    """The part below the request of an asynchronous endpoint."""
    source = _source(detail)
    inline = draft.problem or _too_large(draft)
    problem = "" if source else inline
    if problem and not draft.problem:
        field.wrong(problem)
    if st.button(
        "Submit", type="primary", icon=":material/outbox:", key=f"test.{detail.name}.submit",
        disabled=bool(problem) or not detail.ready,
        help="One real request; its answer will lie in S3. Waiting costs the instances’ time only.",
    ):  # fmt: skip
        with error_box.shown():
            job = console.inference.jobs.submit(draft.call, source=source)
            st.session_state[f"test.{detail.name}.job"] = job.id
    jobs = console.inference.jobs.recent(detail.name, most=LISTED)
    family, waits = contract.family if contract else None, _waits(console, jobs)
    polling.live(lambda: _jobs(console, detail, family, polled=waits), EVERY if waits else None)
    _outputs(console, detail)


def _source(detail: EndpointDetail) -> str:
    """The place of an input in S3, "" sends what is written."""
    place = st.text_input(
        "Input in S3 instead", key=f"test.{detail.name}.source", placeholder="s3://bucket/key", persist_state="session",
        help="What is larger than 128,000 bytes has to lie in S3. The endpoint's role must be allowed to read it.",
    )  # fmt: skip
    found = str(place or "").strip()
    if not found:
        return ""
    from services.inference.async_calls import place as parts

    try:
        parts(found)
    except InvalidRequest as error:
        field.wrong(f"{error.what} {error.next}")
        return ""
    return found


def _too_large(draft: Draft) -> str:
    from services.inference.async_calls import MOST_INLINE

    size = len(draft.call.body)
    if size <= MOST_INLINE:
        return ""
    return f"It has {size:,} bytes; {MOST_INLINE:,} can be sent along. Put it into S3 and name its place."


def _outcome(job: AsyncJob) -> Outcome | None:
    """How an ended job ended, None while it is under way; kept, since an answer does not change."""
    found: Outcome | None = st.session_state.setdefault("test.outcomes", {}).get(job.id)
    return found


def _look(console: Console, job: AsyncJob, family: Family | None) -> Outcome | SagedeckError | None:
    kept = _outcome(job)
    if kept is not None or console.connection.now() - job.sent_at > GIVEN_UP:
        return kept
    try:
        outcome = console.inference.jobs.look(job, family=family)
    except SagedeckError as error:
        return error
    if outcome.ended:
        st.session_state["test.outcomes"][job.id] = outcome
    return outcome


def _waits(console: Console, jobs: tuple[AsyncJob, ...]) -> bool:
    """Whether one of the newest is under way."""
    now = console.connection.now()
    newest = (each for each in jobs[:LOOKED_AT] if now - each.sent_at <= GIVEN_UP)
    return any(_outcome(each) is None for each in newest)


def _jobs(console: Console, detail: EndpointDetail, family: Family | None, *, polled: bool) -> None:
    """What this person sent, the newest first, and the chosen one's answer."""
    jobs = console.inference.jobs.recent(detail.name, most=LISTED)
    if not jobs:
        return
    looked = {job.id: _look(console, job, family) for job in jobs[:LOOKED_AT]}
    if polled and not _waits(console, jobs):
        st.rerun()  # nobody needs to look again and again any more
    ids = [job.id for job in jobs]
    chosen_key = f"test.{detail.name}.job"
    before = st.session_state.get(chosen_key)
    st.session_state[chosen_key] = before if before in ids else ids[0]  # set anew: a browser keeps a choice's old words
    by_id = dict(zip(ids, jobs, strict=True))
    now = console.connection.now()
    st.selectbox(
        "Requests of yours", ids, key=chosen_key,
        format_func=lambda each: _line(by_id[each], looked.get(each) or _outcome(by_id[each]), now),
    )  # fmt: skip
    job = by_id[st.session_state[chosen_key]]
    found = looked[job.id] if job.id in looked else _look(console, job, family)
    with st.container(border=True):
        _one(detail, job, found, now)


def _line(job: AsyncJob, found: Outcome | SagedeckError | None, now: float) -> str:
    what = "from S3" if job.source else formats.size(job.size or 0)
    return f"{formats.ago(job.sent_at, now)} · {what} · {_state(found)}"


def _state(found: Outcome | SagedeckError | None) -> str:
    if found is None:
        return "not looked for"
    if isinstance(found, SagedeckError):
        return "cannot be seen"
    if not found.ended:
        return "under way"
    return "failed" if found.problem is not None else "answered"


def _one(detail: EndpointDetail, job: AsyncJob, found: Outcome | SagedeckError | None, now: float) -> None:
    st.markdown(f":gray[:small[Answer: {code(job.output)}]]")
    if isinstance(found, SagedeckError):
        error_box.show(found)
        return
    if found is None:
        st.markdown(":gray[Nothing was left for it within a day; it has expired or was removed.]")
        return
    if found.problem is not None:
        error_box.show(found.problem)
    if found.piece is None and found.problem is None:
        _waiting(job, found, now)
        return
    reading = found.reading
    if reading is not None and reading.text:
        test_result.text(reading.text, "The answer", key=f"test.{detail.name}.{job.id}")
    if reading is not None and reading.vectors is not None:
        test_result.vectors(reading.vectors)
    if found.piece is not None:
        if not found.piece.whole:
            shown, whole = formats.size(len(found.piece.body)), formats.size(found.piece.size)
            st.markdown(f":gray[:small[The first {shown} of {whole}.]]")
        test_result.raw(
            found.piece.body, found.piece.content_type, name=detail.name, key=f"test.{detail.name}.{job.id}",
            open_at_once=reading is None or not (reading.text or reading.vectors),
        )  # fmt: skip


def _waiting(job: AsyncJob, found: Outcome, now: float) -> None:
    st.markdown(f":gray[:shimmer[Under way for {formats.duration(now - job.sent_at)}]]")
    if found.denied:
        st.markdown(":gray[:small[S3 does not let you look there (s3:GetObject), or it is not there yet.]]")
    if not job.failed:
        st.markdown(
            ":gray[:small[Its configuration names no place for failures: one would show in the endpoint's log only.]]"
        )


def _outputs(console: Console, detail: EndpointDetail) -> None:
    """What lies under its output path, whoever asked."""
    if not detail.output:
        return
    folder = st.expander("Everything it has answered", key=f"test.{detail.name}.outputs", on_change="rerun")
    if not folder.open:
        return
    with folder, error_box.shown():
        found = console.cached(("outputs", detail.output), 10.0, lambda: console.inference.jobs.outputs(detail.output))
        if not found:
            st.markdown(f":gray[Nothing lies under {code(detail.output)}.]")
            return
        now = console.connection.now()
        by_place = {each.place: each for each in found}
        chosen = st.selectbox(
            f"The newest {len(found)}", list(by_place), key=f"test.{detail.name}.output",
            format_func=lambda each: _output_line(by_place[each], now),
        )  # fmt: skip
        if st.toggle("Show it", key=f"test.{detail.name}.output.shown"):
            piece = console.inference.jobs.fetch(chosen)
            test_result.raw(
                piece.body, piece.content_type, name=detail.name, key=f"test.{detail.name}.one", open_at_once=True
            )


def _output_line(found: Output, now: float) -> str:
    parts = (formats.ago(found.modified, now), formats.size(found.size), formats.short(found.place.rpartition("/")[2]))
    return " · ".join(parts)
