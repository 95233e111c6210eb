"""Ready policies to hand to whoever manages the account, and the check of each page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.access import PAGES, least_policy, operator_policy, role_maker_policy, viewer_policy
from ui import permission_check

if TYPE_CHECKING:
    from services.console import Console


def show(console: Console) -> None:
    """One policy at a time, to copy or download."""
    where = console.connection.identity
    here = (where.region, where.account, where.partition)
    ready: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "Look": ("Sees every page; changes, calls and spends nothing.", lambda: viewer_policy(*here)),
        "Operate": (
            "Deploys, calls, changes and deletes, under an execution role that is there already.",
            lambda: operator_policy(*here),
        ),
        "Make roles": (
            "Also makes and removes the console's execution role. Whoever has this can give themselves every right.",
            lambda: role_maker_policy(*here),
        ),
        "Execution role": (
            "What SageMaker itself needs while a model runs.",
            lambda: least_policy(console.access.request(), console.access.place()),
        ),
    }
    chosen = st.segmented_control(
        "Policy", list(ready), default="Look", required=True, key="access.policy", label_visibility="collapsed"
    )
    words, make = ready[chosen or "Look"]
    text = json.dumps(make(), indent=1)
    st.markdown(f":gray[{words}]")
    st.code(text, language="json", height=320)
    st.download_button("Download", text, f"sagedeck-{(chosen or 'Look').lower().replace(' ', '-')}.json", "text/json")


def pages(console: Console) -> None:
    """What may be done on one page, asked of IAM."""
    page = st.selectbox(
        "Page", list(PAGES), index=list(PAGES).index("deploy"), key="access.page",
        format_func=lambda each: each.replace("_", " ").capitalize(),
    )  # fmt: skip
    st.button("Ask again", icon=":material/refresh:", type="tertiary", key="access.again", on_click=console.refresh)
    with st.spinner("Asking IAM…"):
        permission_check.show(permission_check.checked(console, page), key="access-check")
