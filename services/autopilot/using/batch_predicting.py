"""Predictions by transform jobs: a table is held against the schema and written anew, sent, and its answers fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from services.access import RoleChoice
from services.autopilot.models import Candidate, Job
from services.autopilot.using.batch_rows import Sheet, fits, read_sheet, sheet_of, write_joined, write_rows
from services.autopilot.using.candidate_planner import SHEET, BatchAsk, model_request, plan_batch, transform_request
from services.autopilot.using.candidates import containers_of, outputs_of, telling
from services.autopilot.using.guard import Match, matched
from services.autopilot.using.predicting import Predictions, opened
from services.autopilot.using.schema import Schema
from services.autopilot.using.scoring import plainly_scored
from services.autopilot.using.table_files import Given, looked_at
from services.errors import InvalidRequest
from services.jobs import JobHandle
from services.objects import Uri
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.batch import BatchService, TransformJob
    from services.deploy import DeployService
    from services.objects import ObjectsService

MOST_SHEET_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table as a transform job gets it. `rows`: the file of lines, "" where `source` is sent as it lies.

    count   how many lines; None where the source was only looked at
    """

    sheet: Sheet
    sheet_file: str
    rows: str = ""
    source: str = ""
    count: int | None = None
    notes: tuple[str, ...] = ()


class BatchPredictions:
    """Predictions by transform jobs for one owner."""

    def __init__(
        self, predictions: Predictions, deploy: DeployService, batch: BatchService,
        objects: Callable[[], ObjectsService], *, partition: str = "aws",
    ) -> None:  # fmt: skip
        self._predictions, self._deploy, self._batch = predictions, deploy, batch
        self._objects, self._partition = objects, partition

    def look(self, schema: Schema, uri: str) -> tuple[Given, Match | None]:
        """An object of S3 by one ranged read, held against the schema; no match of Parquet, which is fetched first.

        Raises InvalidRequest for one that cannot be predicted from.
        """
        table = looked_at(self._objects(), uri, schema.names)
        if table.layout.kind == "parquet":
            return table, None
        match = matched(schema, table.columns, table.first, header=table.header)
        if Uri.parse(uri).folder and not fits(schema, table, match):
            raise InvalidRequest(
                "The files below this prefix cannot be sent as they lie.",
                f"{table.name} is not plain CSV without header with exactly the model's columns in order.",
                "Name one file: it is written anew in the right way.",
            )
        return table, match

    def prepare(
        self, schema: Schema, candidate: Candidate, *, uri: str = "", table: Given | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Prepared:  # fmt: skip
        """What is sent of an object in S3, or of a file of this machine. Raises InvalidRequest."""
        keys = outputs_of(telling(containers_of(candidate)))
        if uri:
            seen, match = self.look(schema, uri)
            if match is not None and fits(schema, seen, match):
                sheet = sheet_of(schema, seen, match, keys)
                return Prepared(sheet, self._sheet(sheet), source=uri, notes=match.notes)
            table = self._predictions.keep(seen.name, self._objects().open(uri), schema.names)
        if table is None:
            raise InvalidRequest("There is no table to predict.", "", "Name a file.")
        match = matched(schema, table.columns, table.first, header=table.header)
        sheet = sheet_of(schema, table, match, keys)
        path = self._predictions.place("rows", ".csv")
        with opened(path, "w", newline="", encoding="utf-8") as file:
            count = write_rows(table, match, file, progress)
        return Prepared(sheet, self._sheet(sheet), rows=str(path), count=count, notes=match.notes)

    def _sheet(self, sheet: Sheet) -> str:
        path = self._predictions.place("sheet", ".json")
        with opened(path, "w", encoding="utf-8") as file:
            file.write(sheet.written())
        return str(path)

    def ask(
        self, job: Job, candidate: Candidate, prepared: Prepared, *, role: RoleChoice, owner: str, name: str = "",
        instance_type: str = "ml.m5.xlarge", count: int = 1,
    ) -> BatchAsk:  # fmt: skip
        """What is planned; keep it while its plan is looked at: a name that is not given holds the time."""
        mark = hashlib.sha256(f"{prepared.rows}{prepared.source}{prepared.sheet_file}".encode()).hexdigest()[:4]
        suggested = f"{self._batch.suggest_name(f'ap-{job.name}')}-{mark}"  # of two tables in one second too
        return BatchAsk(
            job=job, candidate=candidate, name=name or suggested, role=role, owner=owner,
            sheet=prepared.sheet, sheet_file=prepared.sheet_file, rows=prepared.rows, source=prepared.source,
            instance_type=instance_type, count=count,
        )  # fmt: skip

    def plan(self, asked: BatchAsk) -> Plan:
        """Model, lines and job as one plan. Raises InvalidRequest, NameTaken and what looking raises."""
        model = self._deploy.plan_model(model_request(asked, self._partition))
        return plan_batch(asked, model, self._batch.plan(transform_request(asked)), self._partition)

    def start_fetching(self, name: str) -> str:
        """Fetch the answers of a transform job that has completed, joined, in the background; the id of that job.

        Its result is that of a file's predictions (`Predictions.result_of`, `scoring.scores_of`).
        """
        done = self._batch.describe(name)
        sheet = self.sheet(done)

        def work(handle: JobHandle) -> Mapping[str, Any]:
            return self._fetched(handle, done, sheet)

        return self._predictions.start(
            f"Fetch the answers of {name}",
            work,
            key=f"fetch/{name}",
            payload={"transform": name, "file": f"{name}.csv"},
        )

    def sheet(self, done: TransformJob) -> Sheet:
        """How a transform job's lines are to be read. Raises InvalidRequest for a job that was not planned here."""
        target = done.request.target if done.request else ""
        base = target.rstrip("/").rpartition("/")[0]
        if not base.startswith("s3://"):
            raise InvalidRequest(f"{done.name} does not say where it writes.", "", "Look at it on the page Batch.")
        return read_sheet(self._objects().read(f"{base}/{SHEET}", MOST_SHEET_BYTES))

    def _fetched(self, handle: JobHandle, done: TransformJob, sheet: Sheet) -> Mapping[str, Any]:
        objects, target = self._objects(), done.request.target if done.request else ""
        found = [each for each in objects.below(target).entries if each.name.endswith(".out")]
        if not found:
            raise InvalidRequest(f"{done.name} has written no answers.", f"There is nothing below {target}.", "")
        made = self._predictions.place("made", ".csv", handle.id)

        def said(rows: int) -> None:
            handle.checkpoint()
            handle.report(None, f"{rows:,} answers fetched")

        pieces = (piece for each in found for piece in chain(objects.open(each.uri), (b"\n",)))
        with opened(made, "w", newline="", encoding="utf-8") as file:
            rows, scores = write_joined(sheet, pieces, file, said)
        return {"file": made.name, "rows": rows, **plainly_scored(scores)}
