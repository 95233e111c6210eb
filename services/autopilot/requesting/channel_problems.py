"""What is wrong with where the data come from and where the results go."""

from __future__ import annotations

from collections.abc import Iterator

from services.autopilot.models import ProblemKind
from services.autopilot.requesting.field import SPLIT
from services.autopilot.requesting.known import CONTENT_TYPES, HELD
from services.autopilot.requesting.request import (
    GZIP,
    NO_COMPRESSION,
    AutopilotRequest,
    Held,
    LocalFile,
    S3Data,
    Source,
)
from services.deploy import Problem
from services.deploy.grammar import LONGEST_OUTPUT, LONGEST_URL, s3_problem
from services.errors import InvalidRequest
from services.objects import Uri

_SAID = {
    ProblemKind.TABULAR: "a table",
    ProblemKind.TEXT: "classes of texts",
    ProblemKind.IMAGE: "classes of images",
    ProblemKind.FORECAST: "a forecast",
    ProblemKind.LANGUAGE: "a language model",
}


def channel_problems(request: AutopilotRequest) -> Iterator[Problem]:
    """Problems of training and validation data, how they are split, and the output."""
    for name, source in request.sources:
        yield from _source(name, source, request.kind)
    yield from _validation(request)
    if request.output:
        if wrong := s3_problem(request.output, LONGEST_OUTPUT):
            yield Problem("output", wrong)
        elif _inside(request):
            words = "The output lies inside the data: the next job on them would read this one's results."
            yield Problem("output", words)


def _source(name: str, source: Source, kind: ProblemKind) -> Iterator[Problem]:
    if isinstance(source, LocalFile):
        if not source.path:
            yield Problem(name, "No data are chosen: upload a file, or name an address in S3.")
        elif kind is ProblemKind.IMAGE:
            yield Problem(name, "Images are read from S3 only: put them into folders named after their class there.")
        return
    if wrong := _address(source.uri):
        yield Problem(name, wrong)
    if source.held not in HELD[kind]:
        known = " or ".join(HELD[kind])
        yield Problem(f"{name}.held", f"For {_SAID[kind]} the address is {known}, not {source.held}.")
    if source.held != Held.PREFIX and source.uri.endswith("/"):
        yield Problem(name, f"{source.uri} ends as a folder does; name the manifest itself.")
    if source.content_type and source.content_type not in CONTENT_TYPES[kind]:
        known = ", ".join(CONTENT_TYPES[kind])
        yield Problem(f"{name}.content_type", f"For {_SAID[kind]} the content type is one of {known}.")
    yield from _compression(name, source, kind)


def _address(uri: str) -> str:
    """What is wrong with where data lie; unlike an output's prefix, a key that is there may hold anything."""
    try:
        Uri.parse(uri)
    except InvalidRequest as error:
        return " ".join(part for part in (error.what, error.why, error.next) if part)
    return f"The address has {len(uri)} characters; {LONGEST_URL} are allowed." if len(uri) > LONGEST_URL else ""


def _compression(name: str, source: S3Data, kind: ProblemKind) -> Iterator[Problem]:
    field = f"{name}.compression"
    if source.compression not in ("", NO_COMPRESSION, GZIP):
        yield Problem(field, f"{source.compression} is none of {NO_COMPRESSION}, {GZIP}.")
    elif source.compression == GZIP and (kind is not ProblemKind.TABULAR or source.held != Held.PREFIX):
        yield Problem(field, "Gzip is taken for tables below a prefix only; unpack the data first.")


def _validation(request: AutopilotRequest) -> Iterator[Problem]:
    splits = request.kind in SPLIT
    if request.validation is not None and not splits:
        yield Problem("validation", "Autopilot splits series by itself; leave the validation data out.")
    if request.validation_fraction is not None and not splits:
        yield Problem("validation_fraction", "Autopilot splits series by itself; leave the fraction out.")
    if request.validation is None:
        return
    if request.validation_fraction is not None:
        words = "With validation data of its own nothing is kept back; leave one of the two out."
        yield Problem("validation_fraction", words)
    if request.validation == request.training:
        yield Problem("validation", "Training and validation data are the same; what is measured would mean nothing.")
    pair = [each for _, each in request.sources if isinstance(each, S3Data)]
    types = {each.content_type for each in pair if each.content_type}
    if len(types) > 1:
        yield Problem("validation.content_type", "Training and validation data have to be of the same content type.")


def _inside(request: AutopilotRequest) -> bool:
    """Whether results would lie below a prefix that is read as data."""
    return any(
        isinstance(each, S3Data)
        and each.held == Held.PREFIX
        and each.uri.endswith("/")
        and f"{request.output.rstrip('/')}/".startswith(each.uri)
        for _, each in request.sources
    )
