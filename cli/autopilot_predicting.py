"""What `sagedeck autopilot predict` does: one row, a file by an endpoint, a table by a transform job."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.opening import say
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.legible import legible

if TYPE_CHECKING:
    from services.access import RoleChoice
    from services.autopilot import Candidate, Job
    from services.autopilot.using.candidate_planner import BatchAsk
    from services.autopilot.using.predicting import Asked
    from services.autopilot.using.schema import Schema
    from services.console import Console

_LOOK_SECONDS = 0.3


def asked_of(console: Console, job: str, endpoint: str) -> Asked:
    """The endpoint that is asked: the one named, else the newest of the job that answers. Raises NotFound."""
    from services.autopilot.using.candidates import Used, endpoints_of, keys_of
    from services.autopilot.using.predicting import Asked

    found, candidates = console.autopilot.describe(job), console.autopilot.candidates(job)
    names = [endpoint] if endpoint else [each.name for each in console.endpoints.list_endpoints() if each.ready]
    details = console.endpoints.describe_many(names)
    used = [each for each in endpoints_of(found, candidates, details) if each.detail.ready]
    if endpoint and details and not used:
        say(f"Nothing tells that {endpoint} serves {job}; it is asked all the same.")
        used = [Used(each) for each in details if each.ready]
    if not used:
        raise NotFound(
            f"No endpoint of {job} answers.", "",
            f"Deploy a candidate with `sagedeck autopilot deploy {job}`, or predict with --batch.",
        )  # fmt: skip
    return Asked(used[0].name, keys_of(used[0], candidates), used[0].detail.serverless)


def one_row(console: Console, job: str, endpoint: str, text: str) -> dict[str, Any]:
    """The prediction of a row written as a JSON object. Raises InvalidRequest for columns missing or unknown."""
    from services.autopilot.using.guard import matched

    try:
        values = json.loads(text)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise InvalidRequest("--row is no JSON object.", "", 'Write it like {"age": 30, "plan": "basic"}.')
    schema, asked = console.predictions.schema(job), asked_of(console, job, endpoint)
    cells = ["" if each is None else str(each) for each in values.values()]
    match = matched(schema, tuple(values), [cells], of="row")
    _say_notes(match.notes, [each.words for each in match.misfits])
    answer = console.predictions.ask(asked, [match.row(cells)])[0]
    row: dict[str, Any] = {"endpoint": asked.endpoint, "prediction": answer.label}
    if schema.training.regression and answer.number is not None:
        row["prediction"] = answer.number
    return row | ({"probabilities": dict(answer.scores)} if answer.scores else {})


def by_endpoint(console: Console, job: str, endpoint: str, file: str, into: str) -> dict[str, Any]:
    """A file predicted by an endpoint, its predictions written beside its rows."""
    from services.autopilot.models import ProblemKind
    from services.autopilot.using.guard import matched
    from services.autopilot.using.table_files import given

    schema, asked = console.predictions.schema(job), asked_of(console, job, endpoint)
    table = given(Path(file), known=schema.names)
    match = matched(schema, table.columns, table.first, header=table.header)
    _say_notes(match.notes, [each.words for each in match.misfits])
    if schema.training.kind is ProblemKind.FORECAST:
        return _forecast(console, schema, asked, table, match, into)
    return {
        "endpoint": asked.endpoint,
        **fetched(console, console.predictions.start_file(asked, schema, table, match), into),
    }


def _forecast(console: Console, schema: Schema, asked: Asked, table: Any, match: Any, into: str) -> dict[str, Any]:
    from services.autopilot.using.predicting import written
    from services.autopilot.using.table_files import records
    from services.legible import cell

    series = console.predictions.forecast(asked, schema, [match.row(row) for row in records(table)])
    head = [schema.training.item, schema.training.moment, *(name for name, _ in series[0].values if series)]
    rows = [
        [str(cell(each.item)), str(cell(moment)), *(str(values[place]) for _, values in each.values)]
        for each in series
        for place, moment in enumerate(each.moments)
    ]
    Path(into).write_bytes(written([[str(cell(name)) for name in head], *rows]))
    return {"endpoint": asked.endpoint, "rows": len(rows), "into": into, "series": len(series)}


def by_batch(
    console: Console, job: Job, candidate: Candidate, file: str, role: RoleChoice, *, instance_type: str, count: int
) -> BatchAsk:
    """What a transform job is asked for a file of this machine, or an object or prefix in S3."""
    from services.autopilot.using.candidates import suggested_type
    from services.autopilot.using.table_files import given

    schema = console.predictions.schema(job.name)
    there = file.startswith("s3://")
    table = None if there else given(Path(file), known=schema.names)
    prepared = console.batch_predictions.prepare(schema, candidate, uri=file if there else "", table=table)
    _say_notes(prepared.notes, ())
    kind = instance_type or suggested_type(job, candidate)
    return console.batch_predictions.ask(
        job, candidate, prepared, role=role, owner=console.owner, instance_type=kind, count=count
    )


def finished(console: Console, name: str) -> None:
    """Wait until a transform job has ended. Raises where it failed or was stopped."""
    every = max(0.5, 15.0 / console.catalog.pace)
    while (job := console.batch.describe(name)).status.moving:
        time.sleep(every)
    if job.status != "Completed":
        raise SagedeckError(f"The transform job {name} is {job.status}.", legible(job.failure, 600), "")


def fetched(console: Console, started: str, into: str) -> dict[str, Any]:
    """Wait for a job that makes a file of predictions, and copy that file."""
    from services.autopilot.using.scoring import scores_of
    from services.jobs import JobStatus

    told = ""
    while (view := console.jobs.view(started, console.owner)) is not None and view.status is JobStatus.RUNNING:
        if view.detail and view.detail != told:
            told = view.detail
            say(f"  {told}")
        time.sleep(_LOOK_SECONDS)
    if view is None or view.status is not JobStatus.DONE:
        problem = view.problem if view else None
        raise SagedeckError(
            problem.what if problem else "The predictions were not made.", problem.why if problem else "",
            problem.next if problem else "",
        )  # fmt: skip
    shutil.copyfile(console.predictions.result_of(view), into)
    scores = scores_of(view.result)
    row: dict[str, Any] = {"rows": int((view.result or {})["rows"]), "into": into}
    return row | ({"scores": dict(scores.values), "measured": scores.rows} if scores else {})


def _say_notes(notes: Any, misfits: Any) -> None:
    for words in (*notes, *(f"! {each}" for each in misfits)):
        say(f"  {legible(words, 500)}")
