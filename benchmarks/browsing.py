"""The browser of the measurements: Chromium as the browser tests use it, and a stop-watch that runs inside the page.

The stop-watch listens for the click and watches the document change, so nothing of Playwright is in the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM, QUIET, settle

__all__ = ["browser", "open_page", "press", "settle"]

# window.stopwatch(test): from the next click until `test` holds, looked at after each change of the document. Resolves
# to [milliseconds until the document had it, milliseconds until a frame with it was handed to the compositor].
STOPWATCH = """
window.stopwatch = (source) => new Promise((resolve) => {
  const holds = new Function('return (' + source + ')');
  let clicked = 0;
  document.addEventListener('click', (event) => { clicked = event.timeStamp; }, {capture: true, once: true});
  const watch = new MutationObserver(() => {
    if (!clicked || !holds()) return;
    watch.disconnect();
    const there = performance.now() - clicked;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => resolve([there, performance.now() - clicked]);
      channel.port2.postMessage(0);
    });
  });
  watch.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
});
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window; already warm, so that its own start is in no figure."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=QUIET)
        page = found.new_page()
        page.goto("about:blank")
        page.close()
        try:
            yield found
        finally:
            found.close()


def open_page(browser: Browser, url: str, *, wait: bool = True) -> Page:
    """A window of its own at `url`, with the stop-watch in it; settled unless `wait` is False."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    page.add_init_script(STOPWATCH)
    page.goto(url, wait_until="commit")
    if wait:
        settle(page)
    return page


def press(page: Page, selector: str, test: str) -> tuple[float, float]:
    """Click on `selector`; milliseconds until the JavaScript expression `test` held, and until that was painted."""
    page.evaluate("(source) => { window.measured = window.stopwatch(source); }", test)
    page.locator(selector).click()
    there, painted = page.evaluate("() => window.measured")
    return float(there), float(painted)
