"""Leases: the agreed end of an endpoint or a notebook instance, its owner and reason, and who keeps to it while no
console runs.

Its tags hold it; EventBridge Scheduler keeps to it, or `sagedeck reap`. Tested in tests/services/leases.
"""

from services.leases.leased import Leased
from services.leases.models import (
    Due,
    KeptBy,
    Lease,
    LeaseRequest,
    LeaseState,
    Schedule,
    Subject,
    kind_held,
    subject_key,
)
from services.leases.planner import plan_lease
from services.leases.service import Asking, LeasesService
from services.leases.workplaces import NotebookLeases
from services.plans.leasing import WAYS, LeaseKind

__all__ = [
    "WAYS",
    "Asking",
    "Due",
    "KeptBy",
    "Lease",
    "LeaseKind",
    "LeaseRequest",
    "LeaseState",
    "Leased",
    "LeasesService",
    "NotebookLeases",
    "Schedule",
    "Subject",
    "kind_held",
    "plan_lease",
    "subject_key",
]
