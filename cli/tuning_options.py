"""What `sagedeck tune run` can be told, as a request."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.catalog import TrainingSpec
    from services.console import Console
    from services.tuning import Format, Learned, Template, TextReport, TuningRequest


class FormatName(StrEnum):
    """The words of `services.tuning.Format`, which is not imported for a command line."""

    INSTRUCTION = "instruction"
    DOMAIN = "domain"
    CHAT = "chat"


Words = list[str] | None


def _option(help: str, *names: str) -> Any:
    return typer.Option(*names, help=help)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of `tune run`."""

    format: Annotated[FormatName, _option("What the text is for.")] = FormatName.INSTRUCTION
    template: Annotated[Path | None, _option("A template.json with prompt and completion.")] = None
    prompt: Annotated[str, _option("What is asked; suggested by the columns when left out.")] = ""
    completion: Annotated[str, _option("What is answered.")] = ""
    given: Annotated[Words, _option("A hyperparameter: --set epoch=3.", "--set")] = None
    name: Annotated[str, _option("Job name.")] = ""
    instance_type: Annotated[str, _option("The model's own when left out.")] = ""
    count: Annotated[int, _option("Instances.")] = 1
    hours: Annotated[float, _option("It is stopped after so long.")] = 6.0
    spot: Annotated[bool, _option("With spare capacity.", "--spot")] = False
    wait_hours: Annotated[float, _option("With all waiting; twice --hours when left out.")] = 0.0
    checkpoints: Annotated[str, _option("s3://bucket/prefix/ written while it trains.")] = ""
    bucket: Annotated[str, _option("Where things lie; the console's own when left out.")] = ""
    output: Annotated[str, _option("s3://bucket/prefix/ of the result.")] = ""
    validation: Annotated[str, _option("s3://bucket/prefix/ of a text to measure with.")] = ""
    role: Annotated[str, _option("ARN of an execution role; found or created when left out.")] = ""
    volume_gb: Annotated[int, _option("The model's own when left out.")] = 0
    kms_volume: Annotated[str, _option("Key of the volume.")] = ""
    kms_output: Annotated[str, _option("Key of what is stored.")] = ""
    subnet: Annotated[Words, _option("A subnet of a VPC; may be repeated.")] = None
    security_group: Annotated[Words, _option("With --subnet; may be repeated.")] = None
    tag: Annotated[Words, _option("KEY=VALUE; may be repeated.")] = None
    accept_eula: Annotated[bool, _option("I have read and accept the licence.", "--accept-eula")] = False
    mend: Annotated[bool, _option("Make the safe repairs on a copy first.", "--mend")] = False


def template_of(file: Path | None, prompt: str, completion: str) -> Template | None:
    """The template of a file, or of the two texts; None where none is given. Raises InvalidRequest."""
    from services.tuning import Template

    if file is not None:
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            return Template(str(content["prompt"]), str(content["completion"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = "It is a JSON object with a prompt and a completion."
            raise InvalidRequest(f"{file} is no template.", why, "Correct it, or give --prompt.") from error
    if bool(prompt) != bool(completion):
        raise InvalidRequest("A template has a prompt and a completion.", "", "Give both, or neither.")
    return Template(prompt, completion) if prompt else None


def request_of(console: Console, model_id: str, text: str, options: Options) -> tuple[TuningRequest, Learned]:
    """The request, and how much is learned. Raises InvalidRequest for a text that cannot be learned from."""
    from services.access import ExistingRole
    from services.tuning import Format, Learned, LocalText, TuningRequest

    spec = console.tuning.spec(model_id)
    wanted, template = Format(options.format.value), template_of(options.template, options.prompt, options.completion)
    given = _pairs(tuple(options.given or ()), "--set")
    source: LocalText | str = text
    if text.startswith("s3://"):
        seen = console.tuning.check_stored(text, wanted, template=template, spec=spec)
        report, share = seen.report, seen.size / max(1, seen.report.size)
        beside = seen.template is not None and template is None
    else:
        path, report = _looked(console, Path(text), wanted, template, spec, given, options)
        source, share, beside = LocalText(path, path.name), 1.0, False
    _refused(report)
    return TuningRequest(
        model_id=model_id, job_name=options.name or console.tuning.suggest_name(model_id), format=wanted, text=source,
        template=None if beside else report.template, hyperparameters=tuple(sorted(given.items())),
        instance_type=options.instance_type or spec.default_instance, count=options.count, owner=console.owner,
        bucket=options.bucket or console.tuning.default_bucket, output=options.output, validation=options.validation,
        role=ExistingRole(options.role) if options.role else console.access.request(),
        accept_eula=options.accept_eula, volume_gb=options.volume_gb, most_seconds=round(options.hours * 3600),
        spot=options.spot, wait_seconds=_wait(options), checkpoints=options.checkpoints,
        kms_volume=options.kms_volume, kms_output=options.kms_output, subnets=tuple(options.subnet or ()),
        security_groups=tuple(options.security_group or ()),
        tags=tuple(_pairs(tuple(options.tag or ()), "--tag").items()),
    ), Learned(round(report.rows * share), round(report.tokens * share))  # fmt: skip


def _wait(options: Options) -> int:
    return round((options.wait_hours or 2 * options.hours) * 3600) if options.spot else 0


def _looked(
    console: Console, path: Path, wanted: Format, template: Template | None, spec: TrainingSpec,
    given: dict[str, str], options: Options,
) -> tuple[Path, TextReport]:  # fmt: skip
    """The file and what it holds; with --mend a copy with the safe repairs."""
    from services.tuning import repaired

    if not path.is_file():
        raise InvalidRequest(f"There is no file {path}.", "", "Name a file, or an address that begins with s3://.")
    report = console.tuning.check(path, wanted, template=template, spec=spec, given=given)
    if not options.mend or not any(each.safe for each in report.repairs):
        return path, report
    folder = Path(tempfile.mkdtemp(prefix="sagedeck-tune-"))
    copy = repaired(path, report, folder / f"{path.stem}.jsonl")
    say(f"The mended copy is {copy}.")
    return copy, console.tuning.check(copy, wanted, template=report.template, spec=spec, given=given)


def _refused(report: TextReport) -> None:
    stops = [each for each in report.findings if each.level == "stop"]
    if stops:
        mend = "--mend makes the safe repairs." if report.accepted else "`sagedeck tune check` says more."
        raise InvalidRequest("This text cannot be learned from as it is.", stops[0].words, mend)


def _pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    found = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name.strip():
            raise InvalidRequest(f"{option} takes NAME=VALUE.", f"{each[:60]} is none.", "Correct it.")
        found[name.strip()] = value.strip()
    return found
