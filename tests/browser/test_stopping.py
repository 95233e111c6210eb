"""A stop keeps what had arrived; so does a click elsewhere in mid-answer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.server import ROOT, running

pytestmark = pytest.mark.browser
APP = Path(__file__).parent / "slow_app.py"


@pytest.fixture(scope="module")
def slow_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("slow") / "home", script=APP, PYTHONPATH=str(ROOT)) as url:
        yield url


def begin(page: Page) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill("Tell me all.")
    field.press("Enter")
    expect(page.get_by_text("word3 ")).to_be_visible()


def test_a_stop_keeps_the_partial_answer(slow_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(slow_url)
    begin(page)
    page.get_by_test_id("stChatInput").get_by_role("button").click()
    settle(page)
    expect(page.get_by_text("word3 ")).to_be_visible()
    page.get_by_role("button", name="Look again").click()
    settle(page)
    expect(page.get_by_text("word3 ")).to_be_visible()
    expect(page.get_by_text("What had arrived is kept")).to_be_visible()
    assert page.get_by_text("word399").count() == 0


def test_a_click_in_mid_answer_keeps_what_had_arrived(slow_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(slow_url)
    begin(page)
    page.get_by_role("button", name="Look again").click()
    settle(page)
    expect(page.get_by_text("word3 ")).to_be_visible()
    expect(page.get_by_text("What had arrived is kept")).to_be_visible()
