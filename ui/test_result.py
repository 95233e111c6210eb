"""What came of a test call: status, times, what the answer says and the answer itself, and the calls before it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.inference import Call, Called, Family
from ui import bars, diagnosis_box, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints import EndpointDetail
    from services.inference import Vectors

KEPT = 20
FOLDED = 1_500  # characters of an answer before the rest is folded away
MOST_SHOWN = 100_000  # characters of a raw answer in the page; the file has all of it
SECONDS_AN_HOUR = 3600.0


@dataclass(slots=True)
class Sent:
    """A call of this session. `called` None: it was ended before anything came of it."""

    call: Call
    template: str
    family: Family | None
    at: float
    called: Called | None = None


def history(name: str) -> list[Sent]:
    """The calls of this session to an endpoint, newest first."""
    found: list[Sent] = st.session_state.setdefault(f"test.{name}.history", [])
    return found


def keep(name: str, sent: Sent) -> None:
    """Put a call before the others; the oldest goes."""
    st.session_state[f"test.{name}.history"] = [sent, *history(name)][:KEPT]


def show(console: Console, detail: EndpointDetail, sent: Sent, *, key: str) -> None:
    """Write what came of it."""
    called = sent.called
    if called is None:
        st.markdown(":orange-badge[:material/stop_circle: Stopped] :gray[:small[before anything had arrived.]]")
        return
    _head(called)
    if called.problem is not None:
        error_box.show(called.problem)
        diagnosis_box.of_problem(console, called.problem)
    _measures(detail, called)
    if called.note:
        st.info(literal(called.note), icon=":material/info:")
    if called.text:
        text(called.text, "The answer", key=f"{key}.text")
    if called.vectors is not None:
        vectors(called.vectors)
    if called.body:
        raw(
            called.body,
            called.content_type,
            name=detail.name,
            key=key,
            open_at_once=not (called.text or called.vectors),
        )


def _head(called: Called) -> None:
    """Status, variant, request id."""
    good = called.problem is None
    colour, icon = ("green", "check_circle") if good else ("red", "error")
    word = str(called.status) if called.status else "No answer"
    parts = [f":{colour}-badge[:material/{icon}: {word}]"]
    if called.stopped:
        parts.append(":orange-badge[:material/stop_circle: Stopped]")
    if called.variant:
        parts.append(f":gray[:small[by {literal(called.variant)}]]")
    if called.finish:
        parts.append(f":gray[:small[ended with “{literal(called.finish)}”]]")
    if called.request_id:
        parts.append(f":gray[:small[request {literal(called.request_id)}]]")
    if called.session:
        parts.append(f":gray[:small[session {literal(called.session)}]]")
    st.markdown(" :gray[·] ".join(parts))


def _measures(detail: EndpointDetail, called: Called) -> None:
    timing, usage = called.timing, called.usage
    rows = [("First byte, ms", timing.first_byte_ms), ("First token, ms", timing.first_token_ms)]
    rows += [("Model itself, ms", timing.model_ms), ("In all, ms", timing.total_ms)]
    bars.show([(name, value) for name, value in rows if value is not None], label="Milliseconds of the call")
    parts = [f"{timing.total_ms:,.0f} ms"]
    if usage.prompt_tokens is not None:
        parts.append(f"{usage.prompt_tokens:,} tokens read")
    if usage.completion_tokens is not None:
        parts.append(f"{usage.completion_tokens:,} tokens made")
    if called.tokens_per_second:
        parts.append(f"{called.tokens_per_second:,.1f} tokens/s")
    if called.body:
        parts.append(formats.size(len(called.body)))
    if detail.usd_per_hour:
        share = detail.usd_per_hour * timing.total_ms / 1000 / SECONDS_AN_HOUR
        parts.append(f"{literal(_cents(share))} of its instances’ time, were it alone (estimate)")
    st.markdown(f":gray[:small[{' · '.join(parts)}]]")


def _cents(usd: float) -> str:
    if usd < 0.000001:
        return "under $0.000001"
    return f"${usd:.6f}".rstrip("0") if usd < 0.01 else formats.money(usd)


def text(words: str, label: str, *, key: str) -> None:
    """A text as it is, with a button that copies it; what is long is folded."""
    st.markdown(f"**{label}**")
    short = words if len(words) <= FOLDED else f"{words[:FOLDED]}…"
    whole = short is not words and st.toggle(
        f"All {len(words):,} characters", key=f"{key}.whole", help="They are all in the file below, too."
    )
    st.code(words[:MOST_SHOWN] if whole else short, language=None, wrap_lines=True)


def vectors(found: Vectors) -> None:
    """Vectors in short."""
    first = ", ".join(f"{number:.4f}" for number in found.first)
    many = formats.count(found.count, "vector")
    st.markdown(
        f"**{many} of {found.dimension:,} numbers**  \n"
        f":gray[:small[The first: norm {found.norm:.4f}, beginning {literal(first)}, …]]"
    )


def raw(body: bytes, content_type: str, *, name: str, key: str, open_at_once: bool = False) -> None:
    """The bytes themselves: JSON laid out, other text as it is, anything else as a file."""
    folder = st.expander(f"Raw, {formats.size(len(body))}", expanded=open_at_once, key=f"{key}.raw", on_change="rerun")
    if not folder.open:
        return
    with folder:
        words, language = _readable(body)
        if words is None:
            st.markdown(f":gray[It is no text ({literal(content_type or 'of unknown type')}).]")
        else:
            st.code(
                words[:MOST_SHOWN], language=language, wrap_lines=True, height=320 if len(words) > 800 else "content"
            )
            if len(words) > MOST_SHOWN:
                st.markdown(f":gray[:small[These are the first {MOST_SHOWN:,} characters; the file has all of it.]]")
        st.download_button(
            "Download", body, f"{name}-answer{'.json' if language else '.txt' if words is not None else '.bin'}",
            "application/octet-stream", key=f"{key}.download", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def _readable(body: bytes) -> tuple[str | None, str | None]:
    try:
        words = body.decode()
    except UnicodeDecodeError:
        return None, None
    if "\x00" in words:
        return None, None
    try:
        return json.dumps(json.loads(words), indent=2, ensure_ascii=False), "json"
    except (ValueError, RecursionError):
        return words, None


def when(sent: Sent) -> str:
    """How long ago it was, and how it ended, in a few words."""
    called = sent.called
    state = "stopped" if called is None or called.stopped else str(called.status or "no answer")
    failed = ", failed" if called is not None and called.problem is not None and called.status == 200 else ""
    passed = f"{called.timing.total_ms:,.0f} ms" if called is not None else ""
    return " · ".join(part for part in (formats.ago(sent.at, time.time()), f"{state}{failed}", passed) if part)
