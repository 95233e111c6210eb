"""Filters, order and pages of lists of records."""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.errors import invalid
from sandbox.records import Record

PAGE = 10  # AWS's default MaxResults


def page(
    records: Iterable[Record],
    request: Mapping[str, Any],
    name: str,
    orders: Mapping[str, str],
    sort: tuple[str, str],
) -> tuple[list[Record], str | None]:
    """Return one page of records, and the token of the next one.

    `name` is the member that tells records apart, `orders` maps SortBy to a member, `sort` is the SortBy and the
    SortOrder of who asks for none.
    """
    member = orders[request.get("SortBy") or sort[0]]
    descending = (request.get("SortOrder") or sort[1]) == "Descending"
    kept = sorted(records, key=lambda record: (record[member], record[name]), reverse=descending)
    if request.get("NextToken"):
        last = _opened(request["NextToken"])
        kept = [record for record in kept if _follows((record[member], record[name]), last, descending)]
    size = request.get("MaxResults") or PAGE
    if len(kept) <= size:
        return kept, None
    final = kept[size - 1]
    return kept[:size], base64.urlsafe_b64encode(json.dumps([final[member], final[name]]).encode()).decode()


def matching(
    records: Iterable[Record],
    request: Mapping[str, Any],
    *,
    equals: Mapping[str, str] | None = None,
    contains: Mapping[str, str] | None = None,
    times: Mapping[str, str] | None = None,
) -> list[Record]:
    """Return the records that fit a list's filters.

    `equals` and `contains` map a filter to the record's member; `times` maps the head of a pair of filters
    (`CreationTime` of `CreationTimeAfter` and `CreationTimeBefore`) to it.
    """
    kept = list(records)
    for asked, member in (equals or {}).items():
        if request.get(asked):
            kept = [record for record in kept if record.get(member) == request[asked]]
    for asked, member in (contains or {}).items():
        if request.get(asked):
            kept = [record for record in kept if request[asked].lower() in str(record.get(member, "")).lower()]
    for head, member in (times or {"CreationTime": "CreationTime", "LastModifiedTime": "LastModifiedTime"}).items():
        after, before = request.get(f"{head}After"), request.get(f"{head}Before")
        if after is not None:
            kept = [record for record in kept if record[member] > after]
        if before is not None:
            kept = [record for record in kept if record[member] < before]
    return kept


def answer(member: str, rows: list[Record], token: str | None) -> Record:
    return {member: rows, "NextToken": token} if token else {member: rows}


def picked(record: Record, *members: str) -> Record:
    """Return those of the members that the record has."""
    return {member: record[member] for member in members if record.get(member) is not None}


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
