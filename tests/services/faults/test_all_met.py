"""No kind of fault is left out of these tests."""

from pathlib import Path

from sandbox.faults import Kind


def test_every_kind_is_met_in_this_folder() -> None:
    here = Path(__file__).parent
    told = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_*.py"))
    assert [kind for kind in Kind if f"Kind.{kind.name}" not in told] == []
