"""Settings: which account, database and models, where each comes from, and a test of each."""

import os
from dataclasses import asdict

import streamlit as st

from services import settings as settings_file
from services.state import home
from ui import connect_forms, connection_facts, connection_tests, error_box, page_head, plain_table, refreshing, session
from ui.escape import code, literal

console, _ = session.connect()
page_head.show("Settings", "What is used, from where, and whether it works.")

configured = settings_file.load(os.environ, home())
connection = console.connection if console else None
left, right = st.columns([3, 2], gap="medium")
with left:
    if console is not None:
        with st.container(border=True):
            st.subheader("What is connected", anchor=False)
            with error_box.shown():  # the forms below must stay usable
                connection_tests.show(console)
    with st.container(border=True):
        st.subheader("AWS account", anchor=False)
        connect_forms.aws(configured.settings, connection)
    if connection is not None:
        with st.container(border=True):
            st.subheader("Astra DB", anchor=False)
            connect_forms.astra(configured.settings, connection)
    if console is not None:
        with st.container(border=True):
            st.subheader("Prices and lists", anchor=False)
            with error_box.shown():
                refreshing.show(console)
with right:
    if connection is not None:
        with st.container(border=True):
            st.subheader("Who this is", anchor=False)
            connection_facts.show(connection)
            switch = st.toggle(
                "Read-only", connection.read_only, key="settings.read_only",
                help="For demonstrations: every plan can be looked at, none is run.",
            )  # fmt: skip
            if switch != connection.read_only:
                session.use_read_only(switch)
                st.rerun()
    with st.container(border=True):
        st.subheader("Defaults", anchor=False)
        st.markdown(":gray[Set in the environment (SAGEDECK_…) or in settings.toml, which holds no secrets.]")
        values = asdict(configured.settings)
        rows = [
            {"Setting": code(name), "Value": literal(value) or "—", "From": literal(configured.origin[name])}
            for name, value in values.items()
        ]
        plain_table.show(rows, key="settings")
        st.markdown(":gray[:small[State is kept in the folder that SAGEDECK_HOME names.]]")
