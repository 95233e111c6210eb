"""`sagedeck diagnose`, as somebody types it beside a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.diagnosis import diagnose
from tests.test_cli import Shell

QUOTA = (
    "The account-level service limit 'ml.g5.2xlarge for endpoint usage' is 0 Instances, with current utilization of"
    " 0 Instances and a request delta of 1 Instances."
)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_message_is_put_down_to_its_cause(shell: Shell) -> None:
    said = shell.json(
        "diagnose", "--message", QUOTA, "--operation", "CreateEndpoint", "--code", "ResourceLimitExceeded"
    )
    assert said == diagnose(QUOTA, code="ResourceLimitExceeded", operation="CreateEndpoint").as_dict()
    assert (said["cause"], said["evidence"], said["retry"]) == ("quota", QUOTA, False)
    words = shell.run("diagnose", "--message", QUOTA).stdout
    assert words.splitlines()[0] == "A quota of the account is used up (quota)."
    assert QUOTA in words


def test_the_log_of_a_container_is_read_where_the_message_says_little(shell: Shell, tmp_path: Path) -> None:
    log = tmp_path / "container.log"
    log.write_bytes(b"starting\n\xff\xfe\n\x1b[31mtorch.OutOfMemoryError: CUDA out of memory.\x1b[0m\n")
    ping = "The primary container for production variant AllTraffic did not pass the ping health check."
    said = shell.json("diagnose", "--message", ping, "--log", str(log))
    assert (said["cause"], said["evidence"]) == ("out_of_memory", "torch.OutOfMemoryError: CUDA out of memory.")
    missing = shell.json("diagnose", "--message", ping, "--log", str(tmp_path / "none.log"), code=1)
    assert "none.log" in missing["error"]["what"]


def test_the_answer_has_these_four_and_nothing_else_whatever_it_is_given(shell: Shell, tmp_path: Path) -> None:
    log = tmp_path / "huge.log"
    log.write_bytes(
        bytes(range(256)) * 4_000 + b"\n" + b"x" * 1_000_000 + b"\nOSError: [Errno 28] No space left on device\n"
    )
    said = shell.json("diagnose", "--message", "Failed", "--log-file", str(log))
    assert list(said) == ["cause", "evidence", "fix", "retry"]
    assert said["cause"] == "disk_full"
    assert list(shell.json("diagnose", "--message", "a\nb\r\n\tc\x1b[31m", "--operation", "X", "--code", "Y")) == list(
        said
    )


def test_a_log_can_come_from_a_pipe_and_not_together_with_the_message(shell: Shell, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "diagnose", "--message", "Failed", "--log-file", "-", "--json"],
        input="ok\nCUDA out of memory\n",
        env={**os.environ, "SAGEDECK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"cause": "out_of_memory"' in done.stdout
    both = shell.json("diagnose", "--message", "-", "--log-file", "-", code=1)
    assert "standard input" in both["error"]["what"]


def test_what_shows_nothing_is_unknown_and_nothing_at_all_is_refused(shell: Shell) -> None:
    said = shell.json("diagnose", "--message", "it broke")
    assert (said["cause"], said["evidence"], said["retry"]) == ("unknown", "", False)
    assert shell.json("diagnose", "--message", "")["cause"] == "unknown"
    assert "--message" in shell.json("diagnose", code=1)["error"]["next"]


def test_a_message_can_come_from_a_pipe_and_neither_network_nor_aws_s_library_is_used(tmp_path: Path) -> None:
    guard = (
        "import socket, sys\n"
        "socket.create_connection = socket.getaddrinfo = None\n"
        "sys.argv = ['sagedeck', 'diagnose', '--message', '-', '--json']\n"
        "from cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "assert not {'boto3', 'botocore', 'streamlit', 'fitz'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", guard],
        input="Rate exceeded\n",
        env={**os.environ, "SAGEDECK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"cause": "throttled"' in done.stdout
    assert '"retry": true' in done.stdout
