"""Exported scripts of plans that change and delete: run alone, they do what the console would have done."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.deploy import Asynchronous, CatalogSource, Components, DeployRequest, Metric, NewTopic, RealTime, Scaling
from services.endpoints import ScaleRequest, UpdateRequest
from services.errors import InvalidRequest
from services.plans import Format, Plan, RunStatus, export
from tests.sandbox.server import client, start_sandbox
from tests.services.deploy.samples import FALCON, MINILM

WAIT = 60.0
QUEUE = Asynchronous(output="s3://answers/out/", success=NewTopic(name="told"))
SLEEPS = Scaling(minimum=0, maximum=2, metric=Metric.BACKLOG, target=5)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox("--speed", "600") as address:
        client(address, "s3").create_bucket(Bucket="answers")
        yield address


@pytest.fixture
def console(url: str, tmp_path: Path) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path)


def deployed(console: Console, request: DeployRequest) -> None:
    plan = console.deploy.plan_deploy(replace(request, role=console.access.request(), owner=console.owner))
    view = console.runs.wait(console.runs.start(plan), WAIT)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps if step.problem]


def queue(console: Console, name: str) -> DeployRequest:
    return DeployRequest(
        source=CatalogSource(model_id=MINILM), endpoint_name=name, instance_type="ml.c6i.xlarge",
        role=console.access.request(), mode=QUEUE, scaling=SLEEPS,
    )  # fmt: skip


def by_script(plan: Plan, url: str, folder: Path) -> None:
    file = folder / "plan.py"
    file.write_text(export(plan, Format.BOTO3, region="us-east-1").text, encoding="utf-8")
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": url}
    done = subprocess.run(
        [sys.executable, str(file)], env={**os.environ, **keys}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def scaled(url: str) -> list[tuple[str, int, int]]:
    found = client(url, "application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    return [(each["ResourceId"], each["MinCapacity"], each["MaxCapacity"]) for each in found["ScalableTargets"]]


def alarms(url: str) -> list[str]:
    found = client(url, "cloudwatch").describe_alarms(AlarmNamePrefix="sagedeck-")["MetricAlarms"]
    return [each["AlarmName"] for each in found]


def test_pausing_resuming_updating_and_deleting_by_script(console: Console, url: str, tmp_path: Path) -> None:
    deployed(console, queue(console, "sleeper"))
    by_script(console.changes.plan_pause(console.changes.pause_request("sleeper")), url, tmp_path)
    assert console.endpoints.list_endpoints() == ()
    assert (scaled(url), alarms(url)) == ([], [])
    assert [each.name for each in console.changes.list_paused()] == ["sleeper"]

    by_script(console.changes.plan_resume("sleeper"), url, tmp_path)
    assert [each.name for each in console.endpoints.list_endpoints()] == ["sleeper"]
    assert scaled(url) == [("endpoint/sleeper/variant/AllTraffic", 0, 2)]
    assert alarms(url) == ["sagedeck-wake-sleeper"]

    by_script(console.endpoints.plan_delete("sleeper"), url, tmp_path)
    assert console.endpoints.list_endpoints() == ()
    assert (scaled(url), alarms(url)) == ([], [])


def test_an_update_and_a_count_by_script_end_as_they_were_planned(console: Console, url: str, tmp_path: Path) -> None:
    deployed(console, replace(queue(console, "mover"), mode=RealTime(), scaling=None))
    config = console.changes.suggest_config_name("mover")
    change = UpdateRequest(name="mover", config_name=config, instance_type="ml.m5.xlarge")
    by_script(console.changes.plan_update(change), url, tmp_path)
    detail = console.endpoints.describe_endpoint("mover")
    assert (detail.config_name, detail.instance_type) == (config, "ml.m5.xlarge")

    by_script(console.changes.plan_scale(ScaleRequest(name="mover", count=2)), url, tmp_path)
    assert console.endpoints.describe_endpoint("mover").count == 2
    by_script(console.endpoints.plan_delete("mover"), url, tmp_path)


def test_take_down_by_script_leaves_nothing(console: Console, url: str, tmp_path: Path) -> None:
    deployed(console, queue(console, "queue"))
    parts = DeployRequest(
        source=CatalogSource(model_id=FALCON), endpoint_name="host", instance_type="ml.g5.2xlarge",
        role=console.access.request(), mode=Components(name="part", accelerators=1),
        scaling=Scaling(minimum=0, maximum=2, metric=Metric.CONCURRENCY, target=4),
    )  # fmt: skip
    deployed(console, parts)
    by_script(console.cleanup.plan_take_down(library=False).plan, url, tmp_path)
    assert (console.endpoints.list_endpoints(), scaled(url), alarms(url)) == ((), [], [])
    sagemaker = client(url, "sagemaker")
    assert sagemaker.list_models()["Models"] == []
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
    assert client(url, "sns").list_topics()["Topics"] == []


@pytest.mark.parametrize("form", [each for each in Format if each is not Format.BOTO3])
def test_what_a_template_cannot_say_of_a_change_is_said_or_refused_with_the_way_out(
    console: Console, form: Format
) -> None:
    deployed(console, replace(queue(console, f"to-{form}"), scaling=None))
    with pytest.raises(InvalidRequest, match="cannot be written"):
        export(console.endpoints.plan_delete(f"to-{form}"), form)
    change = UpdateRequest(
        name=f"to-{form}", config_name=console.changes.suggest_config_name(f"to-{form}"), instance_type="ml.m5.xlarge"
    )
    text = export(console.changes.plan_update(change), form).text
    assert "It does not do these steps of the plan" in text
    assert "sagemaker.update_endpoint: changes what is there already" in text
