"""The sandbox's page in a browser: a fault is switched on, met, told of everywhere, and switched off again."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go
from tests.browser.test_looks import wider_than_the_screen

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("sandbox-page") / "home") as url:
        yield url


def switch(page: Page, title: str) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text=title).locator("label").click()
    settle(page)


def test_a_fault_is_switched_on_met_told_of_and_switched_off(own_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{own_url}/sandbox")
    page.get_by_role("radio", name="Credentials").click()
    settle(page)
    switch(page, "Expired credentials")
    expect(page.get_by_role("heading", name="1 fault set")).to_be_visible()
    picture(page, "sandbox-fault")
    assert not axe.findings(page)
    go(page, "Endpoints")
    told = page.get_by_role("link", name="1 fault is set")
    expect(told).to_be_visible()
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("credentials")
    told.click()
    settle(page)
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("heading", name="1 fault set")).to_have_count(0)
    go(page, "Endpoints")
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_its_clock_is_put_forward_and_everything_fits_a_phone(own_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{own_url}/sandbox", width=390, height=1400)
    time = page.get_by_test_id("stMetricValue").last
    before = time.inner_text()
    page.get_by_role("button", name="Put forward 1 day").click()
    expect(time).not_to_have_text(before)
    expect(page.get_by_text("What fell due on the way has happened")).to_be_visible()
    settle(page)
    picture(page, "sandbox-tall-phone")
    assert not wider_than_the_screen(page)


def test_it_is_filled_looked_at_and_emptied_with_the_keyboard(own_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{own_url}/sandbox", width=1440, height=1200, scheme="dark")
    page.get_by_role("button", name="Fill with a demo account").press("Enter")
    expect(page.get_by_text("Filled: 40 endpoints")).to_be_visible(timeout=60_000)
    settle(page)
    picture(page, "sandbox-filled-dark")
    assert not axe.findings(page)
    page.get_by_role("link", name="Look at the endpoints").press("Enter")
    expect(page.get_by_text("40 endpoints · ")).to_be_visible()
    go(page, "Take down")
    expect(page.get_by_text("40 endpoints here are not yours")).to_be_visible()
    page.get_by_role("link", name="Empty the whole sandbox").click()
    settle(page)
    page.get_by_role("button", name="Empty it").press("Enter")
    page.get_by_label("Type empty to confirm").fill("empty")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The sandbox is empty.")).to_be_visible()
    expect(page.get_by_role("button", name="Fill with a demo account")).to_be_visible()
