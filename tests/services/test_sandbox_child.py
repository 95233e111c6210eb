"""Finding the sandbox of a home: whatever stands in its note or answers at its address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from services import sandbox_child
from services.connection import connect_sandbox


@pytest.mark.parametrize(
    "note",
    [
        "",
        "[1]",
        "5",
        "{}",
        '{"url": 5, "pid": 1}',
        '{"url": "file:///etc/passwd", "pid": 7}',
        '{"url": "x", "pid": "y"}',
    ],
)
def test_a_note_that_makes_no_sense_counts_as_none(note: str, tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text(note, encoding="utf-8")
    assert sandbox_child.find(tmp_path) is None
    assert sandbox_child.stop(tmp_path) is False


@pytest.fixture(params=[b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[1]", b"rubbish\r\n\r\n", b""])
def stranger(request: pytest.FixtureRequest) -> Iterator[str]:
    answer: bytes = request.param

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(answer)
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_something_else_at_the_address_is_no_sandbox(stranger: str) -> None:
    assert sandbox_child.answers(stranger) is False


def test_a_connection_cut_in_the_middle_is_no_sandbox(tmp_path: Path) -> None:
    class Cutting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Cutting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert sandbox_child.answers(f"http://127.0.0.1:{server.server_port}") is False
    finally:
        server.shutdown()
        server.server_close()


def test_a_sandbox_is_called_now_and_then_by_one_caller_until_it_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    gone = threading.Event()

    def answers(url: str) -> bool:
        called.append(str(threading.get_ident()))
        if len(called) >= 3 + sandbox_child.MISSED_PINGS:
            gone.set()
        return len(called) <= 3

    monkeypatch.setattr(sandbox_child, "PING_SECONDS", 0.001)
    monkeypatch.setattr(sandbox_child, "answers", answers)
    for _ in range(5):
        sandbox_child.keep_awake("http://127.0.0.1:1")
    assert gone.wait(20)
    assert len(set(called)) == 1
    for thread in [each for each in threading.enumerate() if each.name == "awake-http://127.0.0.1:1"]:
        thread.join(20)
    assert len(called) == 3 + sandbox_child.MISSED_PINGS, "nobody calls what is gone"


def test_connecting_to_the_sandbox_keeps_it_awake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    monkeypatch.setattr(sandbox_child, "ensure", lambda _: ("http://127.0.0.1:1", False))
    monkeypatch.setattr(sandbox_child, "keep_awake", kept.append)
    assert connect_sandbox(tmp_path).sandbox_url == "http://127.0.0.1:1"
    assert kept == ["http://127.0.0.1:1"]
