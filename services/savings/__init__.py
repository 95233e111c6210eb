"""What could be saved: idle and oversized endpoints, notebooks and Studio nobody works in, and what nothing refers to.

Every finding carries its proof, and nothing is proposed that was not checked. Changes nothing itself but which findings
were put aside; its plans stop notebook instances and let variants scale. Tested in tests/services/savings.
"""

from services.savings.models import (
    DEFAULT_DAYS,
    MOST_DAYS,
    Asking,
    Finding,
    Kept,
    Proposal,
    Savings,
    Unjudged,
    Way,
    What,
)
from services.savings.service import SavingsService

__all__ = [
    "DEFAULT_DAYS",
    "MOST_DAYS",
    "Asking",
    "Finding",
    "Kept",
    "Proposal",
    "Savings",
    "SavingsService",
    "Unjudged",
    "Way",
    "What",
]
