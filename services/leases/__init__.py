"""Leases: the agreed end of an endpoint, its owner and reason, and who keeps to it while no console runs.

The endpoint's tags hold it; EventBridge Scheduler keeps to it, or `sagedeck reap`. Tested in tests/services/leases.
"""

from services.leases.models import Due, KeptBy, Lease, LeaseRequest, LeaseState, Schedule
from services.leases.planner import plan_lease
from services.leases.service import Asking, LeasesService

__all__ = ["Asking", "Due", "KeptBy", "Lease", "LeaseRequest", "LeaseState", "LeasesService", "Schedule", "plan_lease"]
