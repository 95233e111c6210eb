"""The first thing a fresh server is ever asked for goes through the main script, whatever page it is."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["deploy", "settings"])
def test_the_first_request_of_a_fresh_server_goes_through_the_main_script(
    path: str, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    with running(tmp_path / "home") as url:
        page = open_page(f"{url}/{path}")
        expect(page.get_by_role("heading", name=path.capitalize())).to_be_visible()
        expect(page.get_by_test_id("stSidebarUserContent").get_by_text("Sandbox")).to_be_visible()


def test_an_address_that_is_no_page_shows_no_file(console_url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{console_url}/page_head")
    expect(page.get_by_text("Page not found").first).to_be_visible()


def test_every_answer_carries_the_security_headers(console_url: str) -> None:
    for path in ("/", "/_stcore/health", "/_health"):
        with urlopen(f"{console_url}{path}") as answer:
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
