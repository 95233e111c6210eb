"""Deployments: a model of the catalogue or the hub, or a container of one's own, becomes an endpoint, by a plan.

May import the root files, plans, catalog, access, inference and diagnosis. Tested by tests/services/deploy/: planners
with plain state, the gateway with a stubbed client, the flow against the sandbox.
"""

from services.deploy.container_log import LogLine, Stage
from services.deploy.correction import Correction, corrected, corrections
from services.deploy.following import Following, LogTail, Sighting, StageView, State, follow
from services.deploy.hub import fitting_types, gpus_used, needed_gpu_gib, server_name, versions, weights_gib
from services.deploy.machine_problems import local_disk
from services.deploy.models import (
    DeployRequest,
    DeployState,
    FoundComponent,
    FoundEndpoint,
    HostedModel,
    Place,
    Problem,
    RagPairRequest,
    suggest_name,
)
from services.deploy.modes import (
    Advanced,
    Asynchronous,
    Components,
    DataCapture,
    ExistingTopic,
    Metric,
    Mode,
    NewTopic,
    RealTime,
    Scaling,
    Serverless,
)
from services.deploy.planner import plan_deploy, plan_model, plan_pair
from services.deploy.problems import eula_problem, name_problem, request_problems
from services.deploy.scaling import managed_scaling, most_instances, scaling_steps
from services.deploy.scaling_limits import scaling_problems, topic_problems
from services.deploy.service import DeployService
from services.deploy.sources import (
    CatalogSource,
    CustomSource,
    HubSource,
    PipelineContainer,
    PipelineSource,
    Server,
    Source,
)
from services.deploy.topics import delete_topic_step, topic_arn, topic_steps

__all__ = [
    "Advanced",
    "Asynchronous",
    "CatalogSource",
    "Components",
    "Correction",
    "CustomSource",
    "DataCapture",
    "DeployRequest",
    "DeployService",
    "DeployState",
    "ExistingTopic",
    "Following",
    "FoundComponent",
    "FoundEndpoint",
    "HostedModel",
    "HubSource",
    "LogLine",
    "LogTail",
    "Metric",
    "Mode",
    "NewTopic",
    "PipelineContainer",
    "PipelineSource",
    "Place",
    "Problem",
    "RagPairRequest",
    "RealTime",
    "Scaling",
    "Server",
    "Serverless",
    "Sighting",
    "Source",
    "Stage",
    "StageView",
    "State",
    "corrected",
    "corrections",
    "delete_topic_step",
    "eula_problem",
    "fitting_types",
    "follow",
    "gpus_used",
    "local_disk",
    "managed_scaling",
    "most_instances",
    "name_problem",
    "needed_gpu_gib",
    "plan_deploy",
    "plan_model",
    "plan_pair",
    "request_problems",
    "scaling_problems",
    "scaling_steps",
    "server_name",
    "suggest_name",
    "topic_arn",
    "topic_problems",
    "topic_steps",
    "versions",
    "weights_gib",
]
