from __future__ import annotations

from pathlib import Path

from services.batch.keeping import IDLE_SECONDS, KeptInputs


def test_a_file_is_kept_once_under_its_owner_and_only_for_them(tmp_path: Path) -> None:
    kept = KeptInputs(tmp_path, "ada")
    path = kept.put("asked.jsonl", b"{}")
    assert path.read_bytes() == b"{}"
    assert path.parent.stat().st_mode & 0o077 == 0
    assert kept.put("asked.jsonl", b"{}") == path
    assert KeptInputs(tmp_path, "bob").put("asked.jsonl", b"{}") != path


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    kept = KeptInputs(tmp_path, "ada")
    for name in ("../../etc/passwd", "..", "", "a/b\\c", "Ünï cöde.csv", "x" * 300):
        path = kept.put(name, name.encode())
        assert path.parent.parent.parent == tmp_path / "batch"
        assert path.is_file()
        assert path.name.isascii()


def test_what_was_not_asked_for_in_a_day_goes(tmp_path: Path) -> None:
    now = [1_795_000_000.0]
    kept = KeptInputs(tmp_path, "ada", lambda: now[0])
    old = kept.put("old", b"old")
    now[0] += IDLE_SECONDS / 2
    young = kept.put("young", b"young")
    now[0] += IDLE_SECONDS / 2 + 1
    kept.put("new", b"new")
    assert not old.exists()
    assert young.exists()
