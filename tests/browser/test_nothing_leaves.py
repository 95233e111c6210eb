"""Nothing in a document or an answer makes the browser call a foreign address, or puts a link on the page."""

from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hostile import listening
from tests.browser.server import running

pytestmark = pytest.mark.browser
APP = Path(__file__).parent / "hostile_app.py"


@pytest.mark.parametrize("query", ["?raw=1", ""])
def test_hostile_words_cause_no_foreign_request(query: str, tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with listening() as listener:
        root = str(APP.parent.parent.parent)
        with running(tmp_path / "home", script=APP, HOSTILE_URL=listener.url, PYTHONPATH=root) as url:
            page = open_page(f"{url}/{query}")
            expect(page.get_by_role("heading", name="All shown")).to_be_visible()
            page.wait_for_load_state("networkidle")
            links = page.locator(f"a[href^='{listener.url}']").count()
            images = page.locator(f"img[src^='{listener.url}']").count()
        assert listener.paths == []
        if not query:
            assert (links, images) == (0, 0)
        urlopen(f"{listener.url}/proof").close()
        assert listener.paths == ["/proof"]  # the listener did listen
