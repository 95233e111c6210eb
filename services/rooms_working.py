"""The rooms where one works: Autopilot, fine-tuning, batch transform, notebooks, Studio, and what lies in S3."""

from __future__ import annotations

from services.rooms_spending import SpendingRooms


class WorkingRooms(SpendingRooms):
    """Jobs that read a table or a text and leave something behind, and places to run a notebook."""
