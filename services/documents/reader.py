"""Files read and pages drawn in limited worker processes."""

from __future__ import annotations
