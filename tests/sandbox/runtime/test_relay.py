"""A model server of one's own behind an endpoint, as a stub on loopback: words, streams, errors, refusals."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from sandbox.models import remote
from tests.sandbox.runtime.calling import call, refused
from tests.sandbox.runtime.conftest import Shelf


class Stub:
    """An OpenAI-compatible server that says what a test tells it to; `go` lets it send the rest of a stream."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.pieces = ["Hel", "lo ", "there"]
        self.status = 200
        self.broken = False
        self.location = ""
        self.go = threading.Event()
        self.go.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"stub": self}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    """Answers for the stub that its class is given."""

    stub: Stub

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.stub.asked.append(asked)
        if self.stub.status != 200:
            self._reply(self.stub.status, b'{"error": {"message": "busy"}}')
        elif asked["stream"]:
            self._stream()
        else:
            choice = {"message": {"content": "".join(self.stub.pieces)}, "finish_reason": "stop"}
            self._reply(200, json.dumps({"choices": [choice]}).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self.stub.location:
            self.send_header("Location", self.stub.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for place, piece in enumerate(self.stub.pieces):
            if place == 1:
                self.stub.go.wait(20)
                if self.stub.broken:
                    self.wfile.write(b"data: {broken\n\n")
                    return
            self._event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
        self._event({"choices": [{"delta": {}, "finish_reason": "length"}]})
        self._event({"choices": []})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, event: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.go.set()
    made.server.shutdown()
    made.server.server_close()


def put(shelf: Shelf, stub: Stub, image: str = "tgi", **environment: str) -> None:
    shelf.put("llm", image, environment={"SAGEDECK_MODEL_URL": stub.url, **environment})


def opened(runtime: Any, payload: dict[str, Any]) -> Any:
    return runtime.invoke_endpoint_with_response_stream(
        EndpointName="llm", Body=json.dumps(payload), ContentType="application/json"
    )["Body"]


def test_its_answer_comes_in_the_containers_shape_with_the_parameters_passed_on(
    runtime: Any, shelf: Shelf, stub: Stub
) -> None:
    put(shelf, stub)
    parameters = {"max_new_tokens": 7, "temperature": 0.5, "stop": ["END"]}
    assert call(runtime, "llm", {"inputs": "hi", "parameters": parameters}) == [{"generated_text": "Hello there"}]
    [asked] = stub.asked
    assert asked["messages"] == [{"role": "user", "content": "hi"}]
    assert (asked["max_tokens"], asked["temperature"], asked["stop"]) == (7, 0.5, ["END"])


def test_a_stream_is_passed_on_while_it_is_written(runtime: Any, shelf: Shelf, stub: Stub) -> None:
    put(shelf, stub)
    stub.go.clear()
    stream = iter(opened(runtime, {"inputs": "hi", "stream": True}))
    first = next(stream)["PayloadPart"]["Bytes"]
    assert b'"text": "Hel"' in first, "the first piece is there though the server has not sent the second"
    stub.go.set()
    rest = b"".join(event["PayloadPart"]["Bytes"] for event in stream)
    last = json.loads((first + rest).decode().strip().splitlines()[-1].removeprefix("data:"))
    assert last["generated_text"] == "Hello there"
    assert last["details"]["finish_reason"] == "length"


@pytest.mark.parametrize("image", ["lmi", "vllm"])
def test_a_stream_comes_in_each_familys_lines(runtime: Any, shelf: Shelf, stub: Stub, image: str) -> None:
    put(shelf, stub, image)
    asked = {"messages": [{"role": "user", "content": "hi"}], "stream": True}
    body = b"".join(event["PayloadPart"]["Bytes"] for event in opened(runtime, asked)).decode()
    lines = [line.removeprefix("data:").strip() for line in body.splitlines() if line]
    chunks = [json.loads(line) for line in lines if line != "[DONE]"]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "Hello there"
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"


def test_its_error_keeps_its_status_and_words(runtime: Any, shelf: Shelf, stub: Stub) -> None:
    put(shelf, stub)
    stub.status = 429
    response = refused(runtime, "llm", {"inputs": "hi"})
    assert (response["OriginalStatusCode"], "busy" in response["OriginalMessage"]) == (429, True)
    with pytest.raises(ClientError, match="busy"):
        opened(runtime, {"inputs": "hi", "stream": True})


def test_a_stream_that_breaks_off_there_breaks_off_here(runtime: Any, shelf: Shelf, stub: Stub) -> None:
    put(shelf, stub)
    stub.broken = True
    body = opened(runtime, {"inputs": "hi", "stream": True})
    with pytest.raises(EventStreamError, match="broken stream"):
        list(body)
    body.close()
    assert shelf.told[0]["stream_broke"]


def test_who_hangs_up_is_told_of_and_the_endpoint_is_free_again(runtime: Any, shelf: Shelf, stub: Stub) -> None:
    put(shelf, stub)
    stub.go.clear()
    body = opened(runtime, {"inputs": "hi", "stream": True})
    next(iter(body))
    body.close()
    stub.pieces = ["all ", "of ", "it"] * 50
    stub.go.set()
    assert shelf.heard.wait(10), "the meters hear of a stream that nobody listens to any more"
    assert call(runtime, "llm", {"inputs": "hi"})[0]["generated_text"].startswith("all of it")
    assert [told["concurrency"] for told in shelf.told] == [1, 1]


def test_a_redirect_is_not_followed(runtime: Any, shelf: Shelf, stub: Stub) -> None:
    put(shelf, stub)
    stub.status, stub.location = 307, "http://127.0.0.1:9/elsewhere"
    assert refused(runtime, "llm", {"inputs": "hi"})["OriginalStatusCode"] == 307
    assert len(stub.asked) == 1


def test_a_server_that_does_not_answer_in_time_is_a_timeout_in_awss_words(stub: Stub) -> None:
    stub.go.clear()

    class Ask:
        max_tokens, stop, model, sampling = 5, (), "", {}  # type: ignore[var-annotated]

    pieces = remote.Remote(stub.url, seconds=1.0).stream((), Ask())
    assert next(pieces) == ("Hel", "")
    with pytest.raises(remote.TimedOut):
        next(pieces)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/v1", "http://10.0.0.1/v1", "https://example.com", "file:///etc/passwd"]
)
def test_a_model_may_not_make_the_sandbox_ask_elsewhere(runtime: Any, shelf: Shelf, url: str) -> None:
    shelf.put("llm", "tgi", environment={"SAGEDECK_MODEL_URL": url})
    response = refused(runtime, "llm", {"inputs": "hi"})
    assert response["OriginalStatusCode"] == 503
    assert "SAGEDECK_MODEL_URL" in response["OriginalMessage"]


def test_the_operator_may_name_any_server_and_a_model_then_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAGEDECK_MODEL_URL", "https://models.example/v1")
    assert remote.address({}) == "https://models.example/v1"
    own = {"SAGEDECK_MODEL_URL": "https://models.example/v2"}
    assert remote.address(own) == "https://models.example/v2"
    with pytest.raises(remote.Unreachable, match=r"other\.example"):
        remote.address({"SAGEDECK_MODEL_URL": "https://other.example/v1"})
