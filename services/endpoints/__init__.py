"""Endpoints that exist: listed, described with what they cost, and deleted by a plan.

May import the root files, plans, catalog, access and inference. Tested by tests/services/endpoints/: planners with
plain state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.endpoints.confirmed import confirmed_plans
from services.endpoints.models import (
    Burn,
    DeleteState,
    EndpointDetail,
    EndpointSummary,
    ModelFacts,
    Sharing,
    Variant,
    burn,
    priced,
)
from services.endpoints.planner import endpoint_steps, plan_delete
from services.endpoints.service import EndpointsService
from services.endpoints.watchdog import Activity, Concern, Worry, typical_of, watch

__all__ = [
    "Activity",
    "Burn",
    "Concern",
    "DeleteState",
    "EndpointDetail",
    "EndpointSummary",
    "EndpointsService",
    "ModelFacts",
    "Sharing",
    "Variant",
    "Worry",
    "burn",
    "confirmed_plans",
    "endpoint_steps",
    "plan_delete",
    "priced",
    "typical_of",
    "watch",
]
