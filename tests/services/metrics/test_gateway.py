from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.errors import PermissionDenied
from services.metrics import Query, Window
from services.metrics.gateway import MetricsGateway
from tests.services.catalog.stubbed import StubbedClients

WINDOW = Window(600, 1200, 60)
FIRST = Query("AWS/SageMaker", "Invocations", "Sum", (("EndpointName", "demo"), ("VariantName", "A")))
SECOND = Query("AWS/SageMaker", "ModelLatency", "p50", (("EndpointName", "demo"), ("VariantName", "A")), 1 / 1000)


def _row(number: int, *pairs: tuple[int, float]) -> dict[str, Any]:
    return {
        "Id": f"q{number}",
        "Timestamps": [datetime.fromtimestamp(time, UTC) for time, _ in pairs],
        "Values": [value for _, value in pairs],
    }


def test_figures_come_back_by_query_and_time_in_the_unit_asked_for() -> None:
    clients = StubbedClients("cloudwatch")
    clients.answer("cloudwatch", "get_metric_data", {
        "MetricDataResults": [_row(0, (600, 2.0), (660, 3.0)), _row(1, (660, 45_000.0))],
    }, None)  # fmt: skip
    with clients.active():
        found = MetricsGateway(clients).values([FIRST, SECOND, FIRST], WINDOW)
    assert found == {FIRST: {600: 2.0, 660: 3.0}, SECOND: {660: 45.0}}


def test_pages_of_one_answer_belong_together_and_a_query_without_figures_is_left_out() -> None:
    clients = StubbedClients("cloudwatch")
    page = {"MetricDataResults": [_row(0, (600, 1.0)), _row(1)], "NextToken": "more"}
    clients.answer("cloudwatch", "get_metric_data", page, None)
    clients.answer("cloudwatch", "get_metric_data", {"MetricDataResults": [_row(0, (660, 2.0))]}, None)
    with clients.active():
        found = MetricsGateway(clients).values([FIRST, SECOND], WINDOW)
    assert found == {FIRST: {600: 1.0, 660: 2.0}}


@pytest.mark.parametrize(("queries", "window", "calls"), [
    (1200, WINDOW, 3),
    (500, WINDOW, 1),
    (600, Window(0, 60 * 360, 60), 3),  # 360 points each: 280 queries fill an answer
])  # fmt: skip
def test_as_many_queries_a_call_as_cloudwatch_takes(queries: int, window: Window, calls: int) -> None:
    asked: list[int] = []

    class Counting:
        def get(self, _: str) -> Any:
            return self

        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **request: Any) -> list[dict[str, Any]]:
            asked.append(len(request["MetricDataQueries"]))
            return [{}]

    clients: Any = Counting()
    every = [Query("n", f"m{number}", "Sum", ()) for number in range(queries)]
    assert MetricsGateway(clients).values(every, window) == {}
    assert (len(asked), sum(asked)) == (calls, queries)


def test_a_refusal_names_the_action() -> None:
    clients = StubbedClients("cloudwatch")
    message = "User is not authorized to perform: cloudwatch:GetMetricData"
    clients.refuse("cloudwatch", "get_metric_data", "AccessDenied", message)
    with clients.active(), pytest.raises(PermissionDenied) as caught:
        MetricsGateway(clients).values([FIRST], WINDOW)
    assert caught.value.action == "cloudwatch:GetMetricData"
