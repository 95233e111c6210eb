"""AddTags, ListTags, DeleteTags for what the store holds; other ARNs are moto's."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.errors import AwsError, invalid
from sandbox.sagemaker.store import Region

KINDS = {"model": "models", "endpoint-config": "configurations", "endpoint": "endpoints"}
MOST = 50  # tags a resource may carry


def ours(arn: str) -> bool:
    """Tell whether the ARN is of a kind the store holds."""
    return _kind_and_name(arn)[0] in KINDS


def as_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Turn AWS's list of pairs into a map; a key given twice or one of AWS's own is refused."""
    taken: dict[str, str] = {}
    for tag in tags or ():
        key = tag["Key"]
        if key in taken:
            raise invalid(f"Duplicate tag keys found: {key}. Please note that tag keys are case insensitive.")
        if key.lower().startswith("aws:"):
            raise invalid("aws: prefixed tag key names are not allowed for external use.")
        taken[key] = tag.get("Value", "")
    return taken


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def add_tags(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    arn = _existing(region, request["ResourceArn"])
    merged = {**region.tags.get(arn, {}), **as_map(request["Tags"])}
    if len(merged) > MOST:
        raise AwsError("ResourceLimitExceeded", f"The number of tags of {arn} would exceed {MOST}.")
    region.tags[arn] = merged
    _forget(region, arn)
    return {"Tags": as_list(merged)}


def list_tags(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"Tags": as_list(region.tags.get(_existing(region, request["ResourceArn"]), {}))}


def delete_tags(region: Region, request: Mapping[str, Any]) -> dict[str, Any]:
    arn = _existing(region, request["ResourceArn"])
    for key in request["TagKeys"]:
        region.tags.get(arn, {}).pop(key, None)
    _forget(region, arn)
    return {}


def _kind_and_name(arn: str) -> tuple[str, str]:
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    return kind, name


def _existing(region: Region, arn: str) -> str:
    kind, name = _kind_and_name(arn)
    found = getattr(region, KINDS[kind]).get(name)
    if found is None or found.arn != arn:
        what = {"endpoint-config": "endpoint configuration"}.get(kind, kind)
        raise invalid(f'Could not find {what} "{arn}".')
    return arn


def _forget(region: Region, arn: str) -> None:
    kind, name = _kind_and_name(arn)
    if kind == "endpoint":
        region.endpoints[name].hosted = None
