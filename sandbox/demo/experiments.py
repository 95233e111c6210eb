"""Jobs of the week: two Autopilot jobs that really train as one looks, two of the past, and training jobs."""

import math
import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sandbox.demo.stage import Stage

_TRAINING = "763104351884.dkr.ecr.{region}.amazonaws.com/huggingface-pytorch-training:2.0.0-gpu-py310"
_CHURN = {"TargetAttributeName": "churned", "Mode": "ENSEMBLING", "CompletionCriteria": {"MaxCandidates": 5}}
_SALES = {
    "ForecastFrequency": "1D",
    "ForecastHorizon": 14,
    "TimeSeriesConfig": {
        "TargetAttributeName": "sold",
        "TimestampAttributeName": "day",
        "ItemIdentifierAttributeName": "shop",
    },
}
_TICKETS = {"BaseModelName": "Llama2-7B", "ModelAccessConfig": {"AcceptEula": True}}


def prepare(stage: Stage) -> None:
    """Put the tables where the jobs read them."""
    for key, content in (("churn", churn()), ("sales", sales()), ("tickets", tickets())):
        stage.world.objects.write(stage.bucket, f"data/{key}/train.csv", content.encode(), "text/csv")


def churn(rows: int = 1500) -> str:
    """Customers of a made-up telephone company; who leaves follows from the columns, with some chance."""
    chance = random.Random("churn")
    lines = ["months,monthly_charge,contract,support_calls,churned"]
    for _ in range(rows):
        months, charge, calls = (
            chance.randint(1, 72),
            round(chance.uniform(15, 120), 2),
            min(9, int(chance.expovariate(0.7))),
        )
        contract = chance.choice(("monthly", "monthly", "yearly", "two years"))
        score = 0.02 * charge + 0.6 * calls - 0.05 * months - (0 if contract == "monthly" else 1.5) - 0.6
        churned = "yes" if chance.random() < 1 / (1 + math.exp(-score)) else "no"
        lines.append(f"{months},{charge},{contract},{calls},{churned}")
    return "\n".join(lines) + "\n"


def sales(days: int = 240) -> str:
    """What three made-up shops sold a day."""
    chance, first = random.Random("sales"), date(2026, 3, 1)
    lines = ["day,shop,sold"]
    for shop, usual in (("north", 120), ("south", 80), ("harbour", 45)):
        for day in range(days):
            at = first + timedelta(days=day)
            week = 1.4 if at.weekday() >= 5 else 1.0
            lines.append(f"{at},{shop},{round(usual * week * (1 + day / 900) * chance.uniform(0.85, 1.15))}")
    return "\n".join(lines) + "\n"


def tickets(rows: int = 60) -> str:
    """Questions to a made-up support desk, and what was answered."""
    things = ("invoice", "password", "delivery", "subscription", "refund")
    asked = [
        f"Where do I find my {things[n % 5]} number {n}?,Under Account in the part called {things[n % 5]}."
        for n in range(rows)
    ]
    return "input,output\n" + "\n".join(asked) + "\n"


def _automl(stage: Stage, who: str, name: str, data: str, kind: str, config: Mapping[str, Any], **more: Any) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{stage.bucket}/data/{data}/"}}
    stage.call(
        who,
        "sagemaker",
        "CreateAutoMLJobV2",
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[{"ChannelType": "training", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": f"s3://{stage.bucket}/autopilot"},
        AutoMLProblemTypeConfig={kind: dict(config)},
        RoleArn=stage.role,
        Tags=[{"Key": "sagedeck:owner", "Value": who}],
        **more,
    )


def _tickets_tuned(stage: Stage) -> None:
    _automl(stage, "emre", "ticket-llm-tuning", "tickets", "TextGenerationJobConfig", _TICKETS)


def _second_thoughts(stage: Stage) -> None:
    """Begun, and stopped before it had cost anything."""
    _automl(stage, "dana", "churn-first-try", "churn", "TabularJobConfig", _CHURN)
    stage.call("dana", "sagemaker", "StopAutoMLJob", AutoMLJobName="churn-first-try")


def _now(stage: Stage) -> None:
    _automl(stage, "dana", "churn-2026-11", "churn", "TabularJobConfig", _CHURN)
    _automl(stage, "dana", "shop-forecast", "sales", "TimeSeriesForecastingJobConfig", _SALES)


def _train(stage: Stage, who: str, name: str, instance_type: str, **more: Any) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{stage.bucket}/data/tickets/"}}
    stage.call(
        who,
        "sagemaker",
        "CreateTrainingJob",
        TrainingJobName=name,
        RoleArn=stage.role,
        AlgorithmSpecification={
            "TrainingImage": _TRAINING.format(region=stage.region),
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "eval-loss", "Regex": "'eval_loss': ([0-9.]+)"}],
        },
        InputDataConfig=[{"ChannelName": "training", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": f"s3://{stage.bucket}/training"},
        ResourceConfig={"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 50},
        Tags=[{"Key": "sagedeck:owner", "Value": who}],
        **more,
    )


def _tuned(stage: Stage) -> None:
    limits = {"MaxRuntimeInSeconds": 36000, "MaxWaitTimeInSeconds": 72000}
    more = {"EnableManagedSpotTraining": True, "StoppingCondition": limits, "HyperParameters": {"epochs": "3"}}
    _train(stage, "ana", "support-llama-tuning", "ml.g5.2xlarge", **more)


def _broken(stage: Stage) -> None:
    failing = {"SANDBOX_START_ERROR": "AlgorithmError: ExecuteUserScriptError: CUDA out of memory"}
    limits = {"MaxRuntimeInSeconds": 36000}
    _train(stage, "chen", "fraud-graph-2026-11", "ml.g5.xlarge", StoppingCondition=limits, Environment=failing)


SCENES = (
    (6.0, _tickets_tuned),
    (4.5, _tuned),
    (2.6, _broken),
    (2.0, _second_thoughts),
    (0.0, _now),
)
