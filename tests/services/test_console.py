"""The Console: rooms made once, reads shared by identity only, and what one owner keeps stays theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from services.connection import sandbox_at
from services.console import Console
from services.errors import InvalidRequest, NotFound
from services.plans import RunStatus
from services.rooms import once
from tests.pages.fake_console import endpoint
from tests.sandbox.server import start_sandbox


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with start_sandbox() as url:
        yield url


@pytest.fixture
def ana(url: str, home: Path) -> Console:
    return Console(sandbox_at(url, owner="ana"), folder=home)


@pytest.fixture
def bob(url: str, home: Path) -> Console:
    return Console(sandbox_at(url, owner="bob"), folder=home)


def test_a_room_is_made_once_even_when_many_ask_at_once(ana: Console) -> None:
    with ThreadPoolExecutor(8) as pool:
        rooms = list(pool.map(lambda _: ana.catalog, range(32)))
    assert len({id(room) for room in rooms}) == 1


def test_two_identities_never_share_a_read(ana: Console, bob: Console) -> None:
    assert ana.cached(("endpoints",), 60, lambda: "hers") == "hers"
    assert bob.cached(("endpoints",), 60, lambda: "his") == "his"
    ana.refresh()
    assert ana.cached(("endpoints",), 60, lambda: "fresh") == "fresh"
    assert bob.cached(("endpoints",), 60, lambda: "other") == "his"


def test_runs_jobs_and_documents_of_one_owner_are_not_another_owners(ana: Console, bob: Console) -> None:
    run = ana.runs.start(ana.access.plan_role(ana.access.request("sagedeck-test-of-owners")))
    assert ana.runs.wait(run, 20).status is RunStatus.DONE
    assert [view.id for view in ana.runs.list()] == [run]
    assert bob.runs.list() == ()
    job = ana.jobs.start("ingest", ana.owner, "Read", lambda handle: None)
    assert bob.jobs.view(job, bob.owner) is None
    assert bob.knowledge.documents() == ()


def test_a_run_belongs_to_its_region_so_that_it_is_never_resumed_or_undone_in_another(
    ana: Console, url: str, home: Path
) -> None:
    run = ana.runs.start(ana.access.plan_role(ana.access.request("sagedeck-test-of-regions")))
    assert ana.runs.wait(run, 20).status is RunStatus.DONE
    elsewhere = Console(sandbox_at(url, owner="ana", region="eu-west-1"), folder=home)
    assert elsewhere.owner == ana.owner
    assert elsewhere.runs.list() == ()
    with pytest.raises(NotFound):
        elsewhere.runs.undo(run)


def test_the_usual_pair_needs_no_licence(ana: Console) -> None:
    models = [ana.catalog.describe_model(each) for each in ana.usual_pair()]
    assert [model.task for model in models] == ["text-embedding", "text-generation"]
    assert not any(model.eula for model in models)


def test_an_asynchronous_endpoint_is_refused_in_words_before_it_is_called(
    ana: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = replace(endpoint("calls", "text-generation"), asynchronous=True)
    monkeypatch.setattr(ana, "detail", lambda name: calls)
    with pytest.raises(InvalidRequest, match="asynchronous"):
        ana.smoke_test("calls")


def test_without_endpoints_there_is_no_pair(ana: Console) -> None:
    assert ana.pair() is None


def test_what_all_share_may_need_another_shared_thing_while_it_is_made() -> None:
    def made() -> str:
        return once(("outer", made), lambda: once(("inner", made), lambda: "made"))

    thread = threading.Thread(target=made, daemon=True)  # so that a deadlock fails here and does not hang
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert made() == "made"
