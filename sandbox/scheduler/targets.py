"""What a schedule calls: SNS, SQS, and any operation of AWS's that changes something (`aws-sdk:service:operation`)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import moto_iam
from sandbox.errors import AwsError, not_built
from sandbox.faults import Kind
from sandbox.operations import Call, Elsewhere
from sandbox.registry import SERVICES
from sandbox.sagemaker.roles import Roles
from sandbox.scope import ACCOUNT, partition_of
from sandbox.validation import check
from sandbox.wire.api import api

if TYPE_CHECKING:
    from sandbox.world import World

PRINCIPAL = "scheduler.amazonaws.com"

_UNIVERSAL = re.compile(r"arn:aws[a-z-]*:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)")
# What operations begin with that EventBridge Scheduler refuses as read-only (its user guide, "Unsupported actions").
_READS = re.compile(
    r"(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe"
    r"|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized"
    r"|invokeModel)(?![a-z])"
)
# Which resource a request is about, where the permission for it is asked for one.
_RESOURCES = {
    "EndpointName": "endpoint/{}",
    "EndpointConfigName": "endpoint-config/{}",
    "ModelName": "model/{}",
    "InferenceComponentName": "inference-component/{}",
    "NotebookInstanceName": "notebook-instance/{}",
    "TrainingJobName": "training-job/{}",
}


@dataclass(frozen=True, slots=True)
class Universal:
    """An operation by botocore's names."""

    service: str
    operation: str


def universal(arn: str) -> Universal | None:
    """Read a universal target, or return None if the ARN is of another kind. Raises ValidationException."""
    found = _UNIVERSAL.fullmatch(arn)
    if not found:
        return None
    if _READS.match(found[2]):
        raise AwsError("ValidationException", f"Provided Arn is not in correct format: {arn} only reads.")
    service = next((name for name in SERVICES if name.replace("-", "") == found[1]), found[1])
    operation = found[2][0].upper() + found[2][1:]
    if service in SERVICES and operation not in api(service).operations:
        raise AwsError("ValidationException", f"Provided Arn is not in correct format: {arn} is no operation.")
    return Universal(service, operation)


def check_target(target: Mapping[str, Any], roles: Roles, call: Call) -> None:
    """Refuse a target that could never be called. Raises ValidationException."""
    if not target["Arn"].startswith("arn:"):
        raise AwsError("ValidationException", "Provided Arn is not in correct format.")
    if not roles.assumable(target["RoleArn"], call.region, PRINCIPAL):
        raise AwsError(
            "ValidationException",
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
        )
    what = universal(target["Arn"])
    if what is None or what.service not in SERVICES:
        return
    try:
        check(what.service, what.operation, _request(target.get("Input") or "{}"))
    except AwsError as error:
        raise AwsError("ValidationException", f"Invalid RequestJson provided. Reason {error.message}") from None


def invoke(world: "World", target: Mapping[str, Any], region: str, context: Mapping[str, str]) -> None:
    """Call a target now, with the rights of its role. Raises AwsError as the call would."""
    role, text = target["RoleArn"], target.get("Input") or "{}"
    for name, value in context.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    if not world.roles.assumable(role, region, PRINCIPAL):
        raise AwsError("AccessDeniedException", f"The role {role} cannot be assumed by {PRINCIPAL}.", 403)
    what = universal(target["Arn"])
    kind = target["Arn"].split(":")[2]
    if what and what.service != "sns":
        request = _request(text)
        _permit(world, role, what, request, region)
        _suffer(world, what)
        _call(world, what, request, region)
    elif what or kind == "sns":
        asked = _request(text) if what else {"TopicArn": target["Arn"], "Message": text}
        _allow(world, role, "sns:Publish", asked["TopicArn"], region)
        _publish(world, asked)
    elif kind == "sqs":
        _allow(world, role, "sqs:SendMessage", target["Arn"], region)
        send(world, target["Arn"], text)
    else:
        raise not_built(f"schedules for {kind}")


def _call(world: "World", what: Universal, request: Mapping[str, Any], region: str) -> None:
    try:
        if not world.has(what.service, what.operation):
            raise Elsewhere
        world.call(what.service, what.operation, request, region)
    except Elsewhere:
        raise not_built(f"schedules for {what.operation} of {what.service}") from None


def send(world: "World", queue_arn: str, text: str) -> None:
    """Put a message into a queue. Raises AwsError if there is none."""
    _, _, _, region, _, name = queue_arn.split(":", 5)
    backend = world.moto.backend("sqs", ACCOUNT, region)
    if name not in backend.queues:
        raise AwsError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    backend.send_message(name, text)
    world.moto.changed("sqs")


def _publish(world: "World", asked: Mapping[str, str]) -> None:
    try:
        world.topics.publish(asked["TopicArn"], asked.get("Subject", ""), asked.get("Message", ""))
    except KeyError:
        raise AwsError("NotFound", "Topic does not exist", 404) from None


def _request(text: str) -> dict[str, Any]:
    try:
        request = json.loads(text)
    except ValueError:
        raise AwsError("ValidationException", "Invalid RequestJson provided. Reason it is not JSON.") from None
    if not isinstance(request, dict):
        raise AwsError("ValidationException", "Invalid RequestJson provided. Reason it is not an object.")
    return request


def _permit(world: "World", role: str, what: Universal, request: Mapping[str, Any], region: str) -> None:
    """Ask for the permission where it is known for which resource it is needed."""
    if what.service != "sagemaker":
        return
    for member, form in _RESOURCES.items():
        if member in request:
            arn = f"arn:{partition_of(region)}:sagemaker:{region}:{ACCOUNT}:{form.format(request[member])}"
            _allow(world, role, f"sagemaker:{what.operation}", arn, region, world.service("sagemaker").tags.of(arn))
            return


def _allow(
    world: "World", role: str, action: str, resource: str, region: str, tags: Mapping[str, str] | None = None
) -> None:
    backend = world.moto.backend("iam", ACCOUNT, partition_of(region))
    if not moto_iam.allows(backend, role, action, resource, tags):
        session = role.rpartition("/")[2]
        raise AwsError(
            "AccessDeniedException",
            f"User: arn:{partition_of(region)}:sts::{ACCOUNT}:assumed-role/{session}/scheduler is not authorized to "
            f"perform: {action} on resource: {resource} because no identity-based policy allows the {action} action",
            403,
        )


def _suffer(world: "World", what: Universal) -> None:
    """Faults that a client would meet at this call meet a schedule too."""
    asked = {"service": what.service, "operation": what.operation}
    if world.faults.strikes(Kind.THROTTLING, **asked):
        raise AwsError("ThrottlingException", "Rate exceeded", 429)
    if world.faults.strikes(Kind.SERVER_ERROR, **asked):
        raise AwsError("InternalServerException", "Internal server error", 500)
