"""What a deployment is asked with, and what the planner has to know of the world to plan it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from services.access import RoleChoice, RoleState
from services.access import problems as role_problems
from services.catalog import CatalogModel, Container, Price
from services.errors import InvalidRequest
from services.plans import looks_secret

# botocore's service model: EndpointName, EndpointConfigName and ModelName.
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
# The API takes up to 100 environment keys with values of up to 1,024 characters.
MOST_VARIABLES, LONGEST_VALUE = 100, 1024
# More instances than this in one form is a slip of the finger; quotas are far below.
MOST_INSTANCES = 100
_SHORT = (("huggingface-", "hf-"), ("textgeneration", "textgen"), ("sentencesimilarity", "embed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRequest:
    """One model on one endpoint. Model and endpoint configuration take the endpoint's name.

    accept_eula    the person ticked the licence; never true by default
    environment    container variables that go over the model's own, as (key, value) pairs
    secrets        keys of container variables whose values are asked for when the plan runs and written nowhere
    tags           further tags, as (key, value) pairs
    """

    model_id: str
    endpoint_name: str
    instance_type: str
    role: RoleChoice
    owner: str = ""
    count: int = 1
    accept_eula: bool = False
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def secret_name(self, key: str) -> str:
        """The name under which the value of a secret variable is given to the run."""
        return f"{self.endpoint_name}/{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RagPairRequest:
    """An embedding model and a language model, deployed side by side under one execution role."""

    embedding: DeployRequest
    language: DeployRequest


@dataclass(frozen=True, slots=True)
class FoundEndpoint:
    """An endpoint that has the wanted name already."""

    name: str
    status: str
    config_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployState:
    """What is known of the world: the model, its container, the price, the role, and who has the name.

    pace   how many times as fast as AWS the other side works (the sandbox: 60)
    """

    model: CatalogModel
    container: Container
    price: Price
    role: RoleState
    endpoint: FoundEndpoint | None = None
    pace: float = 1.0

    @property
    def region(self) -> str:
        """The region all of it is in."""
        return self.role.region

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a SageMaker resource here: kind "endpoint", "endpoint-config" or "model"."""
        return f"arn:{self.role.partition}:sagemaker:{self.region}:{self.role.account}:{kind}/{name.lower()}"


def suggest_name(model_id: str, now: datetime) -> str:
    """A name as SageMaker Studio suggests them: jumpstart-dft-{model}-{date}-{time}, at most 63 characters."""
    short = model_id.lower()
    for long, abbreviation in _SHORT:
        short = short.replace(long, abbreviation)
    stamp = now.strftime("%Y%m%d-%H%M%S")
    head = "jumpstart-dft-"
    room = 63 - len(head) - len(stamp) - 1
    middle = re.sub(r"[^a-z0-9]+", "-", short)[:room].strip("-")
    return f"{head}{middle}-{stamp}" if middle else f"{head}{stamp}"


def name_problem(name: str) -> str:
    """What is wrong with an endpoint's name, or ""."""
    if NAME.fullmatch(name):
        return ""
    if not name:
        return "The endpoint needs a name."
    if len(name) > 63:
        return f"The name has {len(name)} characters; 63 are allowed."
    return f"{name} cannot be a name: it has letters, digits and hyphens, and a letter or digit at both ends."


def _variable_problems(request: DeployRequest) -> list[str]:
    found = []
    keys = [key for key, _ in request.environment] + list(request.secrets)
    if len(keys) != len(set(keys)):
        found.append("A container variable is given twice.")
    if len(keys) > MOST_VARIABLES:
        found.append(f"{len(keys)} container variables are given; {MOST_VARIABLES} are allowed.")
    for key, value in request.environment:
        if len(value) > LONGEST_VALUE:
            found.append(f"The value of {key} is longer than {LONGEST_VALUE} characters.")
        if looks_secret(key, value):
            found.append(f"{key} looks like a secret: give it as one, so that it is written nowhere.")
    for key in keys:
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}", key):
            found.append(f"{key or 'An empty text'} cannot be the name of a container variable.")
    return found


def request_problems(request: DeployRequest, model: CatalogModel) -> tuple[str, ...]:
    """What is wrong with a request, one sentence each; empty when it can be planned. The licence is asked apart."""
    found = [name_problem(request.endpoint_name)] if name_problem(request.endpoint_name) else []
    if not model.deployable:
        found.append(
            f"{model.name} is sold through AWS Marketplace and needs a subscription first: {model.url}"
            if model.marketplace
            else f"It is not known on which instances {model.name} runs."
        )
    elif request.instance_type not in model.instances:
        found.append(
            f"{model.name} does not run on {request.instance_type or 'no instance type'}; "
            f"it runs on {', '.join(model.instances)}."
        )
    if not 1 <= request.count <= MOST_INSTANCES:
        found.append(f"{request.count} instances cannot be: 1 to {MOST_INSTANCES}.")
    return (*found, *_variable_problems(request), *role_problems(request.role))


def eula_problem(request: DeployRequest, model: CatalogModel, region: str) -> str:
    """What is missing about the licence, or ""."""
    if not model.eula or request.accept_eula:
        return ""
    return (
        f"{model.name} comes under a licence that has to be accepted. "
        f"Read it at {model.eula_url(region)} and tick the box; it is never ticked for you."
    )


def refuse(request: DeployRequest, model: CatalogModel, region: str) -> None:
    """Raise InvalidRequest for what can be told without asking anyone."""
    licence = eula_problem(request, model, region)
    if licence:
        raise InvalidRequest(
            f"{model.name} cannot be deployed without its licence (EULA).", licence, "Tick it and plan again."
        )
    wrong = request_problems(request, model)
    if wrong:
        raise InvalidRequest(
            f"{request.endpoint_name or 'This endpoint'} cannot be deployed like this.",
            " ".join(wrong),
            "Correct it and plan again.",
        )
