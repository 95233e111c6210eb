"""Documents kept in Astra DB (the stand-in): the collection is made by a plan, and answers cite from it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, library
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import ask, deploy, go, take_down

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_documents_can_be_kept_in_astra_and_an_endpoint_opened(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with running(tmp_path / "home") as url:
        page = open_page(url, width=1440, height=1000, scheme="dark")
        deploy(page)
        go(page, "Documents")
        page.get_by_role("button", name="Options").click()
        page.get_by_role("radio", name="Astra DB").click()
        settle(page)
        page.keyboard.press("Escape")
        expect(page.get_by_text("is not in this database yet")).to_be_visible()
        page.get_by_role("button", name="Make the collection ·").click()
        field = page.locator("[data-testid=stFileUploader] input[type=file]")
        expect(field).to_be_attached(timeout=30_000)
        settle(page)
        field.set_input_files(library.files("http://127.0.0.1:9")[:2])  # type: ignore[arg-type]
        expect(page.get_by_text("2 documents")).to_be_visible(timeout=60_000)
        settle(page)
        picture(page, "astra-documents-dark")
        go(page, "Ask")
        ask(page, "What colour is the badge of a visitor?", "yellow", "security.docx")
        picture(page, "astra-answer-dark")
        delete_the_first_document(page)
        open_the_first_endpoint(page)
        take_down(page)


def delete_the_first_document(page: Page) -> None:
    go(page, "Documents")
    click_in_table(page, from_left=15)
    page.get_by_role("button", name="Delete 1").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("of 1 document will be gone")).to_be_visible()
    drawer.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 document", exact=True)).to_be_visible(timeout=20_000)
    settle(page)


def click_in_table(page: Page, *, from_left: int) -> None:
    """Click into the first row of the page's table, which is a canvas without elements."""
    table = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box
    page.mouse.move(box["x"] + from_left, box["y"] + 50)  # a button in a cell is one once it is pointed at
    page.wait_for_timeout(300)
    page.mouse.click(box["x"] + from_left, box["y"] + 50)
    settle(page)


def open_the_first_endpoint(page: Page) -> None:
    go(page, "Endpoints")
    click_in_table(page, from_left=200)
    expect(page.get_by_text("Address of its invocations")).to_be_visible()
    expect(page).to_have_url(re.compile("endpoint="))
    act(page, "Test with one small call")
    expect(page.get_by_text("Answers").first).to_be_visible(timeout=20_000)
    settle(page)
    picture(page, "endpoint-page-dark")
    assert not axe.findings(page)
    page.get_by_role("tab", name="Activity").click()
    expect(page.get_by_text("Endpoint created")).to_be_visible(timeout=20_000)
    settle(page)
    assert not axe.findings(page)
    act(page, "Delete…")
    expect(page.get_by_text("to confirm").first).to_be_visible()
    expect(page.get_by_role("button", name="Delete ·")).to_be_disabled()
    page.get_by_role("button", name="Leave it as it is").click()
    settle(page)


def act(page: Page, what: str) -> None:
    """Choose from the menu of an endpoint's page."""
    page.get_by_role("button", name="Actions").click()
    page.get_by_text(what).click()
    settle(page)
