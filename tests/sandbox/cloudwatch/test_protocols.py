"""Numbers that are none are refused alike in every protocol that CloudWatch speaks."""

import http.client
import json
import math
from urllib.parse import urlencode, urlsplit

import pytest

from sandbox.wire import cbor
from tests.sandbox.conftest import Running

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0"
)
TARGET = "GraniteServiceVersion20100801"
TEXTS = {"NaN": math.nan, "∞": math.inf, "-∞": -math.inf}
TOLD = "The value {0} for parameter MetricData.member.1.Value is invalid."


def post(sandbox: Running, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", path, body, {"Authorization": SIGNED, **named})
    answer = connection.getresponse()
    status, read = answer.status, answer.read()
    connection.close()
    return status, read


def as_cbor(sandbox: Running, members: dict[str, object]) -> tuple[int, bytes]:
    path = f"/service/{TARGET}/operation/PutMetricData"
    return post(sandbox, path, cbor.dumps(members), smithy_protocol="rpc-v2-cbor", content_type="application/cbor")


def as_json(sandbox: Running, members: dict[str, object]) -> tuple[int, bytes]:
    body = json.dumps(members).encode()
    return post(sandbox, "/", body, x_amz_target=f"{TARGET}.PutMetricData", content_type="application/x-amz-json-1.0")


@pytest.mark.parametrize("shown", TEXTS)
def test_no_number_is_refused_by_name_in_every_protocol(sandbox: Running, shown: str) -> None:
    value = TEXTS[shown]
    written = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    form = urlencode({
        "Action": "PutMetricData", "Version": "2010-08-01", "Namespace": "own",
        "MetricData.member.1.MetricName": "m", "MetricData.member.1.Value": written,
    })  # fmt: skip
    answers = (
        as_cbor(sandbox, {"Namespace": "own", "MetricData": [{"MetricName": "m", "Value": value}]}),
        as_json(sandbox, {"Namespace": "own", "MetricData": [{"MetricName": "m", "Value": written}]}),
        post(sandbox, "/", form.encode(), content_type="application/x-www-form-urlencoded"),
    )
    for status, body in answers:
        assert status == 400
        assert b"InvalidParameterValue" in body
        assert TOLD.format(shown) in (
            json.loads(body)["message"] if body[:1] == b"{" else body.decode("utf-8", "replace")
        )
    assert sandbox.client("cloudwatch").list_metrics(Namespace="own")["Metrics"] == []
