"""What the account costs now, what it cost, and what is expected: estimates from prices beside AWS's own bill.

Tested in tests/services/costs, against bills worked out by hand.
"""

from services.costs.billing import bill
from services.costs.models import Bill, BillLine, Sum

__all__ = ["Bill", "BillLine", "Sum", "bill"]
