"""What `sagedeck deploy` can be told; `deploy_request` makes requests of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer


class ModeName(StrEnum):
    """How the endpoint answers."""

    REALTIME = "realtime"
    ASYNC = "async"
    SERVERLESS = "serverless"
    COMPONENT = "component"


class ServerName(StrEnum):
    """The words of `services.deploy.Server`, which is not imported for a command line."""

    VLLM = "vllm"
    LMI = "lmi"
    TGI = "tgi"
    SGLANG = "sglang"
    TEI = "tei"


class MetricName(StrEnum):
    """The words of `services.deploy.Metric`."""

    INVOCATIONS = "invocations"
    CONCURRENCY = "concurrency"
    BACKLOG = "backlog"


LEASED = {
    "lease_hours": "--lease",
    "lease_ends": "--lease",
    "lease_then": "--lease-then",
    "lease_reason": "--lease-reason",
}


def _option(help: str, *names: str, panel: str = "") -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel or None)


_HUB, _OWN, _MODE = "A model of the Hugging Face hub", "A container of one's own", "How it answers"
_SCALE, _MORE = "Scaling", "Environment, network, storage"
Words = list[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Every option that says what is deployed and how."""

    name: Annotated[Words, _option("Endpoint name; once a model.")] = None
    instance_type: Annotated[
        Words, _option("Instance type; once a model. The cheapest that runs it when left out.")
    ] = None
    count: Annotated[int, _option("Instances behind each endpoint.")] = 1
    fallback: Annotated[Words, _option("A further type where the first has no capacity; in order.")] = None
    role: Annotated[str, _option("ARN of an execution role; found or created when left out.")] = ""
    accept_eula: Annotated[bool, _option("I have read and accept the licence.", "--accept-eula")] = False
    lease: Annotated[str | None, _option("Ends so long from now: 8h, 2d; 0 never. The setting when left out.")] = None
    lease_then: Annotated[str, _option("What happens then: delete or pause.")] = ""
    lease_reason: Annotated[str, _option("What it is for.")] = ""

    hub: Annotated[str, _option("OWNER/NAME on the hub, instead of a model of the catalogue.", panel=_HUB)] = ""
    server: Annotated[ServerName, _option("The container that serves it.", panel=_HUB)] = ServerName.VLLM
    server_version: Annotated[str, _option("Of the container; the newest known when left out.", panel=_HUB)] = ""
    revision: Annotated[str, _option("Branch, tag or commit.", panel=_HUB)] = ""
    gated: Annotated[
        bool, _option("Its weights need a token: HF_TOKEN of the environment, or asked for.", "--gated", panel=_HUB)
    ] = False
    quantization: Annotated[str, _option("As the container names it: awq, fp8, …", panel=_HUB)] = ""
    max_input_tokens: Annotated[int, _option("0 leaves the container's own limit.", panel=_HUB)] = 0
    max_total_tokens: Annotated[int, _option("Input and answer together.", panel=_HUB)] = 0
    gpus: Annotated[int, _option("Over how many GPUs the weights are spread; 0 is all.", panel=_HUB)] = 0
    weights_gib: Annotated[float, _option("Size of the weights; 0 is estimated from the name.", panel=_HUB)] = 0.0

    image: Annotated[str, _option("ECR image, instead of a model of the catalogue.", panel=_OWN)] = ""
    artifact: Annotated[str, _option("s3://bucket/key.tar.gz, or s3://bucket/prefix/.", panel=_OWN)] = ""
    family: Annotated[str, _option("How it wants to be called; found by asking when left out.", panel=_OWN)] = ""

    mode: Annotated[ModeName, _option("How it answers.", panel=_MODE)] = ModeName.REALTIME
    output: Annotated[str, _option("async: s3://bucket/prefix/ of the answers.", panel=_MODE)] = ""
    failure: Annotated[str, _option("async: where errors go.", panel=_MODE)] = ""
    success_topic: Annotated[str, _option("async: ARN of an SNS topic, or the name of a new one.", panel=_MODE)] = ""
    error_topic: Annotated[str, _option("async: the same for errors.", panel=_MODE)] = ""
    include_answer: Annotated[
        bool, _option("async: small answers are put into the notice.", "--include-answer", panel=_MODE)
    ] = False
    output_kms_key: Annotated[str, _option("async: encrypts the answers.", panel=_MODE)] = ""
    concurrency: Annotated[int | None, _option("async, serverless: requests at a time.", panel=_MODE)] = None
    memory_mb: Annotated[int | None, _option("serverless, component: memory.", panel=_MODE)] = None
    provisioned: Annotated[int, _option("serverless: requests kept warm for.", panel=_MODE)] = 0
    copies: Annotated[int, _option("component: how many run at once.", panel=_MODE)] = 1
    accelerators: Annotated[int, _option("component: GPUs of a copy.", panel=_MODE)] = 0
    cpus: Annotated[float, _option("component: CPUs of a copy.", panel=_MODE)] = 0.0
    onto: Annotated[str, _option("component: the endpoint it is put onto.", panel=_MODE)] = ""
    component: Annotated[str, _option("component: its name; the endpoint's when left out.", panel=_MODE)] = ""

    min: Annotated[int | None, _option("At least so many; 0 sleeps (async, component).", panel=_SCALE)] = None
    max: Annotated[int | None, _option("At most so many, the hard cap; given, it scales.", panel=_SCALE)] = None
    metric: Annotated[MetricName | None, _option("What is kept steady.", panel=_SCALE)] = None
    target: Annotated[float | None, _option("At which value.", panel=_SCALE)] = None
    scale_in_seconds: Annotated[int, _option("After a change, before fewer.", panel=_SCALE)] = 300
    scale_out_seconds: Annotated[int, _option("After a change, before more.", panel=_SCALE)] = 60

    env: Annotated[Words, _option("KEY=VALUE of the container; may be repeated.", panel=_MORE)] = None
    env_file: Annotated[
        Path | None, _option("The same from a file: a JSON object, or KEY=VALUE lines.", panel=_MORE)
    ] = None
    secret: Annotated[
        Words, _option("KEY whose value is this environment's variable of that name, or asked for.", panel=_MORE)
    ] = None
    tag: Annotated[Words, _option("KEY=VALUE; may be repeated.", panel=_MORE)] = None
    subnet: Annotated[Words, _option("Subnet of a VPC; may be repeated.", panel=_MORE)] = None
    security_group: Annotated[Words, _option("With --subnet; may be repeated.", panel=_MORE)] = None
    isolated: Annotated[
        bool | None, _option("No network in the container; as the model asks for when left out.", panel=_MORE)
    ] = None
    kms_key: Annotated[str, _option("Encrypts the instances' storage.", panel=_MORE)] = ""
    volume_gb: Annotated[int, _option("0 is the type's own.", panel=_MORE)] = 0
    startup_seconds: Annotated[int, _option("How long a start may take; 0 is the model's own.", panel=_MORE)] = 0
    download_seconds: Annotated[int, _option("How long loading may take; 0 is the model's own.", panel=_MORE)] = 0
    inference_ami: Annotated[str, _option("InferenceAmiVersion.", panel=_MORE)] = ""
    capture: Annotated[str, _option("s3://… where requests and answers are kept.", panel=_MORE)] = ""
    capture_percentage: Annotated[int, _option("Of the requests.", panel=_MORE)] = 100
    capture_kms_key: Annotated[str, _option("Encrypts what is kept.", panel=_MORE)] = ""


def taking(kind: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the fields of the dataclass `kind` as its own parameters; it is given them as `options`."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        names = {field.name for field in fields(kind)}

        @wraps(command)
        def given_options(**given: Any) -> None:
            options = kind(**{name: given.pop(name) for name in names})
            command(**given, options=options)

        given_options.__signature__ = _signature(command, kind)  # type: ignore[attr-defined]
        given_options.__annotations__ = {}  # typer reads the signature, whose annotations are resolved
        return given_options

    return decorate


def _signature(command: Callable[..., None], kind: Any) -> inspect.Signature:
    """The command's own parameters, then the options."""
    hints = get_type_hints(kind, include_extras=True)
    own_hints = get_type_hints(command, include_extras=True)
    only = inspect.Parameter.KEYWORD_ONLY
    own = [
        each.replace(annotation=own_hints[each.name], kind=only)
        for each in inspect.signature(command).parameters.values()
        if each.name != "options"
    ]
    more = [
        inspect.Parameter(field.name, only, default=_default(field), annotation=hints[field.name])
        for field in fields(kind)
    ]
    return inspect.Signature([*own, *more])


def _default(field: Any) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default


taking_options = taking(Options)
