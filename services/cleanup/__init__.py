"""Take-down: removes what this console made for an owner, in order, and nothing else.

May import the root files, plans and every room before it. Tested by tests/services/cleanup/: the planner with plain
state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.cleanup.models import (
    HeldConfig,
    HeldModel,
    HeldRole,
    HeldTopic,
    KeptItem,
    TakeDown,
    TakeDownItem,
    TakeDownRequest,
    TakeDownState,
)
from services.cleanup.planner import plan_take_down
from services.cleanup.service import CleanupService

__all__ = [
    "CleanupService",
    "HeldConfig",
    "HeldModel",
    "HeldRole",
    "HeldTopic",
    "KeptItem",
    "TakeDown",
    "TakeDownItem",
    "TakeDownRequest",
    "TakeDownState",
    "plan_take_down",
]
