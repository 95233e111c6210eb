"""Filters, order and pages of lists of records, as SageMaker's List operations have them."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sandbox.errors import invalid
from sandbox.records import Record

PAGE = 10  # AWS's default MaxResults
_KEYS = {"Name": "name", "CreationTime": "created", "LastModifiedTime": "modified", "Status": "status"}  # by SortBy
_MOMENTS = {"CreationTime": "created", "LastModifiedTime": "modified"}
_TIMES = {"CreationTime": "CreationTime", "LastModifiedTime": "LastModifiedTime"}

Row = Callable[[Record], dict[str, Any]]


def listed(
    member: str, items: Iterable[Record], request: Mapping[str, Any], row: Row, default: str = "CreationTime"
) -> dict[str, Any]:
    """Answer a List operation: a page of rows under `member`, with NextToken if more follow.

    Records have `name`, `created` and what else is filtered by. `default`: SortBy where the request names none; AWS's
    own order is the newest first.
    """
    equals, contains = {"StatusEquals": "status"}, {"NameContains": "name"}
    kept = matching(items, request, equals=equals, contains=contains, times=_MOMENTS)
    return paged(member, kept, request, row, name="name", orders=_KEYS, sort=(default, "Descending"))


def paged(
    member: str,
    records: Iterable[Record],
    request: Mapping[str, Any],
    row: Row,
    *,
    name: str,
    orders: Mapping[str, str],
    sort: tuple[str, str],
) -> dict[str, Any]:
    """As `listed`, of records that are filtered already and have members of their own.

    `name` is the member that tells records apart, `orders` maps SortBy to a member, `sort` is the SortBy and the
    SortOrder of who asks for none.
    """
    key = orders[request.get("SortBy") or sort[0]]
    descending = (request.get("SortOrder") or sort[1]) == "Descending"
    kept = sorted(records, key=lambda record: (record[key], record[name]), reverse=descending)
    if request.get("NextToken"):
        last = _opened(request["NextToken"])
        kept = kept[_behind(kept, last, lambda record: (record[key], record[name]), descending) :]
    size = request.get("MaxResults") or PAGE
    answer: dict[str, Any] = {member: [row(record) for record in kept[:size]]}
    if len(kept) > size:
        final = kept[size - 1]
        answer["NextToken"] = base64.urlsafe_b64encode(json.dumps((final[key], final[name])).encode()).decode()
    return answer


def matching(
    records: Iterable[Record],
    request: Mapping[str, Any],
    *,
    equals: Mapping[str, str] | None = None,
    contains: Mapping[str, str] | None = None,
    times: Mapping[str, str] = _TIMES,
) -> list[Record]:
    """Return the records that pass the request's filters.

    `equals` and `contains` map a member of the request to one of the records, `times` the beginning of such a member
    (`CreationTime` of `CreationTimeAfter` and `CreationTimeBefore`) to it.
    """
    kept = list(records)
    for asked, member in (equals or {}).items():
        if request.get(asked):
            kept = [record for record in kept if record.get(member) == request[asked]]
    for asked, member in (contains or {}).items():
        if request.get(asked):
            kept = [record for record in kept if request[asked].lower() in str(record.get(member, "")).lower()]
    for head, member in times.items():
        after, before = request.get(f"{head}After"), request.get(f"{head}Before")
        if after is not None:
            kept = [record for record in kept if record[member] > after]
        if before is not None:
            kept = [record for record in kept if record[member] < before]
    return kept


def picked(record: Record, *members: str) -> Record:
    """Return those of the members that the record has."""
    return {member: record[member] for member in members if record.get(member) is not None}


def _behind(
    kept: Sequence[Record], last: tuple[Any, str], key: Callable[[Record], tuple[Any, str]], descending: bool
) -> int:
    """Where what follows `last` begins, in records that are in order."""
    low, high = 0, len(kept)
    while low < high:
        middle = (low + high) // 2
        if _follows(key(kept[middle]), last, descending):
            high = middle
        else:
            low = middle + 1
    return low


def _follows(key: tuple[Any, str], last: tuple[Any, str], descending: bool) -> bool:
    try:
        return key < last if descending else key > last
    except TypeError:
        raise invalid("The pagination token is invalid: it belongs to another order.") from None


def _opened(token: str) -> tuple[Any, str]:
    try:
        value, name = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, RecursionError):
        raise invalid("The pagination token is invalid.") from None
    return value, name
