"""Batch transform: a model's answers to everything that lies below an S3 prefix, by a job that ends by itself.

models says what is asked and what is known of a job; problems and planner are pure; preview, following and results read
S3 through `services.objects`; gateway alone speaks to SageMaker. May import the layers below. Tested with plain values
and against the sandbox, whose transform jobs really ask its models.
"""

from services.batch.following import MissingOutput, Progress, explained
from services.batch.models import (
    HostedModel,
    JobStatus,
    ModelName,
    Problem,
    Spent,
    TransformJob,
    TransformRequest,
    suggested_name,
)
from services.batch.payloads import Suggestion, suggestion, usual_machine, wrapped
from services.batch.preview import InputPreview
from services.batch.problems import request_problems
from services.batch.results import JoinedRow, Results
from services.batch.service import BatchService

__all__ = [
    "BatchService",
    "HostedModel",
    "InputPreview",
    "JobStatus",
    "JoinedRow",
    "MissingOutput",
    "ModelName",
    "Problem",
    "Progress",
    "Results",
    "Spent",
    "Suggestion",
    "TransformJob",
    "TransformRequest",
    "explained",
    "request_problems",
    "suggested_name",
    "suggestion",
    "usual_machine",
    "wrapped",
]
