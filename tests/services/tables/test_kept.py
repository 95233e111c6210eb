"""Tables kept on disk by content, under their owner, and removed when they are no longer used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.errors import InvalidRequest, LimitExceeded, NotFound
from services.tables.kept import IDLE_SECONDS, KeptTables, cleaned, ending

TABLE = b"a,b\n1,2\n"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> KeptTables:
    return KeptTables(tmp_path, quota_bytes=40, clock=clock)


def test_a_table_is_kept_by_its_content_for_its_owners_eyes_only(kept: KeptTables) -> None:
    table = kept.put("ana", "../evil/churn.csv", [TABLE[:3], TABLE[3:]])
    assert (table.sha256, table.name, table.size) == (hashlib.sha256(TABLE).hexdigest(), "churn.csv", len(TABLE))
    assert table.path.read_bytes() == TABLE
    assert table.path.suffix == ".csv"
    assert table.path.stat().st_mode & 0o777 == 0o600
    assert kept.open("ana", table.sha256) == table


def test_nobody_opens_lists_or_removes_the_table_of_another(kept: KeptTables) -> None:
    table = kept.put("ana", "t.csv", [TABLE])
    with pytest.raises(NotFound):
        kept.open("ben", table.sha256)
    assert kept.list("ben") == ()
    assert not kept.remove("ben", table.sha256)
    assert kept.open("ana", table.sha256).path.exists()


def test_a_number_that_is_no_hash_leads_nowhere(kept: KeptTables) -> None:
    for name in ("", "..", "../../etc", "A" * 64):
        with pytest.raises(NotFound):
            kept.open("ana", name)
        assert not kept.remove("ana", name)


def test_what_comes_is_written_as_it_comes_and_stopped_at_the_limit(kept: KeptTables) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 10

    with pytest.raises(LimitExceeded, match="larger than"):
        kept.put("ana", "t.csv", endless(), most=35)
    assert taken == 4
    assert list(kept.root.rglob("*.*")) == []


def test_an_empty_file_is_refused_and_leaves_nothing(kept: KeptTables) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        kept.put("ana", "t.csv", [])
    assert [path for path in kept.root.rglob("*") if path.is_file()] == []


def test_the_same_content_again_is_the_same_table_under_its_new_name(kept: KeptTables) -> None:
    first = kept.put("ana", "one.csv", [TABLE])
    second = kept.put("ana", "two.csv.gz", [TABLE])
    assert first.sha256 == second.sha256
    assert kept.list("ana") == (second,)
    assert not first.path.exists()
    assert second.path.name == "table.csv.gz"


def test_a_repaired_copy_knows_what_it_was_made_from(kept: KeptTables) -> None:
    original = kept.put("ana", "t.csv", [TABLE])
    path = kept.scratch("ana", "t.csv")
    path.write_bytes(b"b\n2\n")
    copy = kept.take("ana", path, "t.csv", made_from=original.sha256, changes=("Column a dropped.",))
    assert not path.exists()
    assert kept.open("ana", copy.sha256).made_from == original.sha256
    assert kept.open("ana", copy.sha256).changes == ("Column a dropped.",)
    assert kept.open("ana", original.sha256).path.read_bytes() == TABLE


def test_what_was_not_used_for_a_day_is_removed_unless_a_run_needs_it(kept: KeptTables, clock: Clock) -> None:
    old, needed = kept.put("ana", "old.csv", [b"old"]), kept.put("ana", "needed.csv", [b"needed"])
    clock.now += IDLE_SECONDS / 2
    used = kept.put("ana", "used.csv", [b"used"])
    clock.now += IDLE_SECONDS / 2 + 1
    assert kept.prune("ana", in_use={needed.sha256}) == 1
    with pytest.raises(NotFound):
        kept.open("ana", old.sha256)
    assert {each.sha256 for each in kept.list("ana")} == {needed.sha256, used.sha256}


def test_room_is_made_by_removing_what_was_unused_for_longest(kept: KeptTables, clock: Clock) -> None:
    first = kept.put("ana", "1.csv", [b"1" * 18])
    clock.now += 1
    second = kept.put("ana", "2.csv", [b"2" * 18])
    clock.now += 1
    kept.open("ana", first.sha256)
    clock.now += 1
    third = kept.put("ana", "3.csv", [b"3" * 18])
    assert {each.sha256 for each in kept.list("ana")} == {first.sha256, third.sha256}
    assert kept.used_bytes("ana") == 36
    with pytest.raises(NotFound):
        kept.open("ana", second.sha256)


def test_a_table_over_the_quota_is_not_kept(kept: KeptTables) -> None:
    with pytest.raises(LimitExceeded, match="not kept"):
        kept.put("ana", "big.csv", [b"x" * 41])
    assert kept.list("ana") == ()


@pytest.mark.parametrize(
    ("name", "clean", "last"),
    [
        ("Churn (1).CSV", "Churn (1).csv", ".csv"),
        ("a/b\\c.parquet", "c.parquet", ".parquet"),
        ("<b>:x?.csv.gz", "_b__x_.csv.gz", ".csv.gz"),
        ("..", "table", ""),
        ("x" * 300 + ".csv", "x" * 116 + ".csv", ".csv"),
    ],
)
def test_a_name_keeps_its_ending_and_nothing_that_means_something_elsewhere(name: str, clean: str, last: str) -> None:
    assert cleaned(name) == clean
    assert ending(clean) == last
