"""What the operations share: filters, pages, and what is not there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.autoscaling.resources import NAMESPACE, Identity, identity_of
from sandbox.errors import AwsError
from sandbox.operations import Elsewhere, Request, Response
from sandbox.paging import listed


def asked_for(request: Request) -> Identity:
    """Return what a request names. Raises Elsewhere for another service's, AwsError if it names nothing."""
    if request["ServiceNamespace"] != NAMESPACE:
        raise Elsewhere
    return identity_of(request["ResourceId"], request["ScalableDimension"])


def selected(
    records: Iterable[Mapping[str, Any]], request: Request, names: Sequence[str] | None = None, member: str = ""
) -> list[Mapping[str, Any]]:
    """Return those that fit the request's ResourceId and ScalableDimension, and the names if there are any."""
    if request["ServiceNamespace"] != NAMESPACE:
        raise Elsewhere
    asked = {name: request.get(name) for name in ("ResourceId", "ScalableDimension")}
    if asked["ScalableDimension"] and not asked["ResourceId"] and member != "ResourceId":
        raise AwsError("ValidationException", "The parameter scalable dimension must be accompanied by a resource ID.")
    return [
        each
        for each in records
        if all(not value or each[name] == value for name, value in asked.items())
        and (not names or each[member] in names)
    ]


def paged(member: str, items: Sequence[Any], request: Request) -> Response:
    most = min(request.get("MaxResults") or 50, 50)
    if most < 1:
        raise AwsError("ValidationException", "MaxResults must be between 1 and 50.")
    return listed(member, items, {**request, "MaxResults": most}, ("InvalidNextTokenException", "Invalid next token"))


def absent(what: str, identity: Identity, named: str = "") -> AwsError:
    where = f"resource ID: {identity.resource_id}, scalable dimension: {identity.dimension}"
    return AwsError(
        "ObjectNotFoundException", f"No {what} for service namespace: {NAMESPACE}, {where}{named and f', {named}'}"
    )
