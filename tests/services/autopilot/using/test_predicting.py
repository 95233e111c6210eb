"""A file in pieces against an endpoint that lives in the test: halved where it is too much, cancelled, and failing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.autopilot.using.guard import matched
from services.autopilot.using.predicting import Asked, Predictions
from services.errors import ModelFailed, NotFound
from services.jobs import Jobs, JobStatus, JobView
from services.state import State
from tests.services.autopilot.using import samples

Send = Callable[[Mapping[str, Any]], Any]
WAIT = 60.0


class Desk:
    """Predictions with an endpoint that is a function; `taken` counts what the limit of requests was told."""

    def __init__(self, folder: Path, send: Send) -> None:
        self.taken = 0
        runtime = SimpleNamespace(send=send, sleep=lambda _: None)
        rate = SimpleNamespace(take=self._take)
        self.jobs = Jobs(State(folder / "state.db"))
        self.predictions = Predictions(
            cast(Any, SimpleNamespace(runtime=runtime, rate=rate)), lambda: cast(Any, None), cast(Any, None), self.jobs,
            folder=folder, owner="ada",
        )  # fmt: skip

    def _take(self, _: str) -> None:
        self.taken += 1

    def start(self, rows: int) -> str:
        text = "area,town,price\n" + "".join(f"{row},Ulm,{row * 2}\n" for row in range(rows))
        schema, table = samples.prices(), self.predictions.keep("t.csv", [text.encode()])
        match = matched(schema, table.columns, table.first, header=table.header)
        return self.predictions.start_file(Asked("e", ("predicted_label",)), schema, table, match)

    def ended(self, job: str) -> JobView:
        deadline = time.monotonic() + WAIT
        while (view := self.jobs.view(job, "ada")) is None or view.status is JobStatus.RUNNING:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return view


def _doubled(request: Mapping[str, Any]) -> Any:
    areas = [float(line.split(b",")[0]) for line in request["Body"].splitlines()]
    body = "".join(f"{area * 2}\n" for area in areas).encode()
    return SimpleNamespace(body=body, content_type="text/csv")


def test_a_piece_that_is_too_much_for_the_container_is_sent_in_halves(tmp_path: Path) -> None:
    sizes = []

    def send(request: Mapping[str, Any]) -> Any:
        sizes.append(len(request["Body"].splitlines()))
        if sizes[-1] > 300:
            raise ModelFailed("Too large.", "", "", status=413)
        return _doubled(request)

    desk = Desk(tmp_path, send)
    view = desk.ended(desk.start(1000))
    assert view.status is JobStatus.DONE, view.problem
    assert sizes == [1000, 500, 250, 250, 500, 250, 250]
    assert view.result is not None
    assert view.result["rows"] == 1000
    assert dict(map(tuple, view.result["scores"]["values"]))["MAE"] == 0.0
    assert desk.taken == 0, "a file is one thing a person asked for"


def test_a_cancelled_file_stops_at_its_next_piece(tmp_path: Path) -> None:
    begun, go_on, sent = threading.Event(), threading.Event(), []

    def send(request: Mapping[str, Any]) -> Any:
        sent.append(1)
        begun.set()
        assert go_on.wait(WAIT)
        return _doubled(request)

    desk = Desk(tmp_path, send)
    job = desk.start(6000)
    assert begun.wait(WAIT)
    desk.jobs.cancel(job, "ada")
    go_on.set()
    view = desk.ended(job)
    assert view.status is JobStatus.CANCELLED
    assert len(sent) < 3
    with pytest.raises(NotFound):
        desk.predictions.result_of(view)
    assert list(tmp_path.rglob("made-*")) == [], "half a file is no result"


def test_an_endpoint_that_answers_something_else_fails_the_file_with_its_reason(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lambda _: SimpleNamespace(body=b"1\n2\n", content_type="text/csv"))
    view = desk.ended(desk.start(10))
    assert view.status is JobStatus.FAILED
    assert view.problem is not None
    assert "2 predictions for 10 rows" in view.problem.why


def test_rows_of_a_form_count_against_the_limit_of_requests(tmp_path: Path) -> None:
    desk = Desk(tmp_path, _doubled)
    (found,) = desk.predictions.ask(Asked("e", ("predicted_label",)), [["12.5", "Ulm"]])
    assert (found.number, desk.taken) == (25.0, 1)


def test_what_was_kept_for_a_day_is_removed(tmp_path: Path) -> None:
    import os

    desk = Desk(tmp_path, _doubled)
    old = desk.predictions.keep("t.csv", [b"area,town\n1,Ulm\n2,Bonn\n"]).path
    past = time.time() - 2 * 86_400
    os.utime(old, (past, past))
    new = desk.predictions.keep("u.csv", [b"area,town\n1,Ulm\n3,Bonn\n"]).path
    assert (old.exists(), new.exists()) == (False, True)
