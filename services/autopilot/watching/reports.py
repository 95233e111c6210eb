"""Reads what a job wrote to S3 about a candidate, and what it has left there: bounded, and each part for itself.

A report that may not be read, or is not as expected, is told as a problem of its own; the others are shown. Where they
lie is what DescribeAutoMLJobV2 and ListCandidatesForAutoMLJob name (CandidateArtifactLocations, AutoMLJobArtifacts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from services.autopilot.models import Candidate, Job, ProblemKind
from services.autopilot.watching.report_models import Forecasts, Impact, Left, Quality, ReportFile, Reports
from services.autopilot.watching.report_parsing import forecasts, impact, quality
from services.catalog.rates import Rate
from services.errors import InvalidRequest, LimitExceeded, PermissionDenied, Problem, SagedeckError, problem_of
from services.objects import Entry, Uri
from services.objects.models import Listing

T = TypeVar("T")
MOST_BYTES = 8 << 20  # of a report that is read; AWS's are some hundred kilobytes
MOST_DOWNLOAD = 25 << 20  # of a file that is handed to a browser
_MOST_FILES = 200
_MOST_COUNTED = 20_000
_QUALITY, _IMPACT = ("statistics.json",), ("analysis.json",)


class Reading(Protocol):
    """What is asked of S3; `services.objects.ObjectsService` is one."""

    def below(self, prefix: Uri | str, most: int = ...) -> Listing:
        """Objects below a prefix."""
        ...

    def read(self, uri: Uri | str, at_most: int = ...) -> bytes:
        """A whole object."""
        ...


@dataclass(slots=True)
class _Found:
    files: list[ReportFile] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def reports(objects: Reading, job: Job, candidate: Candidate) -> Reports:
    """The reports of one candidate. Never raises: what cannot be read is among its problems."""
    found = _Found()
    measured = _part(objects, found, "quality report", candidate.insights, _QUALITY, quality)
    explained = _part(objects, found, "explainability report", candidate.explainability, _IMPACT, impact)
    ahead: Forecasts | None = None
    if candidate.backtest or job.kind is ProblemKind.FORECAST:
        ahead = _part(objects, found, "backtest of its forecasts", candidate.backtest, (".csv",), forecasts)
    return _told(measured, explained, ahead, found)


def _told(measured: Quality | None, explained: Impact | None, ahead: Forecasts | None, found: _Found) -> Reports:
    files = {str(each.uri): each for each in found.files}
    return Reports(
        measured, explained, ahead, tuple(files.values()), tuple(found.missing), tuple(dict.fromkeys(found.problems))
    )


def job_files(job: Job) -> tuple[ReportFile, ...]:
    """The notebooks and reports of the whole job, as its description names them; their sizes are not known."""
    files = []
    for what, address in job.notebooks:
        try:
            files.append(ReportFile(what, Uri.parse(address)))
        except InvalidRequest:  # an address that is none leads nowhere
            continue
    return tuple(files)


def own_prefix(job: Job) -> str:
    """Where the job writes, ending in a slash; "" where its description tells no output."""
    return f"{job.output.rstrip('/')}/{job.name}/" if job.output else ""


def left(objects: Reading, job: Job, stored: Rate) -> Left | None:
    """What the job has left in S3, by folder; None where it names no output. Raises PermissionDenied and the like."""
    prefix = own_prefix(job)
    if not prefix:
        return None
    listing = objects.below(prefix, _MOST_COUNTED)
    start = len(Uri.parse(prefix).key)
    folders: dict[str, list[int]] = {}
    for entry in listing.entries:
        *parents, _ = entry.uri.key[start:].split("/")
        folders.setdefault("/".join(parents[:2]) or "(files)", []).append(entry.size or 0)
    size = listing.size
    rows = sorted(((name, len(sizes), sum(sizes)) for name, sizes in folders.items()), key=lambda row: -row[2])
    return Left(prefix, tuple(rows), len(listing.entries), size, stored.of_bytes(size), stored.source, listing.complete)


def download(objects: Reading, file: ReportFile) -> bytes:
    """The bytes of a report for whoever wants to keep it. Raises LimitExceeded above 25 MiB, NotFound and the like."""
    try:
        return objects.read(file.uri, MOST_DOWNLOAD)
    except LimitExceeded as error:
        raise LimitExceeded(error.what, error.why, f"Fetch it with: {file.uri.copying}") from None


def _part(
    objects: Reading, found: _Found, what: str, address: str, names: tuple[str, ...], parse: Callable[[bytes], T]
) -> T | None:
    """One report: found below its prefix, read, parsed; what stands in the way is noted."""
    if not address:
        found.missing.append(what)
        return None
    try:
        at = _report_at(objects, found, what, address, names)
        if at is None:
            found.missing.append(what)
            return None
        return parse(objects.read(at, MOST_BYTES))
    except SagedeckError as error:
        found.problems.append(problem_of(error))
    except ValueError as reason:
        found.problems.append(
            Problem(f"The {what} cannot be shown.", _sentence(str(reason)), "Its files can be downloaded.")
        )
    return None


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def _report_at(objects: Reading, found: _Found, what: str, address: str, names: tuple[str, ...]) -> Uri | None:
    """Where the report is; files beside it are noted. Who may not list may still read a file of a known name."""
    prefix = Uri.parse(f"{address.rstrip('/')}/")
    try:
        entries = objects.below(prefix, _MOST_FILES).entries
    except PermissionDenied as error:
        found.problems.append(problem_of(error))
        return None if names[0].startswith(".") else prefix.under(names[0])
    found.files += [ReportFile(f"{what[0].upper()}{what[1:]}: {each.name}", each.uri, each.size) for each in entries]
    fitting = [each for each in entries if each.name.endswith(names)]
    return min(fitting, key=_depth).uri if fitting else None


def _depth(entry: Entry) -> tuple[int, str]:
    return entry.uri.key.count("/"), entry.uri.key
