"""GetMetricData: up to 500 queries in one request, their data handed out in pages."""

import base64
import binascii
from typing import TYPE_CHECKING, Any

from sandbox.cloudwatch import refusals
from sandbox.cloudwatch.queries import Queries, check
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
    back = request.get("ScanBy") != "TimestampAscending"
    rows: list[dict[str, Any]] = []
    seen = 0
    for query in queries:
        if query.get("ReturnData") is False:
            continue
        for series in asked.series(query["Id"]):
            at, values = series.at.tolist(), series.values.tolist()
            if back:
                at.reverse()
                values.reverse()
            first, last = max(0, skipped - seen), max(0, skipped + most - seen)
            seen += len(at)
            if seen <= skipped and len(at):
                continue
            if (first >= len(at) and skipped and not len(at)) or (last == 0 and len(at)):
                continue
            whole = last >= len(at)
            row = {"Id": query["Id"], "Label": series.label, "Timestamps": at[first:last], "Values": values[first:last]}
            rows.append({**row, "StatusCode": "Complete" if whole else "PartialData"})
    answer: Response = {"MetricDataResults": rows, "Messages": []}
    return {**answer, "NextToken": _token(skipped + most)} if seen > skipped + most else answer


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
