from __future__ import annotations

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.documents import Originals, clean_name
from services.errors import DocumentRefused, LimitExceeded, NotFound


def test_a_file_is_kept_by_its_content_and_found_again(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    kept = originals.put("ann@example.com", "report.pdf", b"content")
    assert kept.sha256 == hashlib.sha256(b"content").hexdigest()
    assert originals.open("ann@example.com", kept.sha256) == kept
    assert kept.path.read_bytes() == b"content"
    assert kept.size == 7


def test_files_are_for_their_owners_eyes_only(tmp_path: Path) -> None:
    kept = Originals(tmp_path).put("ann", "report.pdf", b"content")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert "ann" not in kept.path.relative_to(tmp_path).parts
    assert list(kept.path.parent.glob(".*")) == []


def test_owners_do_not_see_or_delete_each_others_files(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    kept = originals.put("ann", "a.txt", b"same")
    with pytest.raises(NotFound):
        originals.open("bob", kept.sha256)
    assert not originals.delete("bob", kept.sha256)
    others = originals.put("bob", "b.txt", b"same")
    assert originals.delete("ann", kept.sha256)
    assert originals.list("ann") == ()
    assert originals.list("bob") == (others,)


def test_the_same_content_again_takes_no_more_room(tmp_path: Path) -> None:
    originals = Originals(tmp_path, quota_bytes=10)
    originals.put("ann", "one.txt", b"12345678")
    assert originals.put("ann", "two.txt", b"12345678").name == "two.txt"
    assert [kept.name for kept in originals.list("ann")] == ["two.txt"]
    assert originals.used_bytes("ann") == 8


def test_the_same_file_again_is_not_written_again(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    kept = originals.put("ann", "one.txt", b"content")
    before = [path.stat().st_mtime_ns for path in sorted(kept.path.parent.iterdir())]
    originals.put("ann", "one.txt", b"content")
    assert [path.stat().st_mtime_ns for path in sorted(kept.path.parent.iterdir())] == before


def test_many_files_are_not_counted_again_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    originals, counts = Originals(tmp_path, quota_bytes=500), list[str]()
    counted = originals.used_bytes

    def count(owner: str) -> int:
        counts.append(owner)
        return counted(owner)

    monkeypatch.setattr(originals, "used_bytes", count)
    for number in range(100):
        originals.put("ann", f"{number}.txt", b"%05d" % number)
    assert len(counts) < 10
    with pytest.raises(LimitExceeded):
        originals.put("ann", "more.txt", b"more")


def test_a_full_quota_refuses_and_deleting_makes_room(tmp_path: Path) -> None:
    originals = Originals(tmp_path, quota_bytes=10, file_bytes=9)
    kept = originals.put("ann", "one.txt", b"12345678")
    with pytest.raises(LimitExceeded, match="Delete documents"):
        originals.put("ann", "two.txt", b"abc")
    originals.put("bob", "two.txt", b"abc")
    assert originals.delete("ann", kept.sha256)
    originals.put("ann", "two.txt", b"abc")
    with pytest.raises(DocumentRefused, match="larger than"):
        originals.put("cid", "big.txt", bytes(10))


@pytest.mark.parametrize("number", ["../../etc/passwd", "", "ab", "A" * 64, "g" * 64])
def test_a_number_that_is_no_sha256_is_not_found(tmp_path: Path, number: str) -> None:
    with pytest.raises(NotFound):
        Originals(tmp_path).open("ann", number)


def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: originals.put("ann", f"{number}.txt", b"%d" % (number % 20)), range(100)))
    assert {kept.path.read_bytes() for kept in originals.list("ann")} == {b"%d" % number for number in range(20)}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\report.docx", "report.docx"),
        ("gpj.\u202efdp.txt", "gpj.fdp.txt"),
        ('a<b>:"|?*.md', "a_b______.md"),
        ("..", "document"),
        ("", "document"),
        ("x\n\ty.txt", "x  y.txt"),
        ("Ünïcode 文.html", "Ünïcode 文.html"),
    ],
)
def test_names_lose_folders_and_signs_that_deceive(name: str, cleaned: str) -> None:
    assert clean_name(name) == cleaned


def test_a_long_name_keeps_its_ending() -> None:
    assert len(clean_name("x" * 500 + ".docx")) == 150
    assert clean_name("x" * 500 + ".docx").endswith("x.docx")
