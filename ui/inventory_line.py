"""What an inventory of endpoints has to say of itself: what is still being read, and why not faster or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from ui import endpoint_reads, error_box, formats, polling
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console
    from services.endpoints.looked import Looked

MOST_NAMED = 5


def show(found: Looked) -> None:
    """Write what is to be known about the reading; nothing where everything is known and of now."""
    for sentence in _sentences(found):
        st.markdown(f":gray[:material/hourglass_top: {literal(sentence)}]")
    if found.problem is not None:
        error_box.show(found.problem)
        st.markdown(
            ":gray[Names and states are complete; what the endpoints run on, whose they are and what they cost is told "
            "as far as it was read.]"
        )
    if found.outdated is not None:
        st.markdown(f":orange[:material/history: {literal(f'States are those of before: {found.outdated.what}')}]")


def wait(console: Console, found: Callable[[], bool]) -> bool:
    """Whether more is being read that may hold what is looked for; then that is said, and the page drawn anew with it.

    `found` looks for it without waiting.
    """
    if endpoint_reads.looked(console).complete:
        return False

    def look() -> None:
        now = endpoint_reads.looked(console)
        if now.complete or found():
            st.rerun()
        show(now)

    polling.live(look, endpoint_reads.READING_SECONDS)
    return True


def _sentences(found: Looked) -> list[str]:
    told = []
    every = formats.count(len(found.summaries), "endpoint")
    if found.waiting and found.problem is None:
        are = "is" if found.waiting == 1 else "are"
        told.append(f"Of {every} {found.waiting:,} {are} still being read; names and states are complete.")
    if found.slowed and not found.complete:
        told.append("It goes slower than usual: AWS asked for it.")
    if found.failed:
        names = ", ".join(formats.short(name) for name in found.failed[:MOST_NAMED])
        more = f" and {len(found.failed) - MOST_NAMED} more" if len(found.failed) > MOST_NAMED else ""
        told.append(f"Could not be read, and will be tried again within a minute: {names}{more}.")
    return told
