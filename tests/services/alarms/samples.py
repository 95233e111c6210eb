"""Endpoints and alarms as the tests of alarms want them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.alarms import AlarmRequest, AlarmState, Kind
from services.endpoints import EndpointDetail, Variant

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:123456789012:people"


def detail(name: str = "demo", *variants: str, **changes: Any) -> EndpointDetail:
    every = variants or ("AllTraffic",)
    start = EndpointDetail(
        name=name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
        url="",
        status="InService",
        created=MOMENT,
        modified=MOMENT,
        config_name=name,
        variants=tuple(
            Variant(name=each, model_name="m", instance_type="ml.m5.large", count=1, desired=1) for each in every
        ),
    )
    return replace(start, **changes)


def state(**changes: Any) -> AlarmState:
    return replace(AlarmState(detail(), "ada"), **changes)


def request(kind: Kind = Kind.LATENCY, threshold: float = 500.0, **more: Any) -> AlarmRequest:
    return AlarmRequest(endpoint="demo", kind=kind, threshold=threshold, **more)


def row(name: str = "sagedeck-demo-latency", **changes: Any) -> dict[str, Any]:
    """An alarm as DescribeAlarms tells it."""
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}",
        "StateValue": "ALARM",
        "StateReason": "Threshold Crossed",
        "StateUpdatedTimestamp": MOMENT,
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "OKActions": [],
        "Namespace": "AWS/SageMaker",
        "MetricName": "ModelLatency",
        "ExtendedStatistic": "p95",
        "Dimensions": [{"Name": "EndpointName", "Value": "demo"}, {"Name": "VariantName", "Value": "AllTraffic"}],
        "Period": 300,
        "EvaluationPeriods": 3,
        "Threshold": 500_000.0,
        "ComparisonOperator": "GreaterThanThreshold",
        **changes,
    }
