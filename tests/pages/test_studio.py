"""The page Remove Studio: a domain as a tree, what a tick takes along, the plan, and what keeps what is ticked."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.catalog import CatalogService
from services.cleanup import Cleanup, CleanupRequest, CleanupState, plan_cleanup
from services.costs.billing import bill
from services.resources import PROTECTED, Holdings, Kind, Machine, Resource
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.services.cleanup.account import REGION, held, key, thing
from tests.services.cleanup.test_studio import DOMAIN, stores, studio

HOSTILE = "d-x/![x](http://evil.example/x.png) :red[x]"


def console_of(*resources: Resource, **state: Any) -> FakeConsole:
    """A console of these, with the real planner and the real bill."""
    there, console = held(*resources, **state), FakeConsole()
    catalog = CatalogService(REGION, offline=True)

    def look(request: CleanupRequest) -> Cleanup:
        return plan_cleanup(request, CleanupState(held=there, home=REGION))

    def kept(_: object = ()) -> Holdings:
        return there

    made: Any = console
    made.resources = SimpleNamespace(held=kept)
    made.cleaning = SimpleNamespace(owner="ada", look=look, forget=lambda: None)
    made.priced = lambda holdings: bill(holdings, catalog)
    return console


@pytest.fixture
def at(open_page: Open) -> AppTest:
    return open_page("costs/studio", console_of(*studio(), *stores()), "Remove Studio")


def ticked(at: AppTest) -> list[str]:
    return [box.label.rpartition(": ")[2] for box in at.checkbox if box.value]


def box(at: AppTest, words: str) -> Any:
    return next(each for each in at.checkbox if each.label.endswith(words))


def texts(at: AppTest) -> str:
    return " ".join(str(each.value).replace("\\", "") for each in at.markdown)


def test_nothing_is_ticked_at_first_and_nothing_is_offered(at: AppTest) -> None:
    assert ticked(at) == []
    assert len(at.checkbox) == 9
    assert not [each for each in at.button if each.label.startswith("Remove")]


def test_a_person_takes_their_space_and_app_along(at: AppTest) -> None:
    box(at, "User profile ana").check().run()
    assert ticked(at) == ["User profile ana", "Space lab", "App JupyterLab"]
    assert [each.value for each in at.metric if each.label == "Goes"] == ["3"]


def test_an_app_that_is_kept_keeps_what_it_needs(at: AppTest) -> None:
    next(each for each in at.button if each.label == "Tick all").click().run()
    assert len(ticked(at)) == 9
    box(at, "App JupyterLab").uncheck().run()
    left = ticked(at)
    assert "User profile ben" in left
    assert not {"User profile ana", "Space lab", "The domain itself"} & set(left)


def test_all_but_the_files_leaves_file_system_and_bucket(at: AppTest) -> None:
    next(each for each in at.button if each.label == "All but the files").click().run()
    assert [each for each in ticked(at) if each.startswith(("File", "Bucket"))] == []
    assert len(ticked(at)) == 6
    assert "its file system stays" in texts(at)


def test_why_a_ticked_part_stays_stands_at_it(open_page: Open) -> None:
    parts = [replace(each, tags={PROTECTED: "yes"}) if each.kind is Kind.SPACE else each for each in studio()]
    at = open_page("costs/studio", console_of(*parts, *stores()), "Remove Studio")
    box(at, "The domain itself").check().run()
    assert "It stays. Its tag sagedeck:protected protects it." in texts(at)


def test_machines_and_what_they_cost_stand_beside_them(open_page: Open) -> None:
    parts = [replace(each, machines=(Machine("ml.t3.medium"),)) if each.kind is Kind.APP else each for each in studio()]
    told = texts(open_page("costs/studio", console_of(*parts, *stores()), "Remove Studio"))
    assert "ml.t3.medium" in told
    assert "$0.05/h" in told


def test_without_a_domain_the_page_says_so(open_page: Open) -> None:
    assert "No Studio domain" in texts(open_page("costs/studio", console_of(), "Remove Studio"))


def test_a_hostile_name_is_only_words(open_page: Open) -> None:
    domain = thing(Kind.DOMAIN, "d-x", tags={}, about=HOSTILE)
    person = thing(Kind.USER_PROFILE, HOSTILE, key(Kind.DOMAIN, "d-x"), tags={})
    at = open_page("costs/studio", console_of(domain, person), "Remove Studio")
    shown = [each.label for each in at.checkbox] + [str(each.value) for each in at.markdown]
    assert not any("![x](" in each or " :red[x]" in each for each in shown)


def test_of_two_domains_one_is_looked_at(open_page: Open) -> None:
    at = open_page("costs/studio", console_of(*studio(), *studio("d-other")), "Remove Studio")
    assert len(at.selectbox) == 1
    assert DOMAIN in texts(at)
