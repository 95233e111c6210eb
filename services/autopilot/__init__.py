"""Autopilot: from a table to predictions.

Four parts, in the order in which a job passes them: `requesting` (what is asked for), `launching` (before it runs),
`watching` (how it stands, what it left), `using` (its candidates put to use). What they share is beside them, as in
every room. May import the rooms of its layer's predecessors: plans, catalog, access, tables, objects, deploy, batch.
Tested by tests/services/autopilot/.
"""

from services.autopilot.launching.ceiling import Ceiling
from services.autopilot.launching.seen import Seen
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
from services.autopilot.requesting.field import Field
from services.autopilot.requesting.fields import FIELDS, field_of, fields_of
from services.autopilot.requesting.problems import request_problems
from services.autopilot.requesting.request import (
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
