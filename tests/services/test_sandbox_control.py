"""The sandbox controlled from the console's side."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.app import Sandbox
from sandbox.clock import Clock
from sandbox.world import World
from services.errors import InvalidRequest, ServiceFailure
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client, served


@pytest.fixture(scope="module")
def control() -> Iterator[SandboxControl]:
    app = Sandbox(World(Clock(speed=0)), lambda _: [], lambda _: [])
    with served(app) as url:
        yield SandboxControl(url)


def test_kinds_come_with_a_sentence_and_faults_are_set_told_and_cleared(control: SandboxControl) -> None:
    kinds = {each.kind: each for each in control.fault_kinds()}
    assert kinds["server-error"].does.endswith(".")
    made = control.set_fault("throttling", service="sagemaker", rate=0.5, times=3)
    assert control.faults() == (made,)
    assert (made.rate, made.left, made.operation) == (0.5, 3, "*")
    assert control.clear_faults(made.id) == 1
    control.set_fault("no-capacity", resource="ml.g5.*")
    assert control.clear_faults() == 1
    assert control.faults() == ()


def test_what_the_sandbox_refuses_is_told_with_its_reason(control: SandboxControl) -> None:
    with pytest.raises(InvalidRequest) as caught:
        control.set_fault("throttling", rate=3)
    assert "rate" in caught.value.why
    assert control.faults() == ()


def test_its_clock_is_put_forward_and_it_is_counted_and_emptied(control: SandboxControl) -> None:
    control.reset()  # sandboxes in one process share what moto holds
    client(control.url, "s3").create_bucket(Bucket="some-bucket")
    before = control.holdings()
    assert before.speed == 0
    assert before.counts["Buckets"] == 1
    after = control.advance(3600)
    assert (after - before.now).total_seconds() == pytest.approx(3600)
    control.reset()
    assert "Buckets" not in control.holdings().counts


def test_it_tells_what_it_can_be_filled_with(control: SandboxControl) -> None:
    assert "demo" in control.seeds("us-east-1")
    with pytest.raises(InvalidRequest):
        control.seed("nothing of the kind", "us-east-1")


def test_a_sandbox_that_is_gone_is_a_service_failure() -> None:
    with pytest.raises(ServiceFailure):
        SandboxControl("http://127.0.0.1:9").faults()


class _Rubbish(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(500 if "faults" in self.path else 200)
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        return


def test_what_is_no_sandbox_is_told_from_one() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Rubbish)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        control = SandboxControl(f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(InvalidRequest):
            control.faults()
        with pytest.raises(ServiceFailure):
            control.holdings()
    finally:
        server.shutdown()
        server.server_close()
