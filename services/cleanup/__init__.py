"""Cleaning up: what goes of all that an account holds, in which order, what stays and why, and the proof of both.

request says what is asked for, choosing decides, removing and studio and storage know the steps of each kind, planning
makes the plan, looking_again keeps what came to be used or protected since. The take-down of what this console made for
an owner (planner, service) is older and stands beside it. May import every room before it. Tested by
tests/services/cleanup/: planners with plain state, gateways with a stubbed client, flows against the sandbox.
"""

from services.cleanup.cleaning import CleaningService
from services.cleanup.looking_again import LookingAgain
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
from services.cleanup.picture import Cleanup, Item
from services.cleanup.planner import plan_take_down
from services.cleanup.planning import CleanupState, plan_cleanup
from services.cleanup.request import HOLDS_FILES, MOST, CleanupRequest
from services.cleanup.service import CleanupService

__all__ = [
    "HOLDS_FILES",
    "MOST",
    "CleaningService",
    "Cleanup",
    "CleanupRequest",
    "CleanupService",
    "CleanupState",
    "HeldConfig",
    "HeldModel",
    "HeldRole",
    "HeldTopic",
    "Item",
    "KeptItem",
    "LookingAgain",
    "TakeDown",
    "TakeDownItem",
    "TakeDownRequest",
    "TakeDownState",
    "plan_cleanup",
    "plan_take_down",
]
