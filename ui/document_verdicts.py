"""What became of each file of an ingest: what is under way first, then what needs somebody, then the rest.

Files of an archive stand under it. A refused file says why and what to do; a locked one asks for its password.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from services.knowledge import FileProgress, FileStatus
from ui import document_names, formats, plain_table, status_chip
from ui.escape import literal

ROWS = 12  # shown at once; further ones behind a line to open
MOST_OPENED = 300
BAR = 12  # characters of a bar in a row
SAME = "The same content is there already, cut in the same way: nothing is stored twice."
STOPPED = "Stopped before it was through; nothing half done of it is kept."
UNPACKED = "An archive: its files stand under it."
_FIRST = {
    FileStatus.EMBEDDING: 0, FileStatus.READING: 1, FileStatus.REFUSED: 2, FileStatus.FAILED: 2,
    FileStatus.CANCELLED: 3, FileStatus.WAITING: 4, FileStatus.SAME: 5, FileStatus.UNPACKED: 6, FileStatus.READY: 6,
}  # fmt: skip


def show(files: Sequence[FileProgress], *, key: str) -> None:
    """Write how many ended how, the rows, and the further ones to open."""
    counts = Counter(_chip(file) for file in files if file.status.ended)
    badges = [f"{status_chip.badge(status)} {number:,}" for status, number in sorted(counts.items())]
    if badges and len(files) > 1:
        st.markdown("   ".join(badges))
    ordered = in_order(files)
    plain_table.show([row(file) for file in ordered[:ROWS]], key=f"{key}-files", header=False)
    rest = ordered[ROWS:]
    if rest:
        with st.expander(f"{formats.count(len(rest), 'further file')}", icon=":material/list:"):
            plain_table.show([row(file) for file in rest[:MOST_OPENED]], key=f"{key}-further", header=False)
            if len(rest) > MOST_OPENED:
                st.markdown(f":gray[and {len(rest) - MOST_OPENED:,} more]")


def in_order(files: Sequence[FileProgress]) -> list[FileProgress]:
    """What is under way, what needs somebody, the rest; the files of an archive under it, wherever it stands."""
    members: dict[int, list[FileProgress]] = {}
    for file in files:
        if file.archive is not None:
            members.setdefault(file.archive, []).append(file)
    rank = {file.position: min(map(_rank, (file, *members.get(file.position, ())))) for file in files}
    roots = sorted(
        (file for file in files if file.archive is None), key=lambda file: (rank[file.position], file.position)
    )
    return [each for root in roots for each in (root, *sorted(members.get(root.position, ()), key=_place))]


def _rank(file: FileProgress) -> int:
    return _FIRST.get(file.status, 5)


def _place(file: FileProgress) -> tuple[int, int]:
    return _rank(file), file.position


def row(file: FileProgress) -> Mapping[str, str]:
    """A file's row: its name, what became of it, and for a refused one what to do."""
    name = file.name.split(" › ", 1)[-1] if file.archive is not None else file.name
    indent = ":material/subdirectory_arrow_right: " if file.archive is not None else ""
    return {
        "File": f"{indent}{status_chip.icon(_chip(file))} **{document_names.shown(name)}** "
        f":gray[{formats.size(file.size)}]",
        "What": what(file),
    }


def _chip(file: FileProgress) -> str:
    return "locked" if file.locked and file.status is FileStatus.REFUSED else str(file.status)


def what(file: FileProgress) -> str:
    """What became of a file, in words."""
    match file.status:
        case FileStatus.READY:
            told = f"Ready · {formats.count(file.chunks or 0, 'passage')} of {formats.count(file.pages, 'page')}"
            return told + _warnings(file)
        case FileStatus.EMBEDDING:
            return _bar(file) + _warnings(file)
        case FileStatus.SAME:
            return f"Already there. :gray[{SAME}]"
        case FileStatus.UNPACKED:
            return f":gray[{UNPACKED}]" + _warnings(file)
        case FileStatus.CANCELLED:
            return f"Cancelled. :gray[{STOPPED}]"
        case FileStatus.REFUSED | FileStatus.FAILED:
            colour = "orange" if file.locked else "red"
            return f":{colour}[{_words(file.reason)}] {_words(file.hint)}".strip()
    return f":gray[{status_chip.chip(file.status).word}]"


def _bar(file: FileProgress) -> str:
    """How far a file is, drawn with letters: a table redrawn each second is no place for widgets."""
    of = file.chunks or 1
    full = min(BAR, BAR * file.stored // of)
    return f"`{'█' * full}{'░' * (BAR - full)}` {file.stored:,} of {formats.count(of, 'passage')}"


def _warnings(file: FileProgress) -> str:
    return "".join(f" :orange[:material/warning: {_words(each)}]" for each in file.warnings)


def _password(file: FileProgress, number: int, key: str) -> str | None:
    st.markdown(f"**{document_names.shown(file.name)}** :gray[{_words(file.reason)}]")
    # a field's label is read out as it is written, so a name, which would have to be escaped, stands above it
    return st.text_input(
        f"Password {number}", type="password", autocomplete="off", key=f"{key}-password-{file.position}"
    )


def _words(text: str) -> str:
    """A sentence of a reading, which may name what is in the file."""
    return literal(document_names.plain(text)) if text else ""


def passwords(files: Sequence[FileProgress], *, key: str) -> Mapping[int, str] | None:
    """Ask for the passwords of locked files; by position those that were given, once "Read on" is pressed."""
    locked = [file for file in files if file.locked and file.status is FileStatus.REFUSED]
    if not locked:
        return None
    with st.form(f"{key}-passwords", border=True):
        st.markdown(
            f":material/lock: **{formats.count(len(locked), 'file')} to open with a password** "
            ":gray[It opens the file and is kept nowhere: after a restart it is asked for again.]"
        )
        given = {file.position: _password(file, number, key) for number, file in enumerate(locked[:ROWS], 1)}
        pressed = st.form_submit_button("Read on", icon=":material/lock_open:", type="primary")
    found = {position: word for position, word in given.items() if word}
    return found if pressed and found else None
