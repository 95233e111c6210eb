"""What a clumsy or hostile client sends is answered as AWS answers mistakes, soon, and never with a failure of ours."""

import base64
import json
import math
from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.validation import check
from tests.sandbox.conftest import Running
from tests.sandbox.server import ask
from tests.sandbox.test_endpoints import refusal

FORGED = ("1", "null", "{}", "[1, 2, 3]", "[" * 20_000)


@pytest.mark.parametrize("opened", FORGED)
def test_a_forged_token_is_refused(sandbox: Running, opened: str) -> None:
    token = base64.urlsafe_b64encode(opened.encode()).decode()[:8192]
    for name in ("list_models", "list_notebook_instances"):
        code, message = refusal(getattr(sandbox.client("sagemaker"), name), NextToken=token)
        assert (code, "token is invalid" in message) == ("ValidationException", True)


def test_a_forecast_of_all_time_is_refused(sandbox: Running) -> None:
    period = {"Start": "0001-01-01", "End": "9999-12-31"}
    forecast = sandbox.client("ce").get_cost_forecast
    code, _ = refusal(forecast, TimePeriod=period, Metric="UNBLENDED_COST", Granularity="MONTHLY")
    assert code == "ValidationException"


@pytest.mark.parametrize("moment", [math.nan, math.inf, 1e300, -1e300])
def test_a_time_that_is_none_is_refused_before_any_service_sees_it(moment: float) -> None:
    request = {"StartTime": moment, "EndTime": 0.0, "MetricDataQueries": []}
    with pytest.raises(AwsError, match="can not be converted to Timestamp"):
        check("cloudwatch", "GetMetricData", request)


def test_a_number_that_is_none_is_named() -> None:
    with pytest.raises(AwsError, match="1 validation error detected: Value 'nan' at"):
        check(
            "cloudwatch",
            "PutMetricData",
            {"Namespace": "a", "MetricData": [{"MetricName": "b", "Value": float("nan")}]},
        )


@pytest.mark.parametrize("seconds", ["1e300", "9" * 5000, "-1", "NaN", "Infinity", '"x"', "[]", "[" * 50_000])
def test_the_clock_is_not_moved_out_of_the_calendar(sandbox: Running, seconds: str) -> None:
    before = sandbox.app.world.clock.now()
    status, _, _ = ask(sandbox.url + "/_sandbox/advance", "POST", f'{{"seconds": {seconds}}}'.encode())
    assert (status, sandbox.app.world.clock.now()) == (400, before)


@pytest.mark.parametrize("name", [[], {}, None, 1])
def test_a_seed_that_is_not_named_by_a_text_is_none(sandbox: Running, name: Any) -> None:
    status, _, _ = ask(sandbox.url + "/_sandbox/seed", "POST", json.dumps({"name": name}).encode())
    assert status == 404
