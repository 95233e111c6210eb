"""axe-core, the accessibility checker, fetched by npm into build/ the first time a test needs it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from playwright.sync_api import Page

from tests.browser.server import ROOT

FOLDER = ROOT / "build" / "axe"
VERSION = "4.11.0"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"

LOOKS, BETWEEN_LOOKS = 8, 500  # and milliseconds

# Streamlit's own, which no page can change: (rule, where). The items of a sectioned navigation are not in a list; the
# sparkline of a metric has marks without a title; a toast is named by an element that is not there.
STREAMLITS = (
    ("list", "[data-testid=stSidebarNav]"),
    ("listitem", "[data-testid=stSidebarNav]"),
    ("svg-img-alt", "[data-testid=stMetric]"),
    ("aria-dialog-name", "[data-testid=stToast]"),
)
RUN = """async (known) => (await axe.run(document)).violations
  .filter(rule => ['serious', 'critical'].includes(rule.impact))
  .flatMap(rule => rule.nodes
    .filter(node => !known.some(
      ([id, where]) => id === rule.id && document.querySelector(node.target[0])?.closest(where)))
    .map(node => `${rule.id}: ${node.html.slice(0, 200)} (${(node.any[0] || {}).message || ''})`))"""


def script() -> str:
    """The checker's source; the test is skipped, saying so, where npm cannot fetch it."""
    if not SCRIPT.exists():
        if shutil.which("npm") is None:
            pytest.skip("axe-core needs npm, which is not here")
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"axe-core@{VERSION}"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=90, check=False)
        if done.returncode:
            pytest.skip(f"npm could not fetch axe-core: {done.stderr.strip().splitlines()[-1:]}")
    return SCRIPT.read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """Serious and critical findings of our own making on the page once it stands still, one line each.

    While Streamlit draws anew, what was there before is paled, and a popover fades in: only what stays is found.
    """
    page.evaluate(script())
    found: list[str] = []
    for _ in range(LOOKS):
        found = page.evaluate(RUN, STREAMLITS)
        if not found:
            break
        page.wait_for_timeout(BETWEEN_LOOKS)
    return found
