"""Every fault of the sandbox, seen through the console's own services: what, why and what to do next is told.

Nothing half-made goes unsaid: what a failed run left is in its receipts, and the take-down finds all of it.
"""

import pytest

from sandbox.faults import Kind
from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.faults.told import (
    EMBEDDING,
    SMALL,
    WAIT,
    deployed,
    names,
    taken_down,
    told,
)


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
    name = next(names)
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
    name = next(names)
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
    name = next(names)
    faults.set_fault(Kind.SLOW_START, value=900.0)
    assert deployed(console, EMBEDDING, SMALL, name).status is RunStatus.DONE
    taken_down(console, name)


def test_an_endpoint_stuck_in_creating_stays_a_running_run_and_goes_on_when_it_is_freed(
    console: Console, faults: SandboxControl
) -> None:
    name = next(names)
    faults.set_fault(Kind.STUCK_CREATING, resource=name)
    request = DeployRequest(
        source=CatalogSource(model_id=EMBEDDING),
        endpoint_name=name,
        instance_type=SMALL,
        role=console.access.request(),
        owner=console.owner,
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
    name = next(names)
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


def test_throttling_now_and_then_does_not_keep_an_endpoint_from_coming_up(
    console: Console, faults: SandboxControl
) -> None:
    name = next(names)
    faults.set_fault(Kind.THROTTLING, rate=0.2)
    assert deployed(console, EMBEDDING, SMALL, name).status is RunStatus.DONE
    faults.clear_faults()
    taken_down(console, name)


def test_a_denied_step_names_the_permission_and_what_was_made_can_be_undone(
    console: Console, faults: SandboxControl
) -> None:
    name = next(names)
    faults.set_fault(Kind.DENIED_ACTION, resource="sagemaker:CreateEndpoint")
    view = deployed(console, EMBEDDING, SMALL, name)
    assert "sagemaker:CreateEndpoint" in told(view).why
    faults.clear_faults()
    console.runs.undo(view.id, secrets={}, confirmed=console.runs.undo_plan(view.id))
    assert console.runs.wait(view.id, WAIT).status is RunStatus.UNDONE
