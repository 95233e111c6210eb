"""Containers in a row, as Autopilot's candidates bring them: what they are, what they send, what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from services.catalog import Container, inference_ami
from services.deploy import grammar
from services.deploy.models import DeployRequest, HostedModel, Problem
from services.deploy.modes import Components, Serverless
from services.deploy.sources import PipelineSource

MOST_CONTAINERS = 15  # botocore's service model: Containers of CreateModel
_FOR_GPUS = re.compile(r"gpu|-cu\d{2,3}\b")  # as AWS's own images say it in their tag


def pipeline_model(source: PipelineSource) -> HostedModel:
    """The model as a deployment sees it: named after the candidate."""
    gpu = any(_FOR_GPUS.search(each.image.partition("/")[2]) for each in source.containers)
    return HostedModel(id="", name=source.candidate or source.job or "a pipeline", task=source.task, needs_gpu=gpu)


def pipeline_container(source: PipelineSource) -> Container:
    """The first container, for those who look at image and artefact."""
    return Container(
        image=source.image,
        artifact=source.artifact,
        environment=source.containers[0].environment if source.containers else (),
        inference_ami=inference_ami(source.image) if pipeline_model(source).needs_gpu else "",
        source="as Autopilot made it",
    )


def sent_containers(source: PipelineSource) -> list[dict[str, Any]]:
    """The containers as CreateModel takes them, in their order."""
    return [
        {"Image": each.image}
        | ({"ModelDataUrl": each.artifact} if each.artifact else {})
        | ({"Environment": dict(each.environment)} if each.environment else {})
        for each in source.containers
    ]


def runs(source: PipelineSource) -> tuple[dict[str, Any], dict[str, Any]]:
    """What CreateModel is sent of the containers, and what DescribeModel then has to tell; one alone is the primary."""
    sent = sent_containers(source)
    if len(sent) == 1:
        return {"PrimaryContainer": sent[0]}, {f"PrimaryContainer.{name}": value for name, value in sent[0].items()}
    expect = {f"Containers[{place}].{name}": value for place, each in enumerate(sent) for name, value in each.items()}
    return {"Containers": sent}, expect


def pipeline_problems(request: DeployRequest, source: PipelineSource) -> Iterator[Problem]:
    """Problems of the containers, and of what a row of them cannot be."""
    number = len(source.containers)
    if not 1 <= number <= MOST_CONTAINERS:
        yield Problem("source", f"{number} containers cannot be put in a row: 1 to {MOST_CONTAINERS}.")
    for each in source.containers:
        if not each.image:
            yield Problem("source", "A container has no image.")
        if each.artifact and (wrong := grammar.s3_problem(each.artifact, grammar.LONGEST_URL)):
            yield Problem("source", wrong)
    if request.environment or request.secrets:
        yield Problem("environment", "These containers bring their own variables; none can be added here.")
    if number > 1 and isinstance(request.mode, Serverless):
        words = f"A serverless endpoint runs one container, and this candidate is a pipeline of {number}: "
        yield Problem("mode", f"{words}choose real-time, or a candidate that is one container.")
    if isinstance(request.mode, Components):
        yield Problem("mode", "An inference component takes no pipeline: choose real-time or serverless.")
