"""What a sandbox holds outlives its process, however that ends."""

import base64
import io
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.bodies import Bodies
from sandbox.clock import Clock
from sandbox.dwelling import Dwelling, Taken
from sandbox.errors import AwsError
from sandbox.moto_pickle import Reader
from sandbox.records import Records
from sandbox.uploads import receive
from sandbox.world import World
from tests.sandbox.conftest import TRUST, Running
from tests.sandbox.server import READY_WITHIN, ROOT, ask, client

LARGE = bytes(range(256)) * 12_000  # 3 MB


@contextmanager
def _sandbox(home: Path, end: int = signal.SIGTERM) -> Iterator[str]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--home", str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            yield str(json.loads(child.stdout.readline())["url"])
        finally:
            os.kill(child.pid, end)
            child.wait(READY_WITHIN)


def _saved(url: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not json.loads(ask(f"{url}/_sandbox/status")[2])["state"]["saved"]:
        assert time.monotonic() < deadline, "what has changed is not kept"


def _fill(url: str) -> dict[str, Any]:
    iam, s3, sns = client(url, "iam"), client(url, "s3"), client(url, "sns")
    role = iam.create_role(RoleName="Sage", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="Sage", PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess")
    iam.create_user(UserName="ada")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="small", Body=b"few", ContentType="text/plain", Metadata={"by": "ada"})
    s3.put_object(Bucket="kept", Key="large", Body=LARGE)
    s3.create_bucket(Bucket="versions", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1" * 9000, b"2"):
        s3.put_object(Bucket="versions", Key="k", Body=body)
    s3.delete_object(Bucket="versions", Key="k")
    upload = s3.create_multipart_upload(Bucket="kept", Key="parts")["UploadId"]
    parts = []
    for number, body in ((1, LARGE + LARGE), (2, b"end")):
        part = s3.upload_part(Bucket="kept", Key="parts", UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    s3.complete_multipart_upload(Bucket="kept", Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@example.org")
    return {"key": iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"], "topic": topic, "role": role}


def _check(url: str, made: dict[str, Any]) -> None:
    container = {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1"}
    asked = {"ModelName": "m", "ExecutionRoleArn": made["role"], "PrimaryContainer": container}
    assert client(url, "sagemaker").create_model(**asked)["ModelArn"], "the role is there before IAM is spoken to"
    iam, s3, sns = client(url, "iam"), client(url, "s3"), client(url, "sns")
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == ["Sage"]
    attached = iam.list_attached_role_policies(RoleName="Sage")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AmazonSageMakerFullAccess"]
    assert iam.list_access_keys(UserName="ada")["AccessKeyMetadata"][0]["AccessKeyId"] == made["key"]
    small = s3.get_object(Bucket="kept", Key="small")
    assert (small["Body"].read(), small["ContentType"], small["Metadata"]) == (b"few", "text/plain", {"by": "ada"})
    assert s3.get_object(Bucket="kept", Key="large")["Body"].read() == LARGE
    assert s3.get_object(Bucket="kept", Key="parts")["Body"].read() == LARGE + LARGE + b"end"
    ranged = s3.get_object(Bucket="kept", Key="parts", Range=f"bytes={len(LARGE) * 2 - 1}-")
    assert (ranged["Body"].read(), ranged["ContentRange"]) == (b"\xffend", f"bytes {6143999}-{6144002}/{6144003}")
    listed = s3.list_object_versions(Bucket="versions")
    assert sorted(version["Size"] for version in listed["Versions"]) == [1, 9000]
    assert len(listed["DeleteMarkers"]) == 1
    assert s3.get_bucket_location(Bucket="versions")["LocationConstraint"] == "eu-west-1"
    assert sns.list_subscriptions_by_topic(TopicArn=made["topic"])["Subscriptions"][0]["Endpoint"] == "ada@example.org"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_all_is_as_before_after_a_restart(tmp_path: Path, end: int) -> None:
    with _sandbox(tmp_path, end) as url:
        made = _fill(url)
        if end == signal.SIGKILL:
            _saved(url)
    with _sandbox(tmp_path) as url:
        _check(url, made)
        files = {path.name for path in (tmp_path / "objects").iterdir()}
        assert len(files) == 3, "large, parts joined, and the larger of two versions"
        ask(f"{url}/_sandbox/reset", "POST", b"")
        assert client(url, "s3").list_buckets()["Buckets"] == []
    with _sandbox(tmp_path) as url:
        assert client(url, "iam").list_roles()["Roles"] == []
        assert not list((tmp_path / "objects").iterdir())


def test_a_snapshot_that_does_not_fit_is_set_aside_and_said(tmp_path: Path) -> None:
    with _sandbox(tmp_path) as url:
        client(url, "iam").create_user(UserName="ada")
    snapshot = tmp_path / "moto" / "iam.snapshot"
    snapshot.write_bytes(b'{"moto": "0.1", "python": "2.7"}\n' + snapshot.read_bytes().partition(b"\n")[2])
    with _sandbox(tmp_path) as url:
        assert client(url, "iam").list_users()["Users"] == []
        said = json.loads(ask(f"{url}/_sandbox/status")[2])["state"]["problems"]["iam"]
    assert "moto 0.1 on Python 2.7" in said
    assert snapshot.with_suffix(".aside").exists()


class _Stranger:
    def __reduce__(self) -> Any:
        return os.getcwd, ()


def test_a_snapshot_cannot_name_what_is_not_moto_s() -> None:
    for stranger in (_Stranger(), subprocess.Popen, Path("x")):
        with pytest.raises(pickle.UnpicklingError, match="is not admitted"):
            Reader(io.BytesIO(pickle.dumps(stranger)), Bodies()).load()


def test_the_second_sandbox_of_a_folder_is_told_of_the_first(tmp_path: Path) -> None:
    first = Dwelling(tmp_path)
    first.say("http://127.0.0.1:5000")
    with pytest.raises(Taken) as taken:
        Dwelling(tmp_path, wait=0)
    assert taken.value.url == "http://127.0.0.1:5000"
    first.leave()
    Dwelling(tmp_path, wait=0).leave()


def test_what_is_replaced_leaves_no_file_behind(sandbox: Running) -> None:
    s3, objects, bodies = sandbox.client("s3"), sandbox.app.world.objects, sandbox.app.world.moto.bodies
    s3.create_bucket(Bucket="kept")
    before = bodies.names()
    for _ in range(3):
        s3.put_object(Bucket="kept", Key="k", Body=LARGE)
    assert len(bodies.names() - before) == 1
    assert objects.region_of("kept") == "us-east-1"
    assert (objects.size("kept", "k"), objects.read("kept", "k", 255, 258)) == (len(LARGE), b"\xff\x00\x01")
    s3.delete_object(Bucket="kept", Key="k")
    assert bodies.names() == before
    objects.write("kept", "inside", b"{}", "application/json")
    assert s3.head_object(Bucket="kept", Key="inside")["ContentType"] == "application/json"
    assert list(objects.keys("kept")) == ["inside"]


def test_an_upload_that_is_not_what_its_sender_said_is_refused(sandbox: Running, tmp_path: Path) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="kept")
    wrong = base64.b64encode(bytes(16)).decode()
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(Bucket="kept", Key="k", Body=LARGE, ContentMD5=wrong)
    bodies = Bodies(tmp_path)
    chunked = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-trailer": "x-amz-checksum-crc32"}
    body = b"3\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:hYfY5Q==\r\n\r\n"
    for sent, code in ((body[:12], "IncompleteBody"), (body.replace(b"hYfY", b"AAAA"), "BadDigest")):
        with pytest.raises(AwsError) as refused:
            receive(bodies, io.BytesIO(sent), chunked)
        assert refused.value.code == code
    right = base64.b64encode(zlib.crc32(b"abcde").to_bytes(4, "big"))
    assert receive(bodies, io.BytesIO(body.replace(b"hYfY5Q==", right)), chunked).body.read() == b"abcde"


def test_an_upload_that_breaks_off_is_not_taken_for_whole(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="kept")
    port = int(sandbox.url.rpartition(":")[2])
    scope = "AWS4-HMAC-SHA256 Credential=testing/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    head = f"PUT /kept/half HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {scope}\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as broken:
        broken.sendall(head.encode() + b"half of it")
        broken.shutdown(socket.SHUT_RDWR)
    deadline = time.monotonic() + READY_WITHIN
    while sandbox.app.in_flight:
        assert time.monotonic() < deadline
    assert "Contents" not in s3.list_objects_v2(Bucket="kept")


def test_what_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    world = World(Clock(speed=0), tmp_path / "state.sqlite")
    world.records.shelf("test")["a"] = {"held": 1}
    write, world.records.write = world.records.write, _no_room  # type: ignore[method-assign]
    with pytest.raises(OSError, match="No space"):
        world.save()
    world.records.write = write  # type: ignore[method-assign]
    world.save()
    assert world.records.saved
    world.close()
    assert dict(Records(tmp_path / "state.sqlite").shelf("test")) == {"a": {"held": 1}}


def _no_room(rows: object) -> None:
    raise OSError("No space left on device")
