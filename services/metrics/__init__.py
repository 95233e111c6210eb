"""Figures of endpoints from CloudWatch: traffic for a table of many, charts for one.

May import the root files, plans, catalog, access and endpoints. Tested by tests/services/metrics/: with a stubbed
client, and against the sandbox, which publishes what follows from the calls really made.
"""

from services.metrics.board import Seen, TrafficBoard
from services.metrics.models import Chart, Query, Series, Span, Traffic, Values, Window
from services.metrics.service import MetricsService
from services.metrics.together import Together, together

__all__ = [
    "Chart",
    "MetricsService",
    "Query",
    "Seen",
    "Series",
    "Span",
    "Together",
    "Traffic",
    "TrafficBoard",
    "Values",
    "Window",
    "together",
]
