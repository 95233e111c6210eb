"""Every operation of every service the sandbox has built, asked by boto3 and held to botocore's model.

A service's operations are played in one story (tests/sandbox/contract), in an order in which each is allowed. What is
wrong with any of them is told together.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from sandbox.clock import Clock
from sandbox.errors import AwsError
from sandbox.registry import SERVICES
from sandbox.validation import check
from sandbox.wire.api import api
from sandbox.world import World
from tests.sandbox.conftest import TRUST, Running
from tests.sandbox.contract.stories import STORIES
from tests.sandbox.contract.story import Step
from tests.sandbox.contract.told import strays

UNREAD = {"sagemaker-runtime": "its requests are not read by the front door; tests/sandbox/runtime has them"}
TABLE = "a,b,y\n" + "".join(f"{n % 7},{n % 11},{'yes' if n % 7 > 3 else 'no'}\n" for n in range(600))
READ = sorted(set(SERVICES) - set(UNREAD))


@pytest.fixture
def answered(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Any]]:
    """What the sandbox's own services answer, before it is written: operation, request, response."""
    heard: list[tuple[str, Any, Any]] = []
    world = sandbox.app.world
    call = world.call

    def listening(service: str, operation: str, request: Any, region: str, **who: str) -> Any:
        response = call(service, operation, request, region, **who)
        heard.append((f"{service}.{operation}", request, copy.deepcopy(response)))
        return response

    monkeypatch.setattr(world, "call", listening)
    return heard


def operations(service: str) -> list[str]:
    world = World(Clock(speed=0))
    try:
        return sorted(world.service(service).operations)
    finally:
        world.close()


@pytest.mark.parametrize("service", READ)
def test_every_operation_is_in_its_services_story_and_in_botocores_model(service: str) -> None:
    built = operations(service)
    told = {each.operation for each in STORIES.get(service, ())}
    assert [name for name in built if name not in told] == [], "operations without an example"
    assert sorted(told - set(built)) == [], "examples of operations that are not built"
    assert [name for name in built if name not in api(service).operations] == []


@pytest.mark.parametrize("service", READ)
def test_every_operation_takes_a_valid_request_and_answers_as_the_model_says(
    sandbox: Running, deploy: Callable[..., None], answered: list[tuple[str, Any, Any]], service: str
) -> None:
    trust = json.dumps(TRUST).replace("sagemaker.amazonaws", "scheduler.amazonaws")
    sandbox.client("iam").create_role(RoleName="Clock", AssumeRolePolicyDocument=trust)
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="in/train.csv", Body=TABLE)
    deploy("scaled")
    sandbox.app.world.advance(60)
    wrong = list(_played(sandbox, service, answered))
    assert not wrong, "\n" + "\n".join(wrong)


def _played(sandbox: Running, service: str, answered: list[tuple[str, Any, Any]]) -> Iterator[str]:
    answers: dict[str, Any] = {
        "Now": sandbox.app.world.clock.now(),
        "Subnet": sandbox.client("ec2").describe_subnets()["Subnets"][0],
    }
    client = sandbox.client(service)
    for each in STORIES.get(service, ()):
        sandbox.app.world.advance(each.after)
        answered.clear()
        try:
            request = _request(each, answers)
        except LookupError as error:
            yield f"{each.operation} lacks an earlier answer: {error!r}"
            continue
        try:
            answers[each.operation] = getattr(client, xform_name(each.operation))(**request)
        except ClientError as error:
            if each.refused and error.response["Error"]["Code"] == each.refused:
                continue
            yield f"{each.operation} {json.dumps(request, default=str)[:200]} was refused: {error}"
            continue
        heard = [response for name, _, response in answered if name == f"{service}.{each.operation}"]
        if each.refused:
            yield f"{each.operation} was not refused"
        if not heard and not each.motos:
            yield f"{each.operation} was not answered by what is built here"
        for response in heard:
            yield from strays(service, each.operation, response)


def _request(each: Step, answers: Mapping[str, Any]) -> dict[str, Any]:
    return dict(each.request(answers) if callable(each.request) else each.request)


def _examples(service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The requests of a story that need no earlier answer."""
    for each in STORIES.get(service, ()):
        yield each.operation, {} if callable(each.request) else _read(dict(each.request))


def _read(value: Any) -> Any:
    """A request as the sandbox reads it: times in seconds."""
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_read(item) for item in value]
    return value.timestamp() if isinstance(value, datetime) else value


@pytest.mark.parametrize("service", READ)
def test_every_operation_refuses_a_member_it_does_not_have(service: str) -> None:
    for operation, request in _examples(service):
        if api(service).input_of(operation):
            with pytest.raises(AwsError, match="'surprise' failed to satisfy constraint") as caught:
                check(service, operation, {**request, "Surprise": 1})
            assert caught.value.status == 400


@pytest.mark.parametrize("service", READ)
def test_every_operation_refuses_a_value_outside_an_enum_and_a_number_outside_its_range(service: str) -> None:
    for operation, request in _examples(service):
        for member, wrong in _wrong_values(service, operation):
            with pytest.raises(AwsError) as caught:
                check(service, operation, {**request, member: wrong})
            assert caught.value.status == 400
            assert f"at '{member[0].lower()}{member[1:]}' failed to satisfy constraint: Member must" in (
                caught.value.message
            )


@pytest.mark.parametrize("service", READ)
def test_every_operation_refuses_a_request_without_what_it_needs(service: str) -> None:
    for operation in operations(service):
        name = api(service).input_of(operation)
        needed = api(service).shape(name).get("required", ()) if name else ()
        if needed:
            with pytest.raises(AwsError, match="Member must not be null") as caught:
                check(service, operation, {})
            assert caught.value.message.count("Member must not be null") == len(needed)


def _wrong_values(service: str, operation: str) -> Iterator[tuple[str, Any]]:
    described = api(service)
    name = described.input_of(operation)
    members = described.shape(name)["members"] if name else {}
    for member, how in members.items():
        shape = described.shape(how["shape"])
        if shape["type"] == "string" and "enum" in shape:
            yield member, "no-such-value"
        elif shape["type"] in ("integer", "long") and "max" in shape and shape["max"] < 2**31 - 1:
            yield member, shape["max"] + 1
        elif shape["type"] == "string" and shape.get("max", 2**31) < 5000:
            yield member, "x" * (shape["max"] + 1)
