"""Autopilot: from a table to predictions.

May import the rooms of its layer's predecessors: plans, catalog, access, tables, objects, deploy, batch. Tested by
tests/services/autopilot/.
"""

from services.autopilot.ceiling import Ceiling
from services.autopilot.field import Field
from services.autopilot.fields import FIELDS, field_of, fields_of
from services.autopilot.models import (
    Candidate,
    CandidateContainer,
    CandidateStep,
    Job,
    JobStatus,
    Measure,
    ProblemKind,
    TabularProblem,
)
from services.autopilot.problems import request_problems
from services.autopilot.request import (
    AutoDeploy,
    AutopilotRequest,
    Filling,
    Forecast,
    Held,
    ImageClasses,
    LanguageTuning,
    Limits,
    LocalFile,
    Mode,
    S3Data,
    Security,
    Tabular,
    TextClasses,
    suggest_name,
)
from services.autopilot.seen import Seen
from services.autopilot.service import AutopilotService

__all__ = [
    "FIELDS",
    "AutoDeploy",
    "AutopilotRequest",
    "AutopilotService",
    "Candidate",
    "CandidateContainer",
    "CandidateStep",
    "Ceiling",
    "Field",
    "Filling",
    "Forecast",
    "Held",
    "ImageClasses",
    "Job",
    "JobStatus",
    "LanguageTuning",
    "Limits",
    "LocalFile",
    "Measure",
    "Mode",
    "ProblemKind",
    "S3Data",
    "Security",
    "Seen",
    "Tabular",
    "TabularProblem",
    "TextClasses",
    "field_of",
    "fields_of",
    "request_problems",
    "suggest_name",
]
