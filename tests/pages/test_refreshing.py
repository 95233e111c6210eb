"""The settings' section on prices and lists: what is used, from when, and renewing it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from services.catalog.refreshing import DataSet
from services.jobs import JobStatus, JobView
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole

OBJECTION = {
    "what": "What was read is not plausible.",
    "why": "3 prices of Hosting instead of 180.",
    "next": "",
    "kind": "",
}


def job(result: dict[str, Any] | None, status: JobStatus = JobStatus.DONE) -> JobView:
    return JobView(
        id="j", kind="refresh", owner="me", title="Renew prices", status=status, progress=0.3, detail="Hosting",
        facts={}, payload={"name": "prices", "region": "us-east-1"}, result=result, problem=None,
        started=1.0, ended=2.0,
    )  # fmt: skip


def console(*jobs: JobView) -> tuple[FakeConsole, list[Callable[[Any], Any]]]:
    made, started = FakeConsole(), list[Callable[[Any], Any]]()

    def start(kind: str, owner: str, title: str, work: Callable[[Any], Any], **more: Any) -> str:
        started.append(work)
        return "j"

    made.jobs = SimpleNamespace(
        list=lambda *_, **__: jobs, view=lambda *_: jobs[0] if jobs else None, cancel=lambda *_: None, start=start
    )
    return made, started


def test_each_data_set_tells_its_rows_source_and_date(open_page: Open) -> None:
    at = open_page("settings", console()[0], "Settings")
    words = " ".join(each.value for each in at.markdown)
    assert "Instance hours, by use" in words
    assert "snapshot of 2026" in words
    assert all(at.button(key=f"refresh.{name}") for name in DataSet)


def test_renewing_goes_on_in_the_background_and_what_fails_is_its_result(open_page: Open) -> None:
    made, started = console()
    at = open_page("settings", made, "Settings")
    at.button(key="refresh.prices").click().run()
    assert not at.exception
    (work,) = started
    told: list[str] = []
    handle = SimpleNamespace(checkpoint=lambda: None, report=lambda share, words: told.append(words))
    result = work(handle)
    assert told == ["Hosting in us-east-1"]
    assert result["done"] is False
    assert "does not answer" in result["problem"]["what"]


def test_what_was_refused_says_why_and_can_be_taken_all_the_same(open_page: Open) -> None:
    refused = {"done": False, "before": 180, "after": 180, "refused": ["fewer"], "problem": OBJECTION}
    made, started = console(job(refused))
    at = open_page("settings", made, "Settings")
    assert any("3 prices of Hosting" in each.value for each in at.error)
    button = at.button(key="refresh.accept.prices")
    assert "more than a quarter fewer rows" in button.help
    button.click().run()
    assert len(started) == 1


def test_a_renewal_under_way_is_shown_and_not_started_twice(open_page: Open) -> None:
    at = open_page("settings", console(job(None, JobStatus.RUNNING))[0], "Settings")
    assert at.button(key="refresh.prices").disabled
    assert any("Renew prices" in each.value for each in at.markdown)


def test_what_was_renewed_tells_rows_before_and_now(open_page: Open) -> None:
    done = {"done": True, "before": 180, "after": 191, "refused": [], "problem": None}
    at = open_page("settings", console(job(done))[0], "Settings")
    assert any("180 rows before, 191 now" in each.value for each in at.success)
