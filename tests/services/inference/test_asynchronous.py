"""Asynchronous calls: what is sent along, and the answer or error that is looked for in S3."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.errors import InvalidRequest, ModelFailed, NotFound, Throttled
from services.inference import Contract, Family, Submitted
from services.inference.asynchronous import MOST_INLINE, AsyncCalls

CONTRACT = Contract(Family.TEI)
OUTPUT, FAILED = "s3://answers/out/1.out", "s3://answers/bad/1-error.out"


class FakeClient:
    """A runtime and an S3 client in one."""

    def __init__(self, **objects: bytes | str) -> None:
        self.objects, self.sent = objects, []  # type: ignore[var-annotated]

    def invoke_endpoint_async(self, **request: Any) -> dict[str, str]:
        self.sent.append(request)
        if request["EndpointName"] == "gone":
            said = {"Code": "ValidationError", "Message": "Endpoint gone of account 1 not found."}
            raise ClientError({"Error": said}, "InvokeEndpointAsync")
        return {"OutputLocation": OUTPUT, "FailureLocation": FAILED}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, io.BytesIO]:
        assert Bucket == "answers"
        found = self.objects.get(Key.partition("/")[0], "NoSuchKey")
        if isinstance(found, str):
            raise ClientError({"Error": {"Code": found, "Message": "No."}}, "GetObject")
        return {"Body": io.BytesIO(found)}


def calls(client: FakeClient) -> AsyncCalls:
    return AsyncCalls(lambda: client, lambda: client, lambda: 7.0)


def test_a_request_goes_along_and_says_where_its_answer_will_lie() -> None:
    client = FakeClient()
    sent = calls(client).submit("demo", b"{}", CONTRACT)
    assert sent == Submitted("demo", CONTRACT, OUTPUT, FAILED, 7.0)
    assert client.sent == [
        {"EndpointName": "demo", "Body": b"{}", "ContentType": "application/json", "Accept": "application/json"}
    ]


def test_what_is_too_large_or_not_there_is_refused_in_words() -> None:
    with pytest.raises(InvalidRequest, match="too large"):
        calls(FakeClient()).submit("demo", b"x" * (MOST_INLINE + 1), CONTRACT)
    with pytest.raises(NotFound):
        calls(FakeClient()).submit("gone", b"{}", CONTRACT)


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_what_is_not_to_be_seen_in_s3_is_not_there_yet(code: str) -> None:
    asked = calls(FakeClient(out=code, bad=code))
    assert asked.answer(asked.submit("demo", b"{}", CONTRACT)) is None


def test_an_answer_is_read_and_an_error_beside_it_is_told() -> None:
    asked = calls(FakeClient(out=b"[[1]]"))
    assert asked.answer(asked.submit("demo", b"{}", CONTRACT)) == b"[[1]]"
    asked = calls(FakeClient(bad=b"model is out of memory"))
    with pytest.raises(ModelFailed) as caught:
        asked.answer(asked.submit("demo", b"{}", CONTRACT))
    assert "out of memory" in caught.value.why


def test_other_refusals_of_s3_are_no_absence() -> None:
    asked = calls(FakeClient(out="SlowDown"))
    with pytest.raises(Throttled):
        asked.answer(asked.submit("demo", b"{}", CONTRACT))
