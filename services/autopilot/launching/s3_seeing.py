"""What lies at an S3 address: the objects below a prefix or of a manifest, and whether they go together."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.autopilot.launching.seen import Seen
from services.autopilot.requesting.request import ANY_IMAGE, JPEG, PNG, Held, S3Data
from services.deploy import Problem
from services.errors import InvalidRequest, LimitExceeded, NotFound
from services.objects import Entry, Uri, manifest_uris
from services.tables.previewing import previewed

if TYPE_CHECKING:
    from services.objects import ObjectsService

MOST_COMPARED = 20  # further files whose header is looked at: a ranged read each
_HEAD = 256 << 10
_LISTED = 10_000  # objects of a prefix; more are not counted
_IMAGES = (".png", ".jpg", ".jpeg")
_FEWEST_CLASSES = 2


@dataclass(frozen=True, slots=True)
class Lying:
    """The objects an address names. `size` in bytes, None where a manifest does not tell it; `mark` tells a change."""

    entries: tuple[Entry, ...] = ()
    size: int | None = None
    complete: bool = True
    mark: str = ""
    problem: str = ""

    @property
    def count(self) -> int:
        """How many there are, as far as they were read."""
        return len(self.entries)


def lying(objects: ObjectsService, source: S3Data) -> Lying:
    """The objects of an address, or why there are none. Raises what S3 answers, such as PermissionDenied."""
    try:
        if source.held == Held.PREFIX:
            return _below(objects, source.uri)
        return _of_manifest(objects, source)
    except (NotFound, InvalidRequest, LimitExceeded) as error:
        return Lying(problem=f"{error.what} {error.why}".strip())


def _below(objects: ObjectsService, uri: str) -> Lying:
    found = objects.below(uri, _LISTED)
    entries = tuple(each for each in found.entries if each.size)
    if not entries:
        return Lying(problem=f"Nothing lies at {uri}.")
    mark = "|".join(f"{each.uri}:{each.size}:{each.modified}" for each in entries[:MOST_COMPARED])
    return Lying(entries, found.size, found.complete, f"{len(entries)}|{found.size}|{mark}")


def _of_manifest(objects: ObjectsService, source: S3Data) -> Lying:
    content = objects.read(source.uri)
    try:
        named = _augmented(content) if source.held == Held.AUGMENTED else manifest_uris(content)
        entries = tuple(Entry(each.name, each) for each in named)
    except (ValueError, KeyError, TypeError, InvalidRequest):
        looks = '[{"prefix": "s3://…"}, "name", …]' if source.held == Held.MANIFEST else '{"source-ref": "s3://…", …}'
        return Lying(problem=f"{source.uri} is no {source.held}: it looks like {looks}.")
    if not entries:
        return Lying(problem=f"The manifest {source.uri} lists nothing.")
    return Lying(entries, None, True, hashlib.sha256(content).hexdigest())


def _augmented(content: bytes) -> Iterator[Uri]:
    for line in content.decode("utf-8", "replace").split("\n"):
        if line.strip():
            yield Uri.parse(str(json.loads(line)["source-ref"]))


def first_of(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The first `most` bytes, cut at the end of a line."""
    taken = bytearray()
    for chunk in chunks:
        taken += chunk
        if len(taken) >= most:
            break
    cut = taken.rfind(b"\n")
    yield bytes(taken[: cut + 1] if cut >= 0 else taken)


def other_columns(objects: ObjectsService, found: Lying, seen: Seen, channel: str) -> Iterator[Problem]:
    """The further CSV files that have other columns than the first; Autopilot reads them all as one table."""
    for each in found.entries[1 : MOST_COMPARED + 1]:
        if each.name.endswith(".parquet"):
            continue
        shown = previewed(objects.peek(each.uri, _HEAD).head, each.name)
        if shown.problem:
            yield Problem(channel, f"{each.uri} cannot be read as a table: {shown.problem}")
        elif set(shown.columns) != set(seen.columns):
            yield Problem(channel, f"{each.uri} has other columns than {found.entries[0].name}; move it elsewhere.")


def seen_images(found: Lying, source: S3Data, channel: str) -> Seen:
    """A set of images: what kind they are, how many of each class, and what is wrong with that."""
    images = [each for each in found.entries if each.name.lower().endswith(_IMAGES)]
    problems, warnings = [], []
    if not images:
        problems.append(Problem(channel, f"No images (.png, .jpg, .jpeg) lie at {source.uri}."))
    elif source.held != Held.AUGMENTED:
        classes = Counter(each.uri.parent.name for each in images)
        if len(classes) < _FEWEST_CLASSES:
            words = "the images lie in one folder; each class has a folder of its own, named after it"
            problems.append(Problem(channel, f"There is only one class: {words}."))
        elif min(classes.values()) * 10 < max(classes.values()):
            (most, many), (least, few) = classes.most_common(1)[0], classes.most_common()[-1]
            warnings.append(f"The classes are unequal: {many} images of {most}, {few} of {least}.")
    others = found.count - len(images)
    if others and images:
        warnings.append(f"{others} other files lie among the images and are not read.")
    kinds = {PNG if each.name.lower().endswith(".png") else JPEG for each in images}
    content = kinds.pop() if len(kinds) == 1 else ANY_IMAGE
    return Seen(
        size=found.size,
        objects=len(images),
        whole=found.complete,
        content_type=content,
        problems=tuple(problems),
        warnings=tuple(warnings),
    )
