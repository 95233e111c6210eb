"""The stand-in, spoken to by something that is no astrapy."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from sandbox.dataapi import Database
from tests.sandbox.dataapi.serving import serving

COLLECTION = b'{"createCollection": {"name": "books", "options": {"vector": {"dimension": 3, "metric": "cosine"}}}}'


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Database()) as address:
        assert posted(address, "default_keyspace", COLLECTION).json() == {"status": {"ok": 1}}
        yield address


def posted(url: str, path: str, body: bytes) -> httpx.Response:
    return httpx.post(f"{url}/v1/{path}", content=body, headers={"Token": "AstraCS:test"})


@pytest.mark.parametrize(
    "document",
    [
        b'{"$vector": [NaN, 1, 2]}',
        b'{"$vector": [1e400, 1, 2]}',
        b'{"$vector": [1' + b"0" * 400 + b", 1, 2]}",
        rb'{"text": "half \ud800"}',
        b'{"a": ' * 5000 + b"1" + b"}" * 5000,
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_refused_and_spoils_no_later_search(url: str, document: bytes) -> None:
    answer = posted(url, "default_keyspace/books", b'{"insertOne": {"document": ' + document + b"}}")
    assert answer.json()["errors"]
    assert answer.status_code in (200, 400)
    found = posted(url, "default_keyspace/books", b'{"find": {}}').json()
    assert found["data"]["documents"] == []


def test_a_request_too_long_is_refused_unread(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.dataapi.server.MAX_REQUEST_BYTES", 1000)
    assert posted(url, "default_keyspace", b" " * 1001).status_code == 413


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (b'{"find": {"sort": ["n"]}}', "REQUEST_STRUCTURE_MISMATCH"),
        (b'{"find": {"options": "all"}}', "REQUEST_STRUCTURE_MISMATCH"),
        (b'{"find": {"options": {"limit": "ten"}}}', "COMMAND_FIELD_VALUE_INVALID"),
        (b'{"find": {"options": {"pageState": 7}}}', "COMMAND_FIELD_VALUE_INVALID"),
        (
            b'{"updateMany": {"update": {"$set": {"n": 1}}, "options": {"pageState": "x"}}}',
            "COMMAND_FIELD_VALUE_INVALID",
        ),
        (b'{"updateOne": {"update": {"$inc": {"text": 1}}}}', "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        (b'{"updateOne": {"update": {"$inc": {"n": "1"}}}}', "UNSUPPORTED_UPDATE_OPERATION_PARAM"),
        (b'{"updateOne": {"update": {"$push": {"text": 1}}}}', "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        (b'{"updateOne": {"update": {"$set": {"text.deep": 1}}}}', "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        (b'{"updateOne": {"update": {"$max": {"text": 1}}}}', "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
    ],
)
def test_a_command_of_the_wrong_shape_is_refused_in_words_and_changes_nothing(command: bytes, code: str) -> None:
    document = b'{"_id": "a", "text": "t", "n": 1}'
    with serving(Database()) as url:
        posted(url, "default_keyspace", COLLECTION)
        posted(url, "default_keyspace/books", b'{"insertOne": {"document": ' + document + b"}}")
        refused = posted(url, "default_keyspace/books", command)
        assert refused.json()["errors"][0]["errorCode"] == code
        found = posted(url, "default_keyspace/books", b'{"findOne": {}}').json()
        assert found["data"]["document"] == {"_id": "a", "text": "t", "n": 1}
