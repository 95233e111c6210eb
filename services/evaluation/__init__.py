"""Evaluation: which model, cut and search answer best, measured on questions with known answers.

question_files, rules and generating make question sets; grid makes settings; running carries a run out in a scratch
space of its own (scratch, vectors), with the same code as Ask; gold, measures and intervals judge; results and report
tell. It imports the root files, documents, inference and knowledge, and speaks to no SDK. Nothing here loads NumPy
until it is used. Tested in tests/services/evaluation with figures worked out by hand.
"""

from services.evaluation.grid import labels, parts_of, setting_id, settings_of
from services.evaluation.measures import LESS_IS_BETTER, NAMES
from services.evaluation.models import (
    Duel,
    Estimate,
    Figure,
    Grid,
    Item,
    Outcome,
    Place,
    QuestionFile,
    QuestionSet,
    RowProblem,
    RunRequest,
    RunSummary,
    RunView,
    Scored,
    Seen,
    SetSummary,
    Setting,
    Source,
)
from services.evaluation.scratch import Workshop
from services.evaluation.service import EvaluationService

__all__ = [
    "LESS_IS_BETTER",
    "NAMES",
    "Duel",
    "Estimate",
    "EvaluationService",
    "Figure",
    "Grid",
    "Item",
    "Outcome",
    "Place",
    "QuestionFile",
    "QuestionSet",
    "RowProblem",
    "RunRequest",
    "RunSummary",
    "RunView",
    "Scored",
    "Seen",
    "SetSummary",
    "Setting",
    "Source",
    "Workshop",
    "labels",
    "parts_of",
    "setting_id",
    "settings_of",
]
