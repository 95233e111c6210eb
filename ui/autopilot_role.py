"""Which role a job takes on: that of the AutoML job, the console's own, or one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.access import RoleChoice
from services.access import problems as role_problems
from services.deploy import Problem
from ui import form_role
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console


def choose(console: Console, job_role: str, key: str) -> RoleChoice | None:
    """Write the choice; None while what is chosen cannot be a role."""
    chosen = form_role.read(console, Fields(key), job_role)
    wrong = tuple(Problem("role", words) for words in role_problems(chosen))
    fields = Fields(key, problems=wrong)
    form_role.show(console, fields, job_role)
    fields.under("role")
    return None if wrong else chosen
