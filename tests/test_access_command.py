"""`sagedeck role`, `sagedeck user`, and the make targets that people know from the scripts these replace."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from services import sandbox_child
from tests.sandbox.conftest import TRUST
from tests.test_cli import EMBEDDING, ROOT, Shell

ROLE = "arn:aws:iam::123456789012:role/sagedeck-execution-us-east-1"
TARGETS = (
    "create-sagemaker-role",
    "create-sagemaker-execution-role",
    "deploy-inference-endpoint",
    "delete-inference-endpoint",
)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    home = tmp_path_factory.mktemp("home")
    yield Shell(home)
    sandbox_child.stop(home)


def make(shell: Shell, *words: str) -> subprocess.CompletedProcess[str]:
    """A target of the Makefile with the environment that runs these tests, which is taken to be ready."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ASTRA_", "MAKE"))}
    return subprocess.run(
        ["make", "--no-print-directory", f"VENV={sys.prefix}", "-o", "setup", "-o", f"{sys.prefix}/.ready", *words],
        cwd=ROOT,
        env=kept | {"SAGEDECK_HOME": str(shell.home), "AWS_CONFIG_FILE": "none", "HOME": str(shell.home)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_execution_role_is_made_found_again_and_saved_as_json(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "role.json"
    assert shell.run("role", "create", "--out", str(file)).stdout.strip() == ROLE
    assert json.loads(file.read_text(encoding="utf-8")) == {"RoleArn": ROLE}
    assert shell.json("role", "create")["RoleArn"] == ROLE
    shown = shell.json("role", "show")
    assert (shown["RoleArn"], shown["trusts_sagemaker"], shown["attached"]) == (ROLE, True, [])
    assert len(shown["inline"]) == 1
    missing = shell.json("role", "show", "--name", "nobody", code=1)["error"]
    assert "sagedeck role create" in missing["next"]


def test_a_role_that_somebody_else_made_is_left_alone(shell: Shell) -> None:
    url, _ = sandbox_child.ensure(shell.home)
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
    boto3.client("iam", endpoint_url=url, **keys).create_role(
        RoleName="theirs", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    assert "did not make it" in shell.json("role", "create", "--name", "theirs", code=1)["error"]["what"]


def test_a_key_is_shown_once_or_saved_where_only_its_owner_can_read_it(shell: Shell, tmp_path: Path) -> None:
    shown = shell.json("user", "create", "--name", "ann")
    assert shown["SecretAccessKey"]
    file = tmp_path / "key.json"
    saved = shell.run("user", "create", "--name", "ben", "--out", str(file))
    key = json.loads(file.read_text(encoding="utf-8"))
    assert set(key) == {"AccessKeyId", "SecretAccessKey"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key["SecretAccessKey"] not in saved.stdout + saved.stderr
    kept = b"".join(path.read_bytes() for path in shell.home.glob("*") if path.is_file())
    assert b"ben" in kept
    assert key["SecretAccessKey"].encode() not in kept
    assert shown["SecretAccessKey"].encode() not in kept


def test_a_key_is_never_written_over_a_file_nor_made_where_it_could_not_be_saved(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("mine", encoding="utf-8")
    assert "exists" in shell.json("user", "create", "--name", "cy", "--out", str(file), code=1)["error"]["what"]
    nowhere = str(tmp_path / "no" / "key.json")
    assert "lost" in shell.json("user", "create", "--name", "cy", "--out", nowhere, code=1)["error"]["why"]
    assert file.read_text(encoding="utf-8") == "mine"
    plan = shell.json("user", "create", "--name", "cy", "--plan")
    assert [step["call"] for step in plan["steps"]][-1] == "iam.create_access_key"
    assert "second" not in " ".join(plan["warnings"])


def test_help_lists_the_targets_and_each_is_one_command() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in TARGETS:
        recipe = re.search(rf"^{target}: setup ## .+\n((?:\t.*\n)+)", text, re.M)
        assert recipe is not None, target
        (line,) = recipe[1].splitlines()
        assert line.startswith("\t@$(BIN)/python -m cli ")


def test_the_targets_make_role_user_and_endpoint_and_take_the_endpoint_away(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "role.json"
    role = make(shell, "create-sagemaker-execution-role", f"ROLE_JSON={file}")
    assert role.returncode == 0, role.stderr
    assert json.loads(file.read_text(encoding="utf-8")) == {"RoleArn": ROLE}
    user = make(shell, "create-sagemaker-role", "ARGS=--name eve")
    assert "SecretAccessKey: " in user.stdout, user.stderr
    deployed = make(shell, "deploy-inference-endpoint", f"MODEL={EMBEDDING}", "ENDPOINT_NAME=made")
    assert "made: InService" in deployed.stdout, deployed.stderr
    deleted = make(shell, "delete-inference-endpoint", "ENDPOINT_NAME=made")
    assert "made: deleted" in deleted.stdout, deleted.stderr


def test_deleting_without_a_name_says_how() -> None:
    refused = make(Shell(Path("nowhere")), "delete-inference-endpoint")
    assert refused.returncode != 0
    assert "make delete-inference-endpoint ENDPOINT_NAME=" in refused.stderr


def test_what_one_may_do_is_told_for_a_page_and_a_page_that_is_none_is_refused(shell: Shell) -> None:
    told = shell.json("allowed", "deploy")
    assert {row["page"] for row in told["permissions"]} == {"deploy"}
    assert {row["verdict"] for row in told["permissions"]} == {"allowed"}
    assert told["policy"] is None
    refused = shell.run("allowed", "nowhere", code=1)
    assert "There is no page nowhere" in refused.stderr


@pytest.mark.parametrize("kind", ["viewer", "operator", "role-maker", "execution"])
def test_a_ready_policy_is_printed_as_json(shell: Shell, kind: str) -> None:
    document = json.loads(shell.run("policy", kind).stdout)
    assert document["Version"] == "2012-10-17"
    assert all(statement["Effect"] == "Allow" for statement in document["Statement"])
    assert ":123456789012:" in json.dumps(document)
