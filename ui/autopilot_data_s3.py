"""Data that lies in S3: an object, a folder or a manifest, with a preview from one read of its first bytes."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.autopilot.requesting.request import Held
from services.errors import InvalidRequest, SagedeckError
from services.objects import Uri
from services.tables.kept import ENDINGS, MEGABYTE, MOST_BYTES
from ui import error_box, formats, object_browser, table_rows
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.objects import Peek

FILE, FOLDER, MANIFEST, AUGMENTED = "One file", "A folder", "A manifest", "An augmented manifest"
_HELD = {FILE: Held.PREFIX, FOLDER: Held.PREFIX, MANIFEST: Held.MANIFEST, AUGMENTED: Held.AUGMENTED}
_WAYS = {ProblemKind.TABULAR: (FILE, FOLDER, MANIFEST), ProblemKind.IMAGE: (FOLDER, MANIFEST, AUGMENTED)}
PEEK_BYTES = 256 << 10
KEPT_SECONDS = 60.0
MOST_LINES, MOST_FOLDERS = 5, 12
_ABOUT = {
    MANIFEST: 'JSON: `[{"prefix": "s3://bucket/folder/"}, "part-1.csv", …]`. Its files are read as one table.',
    AUGMENTED: "One JSON object a line: `source-ref` is the image, `…-metadata` holds its class.",
    FOLDER: "Every object below it belongs to the data.",
}


def show(console: Console, kind: ProblemKind) -> tuple[str, Held] | None:
    """Write the address and what lies there; the address and how it names data, once the person wants that."""
    ways = _WAYS.get(kind, (FILE, FOLDER))
    what = st.segmented_control(
        "What", ways, default=ways[0], required=True, key=f"autopilot.stored.{kind.name}", persist_state="session"
    )
    if kind is ProblemKind.IMAGE and what == FOLDER:
        st.markdown(
            ":gray[:small[One folder for each class, named after it, with PNG or JPEG images inside. They are brought "
            "there with `aws s3 sync FOLDER s3://…`: a browser is no place to send thousands of files from.]]"
        )
    elif what in _ABOUT:
        st.markdown(f":gray[:small[{_ABOUT[what]}]]")
    uri = object_browser.chosen(
        console, f"autopilot.stored.{kind.name}.{ways.index(what)}", folders=what == FOLDER, label="S3 address",
        suffixes=ENDINGS if what == FILE else (),
    )  # fmt: skip
    if not uri:
        return None
    if what == FOLDER and not uri.endswith("/"):
        uri += "/"
    fine = False
    with error_box.shown():
        if what == FOLDER:
            fine = folder(console, uri, images=kind is ProblemKind.IMAGE)
        elif what == FILE:
            fine = file(console, uri)
        else:
            fine = manifest(console, uri, augmented=what == AUGMENTED)
    if fine and st.button("Use this", type="primary", icon=":material/check:", key="autopilot.stored.use"):
        return uri, _HELD[what]
    return None


def peek(console: Console, uri: str) -> Peek:
    """The first bytes of an object, read once a minute at most."""
    read = partial(console.objects.peek, Uri.parse(uri), PEEK_BYTES)
    return console.cached(("objects", "peek", uri), KEPT_SECONDS, read)


def file(console: Console, uri: str) -> bool:
    """Write the first rows of an object; whether it can be used."""
    from services.tables import previewed

    found = peek(console, uri)
    if not found.size:
        st.error("The object is empty.", icon=":material/error:")
        return False
    seen = formats.size(min(len(found.head), found.size))
    st.markdown(f":gray[{formats.size(found.size)} in all; what is shown comes from its first {seen}.]")
    try:
        table_rows.preview(previewed(found.head, found.uri.name), key="autopilot.stored.preview")
    except SagedeckError as problem:  # Parquet tells its columns at its end
        st.info(literal(f"{problem.what} {problem.why}"), icon=":material/info:")
    if found.size > MOST_BYTES:
        st.info(
            f"Larger than {MOST_BYTES // MEGABYTE:,} MB: it is judged by its beginning, and Autopilot by itself "
            "reads a sample of it.", icon=":material/info:",
        )  # fmt: skip
    return True


def folder(console: Console, uri: str, *, images: bool) -> bool:
    """Write what lies below a prefix; whether there is anything."""
    shelf = console.cached(
        ("objects", "shelf", uri, ""), KEPT_SECONDS, partial(console.objects.browse, Uri.parse(uri), "")
    )
    count, size = console.cached(
        ("objects", "stored", uri), KEPT_SECONDS, partial(console.objects.stored, Uri.parse(uri))
    )
    if not count:
        st.error("Nothing lies below this prefix.", icon=":material/error:")
        return False
    st.markdown(f"**{formats.count(count, 'object')}**, {formats.size(size)}")
    folders = [each for each in shelf.entries if each.folder]
    if images:
        if len(folders) < 2:
            st.error(
                "Images need at least two classes: two folders below this one, each named after its class.",
                icon=":material/error:",
            )
            return False
        names = ", ".join(code(each.name) for each in folders[:MOST_FOLDERS])
        more = f" and {len(folders) - MOST_FOLDERS} more" if len(folders) > MOST_FOLDERS or shelf.more else ""
        st.markdown(f":gray[Classes:] {names}{more}")
        return True
    first = next((each for each in shelf.entries if not each.folder and each.size), None)
    if first is not None:
        st.markdown(f":gray[:small[The first of them, {literal(first.name)}:]]")
        return file(console, str(first.uri))
    return True


def manifest(console: Console, uri: str, *, augmented: bool) -> bool:
    """Write what a manifest names; whether it is one."""
    found = peek(console, uri)
    text = found.head.decode("utf-8", "replace")
    try:
        lines = _augmented(text) if augmented else _plain(text, whole=found.whole)
    except (ValueError, TypeError, AttributeError, LookupError):  # JSON, but of another shape
        raise InvalidRequest(
            "This is no manifest that can be read.", _ABOUT[AUGMENTED if augmented else MANIFEST].replace("`", ""),
            "Choose another object.",
        ) from None  # fmt: skip
    st.code("\n".join(lines), language=None)
    return True


def _plain(text: str, *, whole: bool) -> list[str]:
    if not whole:
        if not text.lstrip().startswith("["):
            raise ValueError
        return [text[:400], "…"]
    names = json.loads(text)
    if not str(names[0]["prefix"]).startswith("s3://") or not all(isinstance(each, str) for each in names[1:]):
        raise ValueError
    more = [f"… and {len(names) - 1 - MOST_LINES:,} more"] if len(names) - 1 > MOST_LINES else []
    return [f"{names[0]['prefix']}{name}" for name in names[1 : MOST_LINES + 1]] + more


def _augmented(text: str) -> list[str]:
    rows = [json.loads(each) for each in text.splitlines()[:MOST_LINES]]
    if not rows or not all("source-ref" in row for row in rows):
        raise ValueError
    return [str(row["source-ref"]) for row in rows]
