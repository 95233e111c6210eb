"""Execution roles: which there are, what one may do, its ARN to copy, and the plan that makes the console's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.access import CLASSIC_POLICIES, DIFFERENCE, Access, RoleRequest, problems
from services.errors import PermissionDenied
from ui import formats, plain_table
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.access import ExecutionRole
    from services.console import Console

ROLES_SECONDS = 60.0
LEAST, CLASSIC = "As little as a model needs", "The set tutorials attach"


def wanted(console: Console) -> RoleRequest | None:
    """Write the roles and the form; the request of a role to be planned, once the button is pressed."""
    st.markdown(f":gray[{DIFFERENCE}]")
    _existing(console)
    with st.container(border=True, key="role-new"):
        st.markdown("**Make one**")
        usual = console.access.request().name
        name = st.text_input("Name", usual, max_chars=64, key="access.role.name", persist_state="session").strip()
        wrong = bool(told := problems(RoleRequest(name=name)))
        for each in told:
            st.markdown(f":red[:material/error: {literal(each)}]")
        choice = st.segmented_control(
            "It may", [LEAST, CLASSIC], default=LEAST, required=True, key="access.role.kind", persist_state="session"
        )
        if choice == CLASSIC:
            st.markdown(f":orange[:material/warning:] {', '.join(code(policy) for policy in CLASSIC_POLICIES)}")
        else:
            st.markdown(":gray[:small[Pull its image, read JumpStart's weights, write logs and metrics.]]")
        if not st.button("Review the plan", icon=":material/fact_check:", key="access.role.review", disabled=wrong):
            return None
        return console.access.request(name, access=Access.CLASSIC if choice == CLASSIC else Access.LEAST)


def _existing(console: Console) -> None:
    try:
        roles: tuple[ExecutionRole, ...] = console.cached(("roles",), ROLES_SECONDS, console.access.list_roles)
    except PermissionDenied as error:
        action = code(error.action or "iam:ListRoles")
        st.markdown(f":gray[Your identity may not list roles ({action}). One that you know can be named in Deploy.]")
        return
    if not roles:
        st.markdown("No role here trusts SageMaker yet. The plan of a deployment makes one by itself, or make it now.")
        return
    by_arn = {role.arn: role for role in roles}
    chosen = st.selectbox(
        f"{len(roles)} role{'s' if len(roles) > 1 else ''} that SageMaker may take on",
        list(by_arn),
        index=None,
        format_func=lambda arn: by_arn[arn].name,
        placeholder="Choose one to see what it may do",
        key="access.role.seen",
    )
    if chosen:
        _detail(console, by_arn[chosen])


def _detail(console: Console, role: ExecutionRole) -> None:
    st.code(role.arn, language=None, wrap_lines=True)
    rights = console.cached(("role rights", role.name), ROLES_SECONDS, lambda: console.access.policies(role.name))
    described = console.cached(("role", role.name), ROLES_SECONDS, lambda: console.access.find_role(role.name)) or role
    made = role.created.timestamp() if role.created else None
    facts = {
        "Made": literal(formats.ago(made, console.connection.now())) if made else "unknown",
        "By": literal(f"this console, for {described.owner}" if described.made_here else "somebody else"),
        "AWS's or your policies": ", ".join(code(each) for each in rights.attached) or "none",
        "Policies of its own": ", ".join(code(each) for each in rights.inline) or "none",
        "Described as": literal(role.description) or "nothing",
    }
    plain_table.facts(facts, key="role")
