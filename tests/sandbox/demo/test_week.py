"""The demo account is what it says: endpoints in believable states, with a past, made by the sandbox's own rules."""

import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.demo import cast, ongoing, traffic, week
from sandbox.demo.traffic import DAY, HOUR
from sandbox.errors import AwsError
from sandbox.world import World
from tests.sandbox import server
from tests.sandbox.conftest import Running
from tests.sandbox.server import ask

REGION = "us-east-1"


@pytest.fixture(scope="module")
def world() -> World:
    """A world that was filled once; nobody here changes it."""
    made = World(Clock(speed=0))
    week.fill(made, REGION)
    return made


def _all(world: World, operation: str, member: str, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answered = world.call("sagemaker", operation, {"MaxResults": 100, **asked, **token}, REGION)
        found += answered[member]
        if "NextToken" not in answered:
            return found
        token = {"NextToken": answered["NextToken"]}


def test_there_are_forty_endpoints_of_five_people_and_one_of_them_has_failed(world: World) -> None:
    endpoints = _all(world, "ListEndpoints", "Endpoints")
    assert Counter(each["EndpointStatus"] for each in endpoints) == {"InService": 39, "Failed": 1}
    owners = set()
    for each in endpoints:
        tags = world.call("sagemaker", "ListTags", {"ResourceArn": each["EndpointArn"]}, REGION)["Tags"]
        owners |= {tag["Value"] for tag in tags if tag["Key"] == "sagedeck:owner"}
    assert owners == {"ana", "ben", "chen", "dana", "emre"}


def test_everything_was_made_in_the_past_week_and_the_clock_is_back(world: World) -> None:
    now = world.clock.now()
    made = [each["CreationTime"] for each in _all(world, "ListEndpoints", "Endpoints")]
    assert max(made) <= now
    assert now - 7 * DAY <= min(made) < now - 6 * DAY


def test_the_failed_one_says_why(world: World) -> None:
    failed = world.call("sagemaker", "DescribeEndpoint", {"EndpointName": "contracts-summary"}, REGION)
    assert "ping health check" in failed["FailureReason"]
    assert not world.faults.list(), "the fault that made it fail is gone"


def test_there_are_the_kinds_of_endpoint_that_are_not_just_a_model_on_an_instance(world: World) -> None:
    def described(name: str) -> dict[str, Any]:
        found: dict[str, Any] = world.call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, REGION)
        return found

    assert [v["VariantName"] for v in described("fraud-score")["ProductionVariants"]] == ["current", "candidate"]
    assert "AsyncInferenceConfig" in described("call-transcripts")
    assert "CurrentServerlessConfig" in described("spam-filter")["ProductionVariants"][0]
    components = _all(world, "ListInferenceComponents", "InferenceComponents")
    assert Counter(c["InferenceComponentStatus"] for c in components) == {"InService": 2}


def test_deleted_endpoints_left_their_configurations_and_models_behind(world: World) -> None:
    endpoints = {each["EndpointName"] for each in _all(world, "ListEndpoints", "Endpoints")}
    left = {c["EndpointConfigName"] for c in _all(world, "ListEndpointConfigs", "EndpointConfigs")} - endpoints
    assert left == {name for name in left if name.endswith("-2026-10")}
    assert len(left) == 4


def test_an_idle_endpoint_has_had_no_traffic_for_days_and_a_busy_one_has(world: World) -> None:
    def invocations(endpoint: str, since: float, until: float) -> float:
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "AllTraffic"}]
        metric = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Dimensions": dimensions}
        query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
        asked = {"MetricDataQueries": [query], "StartTime": since, "EndTime": until}
        answered = world.call("cloudwatch", "GetMetricData", asked, REGION)
        return float(sum(answered["MetricDataResults"][0]["Values"]))

    now = world.clock.now()
    assert invocations("hackday-llama", now - 4 * DAY, now) == 0
    assert invocations("hackday-llama", now - 6 * DAY, now - 5 * DAY) > 0
    assert invocations("recommend-home", now - DAY, now) > 10_000


def test_traffic_goes_on_where_it_has_not_stopped(world: World) -> None:
    assert world.agenda.due(ongoing.ACTION, f"{REGION}/recommend-home") is not None
    assert world.agenda.due(ongoing.ACTION, f"{REGION}/hackday-llama") is None


def test_jobs_of_the_week_have_ended_and_todays_are_at_work(world: World) -> None:
    jobs = {
        each["AutoMLJobName"]: each["AutoMLJobStatus"] for each in _all(world, "ListAutoMLJobs", "AutoMLJobSummaries")
    }
    assert jobs.pop("ticket-llm-tuning") == "Completed"
    assert jobs.pop("churn-first-try") == "Stopped"
    assert set(jobs) == {"churn-2026-11", "shop-forecast"}
    trained = _all(world, "ListTrainingJobs", "TrainingJobSummaries")
    assert Counter(each["TrainingJobStatus"] for each in trained) == {"Completed": 1, "Failed": 1}


def test_there_are_workspaces_one_of_them_running_and_one_stopped(world: World) -> None:
    notebooks = _all(world, "ListNotebookInstances", "NotebookInstances")
    assert Counter(each["NotebookInstanceStatus"] for each in notebooks) == {"InService": 1, "Stopped": 1}
    assert [each["Status"] for each in _all(world, "ListApps", "Apps")] == ["InService"]


def test_a_lease_a_budget_a_scaling_target_and_alarms_stand_around_the_endpoints(world: World) -> None:
    schedule = world.call("scheduler", "GetSchedule", {"Name": "lease-demo-chat-large"}, REGION)
    assert json.loads(schedule["Target"]["Input"]) == {"EndpointName": "demo-chat-large"}
    targets = world.call(
        "application-autoscaling", "DescribeScalableTargets", {"ServiceNamespace": "sagemaker"}, REGION
    )
    assert [each["MaxCapacity"] for each in targets["ScalableTargets"]] == [4]
    alarms = world.call("cloudwatch", "DescribeAlarms", {}, REGION)["MetricAlarms"]
    assert {"fraud-graph-errors", "support-chat-slow"} <= {alarm["AlarmName"] for alarm in alarms}
    budget = world.call("budgets", "DescribeBudgets", {"AccountId": "123456789012"}, REGION)["Budgets"][0]
    assert float(budget["CalculatedSpend"]["ActualSpend"]["Amount"]) > 1000


def test_what_people_did_is_in_the_event_history_under_their_names(world: World) -> None:
    asked = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateEndpoint"}], "MaxResults": 50}
    events = world.call("cloudtrail", "LookupEvents", asked, REGION)["Events"]
    told = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert {each["userIdentity"]["userName"] for each in told} == {"ana", "ben", "chen", "dana", "emre"}


def test_all_of_it_is_there_again_after_a_restart(tmp_path: Path) -> None:
    with server.start_sandbox("--home", str(tmp_path), "--seed", "demo") as url:
        before = _seen(url)
    with server.start_sandbox("--home", str(tmp_path)) as url:
        assert _seen(url) == before
    assert "SagedeckDemoExecutionRole" in before


def _seen(url: str) -> set[str]:
    """What one would miss: endpoints, roles, buckets, topics."""
    endpoints = server.client(url, "sagemaker").list_endpoints(MaxResults=100)["Endpoints"]
    roles = server.client(url, "iam").list_roles()["Roles"]
    buckets = server.client(url, "s3").list_buckets()["Buckets"]
    topics = server.client(url, "sns").list_topics()["Topics"]
    named = {each["EndpointName"] for each in endpoints} | {each["RoleName"] for each in roles}
    return named | {each["Name"] for each in buckets} | {each["TopicArn"] for each in topics}


def test_filling_a_second_time_is_refused(world: World) -> None:
    with pytest.raises(AwsError, match="Reset the sandbox"):
        week.fill(world, REGION)


def test_it_is_asked_for_over_http(sandbox: Running) -> None:
    seeds = json.loads(ask(f"{sandbox.url}/_sandbox/seeds")[2])["seeds"]
    assert [seed["name"] for seed in seeds] == ["demo"]
    status, _, body = ask(f"{sandbox.url}/_sandbox/seed", "POST", b'{"name": "demo", "region": "eu-west-1"}')
    assert (status, json.loads(body)["region"]) == (200, "eu-west-1")
    assert len(sandbox.client("sagemaker", "eu-west-1").list_endpoints(MaxResults=100)["Endpoints"]) == 40
    assert ask(f"{sandbox.url}/_sandbox/seed", "POST", b'{"name": "demo", "region": "eu-west-1"}')[0] == 409


@pytest.mark.parametrize(("body", "status"), [(b"x", 400), (b"[]", 400), (b"{}", 400), (b'{"name": "other"}', 404)])
def test_a_seed_that_is_none_is_refused(sandbox: Running, body: bytes, status: int) -> None:
    answered, _, told = ask(f"{sandbox.url}/_sandbox/seed", "POST", body)
    assert answered == status
    assert json.loads(told)["error"]


def test_moments_come_closer_together_towards_the_present_and_never_overlap() -> None:
    found = list(traffic.moments(0, 3 * DAY, 3 * DAY))
    assert [step for _, step in found] == sorted((step for _, step in found), reverse=True)
    assert all(later - at >= step * 60 for (at, step), (later, _) in pairwise(found))
    assert {step for at, step in found if at >= 3 * DAY - 2 * HOUR} == {1}


def test_people_sleep_and_have_weekends() -> None:
    def came(when: str) -> int:
        at = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
        return traffic.invocations("office", 1000, at, 1, Random(1))

    assert came("2026-11-18T10:30") > 10 * came("2026-11-18T03:00") > 0
    assert came("2026-11-18T10:30") > 2 * came("2026-11-21T10:30")


def test_every_part_names_a_container_that_is_known() -> None:
    assert {part.container for part in cast.parts()} <= set(cast.IMAGES)
    assert len({part.name for part in cast.parts()}) == len(cast.parts()) == 36
