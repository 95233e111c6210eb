"""A console that is killed in mid-deployment: the next one finds the run, goes on, and doubles nothing."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_killed_console_leaves_a_run_that_can_be_resumed(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    home = tmp_path / "home"
    with running(home, keep_sandbox=True) as first:
        page = open_page(f"{first}/deploy")
        page.get_by_role("button", name="Review the plan").click()
        page.get_by_role("button", name="Deploy ·").click()
        expect(page.get_by_text("Creating").first).to_be_visible(timeout=30_000)
        run = page.url.partition("?")[2]
        os.kill(first.pid, signal.SIGKILL)
    with running(home) as second:
        page = open_page(f"{second}/deploy?{run}", width=1440, height=1000)
        resume = page.get_by_role("button", name="Resume")
        expect(resume).to_be_visible(timeout=90_000)
        picture(page, "interrupted")
        resume.click()
        expect(page.get_by_text("vectors of 384 numbers")).to_be_visible(timeout=60_000)
        settle(page)
        go(page, "Home")
        expect(page.get_by_text("2 of 2")).to_be_visible()
