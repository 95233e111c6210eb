"""The launcher: `streamlit run app.py`. Security headers, warm-up and health; no page logic.

The main script is `ui/main.py`, deliberately not a neighbour of `pages/`: Streamlit would otherwise run a page file
directly, past the main script, when it is the first thing asked of a fresh server.
"""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

from ui.error_box import last_resort
from ui.headers import SecurityHeaders
from ui.warmup import health, lifespan

app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    lifespan=lifespan,
    routes=[Route("/_health", health)],
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=last_resort,  # what a fragment or a callback raises does not pass through the main script
)

if __name__ == "__main__":
    app.run()
