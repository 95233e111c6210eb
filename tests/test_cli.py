"""The command line, as a newcomer without any account types it: every command against a sandbox of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from services import sandbox_child

ROOT = Path(__file__).resolve().parent.parent
EMBEDDING, LANGUAGE = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "huggingface-llm-qwen2-5-7b-instruct"
LICENSED = "meta-textgeneration-llama-3-2-1b-instruct"
PROSE = "The lighthouse of Brevik was built in 1874 by the engineer Ole Strand. It is 31 metres tall."


class Shell:
    """Runs `python -m cli` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ASTRA_"))}
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT,
            env=kept | {"SAGEDECK_HOME": str(self.home), "AWS_CONFIG_FILE": "none", "HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == code, done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


@pytest.fixture(scope="module")
def pair(shell: Shell) -> dict[str, Any]:
    found: dict[str, Any] = shell.json("deploy", EMBEDDING, LANGUAGE, "--name", "embed", "--name", "talk")
    return found


def test_a_pair_is_deployed_side_by_side_and_listed_with_its_price(shell: Shell, pair: dict[str, Any]) -> None:
    assert pair["status"] == "done"
    rows = {row["name"]: row for row in shell.json("endpoints")}
    assert {row["status"] for row in rows.values()} == {"InService"}
    assert [row["concerns"] for row in rows.values()] == [[], []]  # both are what was confirmed
    assert set(rows) == {"embed", "talk"}
    assert pair["usd_per_hour"] == pytest.approx(sum(row["usd_per_hour"] for row in rows.values()))


def test_a_chat_endpoint_answers(shell: Shell, pair: dict[str, Any]) -> None:
    answer = shell.json("chat", "talk", "--prompt", "Hello there")
    assert answer["text"]
    assert shell.run("chat", "talk", "--prompt", "Hello there").stdout.strip() == answer["text"].strip()


def test_a_folder_answers_questions_and_says_what_it_does_not_say(
    shell: Shell, pair: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "docs" / "inner"
    folder.mkdir(parents=True)
    (folder / "tower.txt").write_text(PROSE, encoding="utf-8")
    (tmp_path / "docs" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    asked = [{"id": "who", "question": "Who built the lighthouse of Brevik?"}]
    asked += [{"id": "other", "question": "Which treaty ended the Thirty Years' War?"}]
    questions, out = tmp_path / "questions.jsonl", tmp_path / "run.jsonl"
    questions.write_text("\n".join(json.dumps(each) for each in asked), encoding="utf-8")
    words = ("ask", "--docs", str(tmp_path / "docs"), "--questions", str(questions), "--out", str(out))
    summary = shell.json(*words)
    assert (summary["questions"], summary["answered"], summary["documents"]) == (2, 1, 1)
    assert [each["file"] for each in summary["refused"]] == ["picture.png"]
    who, other = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert "Ole Strand" in who["answer"]
    assert who["chunks"][0]["source"] == "inner/tower.txt"
    assert set(who["chunks"][0]) == {"text", "source", "page", "score"}
    assert (other["id"], other["answer"]) == ("other", None)


def test_reading_a_file_gives_pages_or_a_refusal(shell: Shell, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.md", tmp_path / "bad.pdf"
    good.write_text(f"# Title\n\n{PROSE}\n", encoding="utf-8")
    bad.write_bytes(b"%PDF-1.7 cut off")
    read = shell.json("read", str(good))
    assert read["refusal"] is None
    assert [page["number"] for page in read["pages"]] == [1]
    assert PROSE in read["pages"][0]["text"]
    refused = shell.json("read", str(bad))
    assert refused["pages"] == []
    assert set(refused["refusal"]) == {"reason", "hint"}
    missing = shell.json("read", str(tmp_path / "missing.txt"))
    assert missing["refusal"]["reason"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("chat", "nowhere", "--prompt", "x"), "nowhere"),
        (("delete", "nowhere"), "nowhere"),
        (("deploy", "no-such-model"), "no-such-model"),
        (("deploy", LICENSED), "licence"),
        (("deploy", LANGUAGE, "--name", "embed"), "embed"),
        (("--read-only", "deploy", EMBEDDING, "--name", "never"), "read-only"),
        (("ask", "--docs", "nowhere", "--questions", "nowhere.jsonl", "--out", "x"), "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_what_why_and_next(
    shell: Shell, pair: dict[str, Any], words: tuple[str, ...], said: str
) -> None:
    error = shell.json(*words, code=1)["error"]
    assert said in " ".join(error.values())
    assert error["what"]
    assert error["next"]


def test_an_account_that_costs_money_is_not_changed_unasked(shell: Shell) -> None:
    url = sandbox_child.find(shell.home)
    assert url
    environ = os.environ | {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    environ |= {"SAGEDECK_HOME": str(shell.home), "AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1"}
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--connection", "aws", "delete", "embed"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=100,
    )
    assert done.returncode == 1
    assert "--yes" in done.stderr


def test_the_sandbox_s_clock_is_put_forward_and_what_is_no_span_of_time_is_said(shell: Shell) -> None:
    url, _ = sandbox_child.ensure(shell.home)
    before = sandbox_child.ahead(url)
    told = shell.json("sandbox", "--advance", "90m")
    assert datetime.fromisoformat(told["now"]).timestamp() - time.time() > before + 5000
    assert "span of time" in shell.json("sandbox", "--advance", "soon", code=1)["error"]["what"]
    assert "No sandbox" in shell.json("sandbox", "--advance", "1h", "--port", "9", code=1)["error"]["what"]


def test_the_sandbox_of_a_port_keeps_its_state_in_a_folder_of_its_own(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = os.environ | {"SAGEDECK_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "cli", "sandbox", "--port", str(port), "--seed", "demo"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as serving:
        assert serving.stdout is not None
        assert json.loads(serving.stdout.readline())["url"].endswith(f":{port}")
        assert (tmp_path / f"sandbox-{port}" / "state.sqlite").exists()
        again = Shell(tmp_path).json("sandbox", "--seed", "demo", "--port", str(port), code=1)["error"]
        assert "here already" in again["why"]
        assert Shell(tmp_path).json("sandbox", "--reset", "--port", str(port)) == {"reset": True}
        serving.terminate()
    Shell(tmp_path).run("sandbox", "--reset", "--port", str(port))
    assert not (tmp_path / f"sandbox-{port}").exists()


def test_showing_the_plan_changes_nothing(shell: Shell, pair: dict[str, Any]) -> None:
    plan = shell.json("deploy", EMBEDDING, "--name", "planned", "--plan")
    assert "sagemaker.create_endpoint" in [step["call"] for step in plan["steps"]]
    assert plan["usd_per_hour"] > 0
    assert "planned" not in [row["name"] for row in shell.json("endpoints")]


@pytest.mark.parametrize(
    ("form", "sign"),
    [("cloudformation", "AWSTemplateFormatVersion"), ("cdk", "cdk.Stack"), ("terraform", 'resource "aws_sagemaker_m')],
)
def test_a_plan_is_printed_as_a_file_for_other_tools_and_changes_nothing(shell: Shell, form: str, sign: str) -> None:
    written = shell.run("deploy", EMBEDDING, "--name", "printed", "--script", form).stdout
    assert sign in written
    assert "sagedeck:made-by" in written
    assert "printed" not in [row["name"] for row in shell.json("endpoints")]


def test_script_alone_is_boto3_wherever_it_stands(shell: Shell) -> None:
    last = shell.run("deploy", EMBEDDING, "--name", "printed", "--script").stdout
    assert shell.run("deploy", "--script", EMBEDDING, "--name", "printed").stdout == last
    assert "boto3.Session" in last
    assert "terraform" in shell.run("deploy", EMBEDDING, "--script", "--help").stdout


@pytest.mark.slow
def test_the_script_of_a_plan_makes_what_the_console_would_have_made(shell: Shell, tmp_path: Path) -> None:
    shell.run("deploy", EMBEDDING, "--name", "by-console")
    script = tmp_path / "deploy.py"
    script.write_text(shell.run("deploy", EMBEDDING, "--name", "by-script", "--script").stdout, encoding="utf-8")
    url = sandbox_child.find(shell.home)
    assert url
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": url}
    subprocess.run([sys.executable, str(script)], env=os.environ | keys, check=True, timeout=100, capture_output=True)
    rows = {row["name"]: row for row in shell.json("endpoints")}
    differs, both = {"name", "arn", "created", "usd_so_far"}, ("by-console", "by-script")
    made, written = (
        {key: rows[name][key] for key in rows[name].keys() - differs} for name in ("by-console", "by-script")
    )
    assert made == written
    for name in both:
        shell.run("delete", name)


def test_deleting_and_taking_down_leave_nothing_behind(shell: Shell, pair: dict[str, Any]) -> None:
    assert shell.json("delete", "talk")["status"] == "done"
    assert [row["name"] for row in shell.json("endpoints")] == ["embed"]
    assert shell.json("down")["status"] == "done"
    assert shell.json("endpoints") == []
    assert shell.json("down") == {"items": 0}


def test_the_stand_in_alone_serves_plain_boto3_at_one_address() -> None:
    command = [sys.executable, "-m", "cli", "sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        try:
            assert child.stdout is not None
            url = json.loads(child.stdout.readline())["url"]
            keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
            assert boto3.client("sagemaker", endpoint_url=url, **keys).list_endpoints()["Endpoints"] == []
            assert boto3.client("sts", endpoint_url=url, **keys).get_caller_identity()["Account"] == "123456789012"
        finally:
            child.terminate()
            child.wait(20)


def test_what_stands_before_the_command_is_checked_too(shell: Shell) -> None:
    assert "mars-1" in shell.json("--region", "mars-1", "endpoints", code=1)["error"]["what"]
    assert "mars" in shell.json("--connection", "mars", "endpoints", code=1)["error"]["what"]


def test_a_home_that_cannot_be_used_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    said = Shell(tmp_path / "file").json("endpoints", code=1)
    assert "SAGEDECK_HOME" in said["error"]["next"]


def test_a_sandbox_is_told_one_thing_at_a_time_with_numbers_it_can_take(shell: Shell) -> None:
    for several in (("--reset", "--advance", "3h"), ("--stop", "--seed", "demo")):
        assert "One thing" in shell.json("sandbox", *several, code=1)["error"]["what"]
    assert "by hand" in shell.json("sandbox", "--stop", "--port", "5000", code=1)["error"]["what"]
    for wrong in (("--port", "70000"), ("--port", "0", "--speed", "-1")):
        assert "than or equal to" in shell.run("sandbox", *wrong, code=2).stderr
