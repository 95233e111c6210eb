"""The page Models in a browser, beside a trivial Streamlit page of the same run: opened once warm, and a click in it.

    python -m benchmarks.catalog_page [--visits 15] [--clicks 30]

Opened: from the navigation's start until the table of models is in the document, browser's cache and server warm.
A click: from the click's own time stamp until the new count of models is in the document (see benchmarks.browsing).
The trivial pages: one title to open, one button to press.
"""

from __future__ import annotations

import argparse
import time
from itertools import cycle, islice

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.browsing import browser, open_page, press, settle
from benchmarks.harness import APPS, Report, percentile, serving
from benchmarks.rerun import TEXT

MOST_TIMES = 1.2
BETWEEN_MILLISECONDS = 500
TABLE = f"document.querySelector('[data-testid=stDataFrame] canvas') && {TEXT}.includes('1,102 models')"
COUNT = "[...document.querySelectorAll('[data-testid=stMain] p')].some(e => e.textContent === '%s')"
CLICKS = (
    ("text=Deployable now", COUNT % "193 models"),
    ("text=Deployable now", COUNT % "1,102 models"),
)
# when `test` first holds, in milliseconds since the navigation began
ARRIVAL = """
new Promise((resolve) => {
  const holds = new Function('return (' + %r + ')');
  const look = () => {
    try { if (holds()) { resolve(performance.now()); return true; } } catch (error) { /* not there yet */ }
    return false;
  };
  if (look()) return;
  const watch = new MutationObserver(() => { if (look()) watch.disconnect(); });
  watch.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
})
"""


def opened(context: BrowserContext, url: str, test: str) -> float:
    """Milliseconds from the navigation's start until `test` held, in a new tab of a browser that was here before."""
    page = context.new_page()
    page.add_init_script(f"window.arrived = {ARRIVAL % test};")
    page.goto(url, wait_until="commit")
    found = float(page.evaluate("() => window.arrived"))
    page.close()
    return found


def visits(window: Browser, places: tuple[tuple[str, str], ...], count: int) -> list[list[float]]:
    """Milliseconds of each visit to each place, one after the other, so that both meet the same machine."""
    contexts = [window.new_context(viewport={"width": 1280, "height": 900}) for _ in places]
    times: list[list[float]] = [[] for _ in places]
    for number in range(count + 2):
        for context, (url, test), found in zip(contexts, places, times, strict=True):
            value = opened(context, url, test)
            if number >= 2:  # the first two fill the caches
                found.append(value)
            time.sleep(BETWEEN_MILLISECONDS / 1000)
    return times


def clicks(page: Page, targets: tuple[tuple[str, str], ...], count: int) -> list[float]:
    """Milliseconds of each click until its new content was in the document."""
    times = []
    for selector, test in islice(cycle(targets), count + 4):
        settle(page)
        page.wait_for_timeout(BETWEEN_MILLISECONDS)
        times.append(press(page, selector, test)[0])
    return times[4:]


def main() -> int:
    """Print the figures; 0 if both take at most 1.2 times what the trivial page takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--visits", type=int, default=15)
    parser.add_argument("--clicks", type=int, default=30)
    asked, report = parser.parse_args(), Report()
    with browser() as window, serving() as console, serving(APPS / "hello.py") as hello:
        places = (
            (f"{console.url}/models", TABLE),
            (f"{console.url}/activity", f"{TEXT}.includes('Nothing was done yet')"),
            (hello.url, f"{TEXT}.includes('Hello')"),
        )
        models, empty, trivial = (percentile(times, 0.5) for times in visits(window, places, asked.visits))
        report.figure("opening Models, warm: p50", models, "ms")
        report.figure("    an empty page of this console (Activity)", empty, "ms")
        report.figure("    a page of one title", trivial, "ms")
        report.figure("    times as long as the latter", models / trivial, "", MOST_TIMES)
        page = open_page(window, f"{console.url}/models")
        pressed = clicks(page, CLICKS, asked.clicks)
        page.context.close()
    with browser() as window, serving(APPS / "counter.py") as counter:
        page = open_page(window, counter.url)
        beside = []
        for number in range(1, asked.clicks + 1):
            settle(page)
            page.wait_for_timeout(BETWEEN_MILLISECONDS)
            beside.append(press(page, "role=button[name='More']", f"{TEXT}.includes('number {number}')")[0])
    report.figure("a filter chosen, until the new count: p50", percentile(pressed, 0.5), "ms")
    report.figure("    a page of one button", percentile(beside, 0.5), "ms")
    report.figure("    times as long", percentile(pressed, 0.5) / percentile(beside, 0.5), "", MOST_TIMES)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
