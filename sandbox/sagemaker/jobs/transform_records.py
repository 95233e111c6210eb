"""What a transform job sends and writes: objects split into records, filtered, joined and put together again.

JSONPath as AWS documents it for batch transform, as far as members, indices, slices and lists of indices go.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.errors import invalid

_NAME, _NUMBER = r"'[^']+'", r"-?\d+"
_STEP = re.compile(
    rf"\.(\w[\w-]*)|\[({_NAME}(?:\s*,\s*{_NAME})*)\]|\[({_NUMBER}(?:\s*,\s*{_NUMBER})*)\]|\[(-?\d*):(-?\d*)\]"
)
Filter = Callable[[Any], Any]


class BadRecord(Exception):
    """A record that cannot be read, filtered or joined."""


def split(content: bytes, how: str) -> list[bytes]:
    """Split an object into records: lines, or the whole."""
    if how != "Line":
        return [content]
    lines = content.splitlines()
    return [line for line in lines if line.strip()]


def batches(records: Sequence[bytes], strategy: str, most: int) -> Iterator[list[bytes]]:
    """Yield what is sent at once: one record, or as many as fit. BadRecord if one alone is too large."""
    batch: list[bytes] = []
    size = 0
    for record in records:
        if len(record) > most:
            raise BadRecord(f"The record of {len(record)} bytes exceeds MaxPayloadInMB.")
        if batch and (strategy == "SingleRecord" or size + len(record) + 1 > most):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record) + 1
    if batch:
        yield batch


def path(text: str) -> Filter:
    """Return what a JSONPath picks. Raises AwsError if it is none, or one that is not built."""
    if not text.startswith("$"):
        raise invalid(f"The JSONPath '{text}' must begin with $.")
    steps, place = [], 1
    while place < len(text):
        found = _STEP.match(text, place)
        if not found:
            raise invalid(f"The JSONPath '{text}' is not supported.")
        steps.append(found.groups())
        place = found.end()

    def picked(value: Any) -> Any:
        try:
            for step in steps:
                value = _stepped(value, *step)
        except (KeyError, IndexError, TypeError) as problem:
            raise BadRecord(f"The JSONPath {text} does not fit the record: {problem}") from None
        return value

    return picked


def _stepped(value: Any, dotted: str | None, quoted: str | None, indices: str | None, start: Any, end: Any) -> Any:
    if dotted:
        return value[dotted]
    if quoted:
        names = re.findall(r"'([^']+)'", quoted)
        return value[names[0]] if len(names) == 1 else {name: value[name] for name in names}
    if indices:
        numbers = [int(each) for each in indices.split(",")]
        return value[numbers[0]] if len(numbers) == 1 else [value[number] for number in numbers]
    return value[int(start) if start else None : int(end) if end else None]


class Processing:
    """DataProcessing of a job: what is sent of a record, and what is written of record and answer."""

    def __init__(self, config: Mapping[str, Any] | None, content_type: str) -> None:
        config = config or {}
        self.joins = config.get("JoinSource") == "Input"
        self._input = _filter(config.get("InputFilter"))
        self._output = _filter(config.get("OutputFilter"))
        self.active = bool(self._input or self._output or self.joins)
        self._csv = content_type.partition(";")[0].strip().lower() in ("text/csv", "")

    def sent(self, record: bytes) -> bytes:
        return self._written(self._input(self._read(record))) if self._input else record

    def kept(self, record: bytes, answer: bytes) -> bytes:
        """Return what is written for a record and its answer."""
        if not self.joins and not self._output:
            return answer
        said: Any = self._read(answer)
        if self.joins:
            source = self._read(record)
            said = [*source, *said] if self._csv else _joined(source, said)
        return self._written(self._output(said) if self._output else said)

    def _read(self, text: bytes) -> Any:
        try:
            if self._csv:
                return next(csv.reader(io.StringIO(text.decode(), newline="")), [])
            return json.loads(text)
        except (ValueError, csv.Error) as problem:
            raise BadRecord(f"The record cannot be parsed: {problem}") from None

    def _written(self, value: Any) -> bytes:
        if not self._csv:
            return json.dumps(value).encode()
        written = io.StringIO()
        csv.writer(written, lineterminator="").writerow(value if isinstance(value, list) else [value])
        return written.getvalue().encode()


def answers(body: bytes, content_type: str, count: int) -> list[bytes]:
    """Split the answer to a batch into one for each record. BadRecord if it has not as many."""
    if content_type.startswith("application/json") and "lines" not in content_type:
        try:
            said = json.loads(body)
        except ValueError as problem:
            raise BadRecord(f"The answer cannot be parsed: {problem}") from None
        rows = said.get("predictions", said) if isinstance(said, dict) else said
        if count == 1 and not (isinstance(rows, list) and len(rows) == 1):
            return [body]
        parts = [json.dumps(row).encode() for row in rows] if isinstance(rows, list) else []
    else:
        parts = [line for line in body.splitlines() if line.strip()]
        if count == 1 and len(parts) != 1:
            return [body]
    if len(parts) != count:
        raise BadRecord(f"The model answered {count} records with {len(parts)}.")
    return parts


def _filter(text: str | None) -> Filter | None:
    return path(text) if text and text != "$" else None


def _joined(source: Any, said: Any) -> Any:
    whole = source if isinstance(source, dict) else {"SageMakerInput": source}
    return {**whole, "SageMakerOutput": said}
