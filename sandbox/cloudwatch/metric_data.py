"""GetMetricData: up to 500 queries in one request, their data handed out in pages."""

import base64
import binascii
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.queries import Queries, check
from sandbox.cloudwatch.statistics import Series
from sandbox.operations import Call, Request, Response

if TYPE_CHECKING:
    from sandbox.world import World

DATAPOINTS = 100_800  # in a page, unless fewer are asked for


def get_metric_data(world: "World", call: Call, request: Request) -> Response:
    queries = request["MetricDataQueries"]
    since, until = int(request["StartTime"]), int(request["EndTime"])
    if since == until:
        raise refusals.validation("The parameter StartTime must not equal parameter EndTime.")
    if since > until:
        raise refusals.validation("The parameter EndTime must be greater than StartTime.")
    most = request.get("MaxDatapoints") or DATAPOINTS
    if not 1 <= most <= DATAPOINTS:
        raise refusals.validation(f"The parameter MaxDatapoints must be between 1 and {DATAPOINTS}.")
    check(queries)
    skipped = _skipped(request.get("NextToken"))
    asked = Queries(world, call.region, queries, since, until)
    asked.read()
    returned = [query["Id"] for query in queries if query.get("ReturnData") is not False]
    series = [(number, each) for number in returned for each in asked.series(number)]
    latest_first = request.get("ScanBy") != "TimestampAscending"
    rows = _page(series, skipped, skipped + most, latest_first=latest_first)
    answer: Response = {"MetricDataResults": rows, "Messages": []}
    more = sum(len(each.at) for _, each in series) > skipped + most
    return {**answer, "NextToken": _token(skipped + most)} if more else answer


def _page(series: Iterable[tuple[str, Series]], first: int, last: int, *, latest_first: bool) -> list[Response]:
    """The results that hold the data from `first` up to `last`, counted over all; the first page has the empty ones."""
    rows: list[Response] = []
    seen = 0
    for number, each in series:
        count = len(each.at)
        start, end = max(first - seen, 0), min(last - seen, count)
        seen += count
        if start >= end and (count or first):
            continue
        step = -1 if latest_first else 1
        at, values = each.at[::step][start:end].tolist(), each.values[::step][start:end].tolist()
        status = "Complete" if end == count else "PartialData"
        rows.append({"Id": number, "Label": each.label, "Timestamps": at, "Values": values, "StatusCode": status})
    return rows


def _token(skipped: int) -> str:
    return base64.urlsafe_b64encode(f"data:{skipped}".encode()).decode()


def _skipped(token: str | None) -> int:
    """How many data the pages before held."""
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token.encode()).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        raise refusals.bad_token() from None
    if word != "data" or not number.isdecimal():
        raise refusals.bad_token()
    return int(number)
