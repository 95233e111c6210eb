"""The process: its routes, its refusals, its start and its end."""

import json
import os
import signal
import subprocess
import sys

from sandbox.clock import Clock
from tests.sandbox.conftest import Running
from tests.sandbox.server import READY_WITHIN, ROOT, ask, client, start_sandbox


def test_health_and_status_say_what_it_is(sandbox: Running) -> None:
    status, headers, body = ask(f"{sandbox.url}/_sandbox/health")
    assert (status, headers["x-sagedeck-sandbox"]) == (200, "1")
    assert json.loads(body)["ok"] is True
    said = json.loads(ask(f"{sandbox.url}/_sandbox/status")[2])
    assert said["endpoints"] == []
    assert said["stands_still"] is True
    assert "CreateEndpoint" in said["simulated"]["sagemaker"]


def test_the_clock_is_moved_from_outside(sandbox: Running) -> None:
    before = sandbox.app.world.clock.now()
    status, _, body = ask(f"{sandbox.url}/_sandbox/advance", "POST", b'{"seconds": 30}')
    assert (status, json.loads(body)["now"]) == (200, before + 30)
    for wrong in (b"{}", b"[]", b"no", b'{"seconds": -1}'):
        assert ask(f"{sandbox.url}/_sandbox/advance", "POST", wrong)[0] == 400


def test_reset_forgets_everything(sandbox: Running, role: str) -> None:
    sandbox.client("s3").create_bucket(Bucket="kept")
    for path in ("/_sandbox/reset", "/moto-api/reset"):
        assert ask(f"{sandbox.url}{path}", "POST", b"")[0] == 200
    assert sandbox.client("s3").list_buckets()["Buckets"] == []
    assert sandbox.client("iam").list_roles()["Roles"] == []


def test_requests_addressed_to_another_host_or_from_another_site_are_refused(sandbox: Running) -> None:
    assert ask(f"{sandbox.url}/_sandbox/health", host="evil.example")[0] == 403
    assert ask(f"{sandbox.url}/_sandbox/health", host="127.0.0.1.evil.example:80")[0] == 403
    assert ask(f"{sandbox.url}/_sandbox/reset", "POST", b"", origin="https://evil.example")[0] == 403
    assert ask(f"{sandbox.url}/_sandbox/health", origin="http://localhost:8501")[0] == 200
    assert ask(f"{sandbox.url}/_sandbox/health", host="localhost")[0] == 200


def test_runtime_and_data_api_have_their_own_paths(sandbox: Running) -> None:
    runtime = sandbox.client("sagemaker-runtime")
    answer = runtime.invoke_endpoint(EndpointName="chat", Body=b"{}")
    assert json.loads(answer["Body"].read()) == {"endpoint": "chat"}
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-sagedeck-sandbox"] == "1"
    for path in ("/api/json/v1/default_keyspace", "/v1/default_keyspace"):
        assert json.loads(ask(f"{sandbox.url}{path}", "POST", b"{}")[2]) == {"path": path}


def test_a_crash_is_answered_in_aws_shape(sandbox: Running) -> None:
    status, headers, body = ask(f"{sandbox.url}/endpoints/chat/invocations", "POST", b"crash")
    assert (status, headers["x-amzn-errortype"]) == (500, "InternalFailure")
    assert json.loads(body)["message"] == "The sandbox stumbled: RuntimeError: as asked"


def test_speed_divides_what_aws_takes() -> None:
    assert Clock(speed=60).lasts(300) == 5
    assert Clock(speed=1).lasts(300) == 300
    assert Clock(speed=0).lasts(300) == 5


def test_a_clock_that_runs_can_be_put_forward_and_runs_on() -> None:
    moments = iter((1.0, 2.0, 3.0, 4.0))
    clock = Clock(speed=1, source=lambda: next(moments))
    assert clock.now() == 2.0
    assert not clock.stands_still
    clock.put_forward(63.0)  # it is 3 by then
    assert clock.now() == 64.0


def test_a_clock_is_not_put_back() -> None:
    clock = Clock(speed=0, source=lambda: 10.0)
    clock.put_forward(5.0)
    assert clock.now() == 10.0


def test_the_command_serves_and_leaves_cleanly_when_told_to() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--speed", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        assert ready["pid"] == child.pid
        assert client(ready["url"], "sagemaker").list_models()["Models"] == []
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(READY_WITHIN) == 0


def test_an_idle_sandbox_goes_by_itself() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--idle-exit", "0.2"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.wait(READY_WITHIN) == 0


def test_a_taken_port_is_said_to_be_taken() -> None:
    with start_sandbox() as url:
        port = url.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "sandbox", "--port", port], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {port} cannot be used: ")
