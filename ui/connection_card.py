"""Where the console is connected: a card in the sidebar, and the line that says on every page that it is a sandbox."""

from __future__ import annotations

import streamlit as st

from services.connection import Connection, Mode
from ui.escape import literal


def sidebar(connection: Connection | None) -> None:
    """The card: mode, account and region, read-only."""
    with st.sidebar.container(border=True, gap="xsmall", key="connection-card"):
        if connection is None:
            st.badge("Not connected", icon=":material/link_off:", color="red")
            st.markdown("See [Settings](/settings).")
            return
        sandbox = connection.mode is Mode.SANDBOX
        badge = ":orange-badge[:material/science: Sandbox]" if sandbox else ":green-badge[:material/cloud_done: AWS]"
        if connection.read_only:
            badge += " :violet-badge[:material/lock: Read-only]"
        identity = connection.identity
        place = f"{literal(identity.account)} · {literal(identity.region)}"
        who = f":gray[:small[{literal(identity.arn.rsplit(':', 1)[-1])}]]"
        st.markdown("  \n".join((badge, place, who)))  # one element: every page pays for each of the frame's


def sandbox_line(connection: Connection) -> None:
    """One line at the top of every page of a sandbox; nothing for a real account."""
    if connection.mode is Mode.SANDBOX:
        st.markdown(
            ":orange-badge[:material/science: Sandbox] :gray[:small[A stand-in for AWS on this machine: "
            "small models, real prices as estimates, nothing is billed.]]"
        )
