"""Autopilot: from a table to predictions.

May import the rooms of its layer's predecessors: plans, catalog, access, tables, objects, deploy, batch. Tested by
tests/services/autopilot/.
"""

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
from services.autopilot.service import AutopilotService

__all__ = [
    "AutopilotService",
    "Candidate",
    "CandidateContainer",
    "CandidateStep",
    "Job",
    "JobStatus",
    "Measure",
    "ProblemKind",
    "TabularProblem",
]
