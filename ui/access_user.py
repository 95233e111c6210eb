"""An IAM user for a program: what it may do is chosen, its key is shown and downloaded once and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from services.access import CLASSIC_USER_POLICIES, Access, UserRequest, key_of, user_problems
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.console import Console

LEAST, CLASSIC = "Deploy, call and delete endpoints", "The set tutorials attach"
_ANY = "any"  # a name that is right, where only the policies are looked at
_KEY = "access.user.key"  # only in this window's session, until it is put away


def wanted(console: Console) -> UserRequest | None:
    """Write the form; the request of a user to be planned, once the button is pressed."""
    st.markdown(
        ":gray[A user is for a program or a script elsewhere that signs in with a key. "
        "For people, single sign-on is better; for SageMaker itself, the execution role.]"
    )
    with st.container(border=True, key="user-new"):
        name = st.text_input("Name", "sagemaker-deployer", max_chars=64, key="access.user.name").strip()
        wrong = _told(user_problems(UserRequest(name=name)))
        choice = st.segmented_control(
            "It may", [LEAST, CLASSIC], default=LEAST, required=True, key="access.user.kind", persist_state="session"
        )
        if choice == CLASSIC:
            names = ", ".join(code(policy) for policy in CLASSIC_USER_POLICIES)
            st.markdown(f":orange[:material/warning: With IAM's, it can give itself every right there is:] {names}")
        more = st.text_area(
            "Further policies", "", height="content", key="access.user.policies",
            placeholder="arn:aws:iam::123456789012:policy/Mine, one a line",
        )  # fmt: skip
        policies = tuple(more.split())
        wrong |= _told(user_problems(UserRequest(name=_ANY, policies=policies)))
        key = st.checkbox("Make an access key; it is shown once", value=True, key="access.user.wants_key")
        if not st.button("Review the plan", icon=":material/fact_check:", key="access.user.review", disabled=wrong):
            return None
        return UserRequest(
            name=name,
            owner=console.owner,
            access=Access.CLASSIC if choice == CLASSIC else Access.LEAST,
            policies=policies,
            key=key,
        )


def _told(wrong: Sequence[str]) -> bool:
    for each in wrong:
        st.markdown(f":red[:material/error: {literal(each)}]")
    return bool(wrong)


def hand_over(console: Console, run_id: str) -> None:
    """Show the key that a run made, to the window that started it, until it is put away."""
    handed = key_of(console.runs.take_secrets(run_id))
    if handed is not None:
        st.session_state[_KEY] = handed
    kept = st.session_state.get(_KEY)
    if kept is None:
        return
    with st.container(border=True, key="user-key"):
        st.markdown(f"**The key** {literal(kept.id)}")
        st.warning("This is the only time its secret is shown: it is kept nowhere.", icon=":material/visibility:")
        st.code(kept.secret, language=None)
        content = json.dumps({"AccessKeyId": kept.id, "SecretAccessKey": kept.secret}, indent=1)
        with st.container(horizontal=True):
            st.download_button("Download", content, "access-key.json", "application/json", icon=":material/download:")
            st.button("I have it; put it away", icon=":material/check:", on_click=_put_away, key="access.user.done")


def _put_away() -> None:
    st.session_state.pop(_KEY, None)
