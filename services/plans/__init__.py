"""Plans: what a change will do, as frozen data, and everything that follows from it.

models holds what a plan is; validate, permissions, export and values read it; runs carries it out and writes it down.
It may import only the root files of services, and is tested with operators held in memory.
"""

from services.errors import Problem
from services.plans.export import to_boto3
from services.plans.exports import Export, Format, export
from services.plans.models import (
    Cost,
    ErrorMatch,
    Estimate,
    Frozen,
    Json,
    Manner,
    Once,
    OnFailure,
    Permission,
    Plan,
    Proof,
    Read,
    Ref,
    Repeat,
    Secret,
    Step,
    Text,
    Unless,
    Until,
    Upload,
    freeze,
    merge,
)
from services.plans.operators import AwsOperator, Operator
from services.plans.permissions import policy, undeclared
from services.plans.runs import Runs
from services.plans.secrecy import looks_secret
from services.plans.validate import check, known_values, warnings_of
from services.plans.values import secret_names, shown
from services.plans.views import Pulse, Receipt, RunStatus, RunView, StepStatus, StepView

__all__ = [
    "AwsOperator",
    "Cost",
    "ErrorMatch",
    "Estimate",
    "Export",
    "Format",
    "Frozen",
    "Json",
    "Manner",
    "OnFailure",
    "Once",
    "Operator",
    "Permission",
    "Plan",
    "Problem",
    "Proof",
    "Pulse",
    "Read",
    "Receipt",
    "Ref",
    "Repeat",
    "RunStatus",
    "RunView",
    "Runs",
    "Secret",
    "Step",
    "StepStatus",
    "StepView",
    "Text",
    "Unless",
    "Until",
    "Upload",
    "check",
    "export",
    "freeze",
    "known_values",
    "looks_secret",
    "merge",
    "policy",
    "secret_names",
    "shown",
    "to_boto3",
    "undeclared",
    "warnings_of",
]
