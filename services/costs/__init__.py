"""What the account costs now, what it cost, and what is expected: estimates from prices beside AWS's own bill.

May import the root files, plans, catalog, endpoints and resources. Tested in tests/services/costs, against bills worked
out by hand and against the sandbox.
"""

from services.costs.advice import Advice, FreeUsage, advice, free_words
from services.costs.billing import bill, line_of
from services.costs.explorer import Day, Forecast, Spent
from services.costs.models import Bill, BillLine, Sum, Worked, sum_of
from services.costs.reckoning import Stretch, hours_until, month_of
from services.costs.service import CostsService

__all__ = [
    "Advice",
    "Bill",
    "BillLine",
    "CostsService",
    "Day",
    "Forecast",
    "FreeUsage",
    "Spent",
    "Stretch",
    "Sum",
    "Worked",
    "advice",
    "bill",
    "free_words",
    "hours_until",
    "line_of",
    "month_of",
    "sum_of",
]
