"""Finding the sandbox of a home: whatever stands in its note or answers at its address."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from services import sandbox_child
from services.connection import Connection, connect_default, connect_sandbox
from services.settings import Settings

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


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


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    sandbox_child.stop(tmp_path)


def _roles(connection: Connection) -> list[str]:
    return [role["RoleName"] for role in connection.clients.get("iam").list_roles()["Roles"]]


def _make_role(connection: Connection) -> None:
    connection.clients.get("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=json.dumps(TRUST))


def test_what_the_sandbox_holds_is_there_again_after_it_was_stopped_and_gone_after_a_reset(home: Path) -> None:
    _make_role(connect_sandbox(home))
    assert sandbox_child.stop(home)
    assert _roles(connect_sandbox(home)) == ["kept"]
    sandbox_child.reset(home)
    assert _roles(connect_sandbox(home)) == []
    _make_role(connect_sandbox(home))
    assert sandbox_child.stop(home)
    sandbox_child.reset(home)
    assert _roles(connect_sandbox(home)) == []


def test_a_lost_note_is_made_good_by_the_sandbox_s_own_and_another_home_s_sandbox_is_never_taken(home: Path) -> None:
    url = connect_sandbox(home).sandbox_url
    note = home / "sandbox.json"
    elsewhere = home / "another"
    elsewhere.mkdir()
    note.rename(elsewhere / "sandbox.json")
    assert sandbox_child.find(home) == url
    assert sandbox_child.find(elsewhere) is None
    assert sandbox_child.stop(elsewhere) is False


def test_two_consoles_share_one_sandbox(home: Path) -> None:
    here = connect_sandbox(home, owner="ada")
    elsewhere = home / "another"
    elsewhere.mkdir()
    there = connect_default(Settings(owner="bob"), elsewhere, {"AWS_ENDPOINT_URL": str(here.sandbox_url)})
    assert connect_sandbox(home, owner="eve").sandbox_url == here.sandbox_url
    _make_role(here)
    assert _roles(there) == ["kept"]
    assert sandbox_child.find(elsewhere) is None


def test_the_clock_of_a_sandbox_that_was_put_forward_is_the_connection_s(home: Path) -> None:
    connection = connect_sandbox(home)
    assert abs(connection.now() - time.time()) < 60
    then = sandbox_child.advance(str(connection.sandbox_url), 7200)
    assert then.timestamp() - time.time() > 7000
    assert connection.now() - time.time() > 7000


def test_a_clock_that_cannot_be_asked_counts_as_ours() -> None:
    assert sandbox_child.ahead("http://127.0.0.1:9") == 0.0
