"""A run is followed across a reload and in another browser; its end is told on whatever page one is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sandbox.faults import Kind
from services import sandbox_child
from services.sandbox_control import SandboxControl
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def begin(page: Page, home: Path) -> None:
    """Deploy a pair that takes half a minute longer to come up."""
    page.get_by_role("button", name="Review the plan").click()
    expect(page.get_by_role("button", name="Deploy ·")).to_be_enabled(timeout=30_000)
    sandbox = sandbox_child.find(home)
    assert sandbox
    SandboxControl(sandbox).set_fault(Kind.SLOW_START, value=2400.0)
    page.get_by_role("button", name="Deploy ·").click()
    expect(page).to_have_url(re.compile(r"run="))


def stages(page: Page) -> None:
    """Both endpoints of the pair show their stages."""
    expect(page.get_by_text("Asking for instances", exact=False)).not_to_have_count(0, timeout=30_000)
    expect(page.get_by_text("Log of the container")).to_have_count(2)


def test_a_run_is_found_again_by_a_reload_and_by_another_browser_and_its_end_is_told(
    tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    home = tmp_path / "home"
    with running(home, SAGEDECK_OWNER="ana") as url:
        page = open_page(f"{url}/deploy", width=1440, height=1200)
        begin(page, home)
        stages(page)
        page.reload()
        stages(page)
        expect(page).to_have_title(re.compile(r"\(1\)"))
        picture(page, "followed")
        assert not axe.findings(page)
        other = open_page(url, width=390, height=900)
        other.get_by_role("link", name="Follow").click()
        stages(other)
        expect(other.get_by_text("Starting container").first).to_be_visible(timeout=60_000)
        picture(other, "followed-phone")
        go(page, "Activity")
        expect(page.get_by_role("region", name="Runs and jobs, newest first")).to_be_visible()
        go(page, "Settings")
        toast = page.get_by_test_id("stToast")
        expect(toast).to_contain_text("Done after", timeout=60_000)
        settle(page)
        expect(page).to_have_title("Sagedeck")
