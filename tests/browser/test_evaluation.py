"""Questions made of the documents, a grid, a run, its results, and the best of it in use. In the sandbox."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, library
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import deploy, go

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def drawn(page: Page) -> None:
    """Wait for the code of tables and charts, which a busy machine is slow to fetch."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)


def test_a_setting_is_found_by_measurement_and_used(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with running(tmp_path / "home") as url:
        page = open_page(url)
        deploy(page, reload=False)
        go(page, "Documents")
        files = [each for each in library.files(url) if each["name"] != "scan.pdf"]
        page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(files)  # type: ignore[arg-type]
        expect(page.get_by_text("5 documents", exact=True)).to_be_visible(timeout=60_000)
        settle(page)
        go(page, "Evaluation")
        page.get_by_role("button", name="Make questions").click()
        page.get_by_role("button", name="Keep this version").click(timeout=30_000)
        settle(page)
        page.get_by_role("button", name="Choose settings").click()
        expect(page.get_by_text("6 settings")).to_be_visible(timeout=30_000)
        settle(page)
        drawn(page)
        picture(page, "evaluation-settings")
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_role("button", name="See the results").click(timeout=60_000)
        expect(page.get_by_text("is first")).to_be_visible()
        settle(page)
        drawn(page)
        page.set_viewport_size({"width": 390, "height": 900})
        picture(page, "evaluation-results-phone")
        page.set_viewport_size({"width": 1280, "height": 900})
        picture(page, "evaluation-results")
        page.get_by_role("button", name="Use this setting").click()
        expect(page.get_by_text("Documents added from now on are cut")).to_be_visible()
        expect(page.get_by_test_id("stToast")).to_have_count(0, timeout=30_000)  # Streamlit gives it no name
        assert axe.findings(page) == []
