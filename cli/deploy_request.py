"""From the options of `sagedeck deploy` to requests, and from what is wrong with a request back to the option."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from cli.deploy_options import LEASED, MetricName, ModeName, Options
from cli.opening import say
from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.console import Console
    from services.deploy import Advanced, DeployRequest, Mode, Problem, Scaling, Source
    from services.deploy.modes import Topic
    from services.deploy.variables import Pairs
    from services.plans import Plan

# The option a field of the request comes from; by itself, or with all that lies below it.
OPTIONS: Mapping[str, str] = LEASED | {
    "endpoint_name": "--name",
    "instance_type": "--instance-type",
    "count": "--count",
    "fallbacks": "--fallback",
    "role": "--role",
    "environment": "--env, --env-file",
    "secrets": "--secret",
    "tags": "--tag",
    "source.accept_eula": "--accept-eula",
    "source.hub_id": "--hub",
    "source.server": "--server",
    "source.version": "--server-version",
    "source.revision": "--revision",
    "source.gated": "--gated",
    "source.quantization": "--quantization",
    "source.most_input_tokens": "--max-input-tokens",
    "source.most_total_tokens": "--max-total-tokens",
    "source.gpus": "--gpus",
    "source.weights_gib": "--weights-gib",
    "source.image": "--image",
    "source.artifact": "--artifact",
    "source.family": "--family",
    "source": "MODELS",
    "mode.output": "--output",
    "mode.failure": "--failure",
    "mode.success": "--success-topic",
    "mode.error": "--error-topic",
    "mode.include_answer": "--include-answer",
    "mode.kms_key": "--output-kms-key",
    "mode.concurrency": "--concurrency",
    "mode.memory_mb": "--memory-mb",
    "mode.provisioned": "--provisioned",
    "mode.copies": "--copies",
    "mode.accelerators": "--accelerators",
    "mode.cpus": "--cpus",
    "mode.name": "--component",
    "mode": "--mode",
    "scaling.minimum": "--min",
    "scaling.maximum": "--max",
    "scaling.metric": "--metric",
    "scaling.target": "--target",
    "scaling.scale_in_cooldown": "--scale-in-seconds",
    "scaling.scale_out_cooldown": "--scale-out-seconds",
    "scaling": "--min, --max",
    "advanced.subnets": "--subnet",
    "advanced.security_groups": "--security-group",
    "advanced.isolated": "--isolated",
    "advanced.kms_key": "--kms-key",
    "advanced.volume_gb": "--volume-gb",
    "advanced.startup_seconds": "--startup-seconds",
    "advanced.download_seconds": "--download-seconds",
    "advanced.inference_ami": "--inference-ami",
    "advanced.capture.percentage": "--capture-percentage",
    "advanced.capture.kms_key": "--capture-kms-key",
    "advanced.capture": "--capture",
}


def option_of(field: str) -> str:
    """The option of a field of the request, or of what it lies in; "" none."""
    while field and field not in OPTIONS:
        field = field.rpartition(".")[0]
    return OPTIONS.get(field, "")


def refuse(problems: Sequence[Problem], as_json: bool) -> None:
    """Say what is wrong, each with its option, and leave with 2; nothing when nothing is."""
    if not problems:
        return
    lines = [f"{option_of(each.field) or each.field}: {each.words}" for each in problems]
    if as_json:
        rows = [{"option": option_of(each.field), "field": each.field, "words": each.words} for each in problems]
        what, next = "This cannot be deployed as asked.", "Correct the options and try again."
        typer.echo(json.dumps({"error": {"what": what, "why": " ".join(lines), "next": next, "problems": rows}}))
    else:
        say("\n".join(lines))
    raise typer.Exit(2)


def mendable(console: Console, request: DeployRequest) -> tuple[Problem, ...]:
    """What is wrong with a request apart from its licence, which is no slip but an answer that is missing."""
    return tuple(each for each in console.deploy.problems(request) if each.field != "source.accept_eula")


def requests_of(console: Console, models: Sequence[str], options: Options) -> tuple[list[DeployRequest], list[Problem]]:
    """What is asked for: one request a model, and what could not be read. Raises NotFound and InvalidRequest."""
    from services.access import ExistingRole
    from services.deploy import DeployRequest

    mode, (environment, tags, unread) = _mode(options), _pairs(options)
    given = options.role or console.settings.execution_role_arn
    wanted = []
    for place, source in enumerate(_sources(console, models, options)):
        request = DeployRequest(
            source=source,
            endpoint_name=options.onto or _nth(options.name, place) or console.deploy.suggest_name(source),
            instance_type="",
            role=ExistingRole(given) if given else console.access.request(),
            owner=console.owner,
            mode=mode,
            count=options.count,
            environment=environment,
            secrets=_secret_keys(options),
            tags=tags,
            scaling=_scaling(options, mode),
            advanced=_advanced(options),
        )
        wanted.append(_on_a_machine(console, request, options, place))
    return wanted, unread


def _on_a_machine(console: Console, request: DeployRequest, options: Options, place: int) -> DeployRequest:
    """The request with its instance type; the cheapest that is known to run it where none is named."""
    if options.mode is ModeName.SERVERLESS or options.onto:
        return replace(request, instance_type=_nth(options.instance_type, place))
    kind = _nth(options.instance_type, place) or next((each for each, _ in console.deploy.offers(request.source)), "")
    return replace(request, instance_type=kind, fallbacks=tuple(options.fallback or ()))


def _sources(console: Console, models: Sequence[str], options: Options) -> list[Source]:
    from services.deploy import CatalogSource, CustomSource, HubSource, Server

    named = [bool(models), bool(options.hub), bool(options.image or options.artifact)]
    if sum(named) != 1:
        raise InvalidRequest(
            "One thing can be deployed at a time.",
            "Name a model of the catalogue (two make a pair), or give --hub OWNER/NAME, or --image URI.",
            "`sagedeck deploy --help` lists the options.",
        )
    if options.hub:
        hub = HubSource(
            hub_id=options.hub,
            server=Server(options.server.value),
            revision=options.revision,
            gated=options.gated,
            version=options.server_version,
            most_input_tokens=options.max_input_tokens,
            most_total_tokens=options.max_total_tokens,
            quantization=options.quantization,
            gpus=options.gpus,
            weights_gib=options.weights_gib,
        )
        return [hub]
    if options.image or options.artifact:
        return [CustomSource(image=options.image, artifact=options.artifact, family=options.family)]
    found = [console.deploy.describe_model(model_id) for model_id in models]
    return [CatalogSource(model_id=model.id, accept_eula=options.accept_eula) for model in found]


def _mode(options: Options) -> Mode:
    from services.deploy import Asynchronous, Components, RealTime, Serverless

    if options.mode is ModeName.ASYNC:
        return Asynchronous(
            output=options.output,
            failure=options.failure,
            concurrency=options.concurrency or 0,
            success=_topic(options.success_topic),
            error=_topic(options.error_topic),
            include_answer=options.include_answer,
            kms_key=options.output_kms_key,
        )
    if options.mode is ModeName.SERVERLESS:
        usual = Serverless()
        return Serverless(
            memory_mb=usual.memory_mb if options.memory_mb is None else options.memory_mb,
            concurrency=usual.concurrency if options.concurrency is None else options.concurrency,
            provisioned=options.provisioned,
        )
    if options.mode is ModeName.COMPONENT or options.onto:
        return Components(
            name=options.component,
            copies=options.copies,
            accelerators=options.accelerators,
            cpus=options.cpus,
            memory_mb=Components().memory_mb if options.memory_mb is None else options.memory_mb,
            onto=bool(options.onto),
        )
    return RealTime()


def _topic(given: str) -> Topic | None:
    from services.deploy import ExistingTopic, NewTopic

    if not given:
        return None
    return ExistingTopic(given) if given.startswith("arn:") else NewTopic(name=given)


def _scaling(options: Options, mode: Mode) -> Scaling | None:
    from services.deploy import Asynchronous, Metric, Scaling

    if options.min is None and options.max is None and options.metric is None and options.target is None:
        return None
    usual = Scaling()
    metric = Metric((options.metric or _usual_metric(isinstance(mode, Asynchronous))).value)
    targets = {Metric.INVOCATIONS: usual.target, Metric.CONCURRENCY: 5.0, Metric.BACKLOG: 5.0}
    minimum = usual.minimum if options.min is None else options.min
    return Scaling(
        minimum=minimum,
        maximum=max(usual.maximum, minimum) if options.max is None else options.max,
        metric=metric,
        target=targets[metric] if options.target is None else options.target,
        scale_in_cooldown=options.scale_in_seconds,
        scale_out_cooldown=options.scale_out_seconds,
    )


def _usual_metric(asynchronous: bool) -> MetricName:
    return MetricName.BACKLOG if asynchronous else MetricName.INVOCATIONS


def _advanced(options: Options) -> Advanced:
    from services.deploy import Advanced, DataCapture

    capture = None
    if options.capture:
        capture = DataCapture(
            destination=options.capture, percentage=options.capture_percentage, kms_key=options.capture_kms_key
        )
    return Advanced(
        subnets=tuple(options.subnet or ()),
        security_groups=tuple(options.security_group or ()),
        isolated=options.isolated,
        kms_key=options.kms_key,
        volume_gb=options.volume_gb,
        startup_seconds=options.startup_seconds,
        download_seconds=options.download_seconds,
        inference_ami=options.inference_ami,
        capture=capture,
    )


def _pairs(options: Options) -> tuple[Pairs, Pairs, list[Problem]]:
    """Container variables, tags, and what cannot be read of them. Raises OSError for a file that cannot be read."""
    from services.deploy import Problem
    from services.deploy.variables import parse_pairs

    text = options.env_file.read_text(encoding="utf-8") if options.env_file else ""
    from_file, unread_file = parse_pairs(text)
    typed, unread = parse_pairs("\n".join(options.env or ()))
    tags, unread_tags = parse_pairs("\n".join(options.tag or ()))
    problems = [Problem("environment", words) for words in (*unread_file, *unread)]
    problems += [Problem("tags", words) for words in unread_tags]
    return tuple((dict(from_file) | dict(typed)).items()), tags, problems


def _secret_keys(options: Options) -> tuple[str, ...]:
    given = [*(options.secret or ()), *(["HF_TOKEN"] if options.gated and options.hub else ())]
    return tuple(dict.fromkeys(given))


def secrets_of(plan: Plan) -> dict[str, str]:
    """The values of a plan's secrets, by name: the environment's variable of that key, else asked for, unseen.

    Raises InvalidRequest where nobody is there to be asked.
    """
    from services.plans import secret_names

    found = {}
    for name in secret_names(plan):
        key = name.rpartition("/")[2]
        found[name] = os.environ.get(key, "")
        if not found[name] and not sys.stdin.isatty():
            raise InvalidRequest(
                f"The plan needs the value of {key}.", "It is no argument, so that it stands in no list of processes.",
                f"Set {key} in the environment of the command.",
            )  # fmt: skip
        found[name] = found[name] or typer.prompt(key, hide_input=True, err=True)
    return found


def _nth(values: list[str] | None, position: int) -> str:
    return values[position] if values and position < len(values) else ""
