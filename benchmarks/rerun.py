"""From a click to the new content, in a browser: the console's heaviest pages, beside a page of one button.

    python -m benchmarks.rerun [--clicks 60]

Clicks come half a second apart, as a person's do. Measured inside the page, from the click's own time stamp to the
change of the document, and to the frame that shows it. A pair is deployed, so the tables have rows.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import cycle, islice

from playwright.sync_api import Browser, Page

from benchmarks.browsing import browser, open_page, press, settle
from benchmarks.harness import APPS, Report, deploy_pair, percentile, serving

MOST_MILLISECONDS = 60.0
BETWEEN_MILLISECONDS = 500
TEXT = "document.querySelector('[data-testid=stMain]').textContent"
BOXES = "document.querySelectorAll('[data-testid=stMain] [data-testid=stSelectbox]').length"
CARDS = "document.querySelectorAll('[data-testid=stMain] [class*=-card]').length"
MODE = "document.querySelector('[data-testid=stMain] [class*=one-mode]')"


@dataclass(frozen=True, slots=True)
class Clicks:
    """Targets clicked on in turn; each with the JavaScript expression that holds once its new content is there."""

    name: str
    path: str
    targets: tuple[tuple[str, str], ...]
    target_ms: float | None = None


CONSOLE = (
    Clicks(
        "Deploy: own role, other role (same form)",
        "/deploy",
        (
            ("role=radio[name='One that exists']", f"{BOXES} === 5"),
            ('role=radio[name="The console\'s own"]', f"{TEXT}.includes('least privilege')"),
        ),
        MOST_MILLISECONDS,
    ),
    Clicks(
        "Deploy: a pair, one model (another form, its widgets new)",
        "/deploy",
        (
            ("role=radio[name='One model']", MODE),
            ("role=radio[name='A pair for documents']", f"{CARDS} === 2"),
        ),
        MOST_MILLISECONDS,
    ),
    Clicks(
        "Endpoints, Deploy (another page)",
        "/endpoints",
        (
            ("role=link[name='Deploy']", f"{TEXT}.includes('least privilege')"),
            ("role=link[name='Endpoints']", f"{TEXT}.includes('2 endpoints')"),
        ),
    ),
)


def measure(page: Page, clicks: Clicks, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each click: until the new content was in the document, and until it was painted."""
    there, painted = [], []
    for selector, _ in clicks.targets:  # the first time, what the page draws with is still being fetched
        page.locator(selector).click()
        page.wait_for_timeout(2 * BETWEEN_MILLISECONDS)
    for selector, test in islice(cycle(clicks.targets), count):
        settle(page)
        page.wait_for_timeout(BETWEEN_MILLISECONDS)
        once, shown = press(page, selector, test)
        there.append(once)
        painted.append(shown)
    return there, painted


def counter(page: Page, count: int) -> tuple[list[float], list[float]]:
    """The same of the page of one button, whose expected text is another each time."""
    there, painted = [], []
    for number in range(1, count + 1):
        settle(page)
        page.wait_for_timeout(BETWEEN_MILLISECONDS)
        once, shown = press(page, "role=button[name='More']", f"{TEXT}.includes('number {number}')")
        there.append(once)
        painted.append(shown)
    return there, painted


def _say(report: Report, name: str, values: tuple[list[float], list[float]], target: float | None) -> None:
    there, painted = values
    report.figure(f"{name}: p50", percentile(there, 0.5), "ms", target)
    report.figure("    p95", percentile(there, 0.95), "ms")
    report.figure("    painted, p50", percentile(painted, 0.5), "ms")


def _visit(window: Browser, url: str, clicks: Clicks, count: int) -> tuple[list[float], list[float]]:
    page = open_page(window, url + clicks.path)
    page.locator(clicks.targets[0][0]).wait_for()
    page.wait_for_timeout(1000)
    values = measure(page, clicks, count)
    page.context.close()
    return values


def main() -> int:
    """Print the figures; 0 if each p50 on the heaviest page is at most 60 ms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clicks", type=int, default=60)
    count, report = parser.parse_args().clicks, Report()
    with browser() as window:
        with serving() as served:
            deploy_pair(served.home)
            for clicks in CONSOLE:
                _say(report, clicks.name, _visit(window, served.url, clicks, count), clicks.target_ms)
        with serving(APPS / "counter.py") as served:
            page = open_page(window, served.url)
            _say(report, "a page of one button", counter(page, count), None)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
