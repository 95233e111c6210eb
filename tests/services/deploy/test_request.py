from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.access import AccessService, ExistingRole, RoleRequest
from services.access.gateway import AccessGateway
from services.catalog import CatalogService, search
from services.deploy import (
    CatalogSource,
    CustomSource,
    DeployRequest,
    DeployService,
    HostedModel,
    HubSource,
    Source,
    name_problem,
    request_problems,
    suggest_name,
)
from services.deploy.gateway import DeployGateway
from services.errors import InvalidRequest, NotFound, PermissionDenied
from tests.services.catalog.stubbed import ACCOUNT, StubbedClients

NOW = datetime(2026, 11, 20, 10, 30, 5, tzinfo=UTC)
CATALOG = CatalogService("us-east-1", offline=True)
FALCON = HostedModel.of_catalog(CATALOG.describe_model("huggingface-llm-falcon-7b-instruct-bf16"), "us-east-1")
REQUEST = DeployRequest(
    source=CatalogSource(model_id=FALCON.id),
    endpoint_name="demo",
    instance_type="ml.g5.2xlarge",
    role=ExistingRole("arn:aws:iam::123456789012:role/Mine"),
)


def _service(clients: StubbedClients) -> DeployService:
    access = AccessService(AccessGateway(clients), region="us-east-1", account=ACCOUNT, owner="ada")
    return DeployService(DeployGateway(clients), CATALOG, access, owner="ada", now=lambda: NOW)


def test_every_model_gets_a_valid_name_in_studios_style() -> None:
    for model in search(deployable=False):
        name = suggest_name(model.id, NOW)
        assert re.fullmatch(r"jumpstart-dft-[a-z0-9-]+-20261120-103005", name), name
        assert len(name) <= 63
        assert name_problem(name) == ""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (CatalogSource(model_id="huggingface-textembedding-gpt-j-6b"), "jumpstart-dft-hf-textembedding-gpt-j-6b"),
        (HubSource(hub_id="mistralai/Mistral-7B-Instruct-v0.3"), "hf-mistralai-mistral-7b-instruct-v0-3"),
        (HubSource(hub_id=f"owner/{'long-' * 20}name"), "hf-owner-long-long-long-long-long-long-long-lon"),
        (CustomSource(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/team/My.Server:1.0"), "own-my-server"),
        (CustomSource(image=""), "own"),
    ],
)
def test_every_source_gets_a_name_that_says_what_it_is(source: Source, name: str) -> None:
    suggested = suggest_name(source, NOW)
    assert suggested == f"{name}-20261120-103005"
    assert name_problem(suggested) == ""


def test_an_id_of_foreign_characters_still_gets_a_valid_name() -> None:
    assert name_problem(suggest_name("模型/…", NOW)) == ""


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a b", "a" * 64, "ä"])
def test_a_name_sagemaker_does_not_take_is_refused_with_a_sentence(name: str) -> None:
    assert name_problem(name).endswith(".")


@pytest.mark.parametrize("name", ["a", "a--b", "A1", "a" * 63])
def test_a_name_sagemaker_takes_is_taken(name: str) -> None:
    assert name_problem(name) == ""


def test_a_good_request_has_no_problems() -> None:
    assert request_problems(REQUEST, FALCON) == ()


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"instance_type": "ml.t2.medium"}, "does not run on ml.t2.medium"),
        ({"instance_type": ""}, "no instance type"),
        ({"count": 0}, "1 to 10"),
        ({"environment": (("A", "1"), ("A", "2"))}, "twice"),
        ({"environment": (("A", "x" * 1025),)}, "longer than 1024"),
        ({"environment": (("HF_TOKEN", "hf_abc"),)}, "looks like a secret"),
        ({"environment": (("NOT A NAME", "x"),)}, "cannot be the name"),
        ({"environment": tuple((f"K{n}", "x") for n in range(101))}, "100 are allowed"),
        ({"role": ExistingRole("mine")}, "not the ARN of a role"),
        ({"role": RoleRequest(name="")}, "role's name"),
    ],
)
def test_each_mistake_is_named_in_words(changes: dict[str, object], word: str) -> None:
    (problem,) = request_problems(replace(REQUEST, **changes), FALCON)  # type: ignore[arg-type]
    assert word in problem.words


def test_a_count_of_tokens_is_no_secret() -> None:
    assert request_problems(replace(REQUEST, environment=(("MAX_TOTAL_TOKENS", "4096"),)), FALCON) == ()


def test_a_model_from_the_marketplace_is_refused_with_its_page() -> None:
    model = next(model for model in search(deployable=False) if model.marketplace)
    (problem,) = request_problems(REQUEST, HostedModel.of_catalog(model, "us-east-1"))
    assert problem.field == "source"
    assert "subscription" in problem.words


def test_what_is_wrong_with_a_request_is_told_without_calling_anyone() -> None:
    unticked = replace(
        REQUEST,
        source=CatalogSource(model_id="meta-textgeneration-llama-3-1-8b-instruct"),
        instance_type="ml.g5.4xlarge",
    )
    for wrong, word in ((unticked, "licence"), (replace(REQUEST, endpoint_name="not a name"), "not a name")):
        with pytest.raises(InvalidRequest) as caught:
            _service(StubbedClients()).plan_deploy(wrong)
        assert word in str(caught.value)


def test_planning_looks_for_the_name_and_the_role_and_changes_nothing() -> None:
    clients = StubbedClients("sagemaker", "iam")
    clients.refuse("iam", "get_role", "NoSuchEntity", "The role with name r cannot be found.")
    clients.refuse("sagemaker", "describe_endpoint", "ValidationException", 'Could not find endpoint "demo".')
    with clients.active():
        plan = _service(clients).plan_deploy(replace(REQUEST, role=RoleRequest(name="r", owner="ada")))
    assert [step.operation for step in plan][:3] == ["create_role", "put_role_policy", "create_model"]


def test_a_refusal_while_looking_for_the_name_is_not_absence() -> None:
    clients = StubbedClients("sagemaker")
    message = "User is not authorized to perform: sagemaker:DescribeEndpoint"
    clients.refuse("sagemaker", "describe_endpoint", "AccessDeniedException", message)
    with clients.active(), pytest.raises(PermissionDenied) as caught:
        DeployGateway(clients).endpoint("demo")
    assert caught.value.action == "sagemaker:DescribeEndpoint"


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFound):
        _service(StubbedClients()).plan_deploy(replace(REQUEST, source=CatalogSource(model_id="none")))


def test_a_suggested_name_holds_the_time_it_was_asked_at() -> None:
    name = _service(StubbedClients()).suggest_name("huggingface-textembedding-gpt-j-6b")
    assert name == "jumpstart-dft-hf-textembedding-gpt-j-6b-20261120-103005"
