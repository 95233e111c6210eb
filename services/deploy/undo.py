"""Steps that take back what a deployment made, or clear away what an earlier try left."""

from __future__ import annotations

from services.deploy.models import DeployState
from services.plans.models import Cost, ErrorMatch, Once, Permission, Proof, Read, Step, Until

ABSENT = (ErrorMatch("ValidationException", "Could not find"),)
_BUSY = (ErrorMatch("ValidationException", "Cannot update in-progress endpoint"),)
# AWS allows an endpoint an hour to come up (its own waiter asks 120 times every 30 s).
UP_SECONDS, GONE_SECONDS, LOOK_SECONDS = 3600.0, 1800.0, 15.0


def delete_step(kind: str, name: str, arn: str, step_id: str, cost: Cost | None = None) -> Step:
    """Deletes one resource. kind: Model, EndpointConfig or Endpoint."""
    operation = {"Model": "model", "EndpointConfig": "endpoint_config", "Endpoint": "endpoint"}[kind]
    which = {f"{kind}Name": name}
    words = operation.replace("_config", " configuration")
    return Step(
        id=step_id,
        service="sagemaker",
        operation=f"delete_{operation}",
        reason=f"Takes back the {words} {name}.",
        parameters=which,
        # An endpoint that is still starting cannot be deleted: AWS says so until it has settled.
        manner=Once(_BUSY, UP_SECONDS) if kind == "Endpoint" else Once(),
        permissions=(Permission(f"sagemaker:Delete{kind}", arn), Permission(f"sagemaker:Describe{kind}", arn)),
        cost=cost,
        proof=Proof(Read("sagemaker", f"describe_{operation}", which), absent=ABSENT, gone=True),
    )


def seconds_between_looks(state: DeployState) -> float:
    """Seconds between looks: 15 are polite to AWS, the sandbox is asked as often as it is faster."""
    return max(LOOK_SECONDS / state.pace, 0.5)


def gone_step(name: str, arn: str, step_id: str, after: str, state: DeployState) -> Step:
    """Waits until SageMaker no longer knows the endpoint."""
    return Step(
        id=step_id,
        service="sagemaker",
        operation="describe_endpoint",
        reason=f"Nothing of {name} is left running once AWS no longer knows it.",
        parameters={"EndpointName": name},
        after=(after,),
        manner=Until(
            path="EndpointStatus",
            gone=True,
            absent=ABSENT,
            deadline=GONE_SECONDS,
            typical=60.0 / state.pace,
            every=seconds_between_looks(state),
        ),
        permissions=(Permission("sagemaker:DescribeEndpoint", arn),),
    )
