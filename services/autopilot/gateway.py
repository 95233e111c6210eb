"""Reads AutoML jobs; the only file of this room that speaks to an SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.autopilot.models import Candidate, Job
from services.autopilot.using.training_facts import Training, trained_on
from services.autopilot.watching.described import candidate, described, listed
from services.aws_errors import code_and_message, translate
from services.clients import ClientSource
from services.errors import NotFound

MOST_JOBS = 1_000
MOST_CANDIDATES = 750  # AWS makes no more of one job
_PAGE = 100


class AutopilotGateway:
    """Reads with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def list_jobs(self) -> tuple[Job, ...]:
        """The AutoML jobs of this region, the newest first, by list calls alone. Raises PermissionDenied."""
        order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
        rows = self._rows("list_auto_ml_jobs", "AutoMLJobSummaries", "listing the AutoML jobs", MOST_JOBS, **order)
        return tuple(listed(row) for row in rows)

    def describe(self, name: str) -> Job:
        """One job. Raises NotFound."""
        return described(self._row(name))

    def training(self, name: str) -> Training:
        """What a job was told about its table. Raises NotFound."""
        return trained_on(self._row(name))

    def candidates(self, name: str) -> tuple[Candidate, ...]:
        """The candidates of a job as far as there are any, in the order they were begun. Raises NotFound."""
        order = {"AutoMLJobName": name, "SortBy": "CreationTime", "SortOrder": "Ascending"}
        doing = f"listing the candidates of {name[:64]}"
        rows = self._rows("list_candidates_for_auto_ml_job", "Candidates", doing, MOST_CANDIDATES, **order)
        return tuple(candidate(row) for row in rows)

    def _row(self, name: str) -> Mapping[str, Any]:
        try:
            row: Mapping[str, Any] = self._clients.get("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=name)
        except Exception as error:
            raise _named(error, f"describing the AutoML job {name[:64]}", name) from error
        return row

    def _rows(self, operation: str, member: str, doing: str, most: int, **asked: str) -> list[Mapping[str, Any]]:
        try:
            pages = self._clients.get("sagemaker").get_paginator(operation)
            limits = {"MaxItems": most, "PageSize": _PAGE}
            found = pages.paginate(**asked, PaginationConfig=limits)
            return [row for page in found for row in page.get(member) or ()]
        except Exception as error:
            raise _named(error, doing, asked.get("AutoMLJobName", "")) from error


def _named(error: Exception, doing: str, name: str) -> Exception:
    """AWS says in several ways that there is no job of a name."""
    code, message = code_and_message(error)
    absent = "can't find" in message or "could not find" in message.lower() or code.startswith("ResourceNotFound")
    if name and absent:
        return NotFound(
            f"There is no AutoML job called {name[:64]}.",
            f"AWS says: {message}" if message else "",
            "The list has every job of this account and region; AWS keeps no job for ever.",
        )
    return translate(error, doing)
