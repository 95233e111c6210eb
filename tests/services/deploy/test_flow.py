"""From a form to running endpoints and back, against the sandbox and through the executor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.access import CLASSIC_POLICIES, Access, AccessService
from services.access.gateway import AccessGateway
from services.catalog import CatalogService
from services.cleanup import CleanupService
from services.cleanup.gateway import CleanupGateway
from services.connection import Connection, sandbox_at
from services.deploy import CatalogSource, DeployRequest, DeployService, RagPairRequest
from services.deploy.gateway import DeployGateway
from services.endpoints import EndpointsService
from services.endpoints.gateway import EndpointsGateway
from services.errors import NameTaken, NotFound
from services.knowledge import LibraryState
from services.plans import AwsOperator, Plan, Runs, RunStatus, RunView, StepStatus
from services.state import State
from tests.sandbox.server import start_sandbox

WAIT = 60.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox ten times as fast as the usual one."""
    with start_sandbox("--speed", "600", "--home", str(tmp_path_factory.mktemp("sandbox"))) as url:
        yield url


class Rooms:
    """The rooms of one person, composed as the console composes them."""

    def __init__(self, address: str, owner: str, folder: Path) -> None:
        self.connection: Connection = sandbox_at(address, owner=owner)
        clients, identity = self.connection.clients, self.connection.identity
        self.owner = self.connection.owner
        self.catalog = CatalogService(identity.region, offline=True)
        self.access = AccessService(
            AccessGateway(clients), region=identity.region, account=identity.account, owner=self.owner
        )
        self.deploy = DeployService(DeployGateway(clients), self.catalog, self.access, owner=self.owner)
        self.endpoints = EndpointsService(EndpointsGateway(clients), self.catalog)
        self.cleanup = CleanupService(
            CleanupGateway(clients), self.endpoints, self.access, owner=self.owner, library=LibraryState
        )
        self.runs = Runs(State(folder / "state.db"), lambda _: AwsOperator(clients), owner=self.owner, worker="test")

    def run(self, plan: Plan) -> RunView:
        view = self.runs.wait(self.runs.start(plan), WAIT)
        assert view.status is RunStatus.DONE, [(step.id, step.status, step.problem) for step in view.steps]
        return view

    def request(self, model_id: str, name: str, kind: str) -> DeployRequest:
        return DeployRequest(
            source=CatalogSource(model_id=model_id, accept_eula=True),
            endpoint_name=name,
            instance_type=kind,
            role=self.access.request(),
            owner=self.owner,
        )

    def small(self, name: str) -> DeployRequest:
        return self.request("huggingface-sentencesimilarity-all-MiniLM-L6-v2", name, "ml.c6i.xlarge")


def test_a_pair_is_deployed_found_again_described_and_taken_down(address: str, tmp_path: Path) -> None:
    ada = Rooms(address, "ada", tmp_path)
    language = ada.request("meta-textgeneration-llama-3-1-8b-instruct", "talk", "ml.g5.4xlarge")
    request = RagPairRequest(embedding=ada.small("words"), language=language)
    plan = ada.deploy.plan_pair(request)
    ada.run(plan)

    assert ada.deploy.plan_pair(request).same_work(plan)
    again = ada.run(ada.deploy.plan_pair(request))
    made = [step for step in again.steps if not step.id.startswith("wait-")]
    assert {step.status for step in made} == {StepStatus.ALREADY_THERE}

    detail = ada.endpoints.describe_endpoint("words")
    assert (detail.status, detail.owner, detail.task, detail.made_here) == (
        "InService",
        "sandbox/ada",
        "text-embedding",
        True,
    )
    burns = ada.endpoints.burn()
    assert burns.usd_per_hour == pytest.approx(plan.estimate.usd_per_hour)
    assert [role.name for role in ada.access.list_roles()] == ["sagedeck-execution-us-east-1"]

    down = ada.cleanup.plan_take_down()
    assert down.confirmation == "take down 7 items"
    ada.run(down.plan)
    assert ada.endpoints.list_endpoints() == ()
    assert ada.access.list_roles() == ()
    assert ada.cleanup.plan_take_down().items == ()


def test_take_down_spares_what_another_owner_made_and_the_role_they_share(address: str, tmp_path: Path) -> None:
    ada, bob = Rooms(address, "ada", tmp_path / "a"), Rooms(address, "bob", tmp_path / "b")
    ada.run(ada.deploy.plan_deploy(ada.small("adas")))
    bob.run(bob.deploy.plan_deploy(bob.small("bobs")))
    down = ada.cleanup.plan_take_down()
    assert [(item.kind, item.name) for item in down.kept] == [("execution role", "sagedeck-execution-us-east-1")]
    ada.run(down.plan)
    assert [each.name for each in bob.endpoints.list_endpoints()] == ["bobs"]
    bob.run(bob.cleanup.plan_take_down().plan)
    assert bob.endpoints.list_endpoints() == ()


def test_one_endpoint_is_deleted_with_what_is_its_own_and_then_no_longer_found(address: str, tmp_path: Path) -> None:
    ada = Rooms(address, "ada", tmp_path)
    ada.run(ada.deploy.plan_deploy(ada.small("single")))
    ada.run(ada.endpoints.plan_delete("single"))
    with pytest.raises(NotFound):
        ada.endpoints.plan_delete("single")
    assert [item.kind for item in ada.cleanup.plan_take_down().items] == ["execution role"]
    ada.run(ada.cleanup.plan_take_down().plan)


def test_a_name_in_use_with_another_configuration_is_refused_before_anything_is_made(
    address: str, tmp_path: Path
) -> None:
    ada = Rooms(address, "ada", tmp_path)
    ada.run(ada.deploy.plan_deploy(ada.small("taken")))
    sagemaker = ada.connection.clients.get("sagemaker")
    sagemaker.create_endpoint(EndpointName="elsewhere", EndpointConfigName="taken")
    with pytest.raises(NameTaken):
        ada.deploy.plan_deploy(ada.small("elsewhere"))
    shared = ada.endpoints.plan_delete("taken")
    assert [step.operation for step in shared] == ["delete_endpoint", "describe_endpoint"]
    assert "elsewhere" in shared.warnings[0]


def test_an_undone_deployment_leaves_nothing_behind(address: str, tmp_path: Path) -> None:
    ada = Rooms(address, "undo", tmp_path)
    request = replace(ada.small("undone"), role=ada.access.request("sagedeck-undone"))
    run = ada.run(ada.deploy.plan_deploy(request))
    ada.runs.undo(run.id)
    assert ada.runs.wait(run.id, WAIT).status is not RunStatus.FAILED
    with pytest.raises(NotFound):
        ada.endpoints.describe_endpoint("undone")
    assert ada.access.find_role("sagedeck-undone") is None


def test_undoing_a_second_plan_leaves_the_role_as_the_first_made_it(address: str, tmp_path: Path) -> None:
    ada = Rooms(address, "classic", tmp_path)
    request = ada.access.request("sagedeck-classic", access=Access.CLASSIC)
    ada.run(ada.access.plan_role(request))
    again = ada.run(ada.access.plan_role(request))
    ada.runs.undo(again.id)
    assert ada.runs.wait(again.id, WAIT).status is RunStatus.UNDONE
    attached = ada.access.policies("sagedeck-classic").attached
    assert {arn.rpartition("/")[2] for arn in attached} == set(CLASSIC_POLICIES)


def test_a_role_that_cannot_be_assumed_yet_is_waited_for_and_not_taken_for_a_refusal(tmp_path: Path) -> None:
    with start_sandbox("--speed", "600", "--role-delay", "1.5") as url:
        ada = Rooms(url, "early", tmp_path)
        heard: list[str] = []
        refused = ada.connection.clients.get("sagemaker").meta.events
        refused.register("after-call.sagemaker.CreateModel", lambda parsed, **_: heard.append(str(parsed.get("Error"))))
        ada.run(ada.deploy.plan_deploy(ada.small("early")))
        assert any("Could not assume role" in each for each in heard), "the sandbox refused at first, as AWS does"
        assert ada.endpoints.describe_endpoint("early").status == "InService"
