"""Fine-tuning of JumpStart's text models: the text's doctor, the plan of a training, its course, its result deployed.

models say what is asked and seen; templates, findings, text_reading, text_doctor, repairing look at the text;
hyperparameters, problems, ceiling and planner are pure; gateway alone speaks to AWS. May import what stands below
Autopilot's layer. Tested by tests/services/tuning: the pure parts by themselves, the flow against the sandbox.
"""

from services.tuning.ceiling import Ceiling, Learned, ceiling
from services.tuning.curves import Curve, verdict
from services.tuning.findings import Finding, Layout, Level, Repair, TextReport
from services.tuning.following import Part, Progress
from services.tuning.hyperparameters import formats_of, length_of, values_of
from services.tuning.models import (
    Format,
    JobStatus,
    LocalText,
    TrainingJob,
    TuningRequest,
    TuningState,
    suggest_job_name,
)
from services.tuning.planner import plan_tuning
from services.tuning.problems import request_problems
from services.tuning.remains import Pile, Remains
from services.tuning.repairing import repaired
from services.tuning.service import TuningService
from services.tuning.templates import Template, placeholders, rendered, suggested, template_problems
from services.tuning.text_doctor import check
from services.tuning.text_in_s3 import Beginning

__all__ = [
    "Beginning",
    "Ceiling",
    "Curve",
    "Finding",
    "Format",
    "JobStatus",
    "Layout",
    "Learned",
    "Level",
    "LocalText",
    "Part",
    "Pile",
    "Progress",
    "Remains",
    "Repair",
    "Template",
    "TextReport",
    "TrainingJob",
    "TuningRequest",
    "TuningService",
    "TuningState",
    "ceiling",
    "check",
    "formats_of",
    "length_of",
    "placeholders",
    "plan_tuning",
    "rendered",
    "repaired",
    "request_problems",
    "suggest_job_name",
    "suggested",
    "template_problems",
    "values_of",
    "verdict",
]
