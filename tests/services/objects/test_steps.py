from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.console import Console
from services.errors import InvalidRequest
from services.plans import Plan, RunStatus, StepStatus, check, export, operators, undeclared
from services.plans.exports import Format
from services.plans.objects import bucket, default_bucket, upload

TAGS = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}]
ACCOUNT = "123456789012"


def _plan(file: Path, name: str, key: str = "batch/in.csv") -> Plan:
    steps = bucket(name, "us-east-1", TAGS, account=ACCOUNT)
    sent = upload(file, name, key, "The file is read from S3.", account=ACCOUNT, after=(steps[-1].id,))
    return Plan("Send a file", (*steps, sent))


def _run(console: Console, plan: Plan) -> Any:
    return console.runs.wait(console.runs.start(plan), 60)


def test_a_file_is_sent_to_a_bucket_made_for_it_and_all_is_taken_back(console: Console, tmp_path: Path) -> None:
    file, name = tmp_path / "in.csv", default_bucket("us-east-1", ACCOUNT)
    file.write_bytes(b"1,2\n")
    plan = _plan(file, name)
    check(plan)
    assert not undeclared(plan)
    assert not console.objects.exists(name)
    done = _run(console, plan)
    assert done.status is RunStatus.DONE, done
    assert console.objects.read(f"s3://{name}/batch/in.csv") == b"1,2\n"
    s3 = console.connection.clients.get("s3")
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == TAGS
    console.runs.undo(done.id)
    assert console.runs.wait(done.id, 60).status is RunStatus.UNDONE
    assert not console.objects.exists(name)


def test_the_same_file_is_already_there_and_another_one_clashes(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b"1,2\n")
    assert _run(console, _plan(file, "twice-sent")).status is RunStatus.DONE
    again = _run(console, Plan("Again", (upload(file, "twice-sent", "batch/in.csv", "Sent."),)))
    assert again.steps[0].status is StepStatus.ALREADY_THERE
    file.write_bytes(b"3,4\n")
    other = _run(console, Plan("Another", (upload(file, "twice-sent", "batch/in.csv", "Sent."),)))
    assert other.status is RunStatus.FAILED
    assert console.objects.read("s3://twice-sent/batch/in.csv") == b"1,2\n"


def test_a_large_file_goes_in_parts_and_is_proved_all_the_same(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operators, "SINGLE_UPLOAD_LIMIT", 8 << 20)
    file = tmp_path / "large.bin"
    file.write_bytes(b"x" * (17 << 20))
    assert _run(console, _plan(file, "in-parts", "large.bin")).status is RunStatus.DONE
    assert console.objects.peek("s3://in-parts/large.bin", 1).size == 17 << 20
    assert "-" in console.objects.peek("s3://in-parts/large.bin", 1).etag  # of several parts
    again = _run(console, Plan("Again", (upload(file, "in-parts", "large.bin", "Sent."),)))
    assert again.steps[0].status is StepStatus.ALREADY_THERE


def test_a_file_that_is_not_there_cannot_be_planned(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        upload(tmp_path / "missing", "a-bucket", "key", "Sent.")


def test_the_plan_of_an_upload_can_be_written_as_a_program(tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(b"1,2\n")
    code = export(_plan(file, "a-bucket"), Format.BOTO3).text
    assert "create_bucket" in code
    assert "send_file" in code
