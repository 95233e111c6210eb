"""How containers start, and how they fail to: AWS's reasons, and the lines that fit them in the container's log.

Wording: aws/deep-learning-containers tests, aws/sagemaker-python-sdk issue 155, aws/amazon-sagemaker-examples 275.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.faults import Faults, Kind
from sandbox.records import Record
from sandbox.sagemaker.containers import image_region, sources
from sandbox.telemetry.lines import failing, starting

NEWER_CUDA = 130  # as in an image's tag; from it on a variant has to name a newer host image (InferenceAmiVersion)
_CUDA = re.compile(r"cu(\d{3})")
START_ERROR = "SANDBOX_START_ERROR"  # in a container's environment: why its endpoint fails to start


@dataclass(frozen=True, slots=True)
class Failure:
    """`lines`: what the container wrote last, () leaves that to its family; None if no container ever ran."""

    reason: str
    lines: tuple[str, ...] | None = None


def containers_of(model: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return a model's containers in order, from the record of a variant or component."""
    if model is None:
        return []
    request = model["request"]
    return [request["PrimaryContainer"]] if request.get("PrimaryContainer") else list(request.get("Containers") or ())


def answers_of(containers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what the last container of a pipeline of Autopilot's is told to answer with."""
    last = containers[-1].get("Environment") or {}
    return {name: value for name, value in last.items() if name.startswith("SAGEMAKER_INFERENCE_")}


def failure_of(faults: Faults, variant: Record, endpoint: str, region: str, operation: str) -> Failure | None:
    """Say why the containers of a variant do not start, or None."""
    containers = containers_of(variant["model"])
    for container in containers:
        if reason := (container.get("Environment") or {}).get(START_ERROR):
            return Failure(str(reason), (str(reason),))
    for container in containers:
        place = image_region(container.get("Image", ""))
        if place and place != region:
            return _no_image(variant["name"])
        if _too_new(container.get("Image", ""), variant):
            return _cannot_start(variant["name"])
    model = variant["model"]["name"] if variant["model"] else ""
    for container in containers:
        found = _weights(faults, container, variant, model, operation)
        if found:
            return found
    if faults.strikes(Kind.FAILED_PING, service="sagemaker", operation=operation, resource=endpoint):
        return no_ping(variant, ())
    return None


def cannot_come_up(variant: Record, region: str) -> bool:
    """Tell whether a variant's containers fail for what they are, whatever faults are set."""
    return any(
        (container.get("Environment") or {}).get(START_ERROR)
        or image_region(container.get("Image", "")) not in ("", region)
        or _too_new(container.get("Image", ""), variant)
        for container in containers_of(variant["model"])
    )


def lacks_capacity(faults: Faults, instance_type: str, operation: str) -> bool:
    """Tell whether AWS has no instance of that type to give."""
    return faults.strikes(Kind.NO_CAPACITY, service="sagemaker", operation=operation, resource=instance_type)


def no_capacity() -> Failure:
    return Failure(
        "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry "
        "using a different ML instance type or after some time. Consider configuring InstancePools in your "
        "EndpointConfig with multiple instance types for priority-based fallback to improve capacity availability."
    )


def no_ping(variant: Record, lines: tuple[str, ...]) -> Failure:
    what = f"{variant.get('noun', 'production variant')} {variant['name']}"
    return Failure(
        f"The primary container for {what} did not pass the ping health check. Please check CloudWatch logs for this "
        "endpoint.",
        lines,
    )


def instance_of(record: Record, number: int = 0) -> str:
    """Return a made-up instance id of an endpoint (or a component's copy) that stays its own."""
    return "i-" + hashlib.sha256(f"{record['arn']}{record['created']}{number or ''}".encode()).hexdigest()[:17]


PARTS = 3  # of what a container writes: while it loads, when its server is up, when it has answered its first ping


def lines(
    endpoint: Record, variant: Record, failure: Failure | None, first: int = 0, last: int = PARTS
) -> Iterator[tuple[str, str]]:
    """Yield (stream, text) of what the containers of a variant write as they start, first to last.

    `first` to `last`: which parts of it; what fails writes all that is left of it.
    """
    if failure and failure.lines is None:
        return
    for number in range(min(max(variant["count"], 1), 3)):  # a handful of streams tells as much as a hundred
        stream = f"{variant['name']}/{instance_of(endpoint, number)}"
        for container in containers_of(variant["model"]):
            texts = written(container, variant["type"], failure)
            cuts = (0, max(len(texts) - 2, 1), len(texts) - 1, len(texts)) if failure is None else (0, 1, 1, len(texts))
            for text in texts[cuts[first] : cuts[last]]:
                yield stream, text


def written(container: Mapping[str, Any], instance_type: str, failure: Failure | None) -> tuple[str, ...]:
    """Return what a container writes as it starts, or fails to."""
    image = container.get("Image", "")
    if failure is None:
        return starting(image, container.get("Environment") or {}, instance_type)
    if failure.lines is not None and len(failure.lines) == 0:
        return failing(image, "")
    return (f"Starting container {image}", *(failure.lines or ()))


def _weights(
    faults: Faults, container: Mapping[str, Any], variant: Record, model: str, operation: str
) -> Failure | None:
    about = {"service": "sagemaker", "operation": operation, "resource": model}
    place = next((uri for uri, _ in sources(container)), "")
    hub = (container.get("Environment") or {}).get("HF_MODEL_ID", model)
    if not place and faults.strikes(Kind.GATED_MODEL, **about):
        url = f"https://huggingface.co/{hub}/resolve/main/config.json"
        text = f"huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo for url {url}."
        return no_ping(variant, (text, f"Access to model {hub} is restricted. You must be authenticated to access it."))
    if faults.strikes(Kind.MISSING_ARTIFACT, **about):
        if not place:
            url = f"https://huggingface.co/api/models/{hub}"
            return no_ping(variant, (f"404 Client Error: Repository Not Found for url: {url}.",))
        return Failure(
            f'Failed to download model data for container "container_1" from URL: "{place}". Please ensure that there '
            "is an object located at the URL and that the role passed to CreateModel has permissions to download the "
            "object."
        )
    return None


def _too_new(image: str, variant: Record) -> bool:
    """Tell whether an image's CUDA is newer than the driver of the host image that GPU instances have by default."""
    cuda = _CUDA.search(image)
    on_gpu = variant["type"].startswith(("ml.g", "ml.p"))
    return bool(cuda and int(cuda[1]) >= NEWER_CUDA and on_gpu and "InferenceAmiVersion" not in variant.get("spec", {}))


def _cannot_start(variant: str) -> Failure:
    return Failure(
        f"CannotStartContainerError. Please ensure the model container for variant {variant} starts correctly when "
        "invoked with 'docker run <image> serve'."
    )


def _no_image(variant: str) -> Failure:
    return Failure(
        f"Please make sure all images included in the model for the production variant {variant} exist, and that the "
        "execution role used to create the model has permissions to access them."
    )
