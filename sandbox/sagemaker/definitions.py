"""Models and endpoint configurations: made once, never changed, deleted at any time."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import invalid
from sandbox.sagemaker import listing
from sandbox.sagemaker.roles import Roles
from sandbox.sagemaker.store import Configuration, Model, Region
from sandbox.sagemaker.tags import as_map

_ORDERS = {"Name": lambda item: item.name, "CreationTime": lambda item: item.created}


def create_model(region: Region, request: Mapping[str, Any], roles: Roles, now: float) -> dict[str, Any]:
    name, arn = request["ModelName"], region.arn("model", request["ModelName"])
    if name in region.models:
        raise invalid(f'Cannot create already existing model "{arn}".')
    if not (request.get("PrimaryContainer") or request.get("Containers")):
        raise invalid("One of PrimaryContainer or Containers must be specified.")
    if request.get("PrimaryContainer") and request.get("Containers"):
        raise invalid("Only one of PrimaryContainer and Containers may be specified.")
    _check_containers(request)
    if request.get("ExecutionRoleArn"):
        roles.require(request["ExecutionRoleArn"], region.name, now)
    tags = as_map(request.get("Tags"))
    region.models[name] = Model(name, arn, now, _without_tags(request))
    if tags:
        region.tags[arn] = tags
    return {"ModelArn": arn}


def describe_model(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    model = region.model(request["ModelName"])
    described = {"EnableNetworkIsolation": False, **model.request}
    return {**described, "ModelArn": model.arn, "CreationTime": model.created}


def delete_model(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    model = region.model(request["ModelName"])
    del region.models[model.name]
    region.tags.pop(model.arn, None)
    return {}


def list_models(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    models, token = listing.page(region.models.values(), request, _ORDERS)
    rows = [{"ModelName": m.name, "ModelArn": m.arn, "CreationTime": m.created} for m in models]
    return _paged("Models", rows, token)


def create_endpoint_config(region: Region, request: Mapping[str, Any], roles: Roles, now: float) -> dict[str, Any]:
    name, arn = request["EndpointConfigName"], region.arn("endpoint-config", request["EndpointConfigName"])
    if name in region.configurations:
        raise invalid(f'Cannot create already existing endpoint configuration "{arn}".')
    variants = [*request["ProductionVariants"], *request.get("ShadowProductionVariants", ())]
    if len({variant["VariantName"] for variant in variants}) < len(variants):
        raise invalid("Production variant names must be unique.")
    for variant in variants:
        _check_variant(region, variant, request)
    if request.get("ExecutionRoleArn"):
        roles.require(request["ExecutionRoleArn"], region.name, now)
    tags = as_map(request.get("Tags"))
    region.configurations[name] = Configuration(name, arn, now, _without_tags(request))
    if tags:
        region.tags[arn] = tags
    return {"EndpointConfigArn": arn}


def describe_endpoint_config(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    found = region.configuration(request["EndpointConfigName"])
    variants = [{"InitialVariantWeight": 1.0, **variant} for variant in found.request["ProductionVariants"]]
    described = {"EnableNetworkIsolation": False, **found.request, "ProductionVariants": variants}
    return {**described, "EndpointConfigArn": found.arn, "CreationTime": found.created}


def delete_endpoint_config(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    found = region.configuration(request["EndpointConfigName"])
    del region.configurations[found.name]
    region.tags.pop(found.arn, None)
    return {}


def list_endpoint_configs(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    found, token = listing.page(region.configurations.values(), request, _ORDERS)
    rows = [{"EndpointConfigName": c.name, "EndpointConfigArn": c.arn, "CreationTime": c.created} for c in found]
    return _paged("EndpointConfigs", rows, token)


def _check_containers(request: Mapping[str, Any]) -> None:
    for container in [request.get("PrimaryContainer"), *request.get("Containers", ())]:
        if container is not None and not (container.get("Image") or container.get("ModelPackageName")):
            raise invalid("Container should have at least one of Image or ModelPackageName specified.")


def _check_variant(region: Region, variant: Mapping[str, Any], request: Mapping[str, Any]) -> None:
    name = variant["VariantName"]
    if variant.get("ModelName"):
        region.model(variant["ModelName"])
    elif not request.get("ExecutionRoleArn"):
        raise invalid(f"ModelName is required for production variant {name} unless an ExecutionRoleArn is specified.")
    on_instances = variant.get("InstanceType") or variant.get("InstancePools")
    if on_instances and variant.get("ServerlessConfig"):
        raise invalid(f"Only one of InstanceType and ServerlessConfig may be specified for production variant {name}.")
    if not on_instances and not variant.get("ServerlessConfig"):
        raise invalid(f"One of InstanceType or ServerlessConfig must be specified for production variant {name}.")
    if on_instances and not (variant.get("InitialInstanceCount") or variant.get("ManagedInstanceScaling")):
        raise invalid(f"InitialInstanceCount is required for production variant {name} that runs on instances.")


def _without_tags(request: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key != "Tags" and value not in (None, [], {})}


def _paged(member: str, rows: list[dict[str, Any]], token: str | None) -> dict[str, Any]:
    return {member: rows, "NextToken": token} if token else {member: rows}
