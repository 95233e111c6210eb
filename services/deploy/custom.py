"""What a container of one's own needs to run, with the settings AWS's own constructs give such a container."""

from __future__ import annotations

from services.catalog import GPU_TIMEOUT, Container, Task, has_gpu, inference_ami
from services.deploy.models import DeployRequest, HostedModel
from services.deploy.sources import CustomSource
from services.inference import Family, Kind


def custom_model(source: CustomSource) -> HostedModel:
    """The model as a deployment sees it: named after its image, without any promise about what it needs."""
    name = source.image.rpartition("/")[2].partition("@")[0].partition(":")[0]
    family = next((each for each in Family if each.value == source.family), None)
    tasks = {Kind.EMBEDDING: Task.EMBEDDING, Kind.CHAT: Task.CHAT}
    return HostedModel(id="", name=name or "a container", task=tasks[family.kind] if family else "")


def custom_container(request: DeployRequest, source: CustomSource, region: str) -> Container:
    """Ten minutes to fetch the artefact and ten to answer its health check, as seed figures have it."""
    return Container(
        image=source.image,
        artifact=source.artifact,
        environment=(("SAGEMAKER_REGION", region),),
        family=source.family,
        startup=GPU_TIMEOUT,
        download=GPU_TIMEOUT if source.artifact else 0,
        inference_ami=inference_ami(source.image) if has_gpu(request.instance_type) else "",
        source=source.origin or "a container of your own",
    )
