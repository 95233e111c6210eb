"""Stages of an endpoint under way, told from its status and its log; and lines of a log made fit to be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from services.deploy import LogLine, LogTail, Sighting, Stage, State, follow
from services.deploy.container_log import reading
from services.deploy.following import SHARES, Instances, LogStream
from services.deploy.following_gateway import FollowingGateway
from services.errors import NotFound, PermissionDenied

GROUP = "/aws/sagemaker/Endpoints/demo"
WAITING = Sighting(
    name="demo", status="Creating", created=1000.0, modified=1000.0,
    instances=(Instances("AllTraffic", 0, 1),), log=LogTail(GROUP),
)  # fmt: skip
FAMILIES = {
    "vllm": [
        "(APIServer pid=1) INFO vLLM API server version 0.11.0",
        "Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:02<00:02,  2.1s/it]",
        "INFO:     Application startup complete.",
    ],
    "tgi": [
        "INFO text_generation_launcher: Args { model_id: None }",
        "INFO download: text_generation_launcher: Starting check and download process for falcon",
        "INFO text_generation_router::server: router/src/server.rs:2402: Connected",
    ],
    "lmi": [
        "INFO ModelServer Starting djl-serving: 0.33.0",
        "INFO ModelServer Loading model on Python engine",
        "INFO ModelServer BOTH API bind to: http://0.0.0.0:8080",
    ],
    "tei": [
        "INFO text_embeddings_router: router/src/main.rs:203: Args { port: 8080 }",
        "INFO text_embeddings_router: Starting model backend",
        "INFO text_embeddings_router::http::server: Starting HTTP server: 0.0.0.0:8080",
    ],
    "sglang": [
        "server_args=ServerArgs(model_path='/opt/ml/model')",
        "[TP0] Load weight begin. avail mem=21.5 GB",
        "The server is fired up and ready to roll!",
    ],
    "torchserve": [
        "Torchserve version: 0.12.0",
        "org.pytorch.serve.ModelServer - Loading initial models: model.mar",
        "org.pytorch.serve.ModelServer - Inference API bind to: http://0.0.0.0:8080",
    ],
}


def tail(*texts: str, first: float = 1100.0, variant: str = "AllTraffic") -> LogTail:
    lines = tuple(LogLine(first + 10 * number, text) for number, text in enumerate(texts))
    return LogTail(GROUP, there=True, streams=(LogStream(variant, f"{variant}/i-1", first, lines),))


def states(sighting: Sighting, now: float = 1200.0) -> dict[Stage, State]:
    return {each.stage: each.state for each in follow(sighting, now, 480.0).stages}


def test_before_the_first_line_nobody_can_tell_what_aws_does_and_that_is_said() -> None:
    told = follow(WAITING, 1060.0, 480.0)
    assert told.stages[0].state is State.NOW
    assert told.stages[0].seconds == 60.0
    assert {each.state for each in told.stages[1:]} == {State.TO_COME}
    assert "does not tell" in told.words
    assert "0 of 1 instances are there" in told.words
    assert "which is normal" in WAITING.log.words


def test_instances_that_are_there_mean_the_container_is_fetched_or_started() -> None:
    there = replace(WAITING, instances=(Instances("AllTraffic", 1, 1),))
    assert states(there)[Stage.CONTAINER] is State.NOW
    assert states(there)[Stage.INSTANCES] is State.DONE


@pytest.mark.parametrize("family", FAMILIES)
def test_each_container_family_shows_when_it_loads_and_when_it_serves(family: str) -> None:
    starts, loads, serves = FAMILIES[family]
    loading = replace(WAITING, log=tail(starts, loads))
    assert states(loading)[Stage.WEIGHTS] is State.NOW
    serving = follow(replace(WAITING, log=tail(starts, loads, serves)), 1200.0, 480.0)
    health = next(each for each in serving.stages if each.stage is Stage.HEALTH)
    assert (health.state, health.seconds) == (State.NOW, 80.0)
    weights = next(each for each in serving.stages if each.stage is Stage.WEIGHTS)
    assert (weights.state, weights.seconds) == (State.DONE, 20.0)


def test_the_first_line_ends_instances_and_container_together() -> None:
    told = follow(replace(WAITING, log=tail("anything at all")), 1200.0, 480.0)
    assert [each.seconds for each in told.stages] == [None, 100.0, 100.0, None, None]
    assert [each.state for each in told.stages][:3] == [State.DONE, State.DONE, State.NOW]


def test_in_an_update_the_log_of_what_still_serves_tells_nothing_of_what_comes() -> None:
    updating = replace(WAITING, status="Updating", modified=5000.0, log=tail(*FAMILIES["tei"], first=1100.0))
    assert states(updating, 5060.0)[Stage.INSTANCES] is State.NOW
    coming = replace(updating, log=tail(FAMILIES["tei"][0], first=5050.0))
    assert states(coming, 5060.0)[Stage.WEIGHTS] is State.NOW


def test_the_variant_that_is_behind_decides() -> None:
    one, other = tail(*FAMILIES["vllm"]), tail("hello", variant="Second")
    both = LogTail(GROUP, there=True, streams=one.streams + other.streams)
    assert states(replace(WAITING, log=both))[Stage.WEIGHTS] is State.NOW


def test_a_container_that_begins_again_and_again_is_told_as_such() -> None:
    starts = FAMILIES["lmi"]
    told = follow(replace(WAITING, log=tail(*starts, *starts, *starts[:1])), 1200.0, 480.0)
    assert "begun 3 times" in told.words
    assert reading([LogLine(1.0, "Starting container x"), LogLine(2.0, "Starting djl-serving")]).restarts == 0


def test_in_service_is_done_and_failed_stays_where_it_was() -> None:
    ready = replace(WAITING, status="InService", modified=1500.0, log=tail(*FAMILIES["tei"]))
    told = follow(ready, 9000.0, 480.0)
    assert {each.state for each in told.stages} == {State.DONE}
    assert (told.share, told.elapsed) == (1.0, 500.0)
    failed = replace(WAITING, status="Failed", modified=1400.0, failure="No capacity.")
    assert states(failed)[Stage.INSTANCES] is State.FAILED
    assert "No capacity." in follow(failed, 9000.0, 480.0).words


def test_the_shares_make_a_whole_and_the_bar_never_claims_the_end_before_aws_does() -> None:
    assert sum(SHARES.values()) == pytest.approx(1.0)
    told = follow(replace(WAITING, log=tail(*FAMILIES["tei"])), 100_000.0, 480.0)
    assert 0.9 < told.share < 1.0
    assert told.late
    assert not follow(WAITING, 1500.0, 480.0).late


class Clients:
    def __init__(self) -> None:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
        self.made: dict[str, Any] = {name: boto3.client(name, **keys) for name in ("sagemaker", "logs")}
        self.stubs = {name: Stubber(client) for name, client in self.made.items()}
        for stub in self.stubs.values():
            stub.activate()

    def get(self, service: str) -> Any:
        return self.made[service]


CREATING = {
    "EndpointName": "demo", "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/demo",
    "EndpointConfigName": "demo", "EndpointStatus": "Creating",
    "CreationTime": datetime.fromtimestamp(1000, UTC), "LastModifiedTime": datetime.fromtimestamp(1000, UTC),
    "PendingDeploymentSummary": {
        "EndpointConfigName": "demo",
        "ProductionVariants": [{"VariantName": "A", "CurrentInstanceCount": 0, "DesiredInstanceCount": 2}],
    },
}  # fmt: skip


def test_a_look_reads_the_newest_stream_of_each_variant() -> None:
    clients = Clients()
    clients.stubs["sagemaker"].add_response("describe_endpoint", CREATING, {"EndpointName": "demo"})
    logs = clients.stubs["logs"]
    names = {"A/i-1": 1_000_000, "A/i-2": 1_100_000, "B/i-3": 1_100_000}  # the first still writes, and is old
    rows = [{"logStreamName": name, "firstEventTimestamp": began} for name, began in names.items()]
    logs.add_response("describe_log_streams", {"logStreams": rows})
    for name in ("A/i-2", "B/i-3"):
        logs.add_response(
            "get_log_events",
            {"events": [{"timestamp": 1_101_000, "message": f"of {name}"}]},
            {"logGroupName": GROUP, "logStreamName": name, "limit": 120, "startFromHead": False},
        )
    seen = FollowingGateway(clients).endpoint("demo")
    assert seen.instances == (Instances("A", 0, 2),)
    assert [(each.variant, each.first, each.lines) for each in seen.log.streams] == [
        ("A", 1100.0, (LogLine(1101.0, "of A/i-2"),)),
        ("B", 1100.0, (LogLine(1101.0, "of B/i-3"),)),
    ]
    logs.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "there", "words"),
    [
        ("ResourceNotFoundException", False, "which is normal"),
        ("AccessDeniedException", False, "logs:DescribeLogStreams"),
        ("ThrottlingException", False, "slow down"),
    ],
)
def test_a_log_that_cannot_be_read_says_why_and_keeps_the_rest(code: str, there: bool, words: str) -> None:
    clients = Clients()
    clients.stubs["sagemaker"].add_response("describe_endpoint", CREATING)
    clients.stubs["logs"].add_client_error("describe_log_streams", code, "No.")
    seen = FollowingGateway(clients).endpoint("demo")
    assert (seen.status, seen.log.there) == ("Creating", there)
    assert words in seen.log.words


def test_an_endpoint_that_is_gone_or_hidden_is_told_apart() -> None:
    clients = Clients()
    clients.stubs["sagemaker"].add_client_error("describe_endpoint", "ValidationException", "Could not find endpoint")
    with pytest.raises(NotFound):
        FollowingGateway(clients).endpoint("demo")
    clients.stubs["sagemaker"].add_client_error("describe_endpoint", "AccessDeniedException", "not authorized")
    with pytest.raises(PermissionDenied):
        FollowingGateway(clients).endpoint("demo")


def test_a_component_is_followed_by_its_copies() -> None:
    clients = Clients()
    clients.stubs["sagemaker"].add_response(
        "describe_inference_component",
        {
            "InferenceComponentName": "part", "EndpointName": "demo",
            "InferenceComponentArn": "arn:aws:sagemaker:us-east-1:123456789012:inference-component/part",
            "EndpointArn": CREATING["EndpointArn"], "InferenceComponentStatus": "Creating",
            "CreationTime": CREATING["CreationTime"], "LastModifiedTime": CREATING["LastModifiedTime"],
            "RuntimeConfig": {"DesiredCopyCount": 2, "CurrentCopyCount": 1},
        },
    )  # fmt: skip
    clients.stubs["logs"].add_client_error("describe_log_streams", "ResourceNotFoundException", "")
    seen = FollowingGateway(clients).component("part")
    assert "1 of 2 copies" in follow(seen, 1060.0, 480.0).words
    assert seen.log.group == "/aws/sagemaker/InferenceComponents/part"
