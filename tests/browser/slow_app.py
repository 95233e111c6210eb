"""Launches slow_page behind the console's own headers."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from ui.headers import SecurityHeaders

app = st.App(Path(__file__).parent / "slow_page.py", middleware=[Middleware(SecurityHeaders)])
