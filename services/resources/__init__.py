"""Everything an account holds that the console knows of, in one or several regions: what it is, whose, what uses what.

Costs, savings, leases and cleaning up all read the same `Holdings`. Tested in tests/services/resources.
"""

from services.resources.models import Gap, Holdings, Key, Kind, Machine, Resource
from services.resources.service import ResourcesService

__all__ = ["Gap", "Holdings", "Key", "Kind", "Machine", "Resource", "ResourcesService"]
