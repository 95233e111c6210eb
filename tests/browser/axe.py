"""axe-core, the accessibility checker, fetched by npm into build/ the first time a test needs it."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.server import ROOT

FOLDER = ROOT / "build" / "axe"
VERSION = "4.11.0"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"

# Streamlit's own, which no page can change: (rule, a part of the element's HTML).
STREAMLITS = (
    ("list", "stSidebarNav"),
    ("listitem", "stSidebarNav"),
    ("aria-allowed-attr", "stSidebarNav"),
    ("aria-required-children", "glide"),
    ("scrollable-region-focusable", "stTable"),
    ("scrollable-region-focusable", "stDataFrame"),
)


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
    """Serious and critical findings of our own making on the page as it stands, one line each."""
    page.evaluate(script())
    rules: list[dict[str, Any]] = page.evaluate("async () => (await axe.run(document)).violations")
    found = []
    for rule in rules:
        if rule["impact"] not in ("serious", "critical"):
            continue
        for node in rule["nodes"]:
            where = f"{node['html']} {node['target']}"
            if not any(rule["id"] == known and part in where for known, part in STREAMLITS):
                found.append(f"{rule['id']}: {node['html'][:160]} {node['target']}")
    return found
