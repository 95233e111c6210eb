"""Diagnosis: from what a service or a container said to a cause, the line that shows it, a fix and whether to retry.

Only computes: no file, no network. May import the root files, plans and catalog. Tested by tests/services/diagnosis/,
which measures it on real messages with their sources.
"""

from services.diagnosis.models import Advice, Cause, Diagnosis
from services.diagnosis.service import diagnose

__all__ = ["Advice", "Cause", "Diagnosis", "diagnose"]
