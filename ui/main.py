"""The main script: every request goes through it. Navigation first, then the connection, then the page."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts only ui/ there
    sys.path.append(str(ROOT))

from ui import (  # noqa: E402
    connection_card,
    error_box,
    navigation,
    permission_check,
    run_notices,
    sandbox_faults,
    session,
)

ASSETS = ROOT / "ui" / "assets"

st.set_page_config(page_title="Sagedeck", page_icon=str(ASSETS / "sagedeck.svg"), layout="wide")

known = session.made()
sections = navigation.pages(sandbox=known is not None and known.sandbox is not None)
page = st.navigation(sections, expanded=True)  # before anything can stop the script: it decides which files are pages

shade = "dark" if st.context.theme.type == "dark" else "light"
st.logo(str(ASSETS / f"wordmark-{shade}.svg"), icon_image=str(ASSETS / "sagedeck.svg"), size="large")

st.html(ASSETS / "console.css")

console, problem = session.connect()
connection_card.sidebar(console.connection if console else None)
if console is not None:
    if known is None and console.sandbox is not None:
        st.rerun()  # its page is listed only now
    with st.container(horizontal=True, vertical_alignment="center"):
        connection_card.sandbox_line(console.connection)
        sandbox_faults.badge(console)
    permission_check.sidebar(console, page.url_path or "home")
    run_notices.show(console)
elif problem is not None:
    error_box.show(problem)

if console is not None or page.url_path == "settings":
    with error_box.shown():
        page.run()
else:
    st.page_link(navigation.SETTINGS, label="Open Settings", icon=":material/settings:")
