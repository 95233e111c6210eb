"""Diagnosis: from what a service or a container said to a cause, the line that shows it, a fix and whether to retry.

`diagnose` only computes; `gateway.py` alone reads, the end of a container's log. May import the root files, plans and
catalog. Tested by tests/services/diagnosis/, which measures it on real messages with their sources.
"""

from services.diagnosis.container_logs import ContainerLog, LoggedLine, Place
from services.diagnosis.models import Advice, Cause, Diagnosis
from services.diagnosis.service import diagnose, diagnose_container

__all__ = [
    "Advice",
    "Cause",
    "ContainerLog",
    "Diagnosis",
    "LoggedLine",
    "Place",
    "diagnose",
    "diagnose_container",
]
