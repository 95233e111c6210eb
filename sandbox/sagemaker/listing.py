"""Filters, order and pages of the three lists, as ListModels, ListEndpointConfigs and ListEndpoints have them."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sandbox.errors import invalid

PAGE = 10  # AWS's default MaxResults


class Listed(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def created(self) -> float: ...


T = TypeVar("T", bound=Listed)


def page(
    items: Iterable[T],
    request: Mapping[str, Any],
    orders: Mapping[str, Callable[[T], Any]],
    default: str = "CreationTime",
) -> tuple[list[T], str | None]:
    """Return one page and the token of the next; `orders` maps SortBy to a key. Newest first unless asked otherwise."""
    order = orders[request.get("SortBy") or default]
    descending = (request.get("SortOrder") or "Descending") == "Descending"
    kept = [item for item in items if _matches(item, request)]
    kept.sort(key=lambda item: (order(item), item.name), reverse=descending)
    if request.get("NextToken"):
        last = _opened(request["NextToken"])
        kept = [item for item in kept if _follows((order(item), item.name), last, descending)]
    size = request.get("MaxResults") or PAGE
    if len(kept) <= size:
        return kept, None
    final = kept[size - 1]
    return kept[:size], _token((order(final), final.name))


def seconds(value: Any) -> float:
    """Read a timestamp as the JSON protocol sends it: seconds since the epoch, or ISO 8601 text."""
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else float(value)


def _matches(item: Any, request: Mapping[str, Any]) -> bool:
    wanted = request.get("NameContains")
    if wanted and wanted.lower() not in item.name.lower():
        return False
    if request.get("StatusEquals") and item.status != request["StatusEquals"]:
        return False
    for prefix, attribute in (("CreationTime", "created"), ("LastModifiedTime", "modified")):
        before, after = request.get(prefix + "Before"), request.get(prefix + "After")
        if before is not None and getattr(item, attribute) >= seconds(before):
            return False
        if after is not None and getattr(item, attribute) <= seconds(after):
            return False
    return True


def _follows(key: tuple[Any, str], last: tuple[Any, str], descending: bool) -> bool:
    try:
        return key < last if descending else key > last
    except TypeError:
        raise invalid("The pagination token is invalid: it belongs to another order.") from None


def _token(key: tuple[Any, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _opened(token: str) -> tuple[Any, str]:
    try:
        value, name = json.loads(base64.urlsafe_b64decode(token.encode()))
    except ValueError:
        raise invalid("The pagination token is invalid.") from None
    return value, name
