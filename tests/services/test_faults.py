"""Every fault of the sandbox, seen through the console's own services: a person is told what, why and what to do next.

Nothing half-made goes unsaid: what a failed run left is in its receipts, and the take-down finds all of it.
"""

from collections.abc import Iterator
from itertools import count

import numpy as np
import pytest

from sandbox.faults import Kind
from services.cleanup import TakeDown
from services.connection import sandbox_at
from services.console import Console
from services.deploy import DeployRequest
from services.errors import (
    ExpiredCredentials,
    InvalidCredentials,
    PermissionDenied,
    SagedeckError,
    ServiceFailure,
    StoreProblem,
    StreamBroken,
    Throttled,
    Unreachable,
)
from services.inference import Message
from services.knowledge.gateway import AstraStore
from services.knowledge.models import CollectionRequest, Entry, Space
from services.plans import RunStatus, RunView
from services.sandbox_control import SandboxControl
from tests.sandbox.dataapi.serving import closing_clients
from tests.sandbox.server import client, start_sandbox

WAIT = 60.0
EMBEDDING, SMALL = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "ml.c6i.xlarge"
LANGUAGE, GPU = "meta-textgeneration-llama-3-1-8b-instruct", "ml.g5.4xlarge"
MET = {
    Kind.QUOTA_ZERO, Kind.NO_CAPACITY, Kind.FAILED_PING, Kind.GATED_MODEL, Kind.MISSING_ARTIFACT, Kind.SLOW_START,
    Kind.STUCK_CREATING, Kind.SILENT_ROLLBACK, Kind.THROTTLING, Kind.SERVER_ERROR, Kind.CONNECTION_RESET,
    Kind.SLOW_ANSWER, Kind.SLOW_STREAM, Kind.CUT_STREAM, Kind.EXPIRED_TOKEN, Kind.DENIED_ACTION,
    Kind.ASTRA_UNAUTHORIZED, Kind.ASTRA_RATE_LIMIT, Kind.ASTRA_HIBERNATED, Kind.ASTRA_TOO_MANY_COLLECTIONS,
}  # fmt: skip
_names = (f"faulty-{number}" for number in count())


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox ten times as fast as the usual one."""
    with start_sandbox("--speed", "600", "--home", str(tmp_path_factory.mktemp("sandbox"))) as address:
        yield address


@pytest.fixture(scope="module")
def console(url: str, tmp_path_factory: pytest.TempPathFactory) -> Console:
    return Console(sandbox_at(url, owner="ada"), folder=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def talker(console: Console) -> str:
    """A language endpoint in service."""
    view = deployed(console, LANGUAGE, GPU, "talker")
    assert view.status is RunStatus.DONE, view.steps
    list(console.stream("talker", [Message("user", "hello")]))  # its contract is known from here on
    return "talker"


@pytest.fixture
def faults(url: str) -> Iterator[SandboxControl]:
    control = SandboxControl(url)
    yield control
    control.clear_faults()


def deployed(console: Console, model: str, kind: str, name: str) -> RunView:
    request = DeployRequest(
        model_id=model, endpoint_name=name, instance_type=kind, role=console.access.request(), owner=console.owner,
        accept_eula=True,
    )  # fmt: skip
    return console.runs.wait(console.runs.start(console.deploy.plan_deploy(request)), WAIT)


def told(view: RunView) -> SagedeckError:
    """What a failed run says, as an error; it says what, why and what next."""
    assert view.status is RunStatus.FAILED, (view.status, [(step.id, step.status) for step in view.steps])
    problem = next(step.problem for step in view.steps if step.problem)
    assert problem.what
    assert problem.next
    return SagedeckError(problem.what, problem.why, problem.next)


def fitting(error: SagedeckError) -> SagedeckError:
    """An error as a person may be shown it."""
    assert error.what.endswith(".")
    assert error.next
    assert "Traceback" not in f"{error.what}{error.why}{error.next}"
    return error


def taken_down(console: Console, name: str) -> None:
    """What a failed run left is known to the take-down, and goes."""
    down: TakeDown = console.cleanup.plan_take_down()
    assert any(item.name == name or name in item.name for item in down.items)
    view = console.runs.wait(console.runs.start(console.endpoints.plan_delete(name)), WAIT)
    assert view.status is RunStatus.DONE
    assert name not in [each.name for each in console.endpoints.list_endpoints()]


def test_every_kind_is_met_here() -> None:
    assert set(Kind) == MET


@pytest.mark.parametrize(
    ("kind", "resource", "words"),
    [
        (Kind.NO_CAPACITY, SMALL, "capacity"),
        (Kind.FAILED_PING, "*", "ping"),
        (Kind.GATED_MODEL, "*", ""),
        (Kind.MISSING_ARTIFACT, "*", ""),
    ],
)
def test_an_endpoint_that_fails_is_told_with_its_reason_and_can_be_taken_down(
    console: Console, faults: SandboxControl, kind: Kind, resource: str, words: str
) -> None:
    name = next(_names)
    faults.set_fault(kind, resource=resource)
    view = deployed(console, EMBEDDING, SMALL, name)
    error = told(view)
    assert words in f"{error.what} {error.why}".lower()
    faults.clear_faults()
    if name in [each.name for each in console.endpoints.list_endpoints()]:
        taken_down(console, name)


def test_a_quota_of_zero_is_told_as_a_limit_and_what_was_made_before_is_known(
    console: Console, faults: SandboxControl
) -> None:
    name = next(_names)
    faults.set_fault(Kind.QUOTA_ZERO, resource=SMALL)
    view = deployed(console, EMBEDDING, SMALL, name)
    error = told(view)
    assert "limit" in f"{error.what} {error.why}".lower()
    faults.clear_faults()
    undo = console.runs.undo_plan(view.id)
    assert undo.steps
    console.runs.undo(view.id, secrets={}, confirmed=undo)
    assert console.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
    assert not any(name in item.name for item in console.cleanup.plan_take_down().items)


def test_a_slow_start_is_waited_for(console: Console, faults: SandboxControl) -> None:
    name = next(_names)
    faults.set_fault(Kind.SLOW_START, value=900.0)
    assert deployed(console, EMBEDDING, SMALL, name).status is RunStatus.DONE
    taken_down(console, name)


def test_an_endpoint_stuck_in_creating_stays_a_running_run_and_goes_on_when_it_is_freed(
    console: Console, faults: SandboxControl
) -> None:
    name = next(_names)
    faults.set_fault(Kind.STUCK_CREATING, resource=name)
    request = DeployRequest(
        model_id=EMBEDDING, endpoint_name=name, instance_type=SMALL, role=console.access.request(), owner=console.owner
    )
    run = console.runs.start(console.deploy.plan_deploy(request))
    assert console.runs.wait(run, 5.0).status is RunStatus.RUNNING
    assert console.endpoints.describe_endpoint(name).status == "Creating"
    faults.clear_faults()
    faults.advance(7200)
    assert console.runs.wait(run, WAIT).status is RunStatus.DONE
    taken_down(console, name)


def test_a_silent_rollback_shows_in_the_configuration_that_is_still_the_old_one(
    console: Console, faults: SandboxControl, url: str
) -> None:
    name = next(_names)
    deployed(console, EMBEDDING, SMALL, name)
    old = console.endpoints.describe_endpoint(name)
    sagemaker = client(url, "sagemaker")
    config = sagemaker.describe_endpoint_config(EndpointConfigName=old.config_name)
    sagemaker.create_endpoint_config(EndpointConfigName="newer", ProductionVariants=config["ProductionVariants"])
    faults.set_fault(Kind.SILENT_ROLLBACK)
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName="newer")
    faults.advance(7200)
    now = console.endpoints.describe_endpoint(name)
    assert (now.status, now.config_name) == ("InService", old.config_name)
    sagemaker.delete_endpoint_config(EndpointConfigName="newer")
    taken_down(console, name)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.THROTTLING, 0.0, Throttled),
        (Kind.SERVER_ERROR, 500.0, ServiceFailure),
        (Kind.SERVER_ERROR, 503.0, ServiceFailure),
        (Kind.CONNECTION_RESET, 0.0, Unreachable),
        (Kind.EXPIRED_TOKEN, 0.0, ExpiredCredentials),
        (Kind.DENIED_ACTION, 0.0, PermissionDenied),
    ],
)
def test_a_call_that_fails_is_told_in_our_words(
    console: Console, faults: SandboxControl, kind: Kind, value: float, expected: type[SagedeckError]
) -> None:
    faults.set_fault(kind, service="sagemaker", value=value)
    with pytest.raises(expected) as caught:
        console.endpoints.list_endpoints()
    fitting(caught.value)
    if isinstance(caught.value, PermissionDenied):
        assert caught.value.action == "sagemaker:ListEndpoints"


def test_throttling_now_and_then_does_not_keep_an_endpoint_from_coming_up(
    console: Console, faults: SandboxControl
) -> None:
    name = next(_names)
    faults.set_fault(Kind.THROTTLING, rate=0.2)
    assert deployed(console, EMBEDDING, SMALL, name).status is RunStatus.DONE
    faults.clear_faults()
    taken_down(console, name)


def test_answers_that_come_late_are_waited_for(console: Console, faults: SandboxControl) -> None:
    faults.set_fault(Kind.SLOW_ANSWER, service="sagemaker", value=0.2)
    assert console.endpoints.list_endpoints() is not None


def test_a_denied_step_names_the_permission_and_what_was_made_can_be_undone(
    console: Console, faults: SandboxControl
) -> None:
    name = next(_names)
    faults.set_fault(Kind.DENIED_ACTION, resource="sagemaker:CreateEndpoint")
    view = deployed(console, EMBEDDING, SMALL, name)
    assert "sagemaker:CreateEndpoint" in told(view).why
    faults.clear_faults()
    console.runs.undo(view.id, secrets={}, confirmed=console.runs.undo_plan(view.id))
    assert console.runs.wait(view.id, WAIT).status is RunStatus.UNDONE


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.THROTTLING, Throttled),
        (Kind.SERVER_ERROR, ServiceFailure),
        (Kind.CONNECTION_RESET, Unreachable),
        (Kind.EXPIRED_TOKEN, ExpiredCredentials),
        (Kind.DENIED_ACTION, PermissionDenied),
    ],
)
def test_an_invocation_that_fails_is_told_in_our_words(
    console: Console, faults: SandboxControl, talker: str, kind: Kind, expected: type[SagedeckError]
) -> None:
    faults.set_fault(kind, service="sagemaker-runtime")
    with pytest.raises(SagedeckError) as caught:
        list(console.stream(talker, [Message("user", "What is a lighthouse?")]))
    assert isinstance(fitting(caught.value), expected)


def test_a_stream_that_breaks_off_keeps_what_had_come(console: Console, faults: SandboxControl, talker: str) -> None:
    faults.set_fault(Kind.CUT_STREAM)
    for value in (0.0, 1.0):
        faults.set_fault(Kind.CUT_STREAM, value=value)
        with pytest.raises(StreamBroken) as caught:
            list(console.stream(talker, [Message("user", "Tell me of lighthouses, at length.")]))
        fitting(caught.value)


def test_a_slow_stream_comes_whole(console: Console, faults: SandboxControl, talker: str) -> None:
    faults.set_fault(Kind.SLOW_STREAM, value=0.01)
    said = "".join(delta.text for delta in console.stream(talker, [Message("user", "hello")]))
    assert said


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ASTRA_UNAUTHORIZED, InvalidCredentials),
        (Kind.ASTRA_RATE_LIMIT, Throttled),
        (Kind.ASTRA_HIBERNATED, StoreProblem),
    ],
)
def test_a_database_that_refuses_is_told_in_our_words(
    console: Console, faults: SandboxControl, kind: Kind, expected: type[SagedeckError]
) -> None:
    astra = console.connection.astra
    assert astra is not None
    with closing_clients():
        store = AstraStore(astra, sleep=lambda _: None)
        store.create_collection("me", CollectionRequest("notes", 4))
        faults.set_fault(kind)
        passage = Entry("1", "a passage", "file.txt", "sha", 1, 0, 9, 0, {})
        with pytest.raises(SagedeckError) as caught:
            store.add(Space("me", "notes", "model", 4), [passage], np.ones((1, 4)))
    assert isinstance(fitting(caught.value), expected), caught.value


def test_too_many_collections_are_told_as_a_limit(console: Console, faults: SandboxControl) -> None:
    astra = console.connection.astra
    assert astra is not None
    faults.set_fault(Kind.ASTRA_TOO_MANY_COLLECTIONS)
    with closing_clients(), pytest.raises(SagedeckError) as caught:
        AstraStore(astra, sleep=lambda _: None).create_collection("me", CollectionRequest("another", 4))
    assert "collections" in f"{fitting(caught.value).what} {caught.value.why}"
