"""What is kept, what is due, and what goes wrong on purpose."""

import json
import sqlite3
from pathlib import Path

import pytest

from sandbox.agenda import Agenda
from sandbox.clock import Clock
from sandbox.faults import Fault, Faults, Kind
from sandbox.records import Records


def test_records_outlive_their_process_in_the_order_they_were_made(tmp_path: Path) -> None:
    first = Records(tmp_path / "state")
    shelf = first.shelf("sagemaker/endpoint", "us-east-1")
    shelf["b"], shelf["a"], shelf["gone"] = {"status": "Creating"}, {"status": "InService"}, {}
    first.flush()
    shelf.changed("b")["status"] = "InService"
    del shelf["gone"]
    first.close()
    again = Records(tmp_path / "state").shelf("sagemaker/endpoint", "us-east-1")
    assert json.dumps(dict(again)) == '{"b": {"status": "InService"}, "a": {"status": "InService"}}'


def test_of_a_shelf_the_newest_are_kept_in_the_file_too(tmp_path: Path) -> None:
    records = Records(tmp_path / "state")
    shelf = records.shelf("mail")
    for name in "abcde":
        shelf[name] = {}
    records.flush()
    shelf.keep_newest(5)
    shelf.keep_newest(3)
    records.close()
    assert list(Records(tmp_path / "state").shelf("mail")) == ["c", "d", "e"]


def test_a_cleared_shelf_is_empty_in_the_file_too(tmp_path: Path) -> None:
    records = Records(tmp_path / "state")
    records.shelf("a")["x"] = {}
    records.flush()
    records.clear()
    records.close()
    assert not Records(tmp_path / "state").shelf("a")


def test_a_file_of_another_format_is_not_read(tmp_path: Path) -> None:
    records = Records(tmp_path / "state")
    records.shelf("a")["x"] = {}
    records.close()
    with sqlite3.connect(tmp_path / "state") as file:
        file.execute("pragma user_version = 99")
    file.close()
    assert not Records(tmp_path / "state").shelf("a")


def _agenda(clock: Clock, records: Records) -> tuple[Agenda, list[tuple[float, str]]]:
    agenda, happened = Agenda(clock, records, lambda service: None), []
    agenda.on("test/note", lambda due, payload: happened.append((due, payload["what"])))
    return agenda, happened


def test_appointments_happen_in_the_order_of_time_even_those_made_on_the_way() -> None:
    clock = Clock(speed=0, source=lambda: 0.0)
    agenda, happened = _agenda(clock, Records())
    agenda.on("test/chain", lambda due, payload: agenda.at(due + 1, "test/note", "c", what="chained"))
    agenda.at(5, "test/note", "a", what="late")
    agenda.at(1, "test/chain", "x")
    assert agenda.advance(10) == 10
    assert happened == [(2, "chained"), (5, "late")]


def test_an_appointment_made_anew_or_cancelled_does_not_happen_as_it_was() -> None:
    clock = Clock(speed=0, source=lambda: 0.0)
    agenda, happened = _agenda(clock, Records())
    agenda.at(1, "test/note", "a", what="first")
    agenda.at(2, "test/note", "a", what="second")
    agenda.at(3, "test/note", "b", what="never")
    agenda.cancel("test/note", "b")
    agenda.advance(10)
    assert happened == [(2, "second")]


def test_appointments_outlive_a_restart_and_load_their_service(tmp_path: Path) -> None:
    records = Records(tmp_path / "state")
    first, _ = _agenda(Clock(speed=0, source=lambda: 0.0), records)
    first.at(1, "test/note", "a", what="after all")
    records.close()
    happened: list[str] = []
    loaded: list[str] = []

    def load(service: str) -> None:
        loaded.append(service)
        again.on("test/note", lambda due, payload: happened.append(payload["what"]))

    again = Agenda(Clock(speed=0, source=lambda: 5.0), Records(tmp_path / "state"), load)
    again.run_due()
    assert (loaded, happened) == (["test"], ["after all"])


def test_a_mistake_in_one_appointment_does_not_keep_the_next_from_happening(capsys: pytest.CaptureFixture[str]) -> None:
    agenda, happened = _agenda(Clock(speed=0, source=lambda: 0.0), Records())

    def stumble(due: float, payload: object) -> None:
        raise ZeroDivisionError

    agenda.on("test/break", stumble)
    agenda.at(1, "test/break", "a")
    agenda.at(2, "test/note", "b", what="still")
    agenda.advance(3)
    assert happened == [(2, "still")]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_fault_strikes_where_its_patterns_fit_and_as_often_as_it_may() -> None:
    faults = Faults(Records())
    faults.set(Fault(Kind.THROTTLING, service="sagemaker", operation="Describe*", left=2))
    asked = {"service": "sagemaker", "operation": "DescribeEndpoint"}
    assert not faults.strikes(Kind.THROTTLING, service="iam", operation="DescribeEndpoint")
    assert not faults.strikes(Kind.SERVER_ERROR, **asked)
    assert [faults.strikes(Kind.THROTTLING, **asked) for _ in range(3)] == [True, True, False]


def test_a_rate_is_the_share_of_calls_a_fault_strikes() -> None:
    faults = Faults(Records())
    faults.set(Fault(Kind.THROTTLING, rate=0.25))
    struck = sum(faults.strikes(Kind.THROTTLING, service="sagemaker") for _ in range(2000))
    assert 400 < struck < 600


def test_a_rate_of_nothing_or_of_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        Fault(Kind.THROTTLING, rate=0)
    with pytest.raises(ValueError, match="rate"):
        Fault(Kind.THROTTLING, rate=1.5)


def test_what_recurs_lets_more_time_pass_while_the_clock_is_put_forward() -> None:
    clock, looks = Clock(speed=0, source=lambda: 0.0), []
    agenda, _ = _agenda(clock, Records())

    def look(due: float, payload: object) -> None:
        looks.append(due)
        agenda.at(due + max(1.0, agenda.stride), "test/look", "a")

    agenda.on("test/look", look)
    agenda.at(1, "test/look", "a")
    agenda.advance(100)
    assert len(looks) == 100, "nothing is left out of what is soon over"
    agenda.advance(7 * 86400)
    assert 400 <= len(looks) - 100 <= 402
    assert agenda.stride == 0
