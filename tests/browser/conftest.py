"""A real browser. Debian's Chromium where there is one, else Playwright's own; skipped, saying so, without either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.server import ROOT, running

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
SCREENSHOTS = ROOT / "build" / "screenshots"
PATIENCE = 30_000  # milliseconds for whatever is waited for: a loaded machine is no failure
TEST_SECONDS = 300.0

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed with this folder: while it is open, Playwright's event loop would be in the way of other tests' own."""
    with sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        try:
            found = playwright.chromium.launch(executable_path=path, args=QUIET)
        except Error as error:
            pytest.skip(f"no Chromium on this machine: {error.message.splitlines()[0]}")
        yield found
        found.close()


@pytest.fixture(scope="package")
def console_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One console for the tests that change nothing in it."""
    with running(tmp_path_factory.mktemp("console") / "home") as url:
        yield url


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a new window: `open_page(url, width=390, scheme="dark")`."""
    contexts = []

    def opened(url: str, *, width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        settle(page)
        return page

    yield opened
    for context in contexts:
        context.close()


def settle(page: Page, timeout: float = 60_000) -> None:
    """Wait until the page is connected and its script has finished."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=timeout)
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=timeout)


def picture(page: Page, name: str) -> None:
    """Keep a picture as build output."""
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # widgets whose code is still being fetched
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
