"""What a clumsy or hostile client sends is answered as AWS answers mistakes, soon, and never with a failure of ours."""

import base64
import gzip
import io
import json
import math
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from sandbox.bodies import Bodies
from sandbox.errors import AwsError
from sandbox.moto_pickle import Reader
from sandbox.validation import check
from tests.sandbox.conftest import Running
from tests.sandbox.server import ROOT, ask, client, start_sandbox
from tests.sandbox.test_endpoints import refusal


def signed(service: str, region: str = "us-east-1") -> str:
    scope = f"testing/20261120/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"


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
            "PutMetricAlarm",
            {"AlarmName": "a", "Threshold": math.nan},
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


@pytest.mark.parametrize(
    "body", [b"<x", b"<!DOCTYPE l [<!ENTITY a 'b'>]><Delete><Object><Key>&a;</Key></Object></Delete>"]
)
def test_broken_or_booby_trapped_xml_is_refused(sandbox: Running, body: bytes) -> None:
    sandbox.client("s3").create_bucket(Bucket="bkt")
    status, _, answer = ask(sandbox.url + "/bkt?delete", "POST", body, authorization=signed("s3"))
    assert (status, b"MalformedXML" in answer) == (400, True)


def test_a_region_that_is_none_is_refused_and_leaves_nothing_behind(sandbox: Running) -> None:
    for service, operation in (("sagemaker", "list_models"), ("logs", "describe_log_groups"), ("sns", "list_topics")):
        code, message = refusal(getattr(sandbox.client(service, "zz-nowhere-1"), operation))
        assert (code, "zz-nowhere-1" in message) == ("InvalidSignatureException", True)
    assert refusal(sandbox.client("s3", "zz-nowhere-1").list_buckets)[0] == "AuthorizationHeaderMalformed"
    assert "zz-nowhere-1" not in sandbox.app.world.records.regions("sagemaker/model")


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"}, "", 403),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, "", 200),
        ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"}, "?Action=DeleteAlarms", 403),
        ({"sec_fetch_site": "cross-site", "origin": "http://localhost:8501"}, "", 200),
        ({"origin": "http://evil.example"}, "", 403),
        ({"host": "localhost:80@evil.example"}, "", 403),
        ({"host": "127.0.0.1.evil.example"}, "", 403),
    ],
)
def test_a_page_of_another_site_can_only_link_here(
    sandbox: Running, headers: dict[str, str], query: str, status: int
) -> None:
    found, _, _ = ask(f"{sandbox.url}/_sandbox/health{query}", "GET", None, **headers)
    assert found == status


def test_nothing_is_delivered_by_http(sandbox: Running) -> None:
    sns = sandbox.client("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://127.0.0.1:1/never")
    assert sns.publish(TopicArn=topic, Message="x")["MessageId"]


def test_a_sandbox_reaches_no_other_machine_and_keeps_its_files_to_itself(tmp_path: Path) -> None:
    told = """
import socket, sys
from sandbox import alone
alone.stay()
for host in ("192.0.2.1", "::ffff:192.0.2.1", "example.invalid"):
    try:
        socket.create_connection((host, 9), timeout=0.1)
    except alone.Alone:
        print(host)
"""
    ran = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["192.0.2.1", "::ffff:192.0.2.1", "example.invalid"]
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    with start_sandbox("--home", str(home), "--speed", "0") as url:
        client(url, "s3").create_bucket(Bucket="bkt")
    assert [path.name for path in home.rglob("*") if path.stat().st_mode & 0o077] == []


def test_a_filter_pattern_does_not_hold_up_everybody(sandbox: Running) -> None:
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    said = [{"timestamp": int(sandbox.app.world.clock.now() * 1000), "message": "a" * 60 + "b"}]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=said)
    found = {p: len(logs.filter_log_events(logGroupName="g", filterPattern=p)["events"]) for p in (
        "%a*a*a*a*a*a*a*a*a*c%", "%.*.*.*.*.*.*x%", "%a*a*a*a*a*a*a*a*a*b%"
    )}  # fmt: skip
    assert list(found.values()) == [0, 0, 1]


def test_metric_math_over_ten_thousand_years_is_refused(sandbox: Running) -> None:
    query = {"Id": "e", "Expression": "TIME_SERIES(1)", "Period": 1}
    read = sandbox.client("cloudwatch").get_metric_data
    code, message = refusal(read, StartTime=0, EndTime=250_000_000_000, MetricDataQueries=[query])
    assert (code, "TIME_SERIES" in message) == ("ValidationError", True)


def test_compressed_requests_are_read_and_bombs_are_not(sandbox: Running) -> None:
    cloudwatch = sandbox.client("cloudwatch")
    many = [{"MetricName": "m", "Dimensions": [{"Name": "n", "Value": str(n)}], "Value": 1.0} for n in range(900)]
    cloudwatch.put_metric_data(Namespace="Own", MetricData=many)
    assert cloudwatch.list_metrics(Namespace="Own", MetricName="m")["Metrics"]
    named = {"authorization": signed("logs"), "x_amz_target": "Logs_20140328.DescribeLogGroups"}
    named |= {"content_type": "application/x-amz-json-1.1", "content_encoding": "gzip"}
    for body, expected in ((gzip.compress(b"{}"), 200), (b"{}", 400), (gzip.compress(b" " * 50_000_000), 413)):
        assert ask(sandbox.url, "POST", body, **named)[0] == expected


def test_others_have_their_turn_while_the_clock_goes_on_for_long(
    sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sandbox.app.world
    monkeypatch.setattr("sandbox.world._TURN", 0.0)
    seen: list[float] = []
    moved, looked = threading.Event(), threading.Event()

    def look() -> None:
        moved.wait(10)
        with world.lock:
            seen.append(world.clock.now())
        looked.set()

    def step(due: float, payload: dict[str, float]) -> None:
        moved.set()
        if not looked.is_set():
            world.agenda.at(due + 1, "hostile/step", "one")

    world.agenda.on("hostile/step", step)
    start = world.clock.now()
    world.agenda.at(start + 1, "hostile/step", "one")
    looking = threading.Thread(target=look)
    looking.start()
    assert world.advance(100_000) == start + 100_000
    looking.join(10)
    assert start < seen[0] < start + 100_000


def test_tokens_and_arns_that_moto_takes_apart_are_refused(sandbox: Running) -> None:
    scaling = sandbox.client("application-autoscaling")
    assert refusal(scaling.describe_scalable_targets, ServiceNamespace="ecs", NextToken="x")[0] == "ValidationException"
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName="g")
    put = {"logGroupName": "g", "filterName": "f", "filterPattern": "", "destinationArn": "x"}
    assert refusal(logs.put_subscription_filter, **put)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "crafted",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\ngetattr\n(cmoto.core.base_backend\nBackendDict\nS'__init__'\ntR.",
        b"cmoto.moto_server.threaded_moto_server\nThreadedMotoServer\n(S'127.0.0.1'\nI0\ntR.",
        b"cmoto.s3.models\nos\n.",
    ],
)
def test_a_crafted_snapshot_makes_nothing_happen(crafted: bytes) -> None:
    with pytest.raises((pickle.UnpicklingError, AttributeError)):
        Reader(io.BytesIO(crafted), Bodies()).load()
