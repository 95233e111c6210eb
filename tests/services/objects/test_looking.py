from __future__ import annotations

import io
from typing import Any

import pytest

from services.console import Console
from services.errors import InvalidRequest, LimitExceeded, NotFound
from services.objects import ObjectsService, Uri
from services.objects.gateway import ObjectsGateway
from tests.services.objects.conftest import BUCKET


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("https://x/y", "s3://"),
        ("s3://", "bucket"),
        ("s3:///key", "bucket"),
        ("s3://Upper/x", "small letters"),
        ("s3://ab/x", "3 to 63"),
        ("s3://10.0.0.1/x", "cannot be"),
        ("s3://a..b/x", "cannot be"),
        ("s3://fine/" + "x" * 1025, "1024"),
        ("s3://fine/a\nb", "print"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(text: str, word: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Uri.parse(text)
    assert word in str(refused.value)


def test_an_address_knows_its_parts() -> None:
    uri = Uri.parse(" s3://fine/a/b/c.csv ")
    assert (uri.name, str(uri.parent), uri.folder) == ("c.csv", "s3://fine/a/b/", False)
    assert str(uri.parent.parent.parent) == "s3://fine/" == str(Uri("fine").parent)
    assert str(Uri("fine", "a").under("b")) == "s3://fine/a/b"


def test_a_folder_shows_what_lies_right_in_it(console: Console, s3: Any) -> None:
    assert BUCKET in console.objects.buckets()
    top = console.objects.browse(f"s3://{BUCKET}/")
    assert [(each.name, each.folder, each.size) for each in top.entries] == [
        ("in", True, None), ("empty", False, 0), ("top.txt", False, 5),
    ]  # fmt: skip
    assert [str(each.uri) for each in console.objects.browse(Uri(BUCKET, "in/")).entries] == [
        f"s3://{BUCKET}/in/deep/", f"s3://{BUCKET}/in/a.csv",
    ]  # fmt: skip
    assert console.objects.stored(f"s3://{BUCKET}/in/") == (2, 12)
    assert not console.objects.below(f"s3://{BUCKET}/", most=2).complete


def test_an_object_is_looked_into_and_read(console: Console, s3: Any) -> None:
    peek = console.objects.peek(f"s3://{BUCKET}/in/a.csv", 3)
    assert (peek.head, peek.size, peek.content_type, peek.whole) == (b"1,2", 8, "text/csv", False)
    assert peek.etag
    assert peek.last_modified is not None
    assert console.objects.peek(f"s3://{BUCKET}/in/a.csv", 3, start=4).head == b"3,4"
    assert console.objects.peek(f"s3://{BUCKET}/empty").whole
    assert b"".join(console.objects.open(f"s3://{BUCKET}/in/a.csv")) == b"1,2\n3,4\n"
    assert console.objects.read(f"s3://{BUCKET}/top.txt") == b"hello"
    with pytest.raises(LimitExceeded):
        console.objects.read(f"s3://{BUCKET}/top.txt", at_most=4)


def test_what_is_not_there_is_said(console: Console, s3: Any) -> None:
    for ask in (console.objects.peek, console.objects.read, lambda uri: list(console.objects.open(uri))):
        with pytest.raises(NotFound):
            ask(f"s3://{BUCKET}/nothing")
    with pytest.raises(NotFound):
        console.objects.browse("s3://nowhere-at-all/")
    assert console.objects.exists(BUCKET, own=True)
    assert not console.objects.exists("nowhere-at-all")


class _Gigabyte:
    """A client that holds one object of 1 GiB and counts what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def get(self, service: str) -> Any:
        return self

    def get_object(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"Body": io.BytesIO(b"a,b\n" * 16), "ContentRange": f"bytes 0-63/{1 << 30}", "ContentLength": 64}


def test_the_beginning_of_a_gigabyte_takes_one_read() -> None:
    client = _Gigabyte()
    peek = ObjectsService(ObjectsGateway(client)).peek("s3://large/data.csv", 64)
    assert client.asked == [{"Bucket": "large", "Key": "data.csv", "Range": "bytes=0-63"}]
    assert peek.size == 1 << 30
    assert len(peek.head) == 64


def test_the_command_that_copies_an_object_runs_nothing_else() -> None:
    assert Uri("lab", "a/report.csv").copying == "aws s3 cp s3://lab/a/report.csv ."
    assert Uri("lab", "a; rm -rf ~/'x").copying == """aws s3 cp 's3://lab/a; rm -rf ~/'"'"'x' ."""
