"""Each limit, at it and one beyond it: what is just allowed is not refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    Metric,
    Scaling,
    Serverless,
)
from tests.services.deploy.worlds import CUSTOM, GPU, MISTRAL, asked, service

OUT = Asynchronous(output="s3://answers-of-ada/out/")
TOLD = replace(OUT, success=ExistingTopic("arn:aws:sns:us-east-1:123456789012:told"))
BACKLOG = Scaling(minimum=0, maximum=1, metric=Metric.BACKLOG)


def own(**changes: Any) -> DeployRequest:
    return asked(CUSTOM, "ml.m5.xlarge", **changes)


def onto(**changes: Any) -> DeployRequest:
    return asked(CUSTOM, "", mode=Components(name="part", onto=True, **changes))


def serverless(**changes: Any) -> DeployRequest:
    return asked(kind="", mode=Serverless(**changes))


def bounded(minimum: int, maximum: int, **changes: Any) -> DeployRequest:
    return own(scaling=Scaling(minimum=minimum, maximum=maximum, **changes))


def set_to(**changes: Any) -> DeployRequest:
    return own(advanced=Advanced(**changes))


def kept(percentage: int) -> DeployRequest:
    return set_to(capture=DataCapture(destination="s3://answers-of-ada/x/", percentage=percentage))


LIMITS: tuple[tuple[str, DeployRequest, DeployRequest], ...] = (
    ("endpoint_name", own(endpoint_name="a" * 63), own(endpoint_name="a" * 64)),
    ("count", own(count=1), own(count=0)),
    ("source.gpus", asked(replace(MISTRAL, gpus=4), "ml.g5.12xlarge"),
     asked(replace(MISTRAL, gpus=5), "ml.g5.12xlarge")),
    ("source.most_total_tokens", asked(replace(MISTRAL, most_input_tokens=99, most_total_tokens=100), GPU),
     asked(replace(MISTRAL, most_input_tokens=100, most_total_tokens=100), GPU)),
    ("source.most_input_tokens", asked(replace(MISTRAL, most_input_tokens=10**7), GPU),
     asked(replace(MISTRAL, most_input_tokens=10**7 + 1), GPU)),
    ("mode.concurrency", own(mode=replace(OUT, concurrency=1000)), own(mode=replace(OUT, concurrency=1001))),
    ("mode.concurrency", own(mode=OUT), own(mode=replace(OUT, concurrency=-1))),
    ("mode.concurrency", serverless(concurrency=200), serverless(concurrency=201)),
    ("mode.concurrency", serverless(concurrency=1), serverless(concurrency=0)),
    ("mode.provisioned", serverless(provisioned=5), serverless(provisioned=6)),
    ("mode.include_answer", own(mode=replace(TOLD, include_answer=True)), own(mode=replace(OUT, include_answer=True))),
    ("mode.accelerators", asked(MISTRAL, GPU, mode=Components(accelerators=1)), asked(MISTRAL, GPU, mode=Components())),
    ("mode.accelerators", onto(accelerators=16), onto(accelerators=17)),
    ("mode.cpus", onto(cpus=0.25), onto(cpus=0.24)),
    ("mode.cpus", onto(cpus=1024), onto(cpus=1025)),
    ("mode.memory_mb", onto(memory_mb=128), onto(memory_mb=127)),
    ("mode.copies", onto(copies=1), onto(copies=0)),
    ("mode.cpus", own(mode=Components(cpus=4.0)), own(mode=Components(cpus=4.5))),
    ("mode.copies", own(mode=Components(cpus=2.0, copies=2)), own(mode=Components(cpus=2.0, copies=3))),
    ("scaling.minimum", bounded(1, 1), bounded(0, 1)),
    ("scaling.minimum", own(mode=OUT, scaling=BACKLOG), own(mode=OUT, scaling=replace(BACKLOG, minimum=-1))),
    ("scaling.maximum", bounded(2, 2), bounded(2, 1)),
    ("scaling.maximum", own(mode=OUT, scaling=BACKLOG), own(mode=OUT, scaling=replace(BACKLOG, maximum=0))),
    ("count", own(count=2, scaling=Scaling(maximum=2)), own(count=3, scaling=Scaling(maximum=2))),
    ("scaling.scale_in_cooldown", bounded(1, 2, scale_in_cooldown=86_400), bounded(1, 2, scale_in_cooldown=86_401)),
    ("scaling.scale_out_cooldown", bounded(1, 2, scale_out_cooldown=0), bounded(1, 2, scale_out_cooldown=-1)),
    ("scaling.target", bounded(1, 2, target=2.0**360), bounded(1, 2, target=2.0**361)),
    ("environment", own(environment=(("A", "x" * 1024),)), own(environment=(("A", "x" * 1025),))),
    ("tags", own(tags=(("a" * 128, "b" * 256),)), own(tags=(("a" * 129, ""),))),
    ("tags", own(tags=tuple((f"a{each}", "") for each in range(44))),
     own(tags=tuple((f"a{each}", "") for each in range(45)))),
    ("advanced.volume_gb", set_to(volume_gb=512), set_to(volume_gb=513)),
    ("advanced.volume_gb", set_to(volume_gb=1), set_to(volume_gb=-1)),
    ("advanced.startup_seconds", set_to(startup_seconds=60), set_to(startup_seconds=59)),
    ("advanced.download_seconds", set_to(download_seconds=3600), set_to(download_seconds=3601)),
    ("advanced.capture.percentage", kept(1), kept(0)),
    ("advanced.capture.percentage", kept(100), kept(101)),
)  # fmt: skip


@pytest.mark.parametrize(("field", "within", "beyond"), LIMITS)
def test_at_the_limit_it_is_fine_and_beyond_it_is_not(field: str, within: DeployRequest, beyond: DeployRequest) -> None:
    assert service().problems(within) == ()
    assert field in [problem.field for problem in service().problems(beyond)]
