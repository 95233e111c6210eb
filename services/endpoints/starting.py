"""Steps that bring an endpoint, its components or another capacity into service, each with the wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.endpoints.definitions import Capacity, Component, Pairs
from services.plans.hosting import ABSENT, SETTLE_SECONDS, delete_step, gone_step, seconds_between_looks
from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Step, Until
from services.plans.scaling import beside

TYPICAL_SECONDS = 480.0  # until InService, on AWS; a large model takes longer
# What changes refuses a change until it has settled (its own waiter gives it an hour).
BUSY = (ErrorMatch("ValidationException", "Cannot update in-progress endpoint"),)
_FAILED = ("Failed", "OutOfService", "UpdateRollbackFailed")


def tag_list(tags: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Tags as AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def creating(kind: str, arn: str) -> tuple[Permission, ...]:
    """What making a SageMaker resource with tags, and looking at it, needs."""
    return tuple(Permission(f"sagemaker:{verb}", arn) for verb in (f"Create{kind}", f"Describe{kind}", "AddTags"))


def create_endpoint(
    name: str,
    arn: str,
    config: str,
    tags: Pairs,
    cost: Cost,
    *,
    after: tuple[str, ...] = (),
    undo: tuple[Step, ...] = (),
    prefix: str = "",
) -> Step:
    """Creates an endpoint from a configuration that is there."""
    of_config = beside(arn, "sagemaker", f"endpoint-config/{config.lower()}")
    return Step(
        id=f"{prefix}create-endpoint-{name}",
        service="sagemaker",
        operation="create_endpoint",
        reason=f"{name} starts from its configuration {config}; from here on it costs money again.",
        parameters={
            "EndpointName": name,
            "EndpointConfigName": config,
            **({"Tags": tag_list(tags)} if tags else {}),
        },
        after=after,
        permissions=(*creating("Endpoint", arn), Permission("sagemaker:CreateEndpoint", of_config)),
        cost=cost,
        proof=Proof(
            Read("sagemaker", "describe_endpoint", {"EndpointName": name}),
            absent=ABSENT,
            expect={"EndpointConfigName": config},
        ),
        undo=undo,
    )


def removal(name: str, arn: str, pace: float, cost: Cost) -> tuple[Step, Step]:
    """What takes a started endpoint back."""
    first = delete_step("endpoint", name, arn, f"Takes back the endpoint {name}.", step_id="delete", cost=cost)
    return first, gone_step("endpoint", name, arn, step_id="gone", after=(first.id,), pace=pace)


def in_service(
    name: str,
    arn: str,
    pace: float,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    expect: Mapping[str, Any] | None = None,
    typical: float = TYPICAL_SECONDS,
    longer: float = 0.0,
    cost: Cost | None = None,
) -> Step:
    """Waits until an endpoint serves, and is then what `expect` (JMESPath -> value) says: not what it was before.

    `typical` seconds on AWS, and `longer` than usual where it was asked to take its time.
    """
    return Step(
        id=step_id or f"wait-endpoint-{name}",
        service="sagemaker",
        operation="describe_endpoint",
        reason=reason,
        parameters={"EndpointName": name},
        after=after,
        manner=Until(
            path="EndpointStatus",
            done=("InService",),
            failed=_FAILED,
            explanation="FailureReason",
            absent=ABSENT,
            expect=expect or {},
            deadline=SETTLE_SECONDS + longer,
            typical=(typical + longer) / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(Permission("sagemaker:DescribeEndpoint", arn),),
        cost=cost,
    )


def components_again(
    components: Iterable[Component], endpoint: str, arn: str, pace: float, after: tuple[str, ...], prefix: str = ""
) -> tuple[Step, ...]:
    """Makes the components of an endpoint again, adapters after what they are adapters of, each with its wait."""
    steps: list[Step] = []
    ready: dict[str, str] = {}
    for each in sorted(components, key=lambda component: bool(component.base)):
        own = beside(arn, "sagemaker", f"inference-component/{each.name.lower()}")
        before = (ready[each.base],) if each.base in ready else after
        create = _create_component(each, endpoint, arn, own, before, prefix)
        wait = _component_in_service(each.name, own, pace, create.id, prefix)
        ready[each.name] = wait.id
        steps += [create, wait]
    return tuple(steps)


def _create_component(
    component: Component, endpoint: str, arn: str, own: str, after: tuple[str, ...], prefix: str
) -> Step:
    name = component.name
    which = {"InferenceComponentName": name}
    undo = delete_step("inference-component", name, own, f"Takes back the component {name}.", step_id="delete")
    return Step(
        id=f"{prefix}create-component-{name}",
        service="sagemaker",
        operation="create_inference_component",
        reason=f"The inference component {name} is made again as it was.",
        parameters={**which, "EndpointName": endpoint, **component.sent},
        after=after,
        permissions=(
            *creating("InferenceComponent", own),
            Permission("sagemaker:CreateInferenceComponent", arn),
            Permission("sagemaker:DescribeEndpoint", arn),
        ),
        proof=Proof(
            Read("sagemaker", "describe_inference_component", which), absent=ABSENT, expect={"EndpointName": endpoint}
        ),
        undo=() if prefix else (undo, gone_step("inference-component", name, own, step_id="gone", after=("delete",))),
    )


def _component_in_service(name: str, own: str, pace: float, after: str, prefix: str) -> Step:
    return Step(
        id=f"{prefix}wait-component-{name}",
        service="sagemaker",
        operation="describe_inference_component",
        reason=f"{name} answers once its copies are loaded.",
        parameters={"InferenceComponentName": name},
        after=(after,),
        manner=Until(
            path="InferenceComponentStatus",
            done=("InService",),
            failed=("Failed",),
            explanation="FailureReason",
            absent=ABSENT,
            deadline=SETTLE_SECONDS,
            typical=TYPICAL_SECONDS / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(Permission("sagemaker:DescribeInferenceComponent", own),),
    )


def set_capacity(
    name: str,
    arn: str,
    wanted: Iterable[Capacity],
    pace: float,
    reason: str,
    *,
    after: tuple[str, ...] = (),
    prefix: str = "",
    cost: Cost | None = None,
    undo: tuple[Step, ...] = (),
) -> tuple[Step, Step]:
    """Sets counts and weights of variants in place, and waits until they are so."""
    changes = tuple(wanted)
    change = Step(
        id=f"{prefix}scale-endpoint-{name}",
        service="sagemaker",
        operation="update_endpoint_weights_and_capacities",
        reason=reason,
        parameters={"EndpointName": name, "DesiredWeightsAndCapacities": [_sent(each) for each in changes]},
        after=after,
        manner=Once(BUSY, SETTLE_SECONDS),
        permissions=(
            Permission("sagemaker:UpdateEndpointWeightsAndCapacities", arn),
            Permission("sagemaker:DescribeEndpoint", arn),
        ),
        cost=cost,
        proof=Proof(
            Read("sagemaker", "describe_endpoint", {"EndpointName": name}), expect=_desired(changes), replaces=True
        ),
        undo=undo,
    )
    wait = in_service(
        name, arn, pace, f"{name} answers meanwhile; it is done once all of it runs.",
        step_id=f"{prefix}scaled-endpoint-{name}", after=(change.id,),
        expect={_of(each, "CurrentInstanceCount"): each.count for each in changes if each.count},
    )  # fmt: skip
    return change, wait


def _sent(capacity: Capacity) -> dict[str, Any]:
    count = {"DesiredInstanceCount": capacity.count} if capacity.count else {}
    return {"VariantName": capacity.variant, "DesiredWeight": capacity.weight, **count}


def _desired(changes: Iterable[Capacity]) -> dict[str, Any]:
    return {
        _of(each, member): value for each in changes for member, value in _sent(each).items() if member != "VariantName"
    }


def _of(capacity: Capacity, member: str) -> str:
    return f"ProductionVariants[?VariantName=='{capacity.variant}'] | [0].{member}"
