"""What is learned: a file that is given, an address in S3, or the sample; and what the doctor says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

import facts
from services.catalog import TrainingSpec
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.objects import Uri
from services.tables.kept import MEGABYTE, UPLOAD_BYTES, KeptTable
from services.tuning import Beginning, Format, Layout, LocalText, Template, TextReport, repaired
from ui import error_box, formats, object_browser
from ui.escape import literal
from ui.tuning_fields import KEY

if TYPE_CHECKING:
    from services.console import Console

UPLOAD, STORED, SAMPLE = "Upload", "From S3", "A sample"
_ICONS = {UPLOAD: "upload_file", STORED: "cloud", SAMPLE: "science"}
_TEXT, _ADDRESS, _ROUND = "text", "uri", f"{KEY}.file.round"
CHECK_BYTES = 16 * MEGABYTE  # of a longer file the beginning is looked at while the form is filled in
CHECK_SECONDS, STORED_SECONDS = 3600.0, 60.0
MOST_RECENT = 4
_SAMPLE = "samples/shop_replies.jsonl"


@dataclass(frozen=True, slots=True)
class Text:
    """What was chosen: a kept file, or an address in S3."""

    kept: KeptTable | None = None
    uri: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.kept.name if self.kept else self.uri

    @property
    def id(self) -> str:
        """What tells it apart, short."""
        return hashlib.sha256((self.kept.sha256 if self.kept else self.uri).encode()).hexdigest()[:10]

    def given(self) -> LocalText | str:
        """As a request names it."""
        return LocalText(self.kept.path, self.kept.name) if self.kept else self.uri


@dataclass(frozen=True, slots=True)
class Seen:
    """What the doctor says. `size`: bytes of all there is; `beside`: the template that lies beside it in S3."""

    report: TextReport
    size: int
    beside: Template | None = None
    files: int = 1
    uri: str = ""


def chosen(console: Console) -> Text | None:
    """What the page's address names; None while there is nothing, or nothing of this owner any more."""
    sha256, uri = (str(st.query_params.get(name, "")) for name in (_TEXT, _ADDRESS))
    try:
        if sha256:
            return Text(console.kept_texts.open(console.owner, sha256))
        if uri:
            return Text(uri=str(Uri.parse(uri)))
    except (NotFound, InvalidRequest) as problem:
        forget()
        error_box.show(problem)
    return None


def forget() -> None:
    """Take what was chosen out of the page's address; for a button's callback."""
    for name in (_TEXT, _ADDRESS):
        st.query_params.pop(name, None)


def _choose(sha256: str = "", uri: str = "") -> None:
    forget()
    st.query_params[_TEXT if sha256 else _ADDRESS] = sha256 or uri


def pick(console: Console) -> None:
    """Write the ways to choose; what is chosen goes into the address, and the page is drawn again."""
    way = st.segmented_control(
        "Where from", [UPLOAD, STORED, SAMPLE], default=UPLOAD, required=True, key=f"{KEY}.way",
        format_func=lambda each: f":material/{_ICONS[each]}: {each}", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    if way == UPLOAD:
        _upload(console)
    elif way == STORED:
        _stored(console)
    else:
        st.markdown("160 questions to an invented shop, and how it answers.")
        if st.button("Take the sample", icon=":material/science:", key=f"{KEY}.sample"):
            content = facts.path(_SAMPLE).read_bytes()
            _keep(console, "shop_replies.jsonl", iter([content]), "sample")


def _upload(console: Console) -> None:
    file = st.file_uploader(
        "JSON lines, a CSV table, or plain text", type=["jsonl", "json", "csv", "tsv", "txt"],
        max_upload_size=UPLOAD_BYTES // MEGABYTE, key=f"{KEY}.file.{st.session_state.get(_ROUND, 0)}",
        help="It stays on the console's machine until you confirm the plan that sends it.",
    )  # fmt: skip
    if file is not None:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        _keep(console, file.name, _pieces(file), "upload")
    recent = console.kept_texts.list(console.owner)[:MOST_RECENT]
    if recent:
        st.markdown(":gray[Looked at lately]")
        with st.container(horizontal=True, gap="small"):
            for each in recent:
                words = f"{literal(formats.short(each.name))} · {formats.size(each.size)}"
                words += " · repaired" if each.changes else ""
                st.button(words, key=f"{KEY}.recent.{each.sha256[:16]}", on_click=_choose, args=(each.sha256,))


def _pieces(file: Any) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(MEGABYTE):
        yield piece


def _keep(console: Console, name: str, pieces: Iterator[bytes], origin: str) -> None:
    with error_box.shown():
        with st.spinner("Keeping the file…"):
            kept = console.kept_texts.put(console.owner, name, pieces, origin=origin, most=UPLOAD_BYTES)
        _choose(kept.sha256)
        st.rerun()


def _stored(console: Console) -> None:
    uri = object_browser.chosen(
        console, f"{KEY}.stored", folders=True, label="A file, or a folder of texts (with its template.json)"
    )
    if st.button("Look at it", icon=":material/search:", key=f"{KEY}.stored.take", disabled=not uri):
        _choose(uri=uri)
        st.rerun()


def line(text: Text, seen: Seen | None) -> None:
    """The text in a line, with the way back."""
    with st.container(horizontal=True, vertical_alignment="center", key="tune-text-line"):
        parts = [f"**{literal(formats.short(text.name, 70))}**"]
        if seen is not None:
            parts.append(formats.size(seen.size))
            parts.append(_rows(seen))
        st.markdown(" · ".join(parts), width="stretch")
        st.button("Another text", icon=":material/swap_horiz:", key=f"{KEY}.other", on_click=forget)


def _rows(seen: Seen) -> str:
    report = seen.report
    if report.layout is Layout.TEXT:
        words = f"about {formats.number(report.tokens)} tokens"
    else:
        words = f"{formats.count(report.rows, 'row')}, about {report.typical:,} tokens each (an estimate)"
    return words if report.complete and seen.files == 1 else f"its beginning: {words}"


def look(
    console: Console, text: Text, wanted: Format, template: Template | None, spec: TrainingSpec, given: dict[str, str]
) -> Seen:
    """What the doctor says, kept as long as the text is looked at. Raises what reading raises."""
    relevant = tuple((name, given.get(name, "")) for name in ("max_input_length", "validation_split_ratio"))
    asked = (str(wanted), repr(template), spec.model_id, repr(relevant))
    if text.kept is not None:
        kept = text.kept

        def load() -> TextReport:
            return console.tuning.check(
                kept.path, wanted, template=template, spec=spec, given=given, most_bytes=CHECK_BYTES
            )

        return Seen(console.cached(("tune", kept.sha256, *asked), CHECK_SECONDS, load), kept.size)

    def stored() -> Beginning:
        return console.tuning.check_stored(text.uri, wanted, template=template, spec=spec)

    found = console.cached(("tune", text.uri, *asked), STORED_SECONDS, stored)
    return Seen(found.report, found.size, found.template, found.files, found.uri)


def verdict(console: Console, text: Text, seen: Seen) -> None:
    """Write the findings, and the button that makes a repaired copy."""
    report = seen.report
    if not report.complete:
        st.markdown(":gray[:small[Only the beginning was looked at; all of a file is before the plan is made.]]")
    for finding in report.findings:
        colour, icon = _LOOK[finding.level.value]
        lines = f" :gray[Line{'s' if len(finding.lines) > 1 else ''} {', '.join(map(str, finding.lines))}]"
        st.markdown(f":{colour}[:material/{icon}:] {literal(finding.words)}{lines if finding.lines else ''}")
    if not report.findings:
        st.markdown(":green[:material/check_circle:] Nothing is wrong with it.")
    if report.repairs and text.kept is not None:
        _repairs(console, text.kept, report)
    elif report.repairs:
        _fetched(console, seen)


_LOOK = {"stop": ("red", "block"), "warning": ("orange", "warning"), "note": ("gray", "info")}


def _repairs(console: Console, kept: KeptTable, report: TextReport) -> None:
    offered = {each.code: each for each in report.repairs}
    safe = [code for code, each in offered.items() if each.safe]
    chosen = st.multiselect(
        "Mend on a copy", list(offered), default=safe, format_func=lambda code: offered[code].words,
        key=f"{KEY}.repairs.{kept.sha256[:12]}", placeholder="Nothing",
    )  # fmt: skip
    if st.button("Make a mended copy", icon=":material/healing:", disabled=not chosen, key=f"{KEY}.mend"):
        with error_box.shown():
            with st.spinner("Mending…"):
                copy = _mended(console, kept, report, tuple(chosen), [offered[code].words for code in chosen])
            _choose(copy.sha256)
            st.rerun()


def _fetched(console: Console, seen: Seen) -> None:
    """What lies in S3 is mended here: it is fetched, where it is one file that a browser could have sent."""
    if seen.files > 1 or seen.size > UPLOAD_BYTES:
        st.markdown(":gray[It lies in S3: mend it there, or fetch, mend and choose it as a file.]")
        return
    name = seen.uri.rpartition("/")[2]
    if st.button("Fetch it to mend it here", icon=":material/download:", key=f"{KEY}.fetch"):
        _keep(console, name, console.objects.open(seen.uri), seen.uri)


def _mended(
    console: Console, kept: KeptTable, report: TextReport, codes: tuple[str, ...], words: list[str]
) -> KeptTable:
    ending = kept.name.rpartition(".")[2] if report.layout in (Layout.TEXT, Layout.TABLE) else "jsonl"
    if report.format is not Format.DOMAIN:
        ending = "jsonl"
    name = f"{kept.name.rpartition('.')[0] or kept.name}.{ending}"
    part = console.kept_texts.scratch(console.owner, name)
    try:
        whole = console.tuning.check(kept.path, report.format, template=report.template)
        offered = {each.code for each in whole.repairs}
        repaired(kept.path, whole, part, [code for code in codes if code in offered])
        return console.kept_texts.take(console.owner, part, name, made_from=kept.sha256, changes=tuple(words))
    finally:
        part.unlink(missing_ok=True)


def problem_of(look: partial[Seen]) -> Seen | None:
    """What the doctor says; an error of reading is shown, and None."""
    try:
        with st.spinner("Looking at the text…"):
            return look()
    except SagedeckError as error:
        error_box.show(error)
        return None
