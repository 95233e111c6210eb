"""Statuses of endpoints, runs, steps, jobs and documents, each always with the same colour, icon and word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import streamlit as st

Colour = Literal["red", "orange", "blue", "green", "violet", "gray"]


class Chip(NamedTuple):
    """How one status looks; `word` says it, so the colour is never the only sign."""

    word: str
    colour: Colour
    icon: str


CHIPS: dict[str, Chip] = {
    # endpoints, as AWS writes them
    "InService": Chip("In service", "green", "check_circle"),
    "Creating": Chip("Creating", "blue", "progress_activity"),
    "Updating": Chip("Updating", "blue", "sync"),
    "SystemUpdating": Chip("Updating", "blue", "sync"),
    "RollingBack": Chip("Rolling back", "orange", "undo"),
    "UpdateRollbackFailed": Chip("Rollback failed", "red", "error"),
    "Deleting": Chip("Deleting", "orange", "delete"),
    "Failed": Chip("Failed", "red", "error"),
    "Pending": Chip("Pending", "blue", "progress_activity"),
    "OutOfService": Chip("Out of service", "orange", "pause_circle"),
    "Alarm": Chip("Alarm", "red", "notifications_active"),
    # jobs, as AWS writes them
    "InProgress": Chip("In progress", "blue", "progress_activity"),
    "Completed": Chip("Completed", "green", "check_circle"),
    "Stopping": Chip("Stopping", "orange", "stop_circle"),
    "Stopped": Chip("Stopped", "gray", "stop_circle"),
    "Unknown": Chip("Unknown", "gray", "help"),
    # notebook instances, spaces, user profiles
    "Runs": Chip("Running", "green", "check_circle"),
    "Starting": Chip("Starting", "blue", "progress_activity"),
    "PendingMaintenance": Chip("Maintenance ahead", "orange", "build"),
    "InMaintenance": Chip("Maintenance", "orange", "build"),
    "Update_Failed": Chip("Change failed", "orange", "error"),
    "Delete_Failed": Chip("Deletion failed", "red", "error"),
    # runs, steps, jobs
    "waiting": Chip("Waiting", "gray", "schedule"),
    "running": Chip("Running", "blue", "progress_activity"),
    "cancelling": Chip("Cancelling", "orange", "pending"),
    "undoing": Chip("Undoing", "orange", "undo"),
    "done": Chip("Done", "green", "check_circle"),
    "already_there": Chip("Already there", "green", "done_all"),
    "failed": Chip("Failed", "red", "error"),
    "cancelled": Chip("Cancelled", "gray", "cancel"),
    "interrupted": Chip("Interrupted", "orange", "warning"),
    "skipped": Chip("Skipped", "gray", "skip_next"),
    "undone": Chip("Undone", "gray", "undo"),
    "unknown": Chip("To be checked", "orange", "help"),
    # documents
    "ready": Chip("Ready", "green", "check_circle"),
    "already there": Chip("Already there", "green", "done_all"),
    "reading": Chip("Reading", "blue", "progress_activity"),
    "embedding": Chip("Embedding", "blue", "progress_activity"),
    "refused": Chip("Refused", "red", "block"),
    "locked": Chip("Locked", "orange", "lock"),
    "unpacked": Chip("Unpacked", "gray", "folder_zip"),
}


def chip(status: str) -> Chip:
    """How a status looks; one nobody has listed is shown in its own words, in grey."""
    return CHIPS.get(status) or CHIPS.get(status.lower()) or Chip(status or "Unknown", "gray", "help")


def badge(status: str) -> str:
    """A status as a Markdown badge."""
    shown = chip(status)
    return f":{shown.colour}-badge[:material/{shown.icon}: {shown.word}]"


def icon(status: str) -> str:
    """A status as a coloured icon alone, for a row that names the status elsewhere."""
    shown = chip(status)
    return f":{shown.colour}[:material/{shown.icon}:]"


def column(statuses: Iterable[str], width: int | Literal["small"] = "small") -> Any:
    """The configuration of a table's status column: each status as a chip of its colour."""
    chips = list(dict.fromkeys(chip(status) for status in sorted(statuses))) or [chip("")]
    return st.column_config.MultiselectColumn(
        "Status", options=[each.word for each in chips], color=[each.colour for each in chips], width=width
    )
