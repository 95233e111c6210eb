"""What a job is to learn from: a file sent by the browser, something in S3, or a sample; and the way back from it.

A file never stays in the session: what the browser sent goes to disk piece by piece and leaves Streamlit's memory. The
address of the page names what was chosen, so that a refresh finds it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import CSV, PARQUET, Held, LocalFile, S3Data, Source
from services.errors import InvalidRequest, NotFound
from services.objects import Uri
from services.plans import Upload
from services.tables.kept import CHUNK, MEGABYTE, UPLOAD_BYTES
from ui import autopilot_data_s3, autopilot_samples, error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from services.console import Console
    from services.tables.kept import KeptTable

UPLOAD, STORED, SAMPLE = "Upload", "In S3", "A sample"
_ICONS = {UPLOAD: "upload_file", STORED: "cloud", SAMPLE: "science"}
_TABLE, _ADDRESS, _HELD, _ROUND = "table", "data", "held", "autopilot.round"
SUFFIXES = ("csv", "tsv", "txt", "gz", "parquet", "pq")
MOST_RECENT, MOST_RUNS = 5, 50
_TIDY, _SENT = "autopilot.tidied", ("done", "undone", "cancelled")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen: a table that is kept on this machine, or an address in S3 that is not."""

    table: KeptTable | None = None
    uri: str = ""
    held: Held = Held.PREFIX

    @property
    def name(self) -> str:
        """What it is called."""
        return self.table.name if self.table else Uri.parse(self.uri).name

    @property
    def stored(self) -> str:
        """Where it lies in S3 as it was given; "" where the plan has to send it."""
        origin = self.table.origin if self.table else self.uri
        return origin if origin.startswith("s3://") else ""

    @property
    def source(self) -> Source:
        """The same for a request."""
        if self.table is not None and not self.stored:
            return LocalFile(str(self.table.path), self.table.name)
        kind = PARQUET if self.name.lower().endswith((".parquet", ".pq")) else CSV
        return S3Data(uri=self.stored, held=self.held, content_type=kind if self.table else "")


def chosen(console: Console) -> Chosen | None:
    """What the page's address names; None while there is nothing, or nothing of this owner any more."""
    sha256, uri = (str(st.query_params.get(name, "")) for name in (_TABLE, _ADDRESS))
    held = str(st.query_params.get(_HELD, ""))
    try:
        if sha256:
            return Chosen(console.kept_tables.open(console.owner, sha256))
        if uri:
            return Chosen(uri=str(Uri.parse(uri)), held=Held(held) if held in set(Held) else Held.PREFIX)
    except (NotFound, InvalidRequest) as problem:
        forget()
        error_box.show(problem)
    return None


def choose(sha256: str = "", *, uri: str = "", held: Held = Held.PREFIX) -> None:
    """Put a kept table, or an address in S3, into the page's address."""
    forget()
    if sha256:
        st.query_params[_TABLE] = sha256
    else:
        st.query_params[_ADDRESS] = uri
        if held is not Held.PREFIX:
            st.query_params[_HELD] = held.value


def forget() -> None:
    """Take what was chosen out of the page's address; for a button's callback."""
    for name in (_TABLE, _ADDRESS, _HELD):
        st.query_params.pop(name, None)


def show(console: Console, kind: ProblemKind) -> None:
    """Write the ways to choose; what is chosen goes into the address, and the page is drawn again."""
    ways = [STORED] if kind is ProblemKind.IMAGE else [UPLOAD, STORED, SAMPLE]
    way = ways[0] if len(ways) == 1 else st.segmented_control(
        "Where from", ways, default=ways[0], required=True, key="autopilot.way",
        format_func=lambda each: f":material/{_ICONS[each]}: {each}", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    if way == UPLOAD:
        _upload(console)
        if not _recent(console):
            st.markdown("**No table at hand?** Begin with a sample:")
            _samples(console, kind)
    elif way == SAMPLE:
        _samples(console, kind)
    else:
        stored = autopilot_data_s3.show(console, kind)
        if stored is not None:
            choose(uri=stored[0], held=stored[1])
            st.rerun()


def _samples(console: Console, kind: ProblemKind) -> None:
    picked = autopilot_samples.show(console, kind)
    if picked:
        choose(picked)
        st.rerun()


def _upload(console: Console) -> None:
    file = st.file_uploader(
        "A CSV or Parquet file, compressed by gzip or not", type=list(SUFFIXES),
        max_upload_size=UPLOAD_BYTES // MEGABYTE, key=f"autopilot.file.{st.session_state.get(_ROUND, 0)}",
        help="Any delimiter and encoding. It stays on the console's machine until you confirm the plan that sends it.",
    )  # fmt: skip
    st.markdown(
        f":gray[:small[Larger than {UPLOAD_BYTES // MEGABYTE} MB: put it into S3 and choose it there, or run "
        "`sagedeck autopilot launch FILE`.]]"
    )
    if file is not None:
        with error_box.shown():
            choose(keep(console, file).sha256)
            st.session_state[_ROUND] = int(st.session_state.get(_ROUND, 0)) + 1
            st.rerun()


def keep(console: Console, file: UploadedFile) -> KeptTable:
    """Write what the browser sent to disk, and have Streamlit forget it. Raises LimitExceeded and the like."""
    try:
        with st.spinner("Keeping the file…"):
            return console.kept_tables.put(console.owner, file.name, pieces(file), most=UPLOAD_BYTES)
    finally:
        _out_of_memory(file)


def _recent(console: Console) -> bool:
    """The tables looked at lately, to be taken again; whether there are any."""
    tables = console.kept_tables.list(console.owner)[:MOST_RECENT]
    if not tables:
        return False
    st.markdown(":gray[Looked at lately]")
    with st.container(horizontal=True, gap="small", key="autopilot-recent"):
        for table in tables:
            words = f"{literal(formats.short(table.name))} · {formats.size(table.size)}"
            if table.changes:
                words += " · repaired"
            st.button(
                words, icon=":material/table:", key=f"autopilot.recent.{table.sha256[:12]}",
                on_click=choose, args=(table.sha256,), wrap=True,
            )  # fmt: skip
        st.button(
            "Remove them", icon=":material/delete:", type="tertiary", key="autopilot.recent.remove",
            help="From this machine, where each is kept for a day. What lies in S3 stays.",
            on_click=_remove, args=(console,),
        )  # fmt: skip
    return True


def tidy(console: Console) -> None:
    """Once a session: remove the tables that nobody used for a day and no run still has to send."""
    if not st.session_state.get(_TIDY):
        st.session_state[_TIDY] = True
        console.kept_tables.prune(console.owner, _to_be_sent(console))


def _remove(console: Console) -> None:
    needed = _to_be_sent(console)
    for table in console.kept_tables.list(console.owner):
        if table.sha256 not in needed:
            console.kept_tables.remove(console.owner, table.sha256)


def _to_be_sent(console: Console) -> frozenset[str]:
    """sha256 of files that runs which have not ended well may still send."""
    open_ = [pulse for pulse in console.runs.pulses(MOST_RUNS) if str(pulse.status) not in _SENT]
    steps = [step for pulse in open_ for step in console.runs.view(pulse.id).plan.steps]
    return frozenset(step.manner.sha256 for step in steps if isinstance(step.manner, Upload))


def pieces(file: UploadedFile) -> Iterator[bytes]:
    """What was sent, a MiB at a time; `getbuffer` and `read()` would copy all of it."""
    file.seek(0)
    while piece := file.read(CHUNK):
        yield piece


def _out_of_memory(file: UploadedFile) -> None:
    """Have Streamlit forget the file: it would hold it until the browser leaves."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    context = get_script_run_ctx()
    manager = context.uploaded_file_mgr if context else None
    if context is not None and manager is not None and hasattr(manager, "remove_file"):
        manager.remove_file(session_id=context.session_id, file_id=file.file_id)


def line(data: Chosen, told: str, icon: str) -> None:
    """What is chosen, in a line, with the ways to something else. `told` is Markdown about its shape."""
    table = data.table
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="autopilot-data"):
        st.subheader("1 · Data", anchor=False, width="content")
        where = "on this machine until the plan sends it" if not data.stored else literal(data.stored)
        if table is not None and table.origin == "sample":
            where = f"a sample; {where}"
        lines = [f":material/{icon}: **{literal(data.name)}** {told}", f":gray[:small[{where}]]"]
        if table is not None and table.changes:
            lines.append(f":green[:material/healing: :small[Repaired: {literal(' '.join(table.changes))}]]")
        st.markdown("  \n".join(lines), width="stretch")
        if table is not None and table.made_from:
            st.button(
                "Back to the original", icon=":material/undo:", key="autopilot.original",
                on_click=choose, args=(table.made_from,),
            )  # fmt: skip
        st.button("Choose other data", icon=":material/edit:", key="autopilot.other", on_click=forget)
