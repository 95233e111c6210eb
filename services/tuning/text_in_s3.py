"""The beginning of a text that lies in S3: one ranged read of its first megabyte, looked at as the doctor does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from services.errors import NotFound, SagedeckError
from services.objects import Entry, ObjectsService, Uri
from services.tuning.findings import TextReport
from services.tuning.models import Format
from services.tuning.planner import TEMPLATE
from services.tuning.templates import Template
from services.tuning.text_doctor import check

HEAD_BYTES = 1 << 20
MOST_LISTED = 1000  # objects below a prefix: one call
_ENDINGS = (".jsonl", ".json", ".csv", ".txt")
_MOST_TEMPLATE = 64 << 10


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was looked at. `files`: how many texts lie there; `size`: bytes of all of them; `template`: lies beside."""

    uri: str
    report: TextReport
    files: int
    size: int
    template: Template | None = None


def beginning(
    objects: ObjectsService, uri: Uri, wanted: Format, folder: Path, *, template: Template | None, limit: int
) -> Beginning:
    """Look at one object, or at the first text below a prefix. Raises NotFound, PermissionDenied and the like."""
    texts: tuple[Entry, ...] = ()
    beside: Template | None = None
    if uri.folder:
        below = objects.below(uri, MOST_LISTED).entries
        texts = tuple(each for each in below if each.name != TEMPLATE and each.name.lower().endswith(_ENDINGS))
        if not texts:
            raise NotFound(f"There is no text below {uri}.", f"None ends in {', '.join(_ENDINGS)}.", "Choose another.")
        beside = _template(objects, below)
    first = texts[0].uri if texts else uri
    peek = objects.peek(first, HEAD_BYTES)
    whole = peek.size <= len(peek.head)
    path = folder / (first.name if first.name.lower().endswith(_ENDINGS) else "text.jsonl")
    path.write_bytes(peek.head)
    report = check(path, wanted, template=template or beside, limit=limit, partial=not whole)
    return Beginning(str(first), report, max(1, len(texts)), sum(each.size or 0 for each in texts) or peek.size, beside)


def template_below(objects: ObjectsService, prefix: str) -> Template | None:
    """The template that lies in a prefix that was trained on, None where there is none, or it may not be read."""
    try:
        content = objects.read(Uri.parse(prefix).under(TEMPLATE), _MOST_TEMPLATE)
    except SagedeckError:
        return None
    return _read(content)


def _template(objects: ObjectsService, below: tuple[Entry, ...]) -> Template | None:
    found = next((each for each in below if each.name == TEMPLATE), None)
    if found is None:
        return None
    try:
        return _read(objects.read(found.uri, _MOST_TEMPLATE))
    except SagedeckError:
        return None


def _read(content: bytes) -> Template | None:
    try:
        found = json.loads(content)
        return Template(str(found["prompt"]), str(found["completion"]))
    except (ValueError, KeyError, TypeError):
        return None
