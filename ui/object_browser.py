"""An address in S3, typed or found by browsing buckets and folders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import InvalidRequest, PermissionDenied, SagedeckError
from services.objects import Entry, Shelf, Uri
from ui import error_box, field, formats
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console

KEPT_SECONDS = 20.0
MOST_PAGES = 10  # of a folder: ten thousand entries are more than anybody looks through
SHOWN = 100  # entries drawn at once; the filter finds the others


def chosen(
    console: Console,
    key: str,
    *,
    folders: bool = False,
    either: bool = False,
    suffixes: Sequence[str] = (),
    label: str = "S3 address",
    value: str = "",
    help: str | None = None,
) -> str:
    """The S3 address that is typed or picked, "" while there is none or it is wrong; why is said at the field.

    folders    whether a folder is wanted (the address then ends in a slash when it was picked) or an object
    either     both will do: everything below the folder, or this one object
    suffixes   endings of the objects offered, in small letters (".csv", ".csv.gz"); typed addresses may have any
    """
    if value:
        st.session_state.setdefault(_address(key), value)
    given = st.text_input(
        label, key=_address(key), placeholder="s3://bucket/folder/" if folders or either else "s3://bucket/folder/file",
        autocomplete="off", persist_state="session", help=help,
    ).strip()  # fmt: skip
    found = _read(given, folders or either) if given else ""
    with st.expander("Browse S3", icon=":material/folder_open:", key=f"{key}.browse", on_change="rerun") as browse:
        if browse.open:
            _browse(console, key, folders or either, folders and not either, tuple(suffixes))
    return found


def typed(key: str) -> str:
    """What stands in the field, right or wrong."""
    return str(st.session_state.get(_address(key)) or "").strip()


def place(console: Console, key: str, uri: str) -> None:
    """Have an address stand in the field the next time that it is drawn."""
    st.session_state[_address(key)] = uri


def _address(key: str) -> str:
    return f"{key}.address"


def _read(typed: str, folders: bool) -> str:
    try:
        uri = Uri.parse(typed)
    except InvalidRequest as error:
        field.wrong(str(error))
        return ""
    if not folders and uri.folder:
        field.wrong("This is a folder. Name an object, or find one below.")
        return ""
    return str(uri)


def _browse(console: Console, key: str, folders: bool, only: bool, suffixes: tuple[str, ...]) -> None:
    here = _here(console, key)
    if here is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Up", icon=":material/arrow_upward:", key=f"{key}.up", disabled=not here.key,
            on_click=_open, args=(key, here.parent),
        )  # fmt: skip
        if folders:
            st.button(
                "Choose this folder", icon=":material/check:", key=f"{key}.this", on_click=_choose, args=(key, here)
            )
    st.markdown(code(here))
    try:
        entries, more = _entries(console, key, here)
    except SagedeckError as error:
        error_box.show(error)
        return
    offered = [each for each in entries if each.folder or _fits(each, suffixes)]
    if len(entries) > 8:
        wanted = st.text_input("Filter", key=f"{key}.filter", live=True, autocomplete="off").strip().lower()
        offered = [each for each in offered if wanted in each.name.lower()]
    _list(key, offered, only)
    _beyond(key, here, entries, offered, more)


def _list(key: str, offered: Sequence[Entry], only_folders: bool) -> None:
    with st.container(key=f"{key}.entries", gap="xsmall", height=320 if len(offered) > 7 else "content"):
        for number, each in enumerate(offered[:SHOWN]):
            if each.folder:
                st.button(
                    literal(each.name), icon=":material/folder:", type="tertiary", key=f"{key}.folder.{number}",
                    on_click=_open, args=(key, each.uri),
                )  # fmt: skip
            else:
                told = f"{literal(each.name)} · {formats.size(each.size or 0)}"
                st.button(
                    told, icon=":material/description:", type="tertiary", key=f"{key}.object.{number}",
                    disabled=only_folders, on_click=_choose, args=(key, each.uri),
                )  # fmt: skip


def _beyond(key: str, here: Uri, entries: Sequence[Entry], offered: Sequence[Entry], more: bool) -> None:
    if not entries:
        st.caption("Nothing lies here.")
    elif not offered:
        st.caption("Nothing here fits.")
    elif len(offered) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(offered):,} are shown; the filter finds the others.")
    if more:
        st.button("Read more of this folder", key=f"{key}.more", on_click=_further, args=(key, here))


def _here(console: Console, key: str) -> Uri | None:
    """The folder that is open: in the bucket chosen, which is the typed address's at first."""
    try:
        names = console.cached(("objects", "buckets"), KEPT_SECONDS, console.objects.buckets)
    except PermissionDenied as error:
        st.markdown(f"The buckets may not be listed ({code(error.action or 's3:ListAllMyBuckets')}): type an address.")
        names = ()
    except SagedeckError as error:
        error_box.show(error)
        return None
    start = _start(key)
    names = tuple(dict.fromkeys([*([start.bucket] if start else []), *names]))
    if not names:
        st.caption("There is no bucket to be browsed.")
        return None
    bucket = st.selectbox("Bucket", names, key=f"{key}.bucket")
    folder: Uri | None = st.session_state.get(f"{key}.folder")
    if folder is None and start is not None:
        folder = start if start.folder else start.parent
    return folder if folder is not None and folder.bucket == bucket else Uri(bucket)


def _start(key: str) -> Uri | None:
    try:
        return Uri.parse(st.session_state.get(_address(key)) or "")
    except InvalidRequest:
        return None


def _entries(console: Console, key: str, here: Uri) -> tuple[list[Entry], bool]:
    pages = min(int(st.session_state.get(f"{key}.pages", {}).get(str(here), 1)), MOST_PAGES)
    entries: list[Entry] = []
    more = ""
    for number in range(pages):
        if number and not more:
            break
        page = ("objects", "shelf", str(here), more)
        shelf: Shelf = console.cached(page, KEPT_SECONDS, partial(console.objects.browse, here, more))
        entries += shelf.entries
        more = shelf.more
    return entries, bool(more) and pages < MOST_PAGES


def _fits(entry: Entry, suffixes: tuple[str, ...]) -> bool:
    return not suffixes or entry.name.lower().endswith(suffixes)


def _open(key: str, folder: Uri) -> None:
    st.session_state[f"{key}.folder"] = folder
    st.session_state.pop(f"{key}.filter", None)


def _choose(key: str, uri: Uri) -> None:
    st.session_state[_address(key)] = str(uri)


def _further(key: str, here: Uri) -> None:
    pages = dict(st.session_state.get(f"{key}.pages", {}))
    pages[str(here)] = pages.get(str(here), 1) + 1
    st.session_state[f"{key}.pages"] = pages
