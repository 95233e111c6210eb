"""Which execution role the model takes on: the console's own, or one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.access import ExistingRole, RoleChoice
from services.access import problems as role_problems
from services.deploy import Problem
from services.errors import PermissionDenied
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

ROLES_SECONDS = 60.0
OWN_ROLE, OTHER_ROLE, JOB_ROLE = "The console's own", "One that exists", "The job's"


def read(console: Console, fields: Fields, job_role: str = "") -> RoleChoice:
    """The role as the form stands; one that exists without an ARN while none is chosen.

    job_role   the ARN of the role of the job that made what is deployed; "" there is none to offer
    """
    configured = console.settings.execution_role_arn
    choice = fields.text("role") or _usual(configured, job_role)
    if choice == JOB_ROLE:
        return ExistingRole(job_role)
    if choice != OTHER_ROLE:
        return console.access.request()
    return ExistingRole(fields.text("arn") or configured)


def problems(console: Console, fields: Fields) -> tuple[Problem, ...]:
    """What is wrong with the role as the form stands."""
    return tuple(Problem("role", words) for words in role_problems(read(console, fields)))


def _usual(configured: str, job_role: str) -> str:
    return JOB_ROLE if job_role else OTHER_ROLE if configured else OWN_ROLE


def show(console: Console, fields: Fields, job_role: str = "", own: str = "", words: str = "") -> None:
    """Write the choice; `job_role` as in `read`. `own` is the name of the console's own where it is another than that
    for models, `words` what it is for.
    """
    configured = console.settings.execution_role_arn
    choice = st.segmented_control(
        "Execution role",
        [*([JOB_ROLE] if job_role else []), OWN_ROLE, OTHER_ROLE],
        default=_usual(configured, job_role),
        required=True,
        key=fields.at("role"),
        help=(words or "What SageMaker takes on while your model runs: it pulls the image, reads the weights, writes "
              "the logs.") + " Your own identity only has to be allowed to hand it over (iam:PassRole).",
        persist_state="session",
    )  # fmt: skip
    if choice == JOB_ROLE:
        name = literal(job_role.rpartition("/")[2])
        st.markdown(f":gray[:small[{name}: it read the data and wrote the models, so it may read them.]]")
        return
    if choice != OTHER_ROLE:
        name = literal(own or console.access.request().name)
        st.markdown(f":gray[:small[{name}: found, or created with least privilege by the plan.]]")
        return
    roles = {configured: configured.rpartition("/")[2]} if configured else {}
    try:
        listed = console.cached(("roles",), ROLES_SECONDS, console.access.list_roles)
        roles |= {role.arn: role.name for role in listed}
    except PermissionDenied:  # listing roles is a right of its own; using one that is known does not need it
        st.markdown(":gray[:small[Your identity may not list roles. Paste the ARN of yours.]]")
    fields.pick(
        "Role", "arn", "role", list(roles), default=configured or None, shown=lambda arn: roles.get(arn, arn),
        accept_new_options=True, placeholder="Choose a role, or paste an ARN",
    )  # fmt: skip
