"""Looks at a request's data before it is planned: the doctor sees every table, and a copy is repaired where needed.

A table in S3 is fetched to this machine up to 2 GB; of a larger CSV its beginning is. Nothing is changed anywhere but
the copies kept here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from services import tables
from services.autopilot.launching.s3_seeing import Lying, first_of, lying, other_columns, seen_images
from services.autopilot.launching.seen import Seen, content_of
from services.autopilot.models import ProblemKind
from services.autopilot.requesting.request import (
    NO_COMPRESSION,
    AutopilotRequest,
    Forecast,
    Held,
    LocalFile,
    S3Data,
    Source,
    Tabular,
    TextClasses,
)
from services.deploy import Problem
from services.tables.kept import MOST_BYTES, KeptTables, cleaned, ending
from services.tables.looks import Doctor
from services.tables.models import Level, Repair, Verdict

if TYPE_CHECKING:
    from services.objects import ObjectsService
    from services.tables.doctor import Examination

MOST_REMEMBERED = 32
HEAD_BYTES = 64 << 20  # of a CSV that is too large to be fetched
_OF_TARGETS = ("target_", "class", "problem", "weight_")
_ALWAYS = ("target_absent", "target_empty", "target_doubled")
_ROWS = ("rows",)  # 500 of them are the rule of tables that are trained on
_BY_COLUMNS = (ProblemKind.FORECAST, ProblemKind.TEXT)
_UNPACKED = Repair("unpack", "Write the copy unpacked: gzip is taken for tables only.")
Say = Callable[[str], None]


class Examiner:
    """Sees the data of requests of one owner; what was seen is remembered as long as the data stay the same."""

    def __init__(
        self,
        owner: str,
        objects: Callable[[], ObjectsService],
        kept: Callable[[], KeptTables],
        doctor: Doctor | None = None,
    ) -> None:
        self._owner, self._objects, self._kept = owner, objects, kept
        self._doctor = doctor or cast(Doctor, tables)  # a module is as good as an object with these functions
        self._remembered: OrderedDict[tuple[object, ...], Seen] = OrderedDict()
        self._lock = threading.Lock()

    def see(
        self, request: AutopilotRequest, known: Mapping[str, Examination] | None = None, say: Say = lambda _: None
    ) -> dict[str, Seen]:
        """What was seen, by channel. `known` are the doctor's answers on local files, where they are at hand already.

        Raises nothing for data that may not be launched: that is among their problems. Raises what S3 answers.
        """
        told = known or {}
        return {name: self._source(name, source, request, told.get(name), say) for name, source in request.sources}

    def _source(
        self, channel: str, source: Source, request: AutopilotRequest, known: Examination | None, say: Say
    ) -> Seen:
        if isinstance(source, LocalFile):
            return self._local(channel, source, request, known, say)
        return self._in_s3(channel, source, request, say)

    def _local(
        self, channel: str, source: LocalFile, request: AutopilotRequest, known: Examination | None, say: Say
    ) -> Seen:
        path, name = Path(source.path), source.name or Path(source.path).name
        try:
            stat = path.stat()
        except OSError as error:
            return _unseen(channel, f"{name or 'The file'} cannot be read ({type(error).__name__}).")
        if not path.is_file():
            return _unseen(channel, f"{name} is a folder; choose a file.")
        key = (channel, source, stat.st_size, stat.st_mtime_ns, *_asked(request))
        found = known if known is not None and known.verdict.size == stat.st_size else None
        return self._once(key, lambda: self._table(channel, path, name, request, found, say))

    def _in_s3(self, channel: str, source: S3Data, request: AutopilotRequest, say: Say) -> Seen:
        objects = self._objects()
        found = lying(objects, source)
        if found.problem:
            return _unseen(channel, found.problem)
        if request.kind is ProblemKind.IMAGE:
            return seen_images(found, source, channel)
        key = (channel, source, found.mark, *_asked(request))
        return self._once(key, lambda: self._fetched(channel, source, found, request, say))

    def _fetched(self, channel: str, source: S3Data, found: Lying, request: AutopilotRequest, say: Say) -> Seen:
        objects, first = self._objects(), found.entries[0]
        size = objects.peek(first.uri, 1).size if first.size is None else first.size
        say(f"Reading {first.uri}")
        whole = size <= MOST_BYTES
        if not whole and first.name.endswith((".gz", ".parquet")):
            words = f"{first.uri} was not looked at, as it has {size / 1e9:,.1f} GB; the job itself will tell."
            return Seen(name=first.name, size=found.size, objects=found.count, whole=False, warnings=(words,))
        chunks = objects.open(first.uri) if whole else first_of(objects.open(first.uri), HEAD_BYTES)
        kept = self._kept().put(self._owner, first.name, chunks, origin=str(first.uri))
        seen = self._table(channel, kept.path, first.name, request, None, say, alone=found.count == 1 and whole)
        if not seen.changes:
            seen = replace(seen, path="")
        elif found.count > 1 or not whole or source.held != Held.PREFIX:
            words = f"{first.name} has to be repaired ({' '.join(seen.changes)}), which is done to a single file only."
            problems = (*seen.problems, Problem(channel, words))
            seen = replace(seen, path="", changes=(), problems=problems)
        if found.count > 1 and seen.verdict is not None:
            seen = replace(seen, problems=(*seen.problems, *other_columns(objects, found, seen, channel)))
        size_of_all = seen.size if seen.path else found.size
        return replace(seen, size=size_of_all, objects=found.count, whole=whole and found.complete)

    def _table(
        self,
        channel: str,
        path: Path,
        name: str,
        request: AutopilotRequest,
        known: Examination | None,
        say: Say,
        *,
        alone: bool = True,
    ) -> Seen:
        say(f"Looking at {name}")
        found = known or self._examined(path, request)
        verdict = found.verdict
        chosen = tuple(each for each in verdict.repairs if each.safe or each.code in request.repairs)
        if verdict.layout.compression and request.kind is not ProblemKind.TABULAR:
            chosen += (_UNPACKED,)
        changes: tuple[str, ...] = ()
        if chosen and not stops_of(_without(verdict, chosen), channel, request, alone):
            path, name, found = self._repaired(path, name, verdict, chosen, request)
            verdict, changes = found.verdict, tuple(each.words for each in chosen)
        stops = stops_of(verdict, channel, request, alone)
        content, compression = content_of(verdict.layout)
        return Seen(
            verdict=verdict,
            facts=found.statistics.columns if request.kind in _BY_COLUMNS else (),
            path=str(path),
            name=cleaned(name),
            size=path.stat().st_size,
            content_type=content,
            compression=compression or NO_COMPRESSION,
            changes=changes,
            problems=tuple(Problem(channel, each) for each in stops),
            warnings=tuple(each.words for each in verdict.at(Level.WARNING)),
        )

    def _repaired(
        self, path: Path, name: str, verdict: Verdict, chosen: tuple[Repair, ...], request: AutopilotRequest
    ) -> tuple[Path, str, Examination]:
        last = ".parquet" if verdict.layout.kind == "parquet" else ".csv"
        named = f"{name[: len(name) - len(ending(name))] or 'table'}{last}"
        kept = self._kept()
        into = kept.scratch(self._owner, named)
        try:
            made = self._doctor.repaired(path, verdict, into, repairs=chosen)
            words = tuple(each.words for each in chosen)
            copy = kept.take(self._owner, made, named, made_from="", changes=words)
        finally:
            into.unlink(missing_ok=True)
        target = verdict.target or request.target
        again = self._doctor.examined(copy.path, target, weight=verdict.weight or request.weight)
        reason = verdict.reason or again.verdict.reason
        return copy.path, named, replace(again, verdict=replace(again.verdict, reason=reason))

    def _examined(self, path: Path, request: AutopilotRequest) -> Examination:
        typed = request.settings.problem_type if isinstance(request.settings, Tabular) else ""
        return self._doctor.examined(path, request.target, weight=request.weight, problem=typed)

    def _once(self, key: tuple[object, ...], look: Callable[[], Seen]) -> Seen:
        with self._lock:
            found = self._remembered.get(key)
        if found is not None and (not found.path or Path(found.path).is_file()):
            return found
        found = look()
        with self._lock:
            self._remembered[key] = found
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return found


def resolved(request: AutopilotRequest, seen: Mapping[str, Seen]) -> AutopilotRequest:
    """The request with its target named as in the data that are launched: of a table without header it was an index."""
    training = seen.get("training")
    verdict = training.verdict if training else None
    if verdict is None or not verdict.target or verdict.target == request.target:
        return request
    match request.settings:
        case Tabular() as settings:
            weight = verdict.weight or settings.sample_weight
            return replace(request, settings=replace(settings, target=verdict.target, sample_weight=weight))
        case Forecast() as settings:
            return replace(request, settings=replace(settings, target=verdict.target))
        case TextClasses() as settings:
            return replace(request, settings=replace(settings, label=verdict.target))
        case _:
            return request


def _asked(request: AutopilotRequest) -> tuple[object, ...]:
    typed = request.settings.problem_type if isinstance(request.settings, Tabular) else ""
    return request.kind, request.target, request.weight, typed, request.repairs


def _unseen(channel: str, words: str) -> Seen:
    return Seen(problems=(Problem(channel, words),))


def _without(verdict: Verdict, chosen: tuple[Repair, ...]) -> Verdict:
    """The verdict without what these repairs mend."""
    return replace(verdict, findings=tuple(each for each in verdict.findings if each.repair not in chosen))


def stops_of(verdict: Verdict, channel: str, request: AutopilotRequest, alone: bool) -> tuple[str, ...]:
    """Why the table may not be launched: what the doctor stops, as far as it holds for this kind of problem.

    alone   it is the whole of the data; else more rows lie elsewhere
    """

    def counts(code: str) -> bool:
        if code in _ROWS:
            return request.kind is ProblemKind.TABULAR and channel == "training" and alone
        if request.kind is ProblemKind.TABULAR:
            return True
        if code == "no_features" or (code == "target_absent" and request.kind is ProblemKind.LANGUAGE):
            return False
        return code in _ALWAYS or not code.startswith(_OF_TARGETS)

    return tuple(each.words for each in verdict.at(Level.STOP) if counts(each.code))
