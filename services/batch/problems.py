"""What is wrong with a request, told at its field without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import facts
from services.access import problems as role_problems
from services.batch import paths
from services.batch.models import LONGEST_NAME, Problem, TransformRequest
from services.errors import InvalidRequest
from services.objects import Uri
from services.plans import looks_secret

# Limits: CreateTransformJob in the API reference, as of 2026-11-20.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")
_KEY = re.compile(r"[a-zA-Z0-9:/_-]*")
_VARIABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TAG = re.compile(r"[\w\s_.:/=+\-@]*")
_PACKAGE = re.compile(r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:\d{12}:model-package/[\w./-]+")
MOST_PAYLOAD_MB = 100
DEFAULT_PAYLOAD_MB = 6
MOST_VARIABLES, MOST_TAGS = 16, 50
KINDS = ("S3Prefix", "ManifestFile")
SPLITS = ("None", "Line", "RecordIO", "TFRecord")
ASSEMBLES = ("None", "Line")
STRATEGIES = ("MultiRecord", "SingleRecord")
COMPRESSIONS = ("None", "Gzip")
_USE = " for transform job usage"
# What can be read, filtered and joined: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
JOINABLE = ("text/csv", "application/json", "application/jsonlines")


def request_problems(request: TransformRequest) -> tuple[Problem, ...]:
    """Everything that can be seen to be wrong, one sentence each, in the order of the form."""
    return tuple(
        Problem(field, words)
        for check in (_names, _places, _records, _processing, _machine, _keys, _surroundings)
        for field, words in check(request)
    )


@cache
def instance_types() -> tuple[str, ...]:
    """The instance types a transform job may use, as Service Quotas names them; sorted."""
    return tuple(sorted(row["name"].removesuffix(_USE) for row in facts.rows("quotas.csv") if _USE in row["name"]))


Found = Iterator[tuple[str, str]]


def _names(request: TransformRequest) -> Found:
    if not request.model:
        yield "model", "Choose a model."
    elif not _named(request.model):
        yield "model", "A model's name has 1 to 63 letters, digits and hyphens."
    if request.package and not _PACKAGE.fullmatch(request.package):
        yield "model", "This is not the ARN of a model package."
    if request.package and request.role is None:
        yield "role", "A model package needs a role that the model made of it takes on."
    if request.role is not None:
        yield from (("role", words) for words in role_problems(request.role))
    if not request.name:
        yield "name", "Give the job a name."
    elif not _named(request.name):
        yield "name", "A name has 1 to 63 letters, digits and hyphens, and begins and ends with a letter or digit."


def _places(request: TransformRequest) -> Found:
    if request.input_kind == "AugmentedManifestFile":
        yield "input_kind", "Batch transform reads no augmented manifests. List the objects in a plain manifest."
    elif request.input_kind not in KINDS:
        yield "input_kind", f"The input is one of {', '.join(KINDS)}."
    places = {}
    for field, text in (("input", request.source), ("output", request.target)):
        if not text:
            yield field, "Name where it lies in S3." if field == "input" else "Name where the answers go in S3."
            continue
        try:
            places[field] = Uri.parse(text)
        except InvalidRequest as error:
            yield field, str(error)
    if "input" in places and request.input_kind == "ManifestFile" and places["input"].folder:
        yield "input", "A manifest is an object, and this is a folder."
    if len(places) == 2 and _inside(places["output"], places["input"]) and request.input_kind == "S3Prefix":
        yield "output", "The output lies below the input: a second job would take the answers as its input."


def _records(request: TransformRequest) -> Found:
    for field, value, known in (
        ("split", request.split, SPLITS),
        ("assemble", request.assemble, ASSEMBLES),
        ("strategy", request.strategy, STRATEGIES),
        ("compression", request.compression, COMPRESSIONS),
    ):
        if value and value not in known:
            yield field, f"It is one of {', '.join(known)}."
    for field, text in (("content_type", request.content_type), ("accept", request.accept)):
        if len(text) > 256:
            yield field, "It has at most 256 characters."
        elif text and not re.fullmatch(r"[\w.+*-]+/[\w.+*-]+(\s*;.*)?", text):
            yield field, "This is no media type, such as text/csv or application/json."
    if request.strategy and not request.splits:
        yield "strategy", "How many records are sent at once needs records: choose how the objects are split."
    yield from _payload(request)


def _payload(request: TransformRequest) -> Found:
    payload, at_once = request.max_payload_mb, request.max_concurrent
    if payload is not None and not 0 <= payload <= MOST_PAYLOAD_MB:
        yield "max_payload_mb", f"A request has 0 to {MOST_PAYLOAD_MB} MB; 0 streams it in chunks."
        return
    if at_once is not None and at_once < 0:
        yield "max_concurrent", "It is 0 (what the model says) or more."
        return
    size = DEFAULT_PAYLOAD_MB if payload is None else payload
    if at_once and size * at_once > MOST_PAYLOAD_MB:
        words = f"{at_once} requests at once of {size} MB are {size * at_once} MB; together at most {MOST_PAYLOAD_MB}."
        yield "max_concurrent", words
    if payload == 0 and request.strategy == "MultiRecord":
        yield "max_payload_mb", "Without a limit of size every record of an object would go in one request."
    for field, value, low, high in (
        ("timeout_seconds", request.timeout_seconds, 1, 3600),
        ("retries", request.retries, 0, 3),
    ):
        if value is not None and not low <= value <= high:
            yield field, f"It is {low} to {high:,}."


def _processing(request: TransformRequest) -> Found:
    for field, path in (("input_filter", request.input_filter), ("output_filter", request.output_filter)):
        if path and paths.mistake(path):
            yield field, paths.mistake(path)
    if not (request.join or _filters(request)):
        return
    kind, accept = _bare(request.content_type), _bare(request.accept)
    if request.content_type and kind not in JOINABLE:
        yield "content_type", f"Filters and joining read {', '.join(JOINABLE)} only."
    if not request.content_type:
        yield "content_type", "Filters and joining need to know how the records are written."
    if not request.join:
        return
    if (request.split or "None") not in ("None", "Line"):
        yield "join", "Answers are joined to lines or to whole objects, not to RecordIO or TFRecord."
    elif (request.split or "None") != (request.assemble or "None"):
        yield "assemble", "To join, objects are put together as they were split: Line with Line, None with None."
    if accept and kind in JOINABLE and _family(accept) != _family(kind):
        yield "accept", f"To join, answers are written as the records are: {kind}."
    if kind == "text/csv" and request.split in ("", "None"):
        yield "split", "To join CSV, it is split by Line."


def _machine(request: TransformRequest) -> Found:
    if not request.instance_type:
        yield "instance_type", "Choose an instance type."
    elif request.instance_type not in instance_types():
        yield "instance_type", "Transform jobs do not run on this type."
    if request.count < 1:
        yield "count", "A job has at least one instance."


def _keys(request: TransformRequest) -> Found:
    for field, key in (("output_kms_key", request.output_kms_key), ("volume_kms_key", request.volume_kms_key)):
        if len(key) > 2048 or not _KEY.fullmatch(key):
            yield field, "A key is named by its id, its alias (alias/…) or its ARN."
    if request.volume_kms_key and _has_own_disk(request.instance_type):
        yield "volume_kms_key", "The disks of this type are encrypted by themselves and take no key of yours."


def _surroundings(request: TransformRequest) -> Found:
    if len(request.environment) > MOST_VARIABLES:
        yield "environment", f"A job takes at most {MOST_VARIABLES} variables."
    for name, value in request.environment:
        if not _VARIABLE.fullmatch(name) or len(name) > 1024:
            yield "environment", f"{name[:40] or 'Nothing'} cannot be the name of a variable."
        if len(value) > 10_240:
            yield "environment", f"The value of {name[:40]} is longer than 10,240 characters."
        if looks_secret(name, value):
            yield "environment", f"{name[:40]} looks like a secret; everybody who may describe the job would read it."
    if len(request.tags) > MOST_TAGS - 6:
        yield "tags", f"A job takes at most {MOST_TAGS} tags, some of which the console sets."
    for name, value in request.tags:
        if not name or len(name) > 128 or not _TAG.fullmatch(name) or name.lower().startswith("aws:"):
            yield "tags", f"{name[:40] or 'Nothing'} cannot be the name of a tag."
        elif len(value) > 256 or not _TAG.fullmatch(value):
            yield "tags", f"The value of {name[:40]} has characters that tags do not take, or more than 256."


def _named(name: str) -> bool:
    return len(name) <= LONGEST_NAME and bool(_NAME.fullmatch(name))


def _inside(inner: Uri, outer: Uri) -> bool:
    return inner.bucket == outer.bucket and f"{inner.key.rstrip('/')}/".startswith(outer.key)


def _filters(request: TransformRequest) -> bool:
    return any(path not in ("", "$") for path in (request.input_filter, request.output_filter))


def _bare(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _family(kind: str) -> str:
    return "json" if "json" in kind else kind


def _has_own_disk(instance_type: str) -> bool:
    family = instance_type.split(".")[1] if instance_type.count(".") == 2 else ""
    return bool(re.fullmatch(r"g4dn|g5|g6e?|trn1|[a-z]\d[a-z]*d[a-z]*", family))
