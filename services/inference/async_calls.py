"""Asynchronous calls that are kept: submitted, followed, their answer or failure read from S3, recent ones listed.

What was sent is remembered by owner and connection, so a page that is loaded again finds it; answers stay in S3 and are
read a part at a time.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.aws_errors import code_and_message, translate
from services.errors import InvalidRequest, ModelFailed, NotFound, SagedeckError
from services.inference.calls import Call, request_of
from services.inference.models import Family
from services.inference.reading import Reading, read_answer
from services.inference.runtime import failure

if TYPE_CHECKING:
    from services.state import State

MOST_INLINE = 128_000  # bytes of an inline body (botocore's service model: AsyncBodyBlob)
MOST_SHOWN = 262_144  # bytes of an answer that are read at a time
MOST_LISTED = 50
_KEPT = 200  # jobs of one owner and endpoint; the oldest are forgotten first
_PLACE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)", re.S)
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
_DENIED = frozenset({"AccessDenied", "403", "Forbidden"})
_SCHEMA = """
create table if not exists inference_async (
    id text primary key, scope text not null, endpoint text not null, sent_at real not null, job text not null
);
create index if not exists inference_async_newest on inference_async (scope, endpoint, sent_at)
"""


@dataclass(frozen=True, slots=True)
class AsyncJob:
    """A request on its way. `output`, `failed`: where its answer or error will lie; `sent_at` in Unix seconds.

    source   the input's place in S3, "" it went along with the call; `size` in bytes, None where it lies in S3
    """

    id: str
    endpoint: str
    output: str
    failed: str
    sent_at: float
    content_type: str = ""
    source: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an object in S3: its bytes from the beginning, and the whole's size and type."""

    body: bytes
    size: int
    content_type: str

    @property
    def whole(self) -> bool:
        """Whether this is all of it."""
        return len(self.body) >= self.size


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job stands: without a piece and a problem it is still under way. `denied`: the answer may not be read."""

    piece: Piece | None = None
    reading: Reading | None = None
    problem: SagedeckError | None = None
    denied: bool = False

    @property
    def ended(self) -> bool:
        """Whether there is an answer or a failure."""
        return self.piece is not None or self.problem is not None


@dataclass(frozen=True, slots=True)
class Output:
    """An object under an endpoint's output path, whoever asked for it."""

    place: str
    size: int
    modified: float


class AsyncJobs:
    """Submits requests of one owner and looks for their answers, with the connection's runtime and S3 clients."""

    def __init__(
        self,
        runtime: Callable[[], Any],
        storage: Callable[[], Any],
        state: State | None,
        *,
        scope: tuple[str, ...],
        now: Callable[[], float],
    ) -> None:
        self._runtime, self._storage, self._state, self._now = runtime, storage, state, now
        self._scope = json.dumps(scope)
        if state is not None:
            state.ensure("inference-async", _SCHEMA)

    def submit(self, call: Call, *, source: str = "") -> AsyncJob:
        """Send a request, or the place of one in S3. Raises InvalidRequest and what an invocation raises."""
        request = {
            name: value
            for name, value in request_of(call).items()
            if name in ("EndpointName", "ContentType", "Accept", "CustomAttributes")
        }
        if source:
            place(source)
            request["InputLocation"] = source
        else:
            _check_inline(call)
            request["Body"] = call.body
        number = uuid.uuid4().hex
        try:
            answer = self._runtime().invoke_endpoint_async(**request, InferenceId=number)
        except Exception as error:
            raise failure(error, call.endpoint) from error
        job = AsyncJob(
            number,
            call.endpoint,
            str(answer.get("OutputLocation", "")),
            str(answer.get("FailureLocation", "")),
            self._now(),
            call.content_type,
            source,
            None if source else len(call.body),
        )
        self._keep(job)
        return job

    def look(self, job: AsyncJob, *, family: Family | None = None, most: int = MOST_SHOWN) -> Outcome:
        """How a job stands now. Raises what reading S3 raises, but for what is only not there yet or not readable."""
        piece, denied = self._peek(job.output, most)
        if piece is not None:
            reading = read_answer(piece.body, family=family) if piece.whole else None
            return Outcome(piece, reading, reading.problem if reading else None)
        wrong, denied_too = self._peek(job.failed, MOST_SHOWN)
        if wrong is None:
            return Outcome(denied=denied or denied_too)
        words = wrong.body.decode(errors="replace").strip()
        problem = ModelFailed(
            f"The model of {job.endpoint} failed.", f"It says: {words[:500]}", "Its log says more.", original=words
        )
        return Outcome(problem=problem)

    def fetch(self, location: str, *, start: int = 0, most: int = MOST_SHOWN) -> Piece:
        """A part of an object. Raises InvalidRequest, NotFound, PermissionDenied."""
        bucket, key = place(location)
        try:
            answer = self._storage().get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + most - 1}")
            body = bytes(answer["Body"].read(most))
        except Exception as error:
            code = code_and_message(error)[0]
            if code == "InvalidRange" and not start:  # an empty object has no first byte
                return Piece(b"", 0, "")
            if code in _ABSENT:
                raise NotFound(
                    f"There is nothing at {location}.", "", "It may be removed, or not written yet."
                ) from error
            raise translate(error, f"reading {location}") from error
        size = re.search(r"/(\d+)$", str(answer.get("ContentRange", "")))
        whole = int(size[1]) if size else int(answer.get("ContentLength", len(body)))
        return Piece(body, whole, str(answer.get("ContentType", "")))

    def recent(self, endpoint: str, *, most: int = MOST_LISTED) -> tuple[AsyncJob, ...]:
        """What this owner sent to an endpoint from this console, newest first."""
        if self._state is None:
            return ()
        sql = "select job from inference_async where scope = ? and endpoint = ? order by sent_at desc limit ?"
        return tuple(AsyncJob(**json.loads(row["job"])) for row in self._state.read(sql, self._scope, endpoint, most))

    def find(self, number: str) -> AsyncJob | None:
        """One of this owner's jobs."""
        if self._state is None:
            return None
        rows = self._state.read("select job from inference_async where scope = ? and id = ?", self._scope, number)
        return AsyncJob(**json.loads(rows[0]["job"])) if rows else None

    def outputs(self, prefix: str, *, most: int = MOST_LISTED) -> tuple[Output, ...]:
        """The newest objects of the first thousand under an output path. Raises PermissionDenied, NotFound."""
        bucket, _, key = prefix.removeprefix("s3://").partition("/")
        try:
            rows = self._storage().list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1000).get("Contents", [])
        except Exception as error:
            raise translate(error, f"listing {prefix}") from error
        found = [_output(bucket, row) for row in rows]
        return tuple(sorted(found, key=lambda each: each.modified, reverse=True)[:most])

    def _keep(self, job: AsyncJob) -> None:
        if self._state is None:
            return
        values = {name: getattr(job, name) for name in AsyncJob.__slots__}
        sql = "insert or replace into inference_async (id, scope, endpoint, sent_at, job) values (?, ?, ?, ?, ?)"
        self._state.write(sql, job.id, self._scope, job.endpoint, job.sent_at, json.dumps(values))
        old = (
            "delete from inference_async where scope = ? and endpoint = ? and id not in (select id from inference_async"
            " where scope = ? and endpoint = ? order by sent_at desc limit ?)"
        )
        self._state.write(old, self._scope, job.endpoint, self._scope, job.endpoint, _KEPT)

    def _peek(self, location: str, most: int) -> tuple[Piece | None, bool]:
        """What lies there, None nothing; and whether looking was refused.

        S3 answers 403 for what is not there to those who may not list the bucket, so that is no failure of the job.
        """
        if not location:
            return None, False
        try:
            return self.fetch(location, most=most), False
        except NotFound:
            return None, False
        except SagedeckError as error:
            if error.__cause__ is not None and code_and_message(error.__cause__)[0] in _DENIED:
                return None, True
            raise


def place(location: str) -> tuple[str, str]:
    """Bucket and key of an s3:// address. Raises InvalidRequest for anything else."""
    found = _PLACE.fullmatch(location.strip())
    if found is None:
        raise InvalidRequest(
            "This is no place in S3.", f"“{location[:100]}” has another form.", "Write s3://bucket/key."
        )
    return found[1], found[2]


def _check_inline(call: Call) -> None:
    if not call.body:
        raise InvalidRequest(
            "There is nothing to send.", "The request is empty.", "Write one, or name its place in S3."
        )
    if len(call.body) > MOST_INLINE:
        raise InvalidRequest(
            f"The request for {call.endpoint} is too large to be sent along.",
            f"It has {len(call.body):,} bytes; {MOST_INLINE:,} are allowed.",
            "Put it into S3, and name its place.",
        )


def _output(bucket: str, row: Mapping[str, Any]) -> Output:
    return Output(f"s3://{bucket}/{row['Key']}", int(row.get("Size", 0)), row["LastModified"].timestamp())
