"""Deployments: a model from the catalogue becomes an endpoint, by a plan.

May import the root files, plans, catalog, access and diagnosis. Tested by tests/services/deploy/: planners with plain
state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.deploy.correction import corrected
from services.deploy.models import (
    DeployRequest,
    DeployState,
    FoundEndpoint,
    RagPairRequest,
    eula_problem,
    name_problem,
    request_problems,
    suggest_name,
)
from services.deploy.planner import plan_deploy, plan_pair
from services.deploy.service import DeployService

__all__ = [
    "DeployRequest",
    "DeployService",
    "DeployState",
    "FoundEndpoint",
    "RagPairRequest",
    "corrected",
    "eula_problem",
    "name_problem",
    "plan_deploy",
    "plan_pair",
    "request_problems",
    "suggest_name",
]
