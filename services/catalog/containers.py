"""What has to run behind an endpoint for a model: image, artefact, environment, timeouts, and who said so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.catalog.images import family_image, inference_ami, regional_image
from services.catalog.instances import has_gpu
from services.catalog.jumpstart import CatalogModel, as_of
from services.catalog.tasks import Task
from services.errors import InvalidRequest, Unreachable

# What the containers that fetch from the hub are for.
_FROM_THE_HUB = (Task.CHAT, Task.EMBEDDING, Task.VISION_LANGUAGE)
# AWS gives a container 8 minutes by default; loading weights takes longer (seed figures: 600 s each).
GPU_TIMEOUT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a model as CreateModel wants it.

    artifact                an S3 object (…tar.gz) or prefix (…/); "" when the container fetches the weights itself
    gated                   the artefact lies in the private bucket: AcceptEula has to be sent with it
    startup, download       seconds for the health check and for fetching the artefact; 0 leaves AWS's default
    inference_ami           InferenceAmiVersion, "" for the default
    family                  how the endpoint wants to be called (the tag `sagedeck:family`)
    source                  "sagemaker-core 2.27.0" or "snapshot of 2026-11-20"
    note                    what a person should know about that source, "" nothing
    """

    image: str
    artifact: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    family: str = ""
    gated: bool = False
    network_isolation: bool = False
    startup: int = 0
    download: int = 0
    inference_ami: str = ""
    version: str = ""
    source: str = ""
    note: str = ""

    @property
    def compressed(self) -> bool:
        """Whether the artefact is one archive rather than a prefix of files."""
        return self.artifact.endswith(".tar.gz")


def content_bucket(region: str, *, gated: bool = False) -> str:
    """JumpStart's bucket of a region; gated weights lie in the private one."""
    return f"jumpstart-{'private-' if gated else ''}cache-prod-{region}"


def _image(model: CatalogModel, region: str, instance_type: str) -> str:
    # some entries of the snapshot name an image in words; those and the missing ones take the family's newest
    if re.fullmatch(r"[\w./-]+:[\w.-]+", model.image):
        image = regional_image(model.image, region)
        return image if has_gpu(instance_type) else _cpu_image(image)
    family = {"tgi": "huggingface-llm", "lmi": "djl-lmi", "messages": "djl-lmi"}.get(model.family)
    if family is None:
        raise InvalidRequest(
            f"The container of {model.name} is not known.", "The bundled catalogue does not name it.", "Choose another."
        )
    return family_image(family, region)


def _cpu_image(image: str) -> str:
    return re.sub(r"-gpu-(py\d+)-cu\d+-", r"-cpu-\1-", image)


def _base(model: CatalogModel, image: str, instance_type: str) -> Container:
    wait = GPU_TIMEOUT if has_gpu(instance_type) else 0
    return Container(
        image=image,
        environment=model.environment,
        family=model.family,
        gated=model.gated,
        startup=wait,
        download=wait,
        inference_ami=inference_ami(image) if has_gpu(instance_type) else "",
        version=model.spec_version,
        source=f"snapshot of {as_of()}",
    )


def assumed_container(model: CatalogModel, region: str, instance_type: str) -> Container:
    """The container by the snapshot, its artefact where JumpStart usually keeps it. For the sandbox only.

    Real specifications name the artefact's exact key; here it follows the pattern of the published ones.
    """
    base = _base(model, _image(model, region, instance_type), instance_type)
    folder = "meta-textgeneration" if model.id.startswith("meta-") else "-".join(model.id.split("-")[:2])
    key = f"{folder}/{model.id}/artifacts/inference-prepack/v1.0.0/"
    return replace(
        base,
        artifact=f"s3://{content_bucket(region, gated=model.gated)}/{key}",
        network_isolation=True,
        note="The place of the weights is assumed: the sandbox does not fetch them.",
    )


def hub_container(
    model: CatalogModel, region: str, instance_type: str, image: Callable[[str], tuple[str, str]] | None = None
) -> Container:
    """A container that fetches open weights from the Hugging Face hub, for when JumpStart cannot be asked.

    `image` gives the image of a container family and who named it; without it, the snapshot does. Raises Unreachable
    for a model whose weights only JumpStart has (gated, or not on the hub).
    """
    if model.gated or not model.hub_id or model.task not in _FROM_THE_HUB:
        raise Unreachable(
            f"JumpStart's specification of {model.name} could not be read.",
            "Where its weights lie and what runs them only the specification names.",
            f"Allow reading {content_bucket(region)} on S3, or choose an open model.",
        )
    gpu = has_gpu(instance_type)
    if model.task is Task.EMBEDDING:
        framework, family = "huggingface-tei" if gpu else "huggingface-tei-cpu", "tei"
    else:
        framework, family = "huggingface-llm" if model.family == "tgi" else "djl-lmi", model.family
    snapshot = (family_image(framework, region, gpu=gpu), f"snapshot of {as_of()}")
    uri, source = image(framework) if image else snapshot
    kept = () if family == "tei" else model.environment
    return replace(
        _base(model, uri, instance_type),
        environment=(("HF_MODEL_ID", model.hub_id), *(pair for pair in kept if pair[0] != "HF_MODEL_ID")),
        family=family,
        gated=False,
        source=source,
        note=f"JumpStart's specification could not be read: {model.hub_id} comes from the Hugging Face hub instead.",
    )


def bucket_arns(partition: str, region: str) -> tuple[str, ...]:
    """ARNs of JumpStart's buckets of a region, public first."""
    return tuple(f"arn:{partition}:s3:::{content_bucket(region, gated=gated)}" for gated in (False, True))
