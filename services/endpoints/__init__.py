"""Endpoints that exist: listed, described with what they cost, and deleted by a plan.

May import the root files, plans, catalog, access and inference. Tested by tests/services/endpoints/: planners with
plain state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.endpoints.attention import MonthToDate, ending, endless, failed, idle, may_be_idle, month_to_date
from services.endpoints.capacity import ScaleRequest, ScaleState, plan_scale
from services.endpoints.changing import EndpointChanges
from services.endpoints.composition import Composition
from services.endpoints.confirmed import confirmed_plans
from services.endpoints.definitions import AutoScaling, Component, Policy, WakeUp
from services.endpoints.finding import EndpointOrder, EndpointQuery, EndpointRow, FoundEndpoints, find_endpoints
from services.endpoints.models import (
    Burn,
    DeleteState,
    EndpointDetail,
    EndpointSummary,
    ModelFacts,
    Parts,
    Sharing,
    Variant,
    burn,
    priced,
)
from services.endpoints.paused import (
    DiscardState,
    PausedEndpoint,
    PauseRequest,
    PauseState,
    ResumeState,
)
from services.endpoints.pausing import plan_pause
from services.endpoints.planner import endpoint_steps, parts_steps, plan_delete
from services.endpoints.resuming import plan_discard, plan_resume
from services.endpoints.service import EndpointsService
from services.endpoints.timeline import Event, EventKind, Timeline, deployments, of_runs
from services.endpoints.updates import NewModel, Rollout, Shift, UpdateRequest, UpdateState
from services.endpoints.updating import plan_update, usd_after
from services.endpoints.watchdog import Activity, Concern, Worry, typical_of, watch

__all__ = [
    "Activity",
    "AutoScaling",
    "Burn",
    "Component",
    "Composition",
    "Concern",
    "DeleteState",
    "DiscardState",
    "EndpointChanges",
    "EndpointDetail",
    "EndpointOrder",
    "EndpointQuery",
    "EndpointRow",
    "EndpointSummary",
    "EndpointsService",
    "Event",
    "EventKind",
    "FoundEndpoints",
    "ModelFacts",
    "MonthToDate",
    "NewModel",
    "Parts",
    "PauseRequest",
    "PauseState",
    "PausedEndpoint",
    "Policy",
    "ResumeState",
    "Rollout",
    "ScaleRequest",
    "ScaleState",
    "Sharing",
    "Shift",
    "Timeline",
    "UpdateRequest",
    "UpdateState",
    "Variant",
    "WakeUp",
    "Worry",
    "burn",
    "confirmed_plans",
    "deployments",
    "ending",
    "endless",
    "endpoint_steps",
    "failed",
    "find_endpoints",
    "idle",
    "may_be_idle",
    "month_to_date",
    "of_runs",
    "parts_steps",
    "plan_delete",
    "plan_discard",
    "plan_pause",
    "plan_resume",
    "plan_scale",
    "plan_update",
    "priced",
    "typical_of",
    "usd_after",
    "watch",
]
