"""The end of a container's log: which groups and streams are read, what is said where there is nothing to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.faults import Kind as Fault
from services.access import RoleRequest
from services.connection import sandbox_at
from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.diagnosis import Cause, ContainerLog, LoggedLine, Place, diagnose_container
from services.diagnosis.container_logs import groups
from services.diagnosis.gateway import MOST_LINES, MOST_STREAMS, ContainerLogGateway
from services.logs import LogGroup
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import start_sandbox
from tests.services.catalog.stubbed import StubbedClients

PING = "The primary container for production variant AllTraffic did not pass the ping health check."
GROUP = "/aws/sagemaker/Endpoints/demo"


@pytest.fixture
def clients() -> StubbedClients:
    return StubbedClients("logs")


def streams(clients: StubbedClients, names: dict[str, int], asked: dict[str, Any]) -> None:
    rows = [{"logStreamName": name, "lastEventTimestamp": at} for name, at in names.items()]
    clients.answer("logs", "describe_log_streams", {"logStreams": rows}, {"limit": 50, **asked})


def lines(clients: StubbedClients, group: str, name: str, texts: list[str], most: int) -> None:
    asked = {"logGroupName": group, "logStreamName": name, "limit": most, "startFromHead": False}
    events = [{"timestamp": 1, "message": text, "ingestionTime": 2} for text in texts]
    clients.answer("logs", "get_log_events", {"events": events}, asked)


def test_the_newest_streams_of_an_endpoint_are_read_and_never_more_than_so_many_lines(clients: StubbedClients) -> None:
    newest = {"logGroupName": GROUP, "orderBy": "LastEventTime", "descending": True}
    names = {f"AllTraffic/i-{number}": 100 - number for number in range(6)}
    streams(clients, names, newest)
    for number in reversed(range(MOST_STREAMS)):
        lines(clients, GROUP, f"AllTraffic/i-{number}", [f"line {number}"], MOST_LINES // MOST_STREAMS)
    with clients.active():
        log = ContainerLogGateway(clients).read(Place.ENDPOINT, "demo")
    assert (log.group, log.absent) == (GROUP, "")
    assert log.lines[-1] == LoggedLine("AllTraffic/i-0", "line 0")


def test_a_job_has_its_streams_among_those_of_all_jobs(clients: StubbedClients) -> None:
    group = "/aws/sagemaker/TransformJobs"
    streams(clients, {"nightly/i-1": 5}, {"logGroupName": group, "logStreamNamePrefix": "nightly/"})
    lines(clients, group, "nightly/i-1", ["MemoryError"], MOST_LINES)
    with clients.active():
        log = ContainerLogGateway(clients).read(Place.TRANSFORM, "nightly")
    found = diagnose_container("AlgorithmError: See the logs.", lambda: log)
    assert (found.cause, found.evidence, found.stream) == (Cause.OUT_OF_MEMORY, "MemoryError", "nightly/i-1")


def test_the_jobs_an_automl_job_starts_are_found_by_the_beginning_of_their_names(clients: StubbedClients) -> None:
    assert groups(Place.AUTOML, "churn")[0] == LogGroup("/aws/sagemaker/TrainingJobs", "churn")
    assert groups(Place.TRAINING, "churn") == (LogGroup("/aws/sagemaker/TrainingJobs", "churn/"),)
    for group in ("TrainingJobs", "ProcessingJobs"):
        asked = {"logGroupName": f"/aws/sagemaker/{group}", "logStreamNamePrefix": "churn"}
        streams(clients, {"churn-dpp0-1/algo-1": 7} if group == "ProcessingJobs" else {}, asked)
    lines(
        clients,
        "/aws/sagemaker/ProcessingJobs",
        "churn-dpp0-1/algo-1",
        ["ValueError: Input X contains NaN."],
        MOST_LINES,
    )
    with clients.active():
        log = ContainerLogGateway(clients).read(Place.AUTOML, "churn")
    assert log.group == "/aws/sagemaker/ProcessingJobs"
    assert diagnose_container("Failed", lambda: log).cause is Cause.DATA_INVALID


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ResourceNotFoundException", "no container has written anything"),
        ("AccessDeniedException", "logs:DescribeLogStreams is not allowed"),
        ("ThrottlingException", "cannot be read"),
    ],
)
def test_without_a_log_it_is_said_why_and_the_message_decides(clients: StubbedClients, code: str, words: str) -> None:
    clients.refuse("logs", "describe_log_streams", code, "Not authorized to perform: logs:DescribeLogStreams")
    with clients.active():
        found = diagnose_container(PING, lambda: ContainerLogGateway(clients).read(Place.ENDPOINT, "demo"))
    assert found.cause is Cause.HEALTH_CHECK
    assert words in found.note
    assert GROUP in found.note


def test_the_log_is_not_read_where_the_message_says_it_all() -> None:
    def never() -> ContainerLog:
        raise AssertionError

    assert diagnose_container("CapacityError: no capacity", never).cause is Cause.CAPACITY
    assert "stream" not in diagnose_container("Rate exceeded", never, code="ThrottlingException").as_dict()


def test_a_log_that_shows_no_other_cause_is_said_to() -> None:
    log = ContainerLog(GROUP, (LoggedLine("AllTraffic/i-1", "INFO: loading"),))
    found = diagnose_container(PING, lambda: log)
    assert (found.cause, found.stream) == (Cause.HEALTH_CHECK, "")
    assert "no other cause" in found.note


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_sandbox("--speed", "6000", "--home", str(tmp_path_factory.mktemp("sandbox"))) as address:
        yield address


def test_a_deployment_that_fails_in_the_sandbox_is_put_down_to_what_its_container_wrote(
    url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    console = Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))
    role = console.access.request()
    assert isinstance(role, RoleRequest)
    request = DeployRequest(
        source=CatalogSource(model_id="huggingface-llm-falcon-7b-instruct-bf16"),
        endpoint_name="doomed", instance_type="ml.g5.2xlarge", role=role, owner=console.owner,
        environment=(("SANDBOX_START_ERROR", "CUDA out of memory"),),
    )  # fmt: skip
    SandboxControl(url).set_fault(Fault.FAILED_PING, resource="doomed")
    view = console.runs.wait(console.runs.start(console.deploy.plan_deploy(request)), 60.0)
    assert view.status is RunStatus.FAILED
    log = console.container_log(Place.ENDPOINT, "doomed")
    assert log.lines
    found = diagnose_container(PING, lambda: log)
    assert found.cause is Cause.OUT_OF_MEMORY
    assert found.stream.startswith("AllTraffic/")
