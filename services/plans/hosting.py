"""Steps on what SageMaker hosts, planned alike by every room that takes down: delete it, wait until it is gone.

Wording as AWS answers it; see docs/decisions/0004-shared-hosting-steps.md for why they are here.
"""

from __future__ import annotations

from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Step, Until

ABSENT = (ErrorMatch("ValidationException", "Could not find"),)
# An endpoint or component that is being created or updated cannot be deleted until it has settled; AWS gives an
# endpoint an hour for that (its own waiter asks 120 times every 30 s).
_BUSY = (ErrorMatch("ValidationException", "Cannot update in-progress"),)
SETTLE_SECONDS = 3600.0
_GONE_SECONDS = 1800.0
_LOOK_SECONDS = 15.0  # polite to AWS
_KINDS = {
    "endpoint": ("Endpoint", "endpoint", "the endpoint"),
    "endpoint-config": ("EndpointConfig", "endpoint_config", "the endpoint configuration"),
    "model": ("Model", "model", "the model"),
    "inference-component": ("InferenceComponent", "inference_component", "the inference component"),
}


def delete_step(
    kind: str,
    name: str,
    arn: str,
    reason: str,
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    cost: Cost | None = None,
) -> Step:
    """Deletes one resource. kind: endpoint, endpoint-config, model or inference-component."""
    api, operation, _ = _KINDS[kind]
    which = {f"{api}Name": name}
    settles = kind in ("endpoint", "inference-component")
    return Step(
        id=step_id or f"delete-{kind}-{name}",
        service="sagemaker",
        operation=f"delete_{operation}",
        reason=reason,
        parameters=which,
        after=after,
        manner=Once(_BUSY, SETTLE_SECONDS) if settles else Once(),
        permissions=(Permission(f"sagemaker:Delete{api}", arn), Permission(f"sagemaker:Describe{api}", arn)),
        cost=cost,
        proof=Proof(Read("sagemaker", f"describe_{operation}", which), absent=ABSENT, gone=True),
    )


def gone_step(
    kind: str,
    name: str,
    arn: str,
    reason: str = "",
    *,
    step_id: str = "",
    after: tuple[str, ...] = (),
    pace: float = 1.0,
) -> Step:
    """Waits until SageMaker no longer knows an endpoint or inference component; `pace` is how much faster it is."""
    api, operation, words = _KINDS[kind]
    return Step(
        id=step_id or f"gone-{kind}-{name}",
        service="sagemaker",
        operation=f"describe_{operation}",
        reason=reason or f"What {words} {name} uses can go once AWS no longer knows it.",
        parameters={f"{api}Name": name},
        after=after,
        manner=Until(
            path=f"{api}Status",
            gone=True,
            absent=ABSENT,
            deadline=_GONE_SECONDS,
            typical=60.0 / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=(Permission(f"sagemaker:Describe{api}", arn),),
    )


def seconds_between_looks(pace: float) -> float:
    """How often a wait asks: every 15 s of AWS; what is faster is asked as much more often, twice a second at most."""
    return max(_LOOK_SECONDS / pace, 0.5)
