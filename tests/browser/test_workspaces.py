"""Notebooks and Studio in a browser: one is made, opened, stopped; a domain out of nothing, a space run and opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go
from tests.browser.test_looks import wider_than_the_screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = 60_000


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("workspaces") / "home", SAGEDECK_OWNER="ana") as url:
        yield url


def press(page: Page, name: str, *, exact: bool = True) -> None:
    settle(page)
    page.get_by_role("button", name=name, exact=exact).first.click()
    settle(page)


def fill(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Enter")
    settle(page)


def done(page: Page, verb: str) -> None:
    """Confirm the plan that stands on the page, and wait until it has run."""
    settle(page)
    page.get_by_role("button", name=re.compile(f"^{verb} ·")).click()
    expect(page).to_have_url(re.compile("run="), timeout=LONG)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_visible(timeout=LONG)
    press(page, "Close")


def opened(page: Page, button: str) -> None:
    """Ask for the link, follow it into its tab, and see that it opens no second time."""
    press(page, button)
    link = page.get_by_role("link", name="in a new tab")
    expect(link).to_be_visible(timeout=LONG)
    address = link.get_attribute("href") or ""
    with page.context.expect_page() as tab:
        link.click()
    expect(tab.value.get_by_role("heading", name="Simulated: nothing runs here")).to_be_visible(timeout=LONG)
    tab.value.goto(address)
    expect(tab.value.get_by_role("heading", name="This link has expired")).to_be_visible(timeout=LONG)
    tab.value.close()


def leased(url: str, open_page: Callable[..., Page]) -> None:
    """The page Leases with the end of the instance, on a desk and on a phone."""
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = open_page(f"{url}/leases", width=width, height=1300, scheme=scheme)
        expect(page.get_by_text("kept to by AWS")).to_be_visible(timeout=LONG)
        expect(page.get_by_role("button", name="Stop now", exact=True)).to_be_visible(timeout=LONG)
        settle(page)
        picture(page, f"leases-notebook-{scheme}")
        assert width > 390 or not wider_than_the_screen(page)
        assert not axe.findings(page)


def test_a_notebook_instance_is_made_opened_and_stopped(own_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{own_url}/notebooks", height=1200)
    expect(page.get_by_text("No notebook instance")).to_be_visible(timeout=LONG)
    press(page, "New notebook instance")
    fill(page, "Name", "my papers")
    expect(page.get_by_text("Letters without accents")).to_be_visible(timeout=LONG)
    fill(page, "Name", "papers")
    expect(page.get_by_text("Letters without accents")).to_have_count(0, timeout=LONG)
    fill(page, "Stops after hours", "8")
    picture(page, "notebooks-form-light")
    assert not axe.findings(page)
    press(page, "Review the plan")
    done(page, "Make it")
    expect(page.get_by_role("button", name="Open JupyterLab", exact=True)).to_be_visible(timeout=LONG)
    opened(page, "Open JupyterLab")
    expect(page.get_by_text("It stops in")).to_be_visible(timeout=LONG)
    picture(page, "notebooks-light")
    assert not axe.findings(page)
    leased(own_url, open_page)
    press(page, "Stop")
    done(page, "Stop")
    expect(page.get_by_role("button", name="Start…", exact=True)).to_be_visible(timeout=LONG)

    phone = open_page(f"{own_url}/notebooks", width=390, height=1400, scheme="dark")
    expect(phone.get_by_role("button", name="Start…", exact=True)).to_be_visible(timeout=LONG)
    picture(phone, "notebooks-dark-phone")
    assert not wider_than_the_screen(phone)
    assert not axe.findings(phone)


def test_a_domain_is_made_out_of_nothing_and_a_space_run_in_it(own_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{own_url}/notebooks", height=1300, scheme="dark")
    go(page, "Studio")
    expect(page.get_by_role("heading", name="Make a domain")).to_be_visible(timeout=LONG)
    picture(page, "studio-domain-dark")
    assert not axe.findings(page)
    press(page, "Review the plan")
    done(page, "Make it")
    expect(page.get_by_role("button", name="New space", exact=True)).to_be_enabled(timeout=LONG)
    press(page, "New space")
    fill(page, "Name", "lab")
    press(page, "Review the plan")
    done(page, "Make it")
    expect(page.get_by_role("button", name="Open JupyterLab", exact=True)).to_be_visible(timeout=LONG)
    opened(page, "Open JupyterLab")
    picture(page, "studio-dark")
    assert not axe.findings(page)

    phone = open_page(f"{own_url}/spaces", width=390, height=1700)
    expect(phone.get_by_role("button", name="Open JupyterLab", exact=True)).to_be_visible(timeout=LONG)
    picture(phone, "studio-light-phone")
    assert not wider_than_the_screen(phone)
    press(phone, "Delete…")
    expect(phone.get_by_text("lost for good")).to_be_visible(timeout=LONG)
    picture(phone, "studio-delete-phone")
    assert not wider_than_the_screen(phone)
