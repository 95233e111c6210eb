"""Predictions of an endpoint: of a few rows at once, of a file in pieces, with how good they are where that is told."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.autopilot.models import Candidate, ProblemKind
from services.autopilot.using.answers import Answer, Forecast, read_answers, read_forecasts
from services.autopilot.using.candidates import OUTPUTS, containers_of
from services.autopilot.using.guard import Match
from services.autopilot.using.schema import Schema, schema_of
from services.autopilot.using.scoring import Classes, Numbers, plainly, plainly_scored
from services.autopilot.using.table_files import HEAD_BYTES, Given, first_rows, given, records
from services.autopilot.using.training_facts import Training
from services.errors import InvalidRequest, ModelFailed, NotFound, SagedeckError
from services.inference import MAX_BODY_BYTES
from services.inference.models import MAX_SERVERLESS_BYTES
from services.inference.patience import CHAT_PACE, Pace, patiently
from services.jobs import JobHandle, Jobs, JobView, Work
from services.legible import cell

if TYPE_CHECKING:
    from services.autopilot.gateway import AutopilotGateway
    from services.inference import InferenceService
    from services.objects import ObjectsService

KIND = "prediction"
ROWS_AT_ONCE = 2_000  # a container has 60 s for a request; an ensemble predicts some hundred rows a second
_ROOM = 0.8  # of the platform's limit; cells are measured before they are quoted
_BULK_PACE = Pace(workers=1, tries=6)
_TOO_MUCH = (408, 413)  # it did not answer in time, or takes no body so large
MOST_FILE_BYTES = 2 << 30
KEPT_SECONDS = 86_400.0
_LABELS_TOLD = 20  # columns of probabilities in the file of predictions
CSV_TYPE = "text/csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which endpoint is asked, and what it was told to answer with (see `using.outputs_of`)."""

    endpoint: str
    keys: tuple[str, ...] = OUTPUTS
    serverless: bool = False

    @property
    def most_bytes(self) -> int:
        """Of one request's rows."""
        return int((MAX_SERVERLESS_BYTES if self.serverless else MAX_BODY_BYTES) * _ROOM)


class Predictions:
    """Predictions for one owner. Files given and made lie under `folder`, by owner, for a day."""

    def __init__(
        self, inference: InferenceService, objects: Callable[[], ObjectsService], gateway: AutopilotGateway,
        jobs: Jobs, *, folder: Path, owner: str,
    ) -> None:  # fmt: skip
        self._inference, self._objects, self._gateway, self._jobs = inference, objects, gateway, jobs
        self._owner = owner
        self._folder = folder / "predictions" / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def training(self, job: str) -> Training:
        """What a job was told about its table. Raises NotFound."""
        return self._gateway.training(job)

    def schema(self, job: str) -> Schema:
        """What the job's model is asked with, by the first rows of its training table.

        Raises NotFound where job or table are gone, PermissionDenied, InvalidRequest where it is no table.
        """
        training = self.training(job)
        columns, rows, source = first_rows(self._objects(), training)
        named = self._objects().read(training.features, HEAD_BYTES) if training.features else b""
        return schema_of(training, columns, rows, specification=named, source=source)

    def sized(self, candidate: Candidate) -> Candidate:
        """The candidate with the bytes of its models' archives; as it is where they may not be looked at."""
        places = {each.model_data for each in containers_of(candidate) if each.model_data}
        if candidate.model_bytes is not None or not places:
            return candidate
        try:
            return replace(candidate, model_bytes=sum(self._objects().peek(place, 1).size for place in places))
        except SagedeckError:
            return candidate

    def ask(self, asked: Asked, rows: Sequence[Sequence[str]]) -> tuple[Answer, ...]:
        """An answer for each row, its cells in the order of the schema's features. Raises what calling raises."""
        self._inference.rate.take(asked.endpoint)
        return tuple(answer for piece in pieces(rows, asked) for answer in self._answers(asked, piece, CHAT_PACE))

    def forecast(self, asked: Asked, schema: Schema, rows: Iterable[Sequence[str]]) -> tuple[Forecast, ...]:
        """What comes after the rows of history, whose cells are in the order of the schema's features."""
        self._inference.rate.take(asked.endpoint)
        body = written([schema.names, *rows])
        if len(body) > asked.most_bytes:
            raise InvalidRequest(
                "The history is too long for one request.",
                f"It has {len(body):,} bytes; {asked.most_bytes:,} are sent at most.",
                "Send fewer series or a shorter history, or predict by a batch job.",
            )
        reply = self._sent(asked, body, CHAT_PACE)
        return read_forecasts(reply[0], schema.training.item, schema.training.moment)

    def picture(self, asked: Asked, content: bytes, kind: str) -> Answer:
        """What a picture shows; `kind`: image/png or image/jpeg."""
        self._inference.rate.take(asked.endpoint)
        body, said = self._sent(asked, content, CHAT_PACE, kind)
        return read_answers(body, said, asked.keys, 1)[0]

    def history(self, job: str) -> list[list[str]]:
        """The first rows of a training table, their cells in the order of the schema's features."""
        training = self.training(job)
        columns, rows, _ = first_rows(self._objects(), training)
        schema = schema_of(training, columns, rows)
        places = [columns.index(name) for name in schema.names]
        return [[row[place] for place in places] for row in rows if len(row) == len(columns)]

    def _answers(self, asked: Asked, rows: Sequence[Sequence[str]], pace: Pace) -> tuple[Answer, ...]:
        try:
            body, kind = self._sent(asked, written(rows), pace)
        except ModelFailed as error:
            if error.status not in _TOO_MUCH or len(rows) < 2:
                raise
            half = len(rows) // 2
            return self._answers(asked, rows[:half], pace) + self._answers(asked, rows[half:], pace)
        return read_answers(body, kind, asked.keys, len(rows))

    def _sent(self, asked: Asked, body: bytes, pace: Pace, kind: str = CSV_TYPE) -> tuple[bytes, str]:
        request = {"EndpointName": asked.endpoint, "Body": body, "ContentType": kind, "Accept": CSV_TYPE}
        runtime = self._inference.runtime
        reply = patiently(lambda: runtime.send(request), pace, runtime.sleep)
        return reply.body, reply.content_type

    def keep(self, name: str, pieces: Iterable[bytes], known: Sequence[str] = ()) -> Given:
        """Keep a file that is to be predicted from; `known`: names its header is likely to hold.

        Raises InvalidRequest for one too large or no table.
        """
        target = self.place("given", Path(name).suffix[:10])
        digest, size = hashlib.sha256(), 0
        with opened(target, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MOST_FILE_BYTES:
                    target.unlink(missing_ok=True)
                    raise InvalidRequest(f"{name} is too large.", "2 GB are the most.", "Use a batch job from S3.")
                digest.update(piece)
                file.write(piece)
        named = target.with_name(f"given-{digest.hexdigest()[:32]}{target.suffix}")
        target.replace(named)
        return given(named, name, known)

    def start_file(self, asked: Asked, schema: Schema, table: Given, match: Match) -> str:
        """Predict every row of a file in the background; the job's id. See `result_of` and `scores_of`."""

        def work(handle: JobHandle) -> Mapping[str, Any]:
            try:
                return self._predicted(handle, asked, schema, table, match)
            except BaseException:  # half a file is no result
                self.place("made", ".csv", handle.id).unlink(missing_ok=True)
                raise

        return self.start(
            f"Predict {table.name} with {asked.endpoint}", work, key=f"{asked.endpoint}/{table.path.name}",
            payload={"endpoint": asked.endpoint, "job": schema.training.name, "file": table.name},
        )  # fmt: skip

    def start(self, title: str, work: Work, *, key: str, payload: Mapping[str, Any]) -> str:
        """Begin work whose result names a file of predictions; the job's id."""
        self._tidy()
        return self._jobs.start(KIND, self._owner, title, work, key=key, payload=payload)

    def place(self, what: str, suffix: str, name: str = "") -> Path:
        """Where a file of this owner's may be written; `what`: "given", "made", "rows", "sheet"."""
        self._tidy()
        return self._folder / f"{what}-{name or os.urandom(8).hex()}{suffix}"

    def _predicted(
        self, handle: JobHandle, asked: Asked, schema: Schema, table: Given, match: Match
    ) -> Mapping[str, Any]:
        count: Classes | Numbers = Numbers() if schema.training.regression else Classes(positive_of(schema))
        made, done = self.place("made", ".csv", handle.id), 0
        share = [0.0]
        rows = records(table, lambda read: share.__setitem__(0, read))
        with opened(made, "w", newline="", encoding="utf-8") as file:
            out, labels = csv.writer(file), ()  # type: tuple[Any, tuple[str, ...]]
            for piece in pieces(rows, asked, match):
                handle.checkpoint()
                answers = self._answers(asked, [match.row(row) for row in piece], _BULK_PACE)
                if not done:
                    labels = tuple(label for label, _ in answers[0].scores[:_LABELS_TOLD])
                    out.writerow([cell(name) for name in head_of(table.columns, answers[0], labels)])
                for row, answer in zip(piece, answers, strict=True):
                    out.writerow([*map(cell, row), *told(answer, labels)])
                    if match.target is not None:
                        count.add(match.truth(row), answer)
                done += len(piece)
                handle.report(min(0.99, share[0]), f"{done:,} rows predicted")
        if not done:
            raise InvalidRequest(f"{table.name} has no rows.", "", "Bring another file.")
        return {"file": made.name, "rows": done, **plainly_scored(count.scores() if match.target is not None else None)}

    def result_of(self, view: JobView) -> Path:
        """The file of predictions a job has made. Raises NotFound where it has been removed since."""
        name = str((view.result or {}).get("file", ""))
        path = self._folder / Path(name).name
        if view.owner != self._owner or not name.startswith("made-") or not path.is_file():
            raise NotFound("The file of predictions is gone.", "It is kept for a day.", "Predict the file again.")
        return path

    def _tidy(self) -> None:
        """Remove what was kept for a day."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._folder.iterdir():
            try:
                if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                    path.unlink()
            except OSError:  # another window removes it too
                continue


def opened(path: Path, mode: str, **how: Any) -> Any:
    """A file nobody else may read."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600), **how)


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV in UTF-8, as the containers read them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def pieces(rows: Iterable[Sequence[str]], asked: Asked, match: Match | None = None) -> Iterator[list[Sequence[str]]]:
    """Rows in pieces that one request can hold. Raises InvalidRequest for a row that none can."""
    piece: list[Sequence[str]] = []
    size = 0
    for row in rows:
        sent = match.row(row) if match else row
        own = sum(len(each.encode()) + 3 for each in sent)
        if own > asked.most_bytes:
            raise InvalidRequest("A row is too large to be sent.", f"It has {own:,} bytes.", "Shorten its texts.")
        if piece and (size + own > asked.most_bytes or len(piece) >= ROWS_AT_ONCE):
            yield piece
            piece, size = [], 0
        piece.append(row)
        size += own
    if piece:
        yield piece


def positive_of(schema: Schema) -> str:
    """Of two labels the one Autopilot calls positive: the second in order; "" where there are more."""
    labels = sorted(map(plainly, schema.labels))
    return labels[1] if len(labels) == 2 and schema.training.kind is ProblemKind.TABULAR else ""


def head_of(columns: Sequence[str], answer: Answer, labels: Sequence[str]) -> list[str]:
    """The header of a file of predictions; a name that the table has already is told apart."""
    added = ["prediction"] + (["probability"] if answer.certainty is not None else [])
    added += [f"probability of {label}" for label in labels]
    taken = set(columns)
    return [*columns, *(f"{name} (predicted)" if name in taken else name for name in added)]


def told(answer: Answer, labels: Sequence[str]) -> list[object]:
    """The cells of a prediction, as `head_of` names them."""
    scores = dict(answer.scores)
    certainty = [] if answer.certainty is None else [answer.certainty]
    return [cell(answer.label) if answer.number is None else answer.label, *certainty, *(scores.get(x) for x in labels)]
