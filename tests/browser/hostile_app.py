"""Launched by test_nothing_leaves: hostile words behind our headers, once raw and once through our own widgets."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.headers import SecurityHeaders

app = st.App(Path(__file__).parent / "hostile_page.py", middleware=[Middleware(SecurityHeaders)])
