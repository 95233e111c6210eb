"""Everything an account holds that the console knows of, in one or several regions: what it is, whose, what uses what.

Costs, savings, leases and cleaning up all read the same `Holdings`. Tested in tests/services/resources.
"""

from services.resources.models import MADE_BY, OWNER, PROTECTED, Gap, Holdings, Key, Kind, Machine, Place, Resource
from services.resources.service import ResourcesService

__all__ = [
    "MADE_BY",
    "OWNER",
    "PROTECTED",
    "Gap",
    "Holdings",
    "Key",
    "Kind",
    "Machine",
    "Place",
    "Resource",
    "ResourcesService",
]
