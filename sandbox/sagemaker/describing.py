"""DescribeEndpoint: what serves, what is being brought in, and how far that is."""

from collections.abc import Mapping
from typing import Any

from sandbox.records import Record
from sandbox.sagemaker.starting import containers_of
from sandbox.sagemaker.store import DELETING, FAILED, UPDATING

_SHARED = ("ManagedInstanceScaling", "RoutingConfig", "AcceleratorPartitionLayouts")  # of a variant, as configured
_SETTINGS = ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig", "CrossRegionTrafficConfig")
_BAKING = 0.9  # of an update's time; before it traffic shifts, and before that instances come up
_SHIFTING = 0.7


def described(endpoint: Record, now: float) -> dict[str, Any]:
    """Answer DescribeEndpoint at a moment."""
    told: dict[str, Any] = {
        "EndpointName": endpoint["name"],
        "EndpointArn": endpoint["arn"],
        "EndpointConfigName": endpoint["config"],
        "EndpointStatus": endpoint["status"],
        "CreationTime": endpoint["created"],
        "LastModifiedTime": endpoint["modified"],
    }
    serving, coming = endpoint["now"], endpoint["next"]
    if serving:
        told["ProductionVariants"] = _summaries(serving["variants"], coming["variants"] if coming else [])
        if serving["shadows"]:
            told["ShadowProductionVariants"] = _summaries(serving["shadows"], [])
    if coming and endpoint["status"] not in (FAILED, DELETING):
        told["PendingDeploymentSummary"] = _pending(endpoint, coming, now)
    if endpoint["failure"]:
        told["FailureReason"] = endpoint["failure"]
    if endpoint["deployment"]:
        told["LastDeploymentConfig"] = endpoint["deployment"]
    settings = (serving or coming)["settings"]
    capture = settings.get("DataCaptureConfig")
    if capture:
        told["DataCaptureConfig"] = _capture(capture, started=bool(serving))
    return told | {key: settings[key] for key in _SETTINGS if key in settings}


def _summaries(variants: list[Record], coming: list[Record]) -> list[dict[str, Any]]:
    wanted = {variant["name"]: variant for variant in coming}
    return [_summary(variant, wanted.get(variant["name"], variant)) for variant in variants]


def _summary(variant: Record, wanted: Record) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "VariantName": variant["name"],
        "CurrentWeight": variant["weight"],
        "DesiredWeight": wanted["weight"],
    }
    images = _images(variant)
    if images:
        summary["DeployedImages"] = images
    if variant["serverless"]:
        summary["CurrentServerlessConfig"] = variant["serverless"]
        summary["DesiredServerlessConfig"] = wanted["serverless"] or variant["serverless"]
    else:
        summary["CurrentInstanceCount"], summary["DesiredInstanceCount"] = variant["count"], wanted["count"]
    if "InstancePools" in variant["spec"]:
        summary["InstancePools"] = _pools(variant, variant["count"])
    if "CapacityReservationConfig" in variant["spec"]:
        summary["CapacityReservationConfig"] = variant["spec"]["CapacityReservationConfig"]
    return summary | {member: variant["spec"][member] for member in _SHARED if member in variant["spec"]}


def _pending(endpoint: Record, coming: Record, now: float) -> dict[str, Any]:
    status = _stage(endpoint, now)
    answer: dict[str, Any] = {
        "EndpointConfigName": coming["config"],
        "StartTime": coming["started"],
        "ProductionVariants": [_pending_variant(v, status, coming["started"]) for v in coming["variants"]],
    }
    if coming["shadows"]:
        shadows = [_pending_variant(v, status, coming["started"]) for v in coming["shadows"]]
        answer["ShadowProductionVariants"] = shadows
    return answer


def _pending_variant(variant: Record, status: str, started: float) -> dict[str, Any]:
    up = status in ("ActivatingTraffic", "Baking")
    pending: dict[str, Any] = {
        "VariantName": variant["name"],
        "CurrentWeight": variant["weight"] if up else 0.0,
        "DesiredWeight": variant["weight"],
        "VariantStatus": [{"Status": status, "StartTime": started}],
    }
    if variant["serverless"]:
        pending["DesiredServerlessConfig"] = variant["serverless"]
    else:
        pending["DesiredInstanceCount"] = variant["count"]
        pending["CurrentInstanceCount"] = variant["count"] if up else 0
    if "InstanceType" in variant["spec"]:
        pending["InstanceType"] = variant["spec"]["InstanceType"]
    if "InstancePools" in variant["spec"]:
        pending["InstancePools"] = _pools(variant, variant["count"] if up else 0)
    return pending | {member: variant["spec"][member] for member in _SHARED if member in variant["spec"]}


def _stage(endpoint: Record, now: float) -> str:
    """Return how far an update is, as AWS names it: guarded ones shift traffic and bake before they end."""
    if endpoint["change"] == "capacity":
        return "Updating"
    if endpoint["status"] != UPDATING or not endpoint["deployment"]:
        return "Creating"
    done = (now - endpoint["begun"]) / max(endpoint["due"] - endpoint["begun"], 1e-9)
    if done < _SHIFTING:
        return "Creating"
    return "ActivatingTraffic" if done < _BAKING else "Baking"


def _images(variant: Record) -> list[dict[str, Any]]:
    images = [container["Image"] for container in containers_of(variant["model"]) if container.get("Image")]
    return [
        {"SpecifiedImage": image, "ResolvedImage": resolved(image), "ResolutionTime": variant["resolved"]}
        for image in images
    ]


def resolved(image: str) -> str:
    """Return an image by its digest, which is made up of its name."""
    from hashlib import sha256

    repository = image.partition("@")[0]
    head, _, tail = repository.rpartition("/")
    return f"{head}/{tail.partition(':')[0]}@sha256:{sha256(image.encode()).hexdigest()}"


def _pools(variant: Record, count: int) -> list[dict[str, Any]]:
    return [
        {
            "InstanceType": pool["InstanceType"],
            "CurrentInstanceCount": count if pool["InstanceType"] == variant["type"] else 0,
        }
        for pool in variant["spec"]["InstancePools"]
    ]


def _capture(config: Mapping[str, Any], *, started: bool) -> dict[str, Any]:
    enabled = bool(config.get("EnableCapture", False))
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled and started else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
