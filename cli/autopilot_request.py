"""From the options of `sagedeck autopilot launch` to a request, and from what is wrong with it back to the option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cli.autopilot_options import HeldName, KindName, Options
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.autopilot import AutopilotRequest, Filling, LocalFile, S3Data
    from services.autopilot.requesting.request import Settings
    from services.console import Console

# The option a field of the request comes from; by itself, or with all that lies below it.
OPTIONS: Mapping[str, str] = {
    "name": "--name",
    "training.held": "--held",
    "training.content_type": "--content-type",
    "training": "DATA",
    "validation": "--validation",
    "validation_fraction": "--validation-fraction",
    "output": "--output",
    "objective": "--objective",
    "limits.job_seconds": "--job-seconds",
    "limits.training_seconds": "--training-seconds",
    "limits.candidates": "--candidates",
    "role": "--role",
    "security.output_key": "--output-kms-key",
    "security.volume_key": "--volume-kms-key",
    "security.subnets": "--subnet",
    "security.security_groups": "--security-group",
    "security.encrypt_traffic": "--encrypt-traffic",
    "deploy.endpoint_name": "--endpoint-name",
    "deploy": "--deploy",
    "emr_role": "--emr-role",
    "project": "--project",
    "tags": "--tag",
    "settings.target": "--target",
    "settings.label": "--target",
    "settings.content": "--content",
    "settings.problem_type": "--problem",
    "settings.mode": "--mode",
    "settings.algorithms": "--algorithm",
    "settings.features": "--feature",
    "settings.types": "--type",
    "settings.sample_weight": "--weight",
    "settings.definitions_only": "--definitions-only",
    "settings.timestamp": "--time",
    "settings.item": "--item",
    "settings.grouping": "--group",
    "settings.frequency": "--frequency",
    "settings.horizon": "--horizon",
    "settings.quantiles": "--quantile",
    "settings.filling": "--fill",
    "settings.aggregation": "--aggregation",
    "settings.holidays": "--holidays",
    "settings.base_model": "--base-model",
    "settings.epochs": "--epochs",
    "settings.batch_size": "--batch-size",
    "settings.learning_rate": "--learning-rate",
    "settings.warmup_steps": "--warmup-steps",
    "settings.accept_eula": "--accept-eula",
}


def option_of(field: str) -> str:
    """The option of a field of the request, or of what it lies in; "" none."""
    while field and field not in OPTIONS:
        field = field.rpartition(".")[0]
    return OPTIONS.get(field, "")


def request_of(console: Console, data: str, options: Options, *, wait: bool) -> AutopilotRequest:
    """What is asked for. Raises InvalidRequest for an option that cannot be read."""
    from services.access import ExistingRole
    from services.autopilot import AutoDeploy, AutopilotRequest, Limits, Security

    given = options.role or console.settings.execution_role_arn
    named = options.deploy or options.endpoint_name
    return AutopilotRequest(
        name=options.name or console.autopilot.suggest_name(data),
        training=_source(data, options),
        validation=_source(options.validation, options) if options.validation else None,
        validation_fraction=options.validation_fraction,
        settings=_settings(options),
        role=ExistingRole(given) if given else console.autopilot.role(),
        output=options.output,
        make_bucket=options.make_bucket,
        objective=options.objective,
        limits=Limits(
            job_seconds=options.job_seconds or None,
            training_seconds=options.training_seconds,
            candidates=options.candidates,
        ),
        security=Security(
            output_key=options.output_kms_key,
            volume_key=options.volume_kms_key,
            subnets=tuple(options.subnet or ()),
            security_groups=tuple(options.security_group or ()),
            encrypt_traffic=options.encrypt_traffic,
        ),
        deploy=AutoDeploy(options.endpoint_name) if named else None,
        emr_role=options.emr_role,
        repairs=tuple(options.repair or ()),
        project=options.project,
        tags=_pairs(options.tag, "--tag"),
        owner=console.owner,
        wait=wait,
    )


def _source(data: str, options: Options) -> LocalFile | S3Data:
    from services.autopilot import Held, LocalFile, S3Data

    held = {HeldName.MANIFEST: Held.MANIFEST, HeldName.AUGMENTED: Held.AUGMENTED}.get(options.held, Held.PREFIX)
    if data.startswith("s3://"):
        return S3Data(uri=data, held=held, content_type=options.content_type)
    if held is not Held.PREFIX and data != options.validation:
        raise InvalidRequest("A manifest lies in S3.", f"--held {options.held} needs an address s3://….", "")
    return LocalFile(data)


def _settings(options: Options) -> Settings:
    from services.autopilot import ImageClasses, LanguageTuning, Tabular, TextClasses

    match options.kind:
        case KindName.TEXT:
            return TextClasses(content=options.content, label=options.target)
        case KindName.IMAGE:
            return ImageClasses()
        case KindName.FORECAST:
            return _forecast(options)
        case KindName.LANGUAGE:
            return LanguageTuning(
                base_model=options.base_model,
                epochs=options.epochs,
                batch_size=options.batch_size,
                learning_rate=options.learning_rate,
                warmup_steps=options.warmup_steps,
                accept_eula=options.accept_eula,
            )
        case _:
            return Tabular(
                target=options.target,
                problem_type=options.problem,
                mode=options.mode,
                algorithms=tuple(options.algorithm or ()),
                features=tuple(options.feature or ()),
                types=_pairs(options.type, "--type"),
                sample_weight=options.weight,
                definitions_only=options.definitions_only,
            )


def _forecast(options: Options) -> Settings:
    from services.autopilot import Forecast

    return Forecast(
        target=options.target,
        timestamp=options.time,
        item=options.item,
        grouping=tuple(options.group or ()),
        frequency=options.frequency,
        horizon=options.horizon,
        quantiles=tuple(options.quantile or ()),
        filling=tuple(_filling(each) for each in options.fill or ()),
        aggregation=options.aggregation,
        holidays=options.holidays,
        algorithms=tuple(options.algorithm or ()),
        features=tuple(options.feature or ()),
        types=_pairs(options.type, "--type"),
    )


def _filling(text: str) -> Filling:
    from services.autopilot import Filling

    column, *rest = text.rsplit(":", 3 if ":value:" in text else 2)
    if len(rest) < 2:
        raise InvalidRequest(f"--fill {text} cannot be read.", "", "Write COLUMN:middlefill:zero.")
    return Filling(column=column, where=rest[0], how=rest[1], value=rest[2] if len(rest) > 2 else "")


def _pairs(given: Sequence[str] | None, option: str) -> tuple[tuple[str, str], ...]:
    found = []
    for each in given or ():
        key, sign, value = each.rpartition("=") if option == "--type" else each.partition("=")
        if not sign:
            raise InvalidRequest(f"{option} {each} cannot be read.", "", f"Write {option} NAME=VALUE.")
        found.append((key, value))
    return tuple(found)
