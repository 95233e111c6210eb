"""Logs: what containers wrote to CloudWatch, read in one place: lines with their level, secrets masked, all bounded.

Only reads. May import the root files and plans. Tested by tests/services/logs/. Expressions are RE2's: a search takes
as long as the text, whatever the expression; look-around and references back are refused at the field.
"""

from services.logs.clean import LONGEST, clean, masked, shown
from services.logs.filters import BadPattern, Filter, select
from services.logs.groups import (
    LogGroup,
    component,
    endpoint,
    notebook,
    processing_job,
    studio,
    training_job,
    transform_job,
)
from services.logs.levels import Level, level_of
from services.logs.live import Live, Showing
from services.logs.models import Cursor, Event, Found, LogLine, Page, Stream
from services.logs.service import LogsService

__all__ = [
    "LONGEST",
    "BadPattern",
    "Cursor",
    "Event",
    "Filter",
    "Found",
    "Level",
    "Live",
    "LogGroup",
    "LogLine",
    "LogsService",
    "Page",
    "Showing",
    "Stream",
    "clean",
    "component",
    "endpoint",
    "level_of",
    "masked",
    "notebook",
    "processing_job",
    "select",
    "shown",
    "studio",
    "training_job",
    "transform_job",
]
