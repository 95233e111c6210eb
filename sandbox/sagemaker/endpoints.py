"""Endpoints: Creating, InService, Updating, Deleting, gone; the clock moves them on (`Store`)."""

from collections.abc import Mapping
from typing import Any

from sandbox.clock import CREATING as CREATING_SECONDS
from sandbox.clock import DELETING as DELETING_SECONDS
from sandbox.clock import UPDATING as UPDATING_SECONDS
from sandbox.clock import Clock
from sandbox.errors import invalid
from sandbox.sagemaker import listing
from sandbox.sagemaker.store import (
    CREATING,
    DELETING,
    FAILED,
    IN_SERVICE,
    UPDATING,
    Configuration,
    Deployment,
    Endpoint,
    Region,
    Variant,
)
from sandbox.sagemaker.tags import as_map

_ORDERS = {
    "Name": lambda item: item.name,
    "CreationTime": lambda item: item.created,
    "Status": lambda item: item.status,
}
_SHARED = ("ManagedInstanceScaling", "RoutingConfig")


def create_endpoint(region: Region, request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    name, arn, now = request["EndpointName"], region.arn("endpoint", request["EndpointName"]), clock.now()
    if name in region.endpoints:
        raise invalid(f'Cannot create already existing endpoint "{arn}".')
    configuration = region.configuration(request["EndpointConfigName"])
    coming = Deployment(configuration, _variants(region, configuration), now)
    tags = as_map(request.get("Tags"))
    due = now + clock.lasts(CREATING_SECONDS)
    endpoint = Endpoint(name, arn, configuration, now, now, CREATING, due, coming)
    endpoint.deployment = request.get("DeploymentConfig")
    region.endpoints[name] = endpoint
    region.moving.add(name)
    if tags:
        region.tags[arn] = tags
    return {"EndpointArn": arn}


def update_endpoint(region: Region, request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    endpoint = _settled(region, request["EndpointName"])
    configuration = region.configuration(request["EndpointConfigName"])
    variants = _variants(region, configuration)
    if request.get("RetainAllVariantProperties"):
        _retain(endpoint.variants, variants, request)
    endpoint.deployment = request.get("DeploymentConfig") or endpoint.deployment
    _begin(region, endpoint, Deployment(configuration, variants, clock.now()), clock)
    return {"EndpointArn": endpoint.arn}


def update_weights(region: Region, request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    """UpdateEndpointWeightsAndCapacities."""
    endpoint = _settled(region, request["EndpointName"])
    wanted = {change["VariantName"]: change for change in request["DesiredWeightsAndCapacities"]}
    unknown = wanted.keys() - {variant.name for variant in endpoint.variants}
    if unknown:
        raise invalid(
            f'The variant name(s) "{", ".join(sorted(unknown))}" is/are not present within endpoint configuration.'
        )
    variants = tuple(
        Variant(
            variant.name,
            variant.spec,
            variant.model,
            wanted.get(variant.name, {}).get("DesiredWeight", variant.weight),
            wanted.get(variant.name, {}).get("DesiredInstanceCount", variant.count),
            variant.resolved,
        )
        for variant in endpoint.variants
    )
    _begin(region, endpoint, Deployment(endpoint.configuration, variants, clock.now()), clock)
    return {"EndpointArn": endpoint.arn}


def delete_endpoint(region: Region, request: Mapping[str, Any], clock: Clock) -> dict[str, Any]:
    endpoint = _settled(region, request["EndpointName"])
    endpoint.status, endpoint.modified, endpoint.hosted = DELETING, clock.now(), None
    endpoint.due = clock.now() + clock.lasts(DELETING_SECONDS)
    region.moving.add(endpoint.name)
    return {}


def describe_endpoint(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    endpoint = region.endpoint(request["EndpointName"])
    described: dict[str, Any] = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.configuration.name,
        "EndpointStatus": endpoint.status,
        "CreationTime": endpoint.created,
        "LastModifiedTime": endpoint.modified,
    }
    if endpoint.variants:
        coming = {v.name: v for v in endpoint.coming.variants} if endpoint.coming else {}
        described["ProductionVariants"] = [_summary(v, coming.get(v.name, v)) for v in endpoint.variants]
    if endpoint.coming and endpoint.status != FAILED:
        described["PendingDeploymentSummary"] = _pending(endpoint.coming)
    if endpoint.failure:
        described["FailureReason"] = endpoint.failure
    if endpoint.deployment:
        described["LastDeploymentConfig"] = endpoint.deployment
    for member in ("AsyncInferenceConfig", "ExplainerConfig"):
        if member in endpoint.configuration.request:
            described[member] = endpoint.configuration.request[member]
    return described


def list_endpoints(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    endpoints, token = listing.page(region.endpoints.values(), request, _ORDERS)
    rows = [
        {
            "EndpointName": endpoint.name,
            "EndpointArn": endpoint.arn,
            "CreationTime": endpoint.created,
            "LastModifiedTime": endpoint.modified,
            "EndpointStatus": endpoint.status,
        }
        for endpoint in endpoints
    ]
    return {"Endpoints": rows, "NextToken": token} if token else {"Endpoints": rows}


def _settled(region: Region, name: str) -> Endpoint:
    endpoint = region.endpoint(name)
    if endpoint.status in (CREATING, UPDATING, DELETING):
        raise invalid(f'Cannot update in-progress endpoint "{endpoint.arn}".')
    return endpoint


def _begin(region: Region, endpoint: Endpoint, coming: Deployment, clock: Clock) -> None:
    if endpoint.status != IN_SERVICE:
        raise invalid(f'Cannot update endpoint "{endpoint.arn}" in status {endpoint.status}.')
    endpoint.coming, endpoint.status, endpoint.modified, endpoint.hosted = coming, UPDATING, clock.now(), None
    endpoint.due = clock.now() + clock.lasts(UPDATING_SECONDS)
    region.moving.add(endpoint.name)


def _variants(region: Region, configuration: Configuration) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            spec["VariantName"],
            spec,
            region.model(spec["ModelName"]) if spec.get("ModelName") else None,
            spec.get("InitialVariantWeight", 1.0),
            spec.get("InitialInstanceCount") or spec.get("ManagedInstanceScaling", {}).get("MinInstanceCount", 0),
        )
        for spec in configuration.request["ProductionVariants"]
    )


def _retain(before: tuple[Variant, ...], after: tuple[Variant, ...], request: Mapping[str, Any]) -> None:
    """Keep counts and weights of variants that stay, but for the kinds of property that are excluded."""
    excluded = {p["VariantPropertyType"] for p in request.get("ExcludeRetainedVariantProperties", ())}
    kept = {variant.name: variant for variant in before}
    for variant in after:
        if variant.name in kept and "DesiredInstanceCount" not in excluded:
            variant.count = kept[variant.name].count
        if variant.name in kept and "DesiredWeight" not in excluded:
            variant.weight = kept[variant.name].weight


def _summary(variant: Variant, wanted: Variant) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "VariantName": variant.name,
        "CurrentWeight": variant.weight,
        "DesiredWeight": wanted.weight,
    }
    if variant.model and (image := variant.model.container.get("Image")):
        summary["DeployedImages"] = [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": variant.resolved}
        ]
    if serverless := variant.spec.get("ServerlessConfig"):
        summary["CurrentServerlessConfig"] = summary["DesiredServerlessConfig"] = serverless
    else:
        summary["CurrentInstanceCount"], summary["DesiredInstanceCount"] = variant.count, wanted.count
    return summary | {member: variant.spec[member] for member in _SHARED if member in variant.spec}


def _pending(coming: Deployment) -> dict[str, Any]:
    variants = []
    for variant in coming.variants:
        pending: dict[str, Any] = {"VariantName": variant.name, "DesiredWeight": variant.weight}
        if "ServerlessConfig" not in variant.spec:
            pending["DesiredInstanceCount"] = variant.count
            pending["CurrentInstanceCount"] = 0
        if "InstanceType" in variant.spec:
            pending["InstanceType"] = variant.spec["InstanceType"]
        variants.append(pending | {"VariantStatus": [{"Status": "Creating", "StartTime": coming.started}]})
    return {
        "EndpointConfigName": coming.configuration.name,
        "ProductionVariants": variants,
        "StartTime": coming.started,
    }
