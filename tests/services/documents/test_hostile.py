"""A corpus of more than two hundred broken and hostile files: each gets a verdict, none gets anything else."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.documents import Limits, Member, Reader, Reading
from services.documents.limits import MEGABYTE
from services.documents.parse import read_data
from services.errors import DocumentRefused
from tests.services.documents import hostile
from tests.services.documents.office_samples import one_of_each

LIMITS = Limits(seconds=30, memory_bytes=700 * MEGABYTE)
WITH_WORDS = (
    *("cut-0.9-a.txt", "cut-0.9-a.md", "cut-0.9-a.csv", "dimension.xlsx", "merged.xlsx", "column.xlsx", "loop.xlsx"),
    *("count.pdf", "huge.pdf", "outline.pdf", "deep.html", "entity.html", "line.txt", "nulls.csv", "binary.rtf"),
    *("numbers.rtf", "nested.eml", "bomb-attached.eml", "slip.eml", "spaces.odt", "charset.eml"),
)
"""Files that hold text in spite of all, which must be had."""

LOCKED = ("locked.pdf", "locked.docx")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    made = Reader(LIMITS)
    yield made
    made.close()


def check(name: str, reading: Reading) -> None:
    if reading.refusal is None:
        assert any(page.text.strip() for page in reading.pages), name
        for page in reading.pages:
            page.text.encode()
            assert "\0" not in page.text, name
            assert all(0 <= start < end <= len(page.text) for start, end in page.rows), name
            assert all(0 <= each.start <= len(page.text) and each.title for each in page.sections), name
    else:
        assert reading.pages == (), name
        assert reading.refusal.reason.endswith("."), name
        assert reading.refusal.hint.endswith("."), name
        assert reading.refusal.locked == (name in LOCKED), name
        assert "stopped the program" not in reading.refusal.reason, name


@pytest.mark.slow
def test_every_file_of_the_corpus_gets_a_clear_verdict(reader: Reader, tmp_path: Path) -> None:
    files = hostile.corpus()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with ThreadPoolExecutor(2) as threads:
        readings = dict(zip(files, threads.map(lambda name: reader.read(tmp_path / name, name), files), strict=True))
    assert len(readings) > 200
    for name, reading in readings.items():
        check(name, reading)
    lost = [name for name in WITH_WORDS if readings[name].refusal is not None]
    assert not lost
    assert not [name for name in LOCKED if readings[name].refusal is None]


@pytest.mark.slow
def test_no_file_of_the_corpus_opens_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*call: object, **_: object) -> None:
        asked.append(call)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    files = dict(hostile.hostile_xml()) | dict(hostile.mails()) | dict(hostile.books()) | one_of_each()
    for name, data in files.items():
        read_data(data, name, LIMITS)
    assert asked == []


def test_hostile_archives_give_their_files_or_a_reason(reader: Reader, tmp_path: Path) -> None:
    told: dict[str, tuple[Member, ...] | DocumentRefused] = {}
    for name, data in hostile.archives():
        (tmp_path / name).write_bytes(data)
        try:
            told[name] = tuple(reader.unpack(tmp_path / name))
        except DocumentRefused as refused:
            told[name] = refused
    names = {name: [each.name for each in found] for name, found in told.items() if isinstance(found, tuple)}
    assert names["slip.zip"] == ["tmp/evil.txt", "Windows/evil.txt", "etc/x.txt"]
    reasons = {name: [each.refusal and each.refusal.reason for each in told[name]] for name in names}  # type: ignore[union-attr]
    assert reasons["bomb.zip"] == ["It is packed as a bomb: a little of it unpacks to very much.", None]
    assert reasons["nested.zip"] == ["It is an archive within archives."]
    assert reasons["link.zip"] == ["It is a link to a file, not a file.", None]
    assert reasons["lying.zip"][1] is None
    says = {"many.zip": "more than 1,000 files", "cut.zip": "cut off", "nothing.zip": "no files"}
    says["flagged.zip"] = "locked"
    for name, words in says.items():
        assert words in str(told[name])
    assert not (tmp_path / "tmp").exists()


def test_a_locked_archive_opens_with_its_password_only(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(LOCKED_ZIP)
    for password, says in (("", "locked with a password"), ("wrong", "does not open")):
        with pytest.raises(DocumentRefused, match=says) as refused:
            reader.unpack(path, password=password)
        assert refused.value.locked
    assert [(each.name, each.data) for each in reader.unpack(path, password="secret")] == [("a.txt", b"hidden words")]


LOCKED_ZIP = bytes.fromhex(
    "504b030414000100630010a4745d000000002a0000000c00000005000b00612e7478740199070002004145030800d5e17649"
    "72e7884c541168ba25e9e0ba2011b1dbdc66ed9957ed0d826e2d2486f0ed48343acaed107263504b01021403140001006300"
    "10a4745d000000002a0000000c00000005000b000000000000000000800100000000612e7478740199070002004145030800"
    "504b050600000000010001003e000000580000000000"
)
"""One file under AES-256, as 7-Zip and WinZip write it; Python's zipfile cannot."""
