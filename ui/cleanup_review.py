"""A cleanup before it runs: what it comes to, the plan to hand round, the review that a typed name confirms."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from services.cleanup import telling
from ui import formats, plan_review, run_progress
from ui.escape import literal

if TYPE_CHECKING:
    from services.cleanup import Cleanup
    from services.console import Console


def figures(found: Cleanup) -> None:
    """What goes, what stays, what is not known, what it saves."""
    unknown = sum(each.unknown for each in found.staying)
    saved = found.saved_per_month
    with st.grid(4, min_column_width=140):
        st.metric("Goes", f"{len(found.going):,}", border=True)
        st.metric("Stays", f"{len(found.staying) - unknown:,}", border=True)
        st.metric("Not known", f"{unknown:,}", border=True)
        st.metric("Saves a month", "Unknown" if saved is None else formats.money(saved), border=True,
                  help=_not_priced(found))  # fmt: skip
    for gap in found.gaps:
        st.warning(literal(gap), icon=":material/visibility_off:")


def _not_priced(found: Cleanup) -> str | None:
    if found.saved_per_month is not None:
        return "730 hours, an estimate."
    return f"Of what has a price: {formats.money(found.saved_at_least)}.".replace("$", "\\$")


def downloads(console: Console, found: Cleanup) -> None:
    """The plan as files: the dry run is the very plan that would run."""
    with st.container(horizontal=True):
        text = json.dumps(telling.document(found, console.connection.identity.partition), indent=1, default=str)
        st.download_button("Plan as Markdown", telling.markdown(found), "cleanup.md", "text/markdown",
                           icon=":material/download:", on_click="ignore", key="clean_up-md")  # fmt: skip
        st.download_button("Plan as JSON", text, "cleanup.json", "application/json",
                           icon=":material/download:", on_click="ignore", key="clean_up-json")  # fmt: skip


def confirm(console: Console, found: Cleanup, again: Callable[[], Cleanup], drop: Callable[[], None]) -> None:
    """Write the review and begin the run once the account was named; `drop` forgets a plan that is no more."""
    run = plan_review.show(
        console, found.plan, key="clean_up", verb=f"Remove {formats.count(len(found.going), 'thing')}",
        typed=found.confirmation, replan=lambda: again().plan, changed=lambda _: drop(),
    )  # fmt: skip
    if run:
        drop()
        run_progress.follow(run)
