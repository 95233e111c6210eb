"""Notebook instances: made, started, opened, stopped, changed, deleted; each of it but opening as a plan.

Tested in tests/services/notebooks: planners with plain state, the life of one against the sandbox.
"""

from services.notebooks.models import (
    ABOUT,
    PLATFORMS,
    STATES,
    Act,
    ChangeRequest,
    Lifecycle,
    NotebookInstance,
    NotebookRequest,
    NotebookState,
    Opened,
    State,
    state_of,
)
from services.notebooks.planner import plan_change, plan_create, plan_delete, plan_start, plan_stop
from services.notebooks.problems import change_problems, request_problems
from services.notebooks.service import NotebooksService

__all__ = [
    "ABOUT",
    "PLATFORMS",
    "STATES",
    "Act",
    "ChangeRequest",
    "Lifecycle",
    "NotebookInstance",
    "NotebookRequest",
    "NotebookState",
    "NotebooksService",
    "Opened",
    "State",
    "change_problems",
    "plan_change",
    "plan_create",
    "plan_delete",
    "plan_start",
    "plan_stop",
    "request_problems",
    "state_of",
]
