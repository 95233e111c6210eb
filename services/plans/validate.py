"""Checks a plan before it runs: its order, its references, and every AWS call against botocore's service model.

botocore itself checks names and types only, and only when it sends. Here enumerations, patterns, lengths and ranges
are checked as well, with values known later taken as right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from services.clients import shared_loader
from services.plans import graph
from services.plans.models import Plan, Read, Repeat, Step, Until, Upload
from services.plans.shapes import UNKNOWN, problems_of_value
from services.plans.values import compiled, refs_of

_SENT_WITH_A_FILE = ("Body", "ChecksumSHA256")
_MODELS_KEPT = 6  # one plan speaks to few services


@lru_cache(maxsize=1)
def _aws_services() -> frozenset[str]:
    return frozenset(shared_loader().list_available_services("service-2"))


def is_aws(service: str) -> bool:
    """Whether boto3 has a client for this service; others are operators of ours."""
    return service in _aws_services()


@lru_cache(maxsize=_MODELS_KEPT)
def service_model(service: str) -> Any:
    """botocore's ServiceModel of an AWS service, None for a service of our own."""
    if not is_aws(service):
        return None
    from botocore.model import ServiceModel

    return ServiceModel(shared_loader().load_service_model(service, "service-2"), service)


@lru_cache(maxsize=_MODELS_KEPT)
def _operations(service: str) -> Mapping[str, str]:
    """boto3's names of the operations -> AWS's names."""
    from botocore import xform_name

    return {xform_name(name): name for name in service_model(service).operation_names}


def known_values(service: str, shape: str) -> tuple[str, ...]:
    """The words that AWS's service model knows for a shape: "sagemaker", "ProductionVariantInferenceAmiVersion"."""
    return tuple(service_model(service).shape_for(shape).enum)


def check(plan: Plan) -> tuple[str, ...]:
    """What AWS would refuse or the executor could not carry out, a sentence each; empty when the plan can run."""
    found = [*graph.problems_of_order(plan.steps)]
    if not plan.steps:
        found.append("The plan has no steps.")
    if not found:
        found += _reference_problems(plan)
    found += [text for step, owner in _all_steps(plan) for text, warning in _call_findings(step, owner) if not warning]
    found += [
        f"{owner}: {step.operation} makes something new; it cannot put right what is there."
        for step, owner in _all_steps(plan)
        if step.proof is not None and step.proof.replaces and step.operation.startswith("create_")
    ]
    return tuple(dict.fromkeys(found))


def warnings_of(plan: Plan) -> tuple[str, ...]:
    """What may be refused but is not known to be, such as an instance type newer than this package."""
    return tuple(
        dict.fromkeys(
            text for step, owner in _all_steps(plan) for text, warning in _call_findings(step, owner) if warning
        )
    )


def _all_steps(plan: Plan) -> Iterator[tuple[Step, str]]:
    """Each step and undo step with the name it is spoken of by."""
    for step in plan.steps:
        yield step, step.id
        for undo in step.undo:
            yield undo, f"{step.id}, undo {undo.id}"


def _reference_problems(plan: Plan) -> Iterator[str]:
    waits = graph.before(plan.steps)
    every = {step.id for step in plan.steps}
    for step in plan.steps:
        yield from _bad_refs(step, waits[step.id], step.id)
        yield from graph.problems_of_order(step.undo)
        for undo in step.undo:
            yield from _bad_refs(undo, every | {each.id for each in step.undo}, f"{step.id}, undo {undo.id}")


def _bad_refs(step: Step, allowed: frozenset[str] | set[str], name: str) -> Iterator[str]:
    for ref in refs_of(step):
        if ref.step not in allowed:
            yield f"{name}: it uses {ref.path} of {ref.step}, but does not wait for that step."
    for path in _paths(step):
        try:
            compiled(path)
        except ValueError:
            yield f"{name}: {path!r} is not a JMESPath."


def _paths(step: Step) -> Iterator[str]:
    """Every JMESPath a step will look with."""
    yield from (ref.path for ref in refs_of(step))
    yield from step.secret_results
    if step.proof is not None:
        yield from step.proof.expect
        yield from filter(None, (step.proof.found,))
    if step.unless is not None:
        yield step.unless.found
    if isinstance(step.manner, Repeat):
        yield step.manner.items
    if isinstance(step.manner, Until):
        yield step.manner.path
        yield from step.manner.expect
        yield from filter(None, (step.manner.explanation,))


def _call_findings(step: Step, name: str) -> Iterator[tuple[str, bool]]:
    """Problems (False) and warnings (True) of every call the step may make."""
    parameters: Mapping[str, Any] = step.parameters
    if isinstance(step.manner, Upload):
        parameters = {**parameters, **dict.fromkeys(_SENT_WITH_A_FILE, UNKNOWN)}
    if isinstance(step.manner, Repeat):
        parameters = _with_items(parameters, step.manner.into)
        yield from _one_call(step.manner.source, name)
    yield from _one_call(Read(step.service, step.operation), name, parameters)
    if step.proof is not None:
        yield from _one_call(step.proof.read, f"{name}, proof")
    if step.unless is not None:
        yield from _one_call(step.unless.read, f"{name}, look before")


def _with_items(parameters: Mapping[str, Any], into: str) -> Mapping[str, Any]:
    head, _, rest = into.partition(".")
    inner = parameters.get(head)
    value = _with_items(inner if isinstance(inner, Mapping) else {}, rest) if rest else UNKNOWN
    return {**parameters, head: value}


def _one_call(call: Read, name: str, parameters: Mapping[str, Any] | None = None) -> Iterator[tuple[str, bool]]:
    if service_model(call.service) is None:
        return
    operation = _operations(call.service).get(call.operation)
    if operation is None:
        yield f"{name}: {call.service} has no operation {call.operation}.", False
        return
    model = service_model(call.service).operation_model(operation)
    sent = call.parameters if parameters is None else parameters
    if model.input_shape is None:
        if sent:
            yield f"{name}: {call.operation} takes no parameters.", False
        return
    for where, problem, warning in problems_of_value(sent, model.input_shape):
        yield f"{name}: {where or call.operation} {problem}", warning
