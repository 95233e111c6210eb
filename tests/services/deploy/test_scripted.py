"""What an exported script makes in one sandbox is what the console makes in another, whatever the mode."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.connection import Connection, sandbox_at
from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    DataCapture,
    DeployRequest,
    Metric,
    NewTopic,
    Scaling,
    Serverless,
    plan_deploy,
)
from services.plans import AwsOperator, Format, Plan, Runs, RunStatus, export
from services.plans.literals import variable_of
from services.state import State
from tests.sandbox.server import start_sandbox
from tests.services.deploy.samples import MINILM, NEW_ROLE, request_for, state_for

SPEED = 600
TOKEN = "hf_of_nobody"
TOLD = NewTopic(name="answers", email="ada@example.com")
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# what differs between two sandboxes that hold the same, or moves by itself while one looks
_OWN = ("Time", "Date", "Timestamp", "CreationTime", "LastModifiedTime", "AlarmName", "Alarms", "PolicyARN", "Owner",
        "AlarmActions", "AlarmArn", "ResponseMetadata", "RoleId", "ScalableTargetARN", "SubscriptionArn",
        "CurrentInstanceCount", "DesiredInstanceCount", "CurrentCopyCount", "DesiredCopyCount", "EndpointStatus",
        "InferenceComponentStatus", "VariantStatus")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One sandbox."""

    url: str
    connection: Connection


@pytest.fixture(scope="module")
def sides() -> Iterator[tuple[Side, Side]]:
    with start_sandbox("--speed", str(SPEED)) as first, start_sandbox("--speed", str(SPEED)) as second:
        yield tuple(Side(url, sandbox_at(url, owner="ada")) for url in (first, second))  # type: ignore[misc]


def requests() -> dict[str, DeployRequest]:
    return {
        "scaled": request_for(MINILM, endpoint_name="scaled", scaling=Scaling(maximum=3), role=NEW_ROLE),
        "asleep": request_for(
            MINILM,
            endpoint_name="asleep",
            mode=Asynchronous(output="s3://answers/out/", failure="s3://answers/no/", success=TOLD, error=TOLD),
            scaling=Scaling(minimum=0, maximum=2, metric=Metric.BACKLOG, target=5),
            role=NEW_ROLE,
        ),
        "parts": request_for(
            endpoint_name="parts",
            mode=Components(name="one", accelerators=1),
            scaling=Scaling(minimum=0, maximum=2, metric=Metric.CONCURRENCY, target=4),
            secrets=("HF_TOKEN",),
            role=NEW_ROLE,
        ),
        "byrequest": request_for(
            MINILM,
            endpoint_name="byrequest",
            mode=Serverless(memory_mb=2048, concurrency=3),
            instance_type="",
            role=NEW_ROLE,
        ),
        "careful": request_for(
            endpoint_name="careful",
            fallbacks=("ml.g5.4xlarge",),
            advanced=Advanced(kms_key=KEY, capture=DataCapture(destination="s3://answers/seen/", percentage=20)),
            tags=(("team", "search"),),
            role=NEW_ROLE,
        ),
    }


def by_console(side: Side, plan: Plan, folder: Path) -> None:
    operator = AwsOperator(side.connection.clients)
    runs = Runs(State(folder / "state.db"), lambda _: operator, owner="ada", worker="test")
    view = runs.wait(runs.start(plan, secrets={"parts/HF_TOKEN": TOKEN}), 60)
    assert view.status is RunStatus.DONE, [(step.id, step.problem) for step in view.steps]


def by_script(side: Side, plan: Plan, folder: Path) -> None:
    file = folder / "plan.py"
    text = export(plan, Format.BOTO3, region="us-east-1").text
    assert TOKEN not in text
    file.write_text(text, encoding="utf-8")
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": side.url}
    environ = {**os.environ, **keys, variable_of("parts/HF_TOKEN"): TOKEN}
    done = subprocess.run([sys.executable, str(file)], env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith(f"Done: {plan.title}")


def holdings(side: Side, name: str) -> dict[str, Any]:
    """Everything of one deployment that AWS tells, without what differs from account to account."""
    ask = side.connection.clients.get
    sagemaker, scaling, sns = ask("sagemaker"), ask("application-autoscaling"), ask("sns")
    of_scaling = {"ServiceNamespace": "sagemaker"}
    topics = [each["TopicArn"] for each in sns.list_topics()["Topics"]]
    parts = sagemaker.list_inference_components(EndpointNameEquals=name)["InferenceComponents"]
    told = {
        "model": sagemaker.describe_model(ModelName=name),
        "config": sagemaker.describe_endpoint_config(EndpointConfigName=name),
        "endpoint": sagemaker.describe_endpoint(EndpointName=name),
        "components": [
            sagemaker.describe_inference_component(InferenceComponentName=each["InferenceComponentName"])
            for each in parts
        ],
        "tags": [
            sagemaker.list_tags(ResourceArn=f"arn:aws:sagemaker:us-east-1:123456789012:{kind}/{name}")["Tags"]
            for kind in ("model", "endpoint-config", "endpoint")
        ],
        "targets": scaling.describe_scalable_targets(**of_scaling)["ScalableTargets"],
        "policies": scaling.describe_scaling_policies(**of_scaling)["ScalingPolicies"],
        "alarms": ask("cloudwatch").describe_alarms(AlarmNamePrefix="sagedeck-")["MetricAlarms"],
        "topics": [sns.get_topic_attributes(TopicArn=each)["Attributes"] for each in topics],
        "told": [sns.list_subscriptions_by_topic(TopicArn=each)["Subscriptions"] for each in topics],
        "role": ask("iam").get_role(RoleName=NEW_ROLE.name)["Role"],
    }
    found: dict[str, Any] = _plain(told)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: item for key, item in value.items() if key not in _OWN and not key.startswith("State")}
        return {key: _plain(item) for key, item in kept.items() if not key.endswith(("Time", "Timestamp", "Date"))}
    # steps that run side by side are listed as they came
    return sorted(map(_plain, value), key=repr) if isinstance(value, list) else value


@pytest.mark.parametrize("name", list(requests()))
def test_a_script_makes_what_the_console_makes(sides: tuple[Side, Side], name: str, tmp_path: Path) -> None:
    console, script = sides
    for side in sides:
        side.connection.clients.get("s3").create_bucket(Bucket="answers")
    request = requests()[name]
    plan = plan_deploy(request, state_for(request, pace=SPEED))
    by_console(console, plan, tmp_path)
    by_script(script, plan, tmp_path)
    assert holdings(script, name) == holdings(console, name)

    by_script(script, plan, tmp_path)  # a second time it finds everything there
    assert holdings(script, name) == holdings(console, name)
