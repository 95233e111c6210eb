"""Requests as hypothesis makes them, run against the sandbox: every call is taken, and taken back nothing is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.deploy import DeployRequest
from services.plans import RunStatus
from tests.sandbox.server import start_sandbox
from tests.services.deploy.anything import BUCKET, requests
from tests.services.deploy.test_flow import WAIT, Rooms
from tests.services.deploy.test_flow_modes import standing

_NAMES = (f"any-{number}" for number in count())
# what fails is one run against a sandbox: to shrink it would take minutes, and the request is printed anyway
_ONCE = {
    "derandomize": True,
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    with start_sandbox("--speed", "3600") as url:
        rooms = Rooms(url, "ada", tmp_path_factory.mktemp("ada"))
        clients = rooms.connection.clients
        for bucket in (BUCKET, "weights-of-ada"):
            clients.get("s3").create_bucket(Bucket=bucket)
        for bucket, key in ((BUCKET, "model/config.json"), ("weights-of-ada", "my-model/model.tar.gz")):
            clients.get("s3").put_object(Bucket=bucket, Key=key, Body=b"{}")
        clients.get("sns").create_topic(Name="there")
        trusted = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
        clients.get("iam").create_role(RoleName="Mine", AssumeRolePolicyDocument=trust)
        yield rooms


def made_and_taken_back(ada: Rooms, drawn: list[DeployRequest]) -> None:
    before, runs = standing(ada), []
    for request in drawn:
        plan = ada.deploy.plan_deploy(request)
        secrets = {request.secret_name(key): "nobodys-invented" for key in request.secret_keys}
        runs.append(ada.runs.start(plan, secrets=secrets))
    for run, request in zip(runs, drawn, strict=True):
        view = ada.runs.wait(run, WAIT)
        assert view.status is RunStatus.DONE, (
            [(step.id, step.problem) for step in view.steps if step.problem],
            request,
        )
    for run in runs:
        ada.runs.undo(run)
    for run in runs:
        view = ada.runs.wait(run, WAIT)
        assert view.status is RunStatus.UNDONE, [(step.id, step.status, step.problem) for step in view.steps]
    assert standing(ada) == before


@st.composite
def several(draw: st.DrawFn) -> list[DeployRequest]:
    """Three at a time, so that they wait for each other no longer than for one; each with its own role and topics."""
    return [draw(requests(next(_NAMES))) for _ in range(3)]


@settings(max_examples=4, **_ONCE)  # type: ignore[arg-type]
@given(drawn=several())
def test_the_sandbox_takes_whatever_may_be_asked_for(ada: Rooms, drawn: list[DeployRequest]) -> None:
    made_and_taken_back(ada, drawn)


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=15, **_ONCE)  # type: ignore[arg-type]
@given(drawn=several())
def test_the_sandbox_takes_dozens_of_them(ada: Rooms, drawn: list[DeployRequest]) -> None:
    made_and_taken_back(ada, drawn)
