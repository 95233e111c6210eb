"""The request of a transform job from the options of a command, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cli.opening import say
from services.errors import InvalidRequest, SagedeckError

if TYPE_CHECKING:
    from cli.batch_options import Options
    from services.batch import Suggestion, TransformRequest
    from services.console import Console


def request_of(console: Console, model: str, source: str, options: Options) -> TransformRequest:
    """The request; what was left open is what fits the model. Raises InvalidRequest or NotFound."""
    from services.batch import TransformRequest, suggestion, usual_machine

    held = console.batch.model(_model(console, model))
    name, fits = options.name or console.batch.suggest_name(held.name), suggestion(held)
    upload = "" if source.startswith("s3://") else source
    if upload and not Path(upload).is_file():
        raise InvalidRequest(f"{upload[:200]} is neither an S3 address nor a file.", "", "Write s3://bucket/prefix/.")
    if options.texts:
        upload = _wrapped(console, fits, upload, name)
    fitting = not options.split  # whoever says how to split says the rest that goes with it
    request = TransformRequest(
        name=name, model=held.name, input=console.batch.input(name, Path(upload).name) if upload else source,
        output=options.output or console.batch.output(name), upload=upload,
        instance_type=options.instance_type or usual_machine(held), count=options.count,
        input_kind="ManifestFile" if options.manifest else "S3Prefix",
        content_type=options.content_type or fits.content_type, accept=options.accept or fits.accept,
        compression=options.compression, split=options.split or fits.split,
        assemble=options.assemble or (fits.assemble if fitting else ""),
        strategy=options.strategy or (fits.strategy if fitting else ""),
        max_payload_mb=options.max_payload_mb, max_concurrent=options.max_concurrent, join=options.join,
        input_filter=options.input_filter, output_filter=options.output_filter, output_kms_key=options.kms_key,
        volume_kms_key=options.volume_kms_key, environment=_pairs(options.env), tags=_pairs(options.tag),
        timeout_seconds=options.timeout, retries=options.retries,
    )  # fmt: skip
    denied = () if options.new_role else console.batch.denied(request)
    if not options.new_role and not denied:
        return request
    if denied:
        actions = " or ".join(dict.fromkeys(each.action for each in denied))
        say(f"The model's role may not {actions} here: a copy of the model gets a role that may do just this.")
    role, copied = console.batch.role_request(request, held), f"{name}-model"[-63:].lstrip("-")
    return replace(request, copy_of=held.name, model=copied, role=role)


def _wrapped(console: Console, fits: Suggestion, upload: str, name: str) -> str:
    """A file of texts as one of requests that the model reads, in the console's folder. Raises InvalidRequest."""
    from services.batch import wrapped

    if not upload or fits.contract is None:
        why = "The input is not a file of this machine." if not upload else "How this model is called is not known."
        raise InvalidRequest("--texts makes requests of a local file.", why, "Write the requests yourself.")
    try:
        lines = Path(upload).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidRequest("The file of texts is not UTF-8.", "", "Save it as UTF-8.") from error
    return str(console.batch_inputs.put(f"{name}.jsonl", wrapped(fits.contract, lines)))


def _model(console: Console, name: str) -> str:
    """The model of this name, or the one behind the endpoint of this name. Raises NotFound, InvalidRequest."""
    from services.errors import NotFound

    try:
        return console.batch.model(name).name
    except NotFound:
        found = console.batch.models_of(name)
    if len(found) == 1:
        return found[0]
    why = f"It runs {', '.join(found)}." if found else "It holds inference components."
    raise InvalidRequest(f"{name} does not tell one model.", why, "Name the model itself.")


def refuse(console: Console, request: TransformRequest) -> None:
    """Raise InvalidRequest for what is wrong; say what may be."""
    from services.batch import request_problems

    problems = list(request_problems(request))
    if not problems:
        preview = None
        if not request.upload:
            try:
                preview = console.batch.preview(request)
            except InvalidRequest:
                raise
            except SagedeckError as error:
                say(f"! {error.what}")
        for note in preview.notes if preview else ():
            say(f"! {note}")
        problems += console.batch.checked(request, preview)
    if problems:
        why = " ".join(f"{each.field}: {each.words}" for each in problems)
        raise InvalidRequest("This transform job would fail.", why, "Correct it and try again.")


def _pairs(given: list[str] | None) -> tuple[tuple[str, str], ...]:
    """NAME=VALUE as pairs. Raises InvalidRequest."""
    pairs = [each.partition("=") for each in given or ()]
    if any(not equals for _, equals, _ in pairs):
        raise InvalidRequest("A pair is written NAME=VALUE.", "", "Correct it.")
    return tuple((name, value) for name, _, value in pairs)
