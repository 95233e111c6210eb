"""What the connected identity may do on a page: asked of IAM when somebody wants to know, with a policy to paste."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.access import PAGES, Verdict, policy_of
from ui import error_box, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.access import Checked, Need
    from services.console import Console

KEPT_SECONDS = 300.0
_PART_OF = {"endpoint": "endpoints"}
_MARKS = {
    Verdict.ALLOWED: ":green[:material/check_circle:]",
    Verdict.DENIED: ":red[:material/block:]",
    Verdict.UNKNOWN: ":gray[:material/help:]",
}


def sidebar(console: Console, page: str) -> None:
    """A folded part of the sidebar; IAM is asked only once it is opened."""
    page = _PART_OF.get(page, page)
    if page not in PAGES:
        return
    with st.sidebar:
        part = st.expander(
            "What I may do here", type="compact", icon=":material/key:", key="permissions.here", on_change="rerun"
        )
    if part.open:
        with part, error_box.shown(), st.spinner("Asking IAM…"):
            show(checked(console, page), key=f"permissions-{page}")


def checked(console: Console, page: str) -> Sequence[tuple[Need, Checked]]:
    """The verdicts of one page, shared for some minutes."""
    arn = console.connection.identity.arn
    found: Sequence[tuple[Need, Checked]] = console.cached(
        ("permissions", page), KEPT_SECONDS, lambda: console.access.check_page(arn, page)
    )
    return found


def show(rows: Sequence[tuple[Need, Checked]], *, key: str) -> None:
    """One line for each thing one does there; what is missing by name, with the policy that allows it."""
    groups: dict[str, list[Checked]] = {}
    for need, verdict in rows:
        groups.setdefault(need.what, []).append(verdict)
    plain_table.show([{"What": literal(what), "May I": _told(group)} for what, group in groups.items()], key=key)
    missing = [each for _, each in rows if each.verdict is Verdict.DENIED]
    if missing:
        st.markdown("A policy that allows what is missing, for whoever manages your account:")
        st.code(json.dumps(policy_of(each.permission for each in missing), indent=1), language="json")
    for why in dict.fromkeys(each.why for _, each in rows if each.verdict is Verdict.UNKNOWN):
        st.markdown(f":gray[:small[Unknown: {literal(why)} The page works with what turns out to be allowed.]]")


def _told(group: Sequence[Checked]) -> str:
    denied = [each for each in group if each.verdict is Verdict.DENIED]
    if denied:
        names = ", ".join(dict.fromkeys(code(each.permission.action) for each in denied))
        outright = " (a policy forbids it)" if any("outright" in each.why for each in denied) else ""
        return f"{_MARKS[Verdict.DENIED]} missing{outright}: {names}"
    if any(each.verdict is Verdict.UNKNOWN for each in group):
        return f"{_MARKS[Verdict.UNKNOWN]} unknown"
    return f"{_MARKS[Verdict.ALLOWED]} yes"
