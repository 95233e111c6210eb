"""Filters, order and pages of lists of records, as SageMaker's List operations have them."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.errors import invalid
from sandbox.records import Record

PAGE = 10  # AWS's default MaxResults
KEYS = {"Name": "name", "CreationTime": "created", "LastModifiedTime": "modified", "Status": "status"}  # by SortBy
_MOMENTS = (("CreationTime", "created"), ("LastModifiedTime", "modified"))


def page(
    items: Iterable[Record], request: Mapping[str, Any], default: str = "CreationTime", order: str = "Descending"
) -> tuple[list[Record], str | None]:
    """Return one page and the token of the next. Records have `name`, `created` and what else is filtered by.

    `default`, `order`: SortBy and SortOrder where the request names none; AWS's own are the newest first.
    """
    key = KEYS[request.get("SortBy") or default]
    descending = (request.get("SortOrder") or order) == "Descending"
    kept = [item for item in items if matches(item, request)]
    kept.sort(key=lambda item: (item[key], item["name"]), reverse=descending)
    if request.get("NextToken"):
        last = _opened(request["NextToken"])
        kept = [item for item in kept if _follows((item[key], item["name"]), last, descending)]
    size = request.get("MaxResults") or PAGE
    if len(kept) <= size:
        return kept, None
    final = kept[size - 1]
    return kept[:size], _token((final[key], final["name"]))


def listed(
    member: str,
    items: Iterable[Record],
    request: Mapping[str, Any],
    row: Callable[[Record], dict[str, Any]],
    default: str = "CreationTime",
) -> dict[str, Any]:
    """Answer a List operation: a page of rows under `member`, with NextToken if more follow."""
    rows, token = page(items, request, default)
    answer: dict[str, Any] = {member: [row(item) for item in rows]}
    return answer | ({"NextToken": token} if token else {})


def seconds(value: Any) -> float:
    """Read a timestamp as the JSON protocol sends it: seconds since the epoch, or ISO 8601 text."""
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else float(value)


def matches(item: Record, request: Mapping[str, Any]) -> bool:
    """Tell whether a record passes NameContains, StatusEquals and the filters by time."""
    wanted = request.get("NameContains")
    if wanted and wanted.lower() not in item["name"].lower():
        return False
    if request.get("StatusEquals") and item["status"] != request["StatusEquals"]:
        return False
    for prefix, key in _MOMENTS:
        before, after = request.get(prefix + "Before"), request.get(prefix + "After")
        if before is not None and item[key] >= seconds(before):
            return False
        if after is not None and item[key] <= seconds(after):
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
    except (ValueError, TypeError, RecursionError):
        raise invalid("The pagination token is invalid.") from None
    return value, name
