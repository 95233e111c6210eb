"""Every page, light and dark, wide and on a phone: accessible, and no wider than the screen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle

pytestmark = pytest.mark.browser
PAGES = [
    "",
    "models",
    "deploy",
    "endpoints",
    "documents",
    "ask",
    "chat",
    "activity",
    "bill",
    "access",
    "savings",
    "take_down",
    "settings",
    "sandbox",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_serious_accessibility_finding(
    path: str, scheme: str, console_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{console_url}/{path}", width=1440, height=1000, scheme=scheme)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    picture(page, f"{path or 'home'}-{scheme}")
    assert not axe.findings(page)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_readable_on_a_phone(path: str, console_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{console_url}/{path}", width=390, height=844)
    expect(page.get_by_role("heading").first).to_be_visible()
    picture(page, f"{path or 'home'}-phone")
    assert not wider_than_the_screen(page)


def test_a_plan_is_readable_on_a_phone_and_accessible(console_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{console_url}/deploy", width=390, height=844)
    page.get_by_role("button", name="Review the plan").click()
    expect(page.get_by_role("button", name="Deploy ·")).to_be_visible()
    settle(page)
    page.get_by_text("sagemaker.create_model").first.scroll_into_view_if_needed()
    picture(page, "plan-phone")
    assert not wider_than_the_screen(page)
    assert not axe.findings(page)


def wider_than_the_screen(page: Page) -> list[str]:
    """The elements that stand out at the right, but for those that scroll by themselves."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stMainBlockContainer] *')]"
        ".filter(e => e.getBoundingClientRect().right > 391 && getComputedStyle(e).overflowX === 'visible'"
        " && !e.closest('[data-testid=stDataFrame],[data-testid=stTable],[data-testid=stCode],[data-testid=stTabs]'))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    return found
