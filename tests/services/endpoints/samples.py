"""An endpoint as it stands, what made it and what scales it, for planners that are tested with plain state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.catalog import price
from services.endpoints import (
    EndpointDetail,
    ModelFacts,
    PausedEndpoint,
    PauseState,
    ResumeState,
    Sharing,
    UpdateState,
    Variant,
    priced,
)
from services.endpoints.definitions import AutoScaling, Component, Configuration, Model, Policy, WakeUp
from services.endpoints.memory import Memory
from services.plans import Secret
from services.plans.scaling import Scaled

HEAD = "arn:aws:sagemaker:us-east-1:123456789012"
WHEN, AT = datetime(2026, 11, 20, tzinfo=UTC), "2026-11-20T10:00:00+00:00"
ROLE = "arn:aws:iam::123456789012:role/Mine"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/x:1"
OURS = (("sagedeck:made-by", "sagedeck"), ("sagedeck:model-id", "m"), ("sagedeck:owner", "ada"))
SMALL, OTHER = "ml.g5.xlarge", "ml.g5.2xlarge"

DETAIL = priced(
    EndpointDetail(
        name="Demo",
        arn=f"{HEAD}:endpoint/demo",
        url="",
        status="InService",
        created=WHEN,
        modified=WHEN,
        config_name="Demo",
        config_arn=f"{HEAD}:endpoint-config/demo",
        variants=(Variant(name="AllTraffic", model_name="Demo", instance_type=SMALL, count=1, desired=1),),
        models=(
            ModelFacts(name="Demo", arn=f"{HEAD}:model/demo", image=IMAGE, artifact="", environment=(), role_arn=ROLE),
        ),
        tags=OURS,
    ),
    lambda kind: price("us-east-1", kind),
)
VARIANT = {
    "VariantName": "AllTraffic",
    "ModelName": "Demo",
    "InstanceType": SMALL,
    "InitialInstanceCount": 1,
    "InitialVariantWeight": 1.0,
    "InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-2",
}
CONFIG = Configuration(
    name="Demo", arn=f"{HEAD}:endpoint-config/demo", sent={"ProductionVariants": [VARIANT]}, tags=OURS
)
MODEL = Model(
    name="Demo",
    arn=f"{HEAD}:model/demo",
    sent={"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE, "Environment": {"SM_NUM_GPUS": "1"}}},
    tags=OURS,
)
SCALED = Scaled.variant("Demo")
SCALING = AutoScaling(
    scaled=SCALED,
    minimum=1,
    maximum=4,
    policies=(
        Policy(name="jump", kind="StepScaling", sent={"AdjustmentType": "ChangeInCapacity"}),
        Policy(name="track", kind="TargetTrackingScaling", sent={"TargetValue": 70.0}),
    ),
    alarms=(WakeUp(name="wake-demo", policy="jump", sent={"MetricName": "HasBacklogWithoutCapacity"}),),
)
COMPONENT = Component(
    name="part",
    sent={
        "VariantName": "AllTraffic",
        "Specification": {
            "Container": {"Image": IMAGE, "Environment": {"HF_TOKEN": Secret("Demo/part/HF_TOKEN")}},
            "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
        },
        "RuntimeConfig": {"CopyCount": 2},
    },
)
ADAPTER = Component(name="adapter", sent={"Specification": {"BaseInferenceComponentName": "part", "ModelName": "lora"}})


def memory(**changes: Any) -> Memory:
    return replace(Memory(endpoint="Demo", config="Demo", at=AT, tags=OURS), **changes)


def to_pause(detail: EndpointDetail = DETAIL, config: Configuration = CONFIG, **changes: Any) -> PauseState:
    told = {name: changes.pop(name) for name in ("scheduled", "asking") if name in changes}
    kept = {"tags": detail.tags, **changes}
    return PauseState(detail=detail, config=config, memory=memory(endpoint=detail.name, **kept), **told)


def to_resume(remembered: Memory | None, **changes: Any) -> ResumeState:
    tags = (*OURS, *(remembered.written() if remembered else (("sagedeck:paused-endpoint", "Demo"),)))
    paused = PausedEndpoint(
        name="Demo", arn=f"{HEAD}:endpoint/demo", config=replace(CONFIG, tags=tags), since=WHEN, memory=remembered,
        hardware=f"1 × {SMALL}", usd_per_hour=1.41, usd_most=5.64, price_source="estimate",
    )  # fmt: skip
    return ResumeState(paused=paused, **changes)


def to_update(**changes: Any) -> UpdateState:
    kinds = (SMALL, OTHER, "ml.m5.xlarge", "ml.t3.xlarge", "ml.zz9.huge")
    state = UpdateState(
        detail=DETAIL, config=CONFIG, sharing=Sharing(), old_model=MODEL,
        prices=tuple((kind, price("us-east-1", kind)) for kind in kinds),
    )  # fmt: skip
    return replace(state, **changes)
