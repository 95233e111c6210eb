"""What is wrong with a request, at the field where it can be mended; told before anyone is asked."""

from __future__ import annotations

import re

from services.access import problems as role_problems
from services.deploy.models import DeployRequest, HostedModel, Problem
from services.errors import InvalidRequest
from services.plans import looks_secret

# botocore's service model: EndpointName, EndpointConfigName and ModelName.
NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
# The API takes up to 100 environment keys with values of up to 1,024 characters.
MOST_VARIABLES, LONGEST_VALUE = 100, 1024
# More instances than this in one form is a slip of the finger; quotas are far below.
MOST_INSTANCES = 100


def name_problem(name: str) -> str:
    """What is wrong with an endpoint's name, or ""."""
    if NAME.fullmatch(name):
        return ""
    if not name:
        return "The endpoint needs a name."
    if len(name) > 63:
        return f"The name has {len(name)} characters; 63 are allowed."
    return f"{name} cannot be a name: it has letters, digits and hyphens, and a letter or digit at both ends."


def _variable_problems(request: DeployRequest) -> list[Problem]:
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
    return [Problem("environment", words) for words in found]


def _machine_problems(request: DeployRequest, model: HostedModel) -> list[Problem]:
    found = []
    if model.subscription:
        words = f"{model.name} is sold through AWS Marketplace and needs a subscription first: {model.subscription}"
        found.append(Problem("source", words))
    elif model.instances and request.instance_type not in model.instances:
        words = (
            f"{model.name} does not run on {request.instance_type or 'no instance type'}; "
            f"it runs on {', '.join(model.instances)}."
        )
        found.append(Problem("instance_type", words))
    if not 1 <= request.count <= MOST_INSTANCES:
        found.append(Problem("count", f"{request.count} instances cannot be: 1 to {MOST_INSTANCES}."))
    return found


def request_problems(request: DeployRequest, model: HostedModel) -> tuple[Problem, ...]:
    """What is wrong with a request; empty when it can be planned. The licence is asked apart (`eula_problem`)."""
    name = name_problem(request.endpoint_name)
    return (
        *([Problem("endpoint_name", name)] if name else []),
        *_machine_problems(request, model),
        *_variable_problems(request),
        *(Problem("role", words) for words in role_problems(request.role)),
    )


def eula_problem(request: DeployRequest, model: HostedModel) -> str:
    """What is missing about the licence, or ""."""
    if not model.eula or request.accept_eula:
        return ""
    return (
        f"{model.name} comes under a licence that has to be accepted. "
        f"Read it at {model.eula_url} and tick the box; it is never ticked for you."
    )


def refuse(request: DeployRequest, model: HostedModel) -> None:
    """Raise InvalidRequest for what can be told without asking anyone."""
    licence = eula_problem(request, model)
    if licence:
        raise InvalidRequest(
            f"{model.name} cannot be deployed without its licence (EULA).", licence, "Tick it and plan again."
        )
    wrong = request_problems(request, model)
    if wrong:
        raise InvalidRequest(
            f"{request.endpoint_name or 'This endpoint'} cannot be deployed like this.",
            " ".join(problem.words for problem in wrong),
            "Correct it and plan again.",
        )
