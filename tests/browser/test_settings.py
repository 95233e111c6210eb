"""The read-only switch belongs to one browser session, and stands above every page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle
from tests.browser.test_journey import go

pytestmark = pytest.mark.browser


def test_read_only_holds_for_this_browser_and_for_no_other(console_url: str, open_page: Callable[..., Page]) -> None:
    mine, other = open_page(f"{console_url}/settings"), open_page(f"{console_url}/settings")
    mine.get_by_test_id("stCheckbox").filter(has_text="Read-only").locator("label").click()
    expect(mine.get_by_test_id("stSidebar").get_by_text("Read-only")).to_be_visible()
    settle(mine)
    go(mine, "Deploy")
    mine.get_by_role("button", name="Review the plan").click()
    expect(mine.get_by_role("button", name="Deploy ·")).to_be_disabled()
    go(other, "Home")
    expect(other.get_by_test_id("stSidebar").get_by_text("Read-only")).to_have_count(0)


def test_everything_that_is_connected_can_be_tested(console_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{console_url}/settings")
    page.get_by_role("button", name="Test").nth(0).click()
    expect(page.get_by_text("SageMaker answers")).to_be_visible()
    page.get_by_role("button", name="Test").nth(1).click()
    expect(page.get_by_text("The database answers")).to_be_visible(timeout=20_000)
