"""Preflight: what stands in the way of a deployment, told before anything is made or a cent is spent.

Only reads, every check side by side under one deadline; what cannot be looked at in time or without permission is
unknown and never blocks. May import the root files, plans, catalog, access, endpoints and deploy. Tested by
tests/services/preflight/: each line with stubbed reads, the whole against the sandbox.
"""

from services.preflight.models import Fix, Line, Preflight, Request, Topic, Verdict
from services.preflight.service import DEADLINE, PreflightService

__all__ = ["DEADLINE", "Fix", "Line", "Preflight", "PreflightService", "Request", "Topic", "Verdict"]
