"""How far a job is: which objects of its input have their answers, and why others have none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.batch.models import TransformRequest
from services.objects import Entry, Uri

ENDING = ".out"
MOST_LINES = 5  # of the log that are told for one object


@dataclass(frozen=True, slots=True)
class MissingOutput:
    """An object that has no answers, with what the job's log says about it, oldest first; () where it says nothing."""

    source: Uri
    size: int | None
    words: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What the model itself answered, else the last that the log says; "" nothing."""
        text = " ".join(word for word in self.words if word)
        return text.partition("Message:")[2].strip() or text


@dataclass(frozen=True, slots=True)
class Progress:
    """Objects of the input with and without answers. `complete` is false where there are more than were listed.

    outputs   the objects with answers, as (object of the input, object with its answers)
    """

    done: int
    total: int
    outputs: tuple[tuple[Entry, Entry], ...]
    missing: tuple[Entry, ...]
    complete: bool = True
    problem: str = ""

    @property
    def share(self) -> float | None:
        """Of the input's bytes that are answered, 0 to 1; None where nothing is known of them."""
        answered = sum(source.size or 0 for source, _ in self.outputs)
        whole = answered + sum(entry.size or 0 for entry in self.missing)
        return answered / whole if whole else None

    @property
    def stored(self) -> int:
        """Bytes of the answers."""
        return sum(output.size or 0 for _, output in self.outputs)


def matched(
    request: TransformRequest,
    inputs: Sequence[Entry],
    outputs: Iterable[Entry],
    *,
    since: datetime | None = None,
    complete: bool = True,
) -> Progress:
    """Which inputs have answers, written `since` the job was asked for.

    SageMaker writes <path>.out below the output, the path being what follows the input's prefix or more of the key;
    where it is not what is expected, the output with the longest end in common with the key is taken.
    """
    target = Uri.parse(request.target)
    root = target.key if target.key.endswith("/") or not target.key else f"{target.key}/"
    written = {
        entry.uri.key.removeprefix(root).removesuffix(ENDING): entry
        for entry in outputs
        if entry.uri.key.endswith(ENDING) and (since is None or entry.modified is None or entry.modified >= since)
    }
    by_name: dict[str, list[str]] = {}
    for path in written:
        by_name.setdefault(path.rpartition("/")[2], []).append(path)
    found: list[tuple[Entry, Entry]] = []
    missing: list[Entry] = []
    for entry in inputs:
        path = expected(request, entry.uri)
        if path not in written:
            near = [each for each in by_name.get(entry.uri.name, ()) if f"/{entry.uri.key}".endswith(f"/{each}")]
            path = max(near, key=len, default="")
        output = written.pop(path, None) if path else None
        if output is None:
            missing.append(entry)
        else:
            found.append((entry, output))
    return Progress(len(found), len(inputs), tuple(found), tuple(missing), complete)


def expected(request: TransformRequest, source: Uri) -> str:
    """Where the answers to an object are expected below the output, without its ending."""
    prefix = Uri.parse(request.source)
    if request.input_kind != "S3Prefix" or prefix.bucket != source.bucket:
        return source.name
    rest = source.key.removeprefix(prefix.key)
    if not rest or (prefix.key and not prefix.key.endswith("/") and not rest.startswith("/")):
        return source.name
    return rest.lstrip("/")


def explained(progress: Progress, lines: Iterable[str]) -> tuple[MissingOutput, ...]:
    """Objects without answers, each with the lines of the job's data log that name it."""
    said: dict[str, list[str]] = {}
    keys = Counter(entry.uri.name for entry in progress.missing)
    for line in lines:
        for entry in progress.missing:
            named = entry.uri.key in line or (keys[entry.uri.name] == 1 and entry.uri.name in line)
            if named:
                said.setdefault(entry.uri.key, []).append(_after(line, entry.uri))
                break
    return tuple(
        MissingOutput(entry.uri, entry.size, tuple(said.get(entry.uri.key, ())[-MOST_LINES:]))
        for entry in progress.missing
    )


def _after(line: str, source: Uri) -> str:
    """What a line says once it has named the object."""
    return re.sub(rf"^.*?{re.escape(source.name)}\s*:\s*", "", line).strip()
