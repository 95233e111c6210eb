"""What is wrong with a request, at the field where it can be mended; told before anyone is asked.

`request_problems` asks each subject in turn; what SageMaker says of a field stands in the file of that subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from services.access import ExistingRole
from services.access import problems as role_problems
from services.deploy.grammar import name_problem as name_problem
from services.deploy.grammar import role_problem
from services.deploy.machine_problems import machine_problems
from services.deploy.mode_problems import mode_problems
from services.deploy.models import MOST_INSTANCES, DeployRequest, HostedModel, Place, Problem
from services.deploy.scaling_limits import scaling_problems, topic_problems
from services.deploy.setting_problems import advanced_problems, lease_problems, tag_problems, variable_problems
from services.deploy.source_problems import source_problems
from services.errors import InvalidRequest
from services.legible import holds_token


def request_problems(request: DeployRequest, model: HostedModel, place: Place | None = None) -> tuple[Problem, ...]:
    """What is wrong with a request; empty when it can be planned. The licence is asked apart (`eula_problem`).

    `place` is where it is deployed; without it, what is of another region or account is not told.
    """
    name = name_problem(request.endpoint_name)
    found = (
        *([Problem("endpoint_name", name)] if name else []),
        *source_problems(request, model, place),
        *machine_problems(request, model),
        *mode_problems(request, model, place),
        *topic_problems(request, place),
        *scaling_problems(request, place.most_instances if place else MOST_INSTANCES),
        *variable_problems(request),
        *tag_problems(request),
        *lease_problems(request),
        *advanced_problems(request, place),
        *_role(request, place),
        *token_problems(request),
    )
    return tuple(dict.fromkeys(found))


def token_problems(request: DeployRequest) -> Iterator[Problem]:
    """Fields that hold what is written as a token or key; of the variables' values `variable_problems` tells."""
    texts = _texts(replace(request, environment=tuple((key, "") for key, _ in request.environment)))
    for field in dict.fromkeys(field for field, text in texts if holds_token(text)):
        words = "This holds what looks like a token or a key; what stands here is written down and shown."
        yield Problem(field, words)


def _texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a request with the dotted name of its field; of a list, that of the whole."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, tuple):
        yield from (found for each in value for found in _texts(each, field))
    elif is_dataclass(value):
        for each in fields(value):
            yield from _texts(getattr(value, each.name), f"{field}.{each.name}" if field else each.name)


def _role(request: DeployRequest, place: Place | None) -> tuple[Problem, ...]:
    wrong = role_problems(request.role)
    if not wrong and place and isinstance(request.role, ExistingRole):
        elsewhere = role_problem(request.role.arn, place)
        wrong = (elsewhere,) if elsewhere else ()
    return tuple(Problem("role", words) for words in wrong)


def eula_problem(request: DeployRequest, model: HostedModel) -> str:
    """What is missing about the licence, or ""."""
    if not model.eula or request.accept_eula:
        return ""
    return (
        f"{model.name} comes under a licence that has to be accepted. "
        f"Read it at {model.eula_url} and tick the box (--accept-eula on the command line); it is never ticked for you."
    )


def refuse(request: DeployRequest, model: HostedModel, place: Place | None = None) -> None:
    """Raise InvalidRequest for what can be told without asking anyone."""
    licence = eula_problem(request, model)
    if licence:
        raise InvalidRequest(
            f"{model.name} cannot be deployed without its licence (EULA).", licence, "Accept it and plan again."
        )
    wrong = request_problems(request, model, place)
    if wrong:
        raise InvalidRequest(
            f"{request.endpoint_name or 'This endpoint'} cannot be deployed like this.",
            " ".join(problem.words for problem in wrong),
            "Correct it and plan again.",
        )
