"""Batch transform in a browser: texts typed, a plan confirmed, the job followed to its answers; found again later."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from services.connection import sandbox_at
from services.console import Console
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.services.batch.conftest import furnish

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOWLY = 60_000


def _choose(page: Page, model: str) -> None:
    page.get_by_role("tab", name="New job", exact=True).click()
    settle(page)
    page.get_by_text("A model", exact=True).click()
    settle(page)
    box = page.get_by_role("combobox", name="Model", exact=True)
    box.fill(model)
    page.get_by_role("option", name=model, exact=True).click()
    expect(page.get_by_role("textbox", name="Job name", exact=True)).to_be_visible(timeout=SLOWLY)
    settle(page)


def _to_and_fro(page: Page) -> None:
    """What a click inside the live part leads to stands outside of it: a plan, and from the list the job."""
    page.get_by_role("button", name="Delete its answers", exact=True).click(timeout=SLOWLY)
    expect(page.get_by_role("button", name="Not now", exact=True)).to_be_visible(timeout=SLOWLY)
    settle(page)
    page.get_by_role("button", name="Not now", exact=True).click()
    expect(page.get_by_role("button", name="Not now", exact=True)).to_be_hidden(timeout=SLOWLY)
    job, address = str(page.url).partition("job=")[2], page.url
    settle(page)
    page.get_by_role("button", name="All jobs", exact=True).click()
    settle(page)
    page.get_by_role("tab", name="Jobs", exact=True).click()
    page.get_by_role("button", name=job, exact=True).click(timeout=SLOWLY)
    expect(page).to_have_url(address, timeout=SLOWLY)
    expect(page.get_by_text("What it was asked for")).to_be_visible(timeout=SLOWLY)


def test_texts_are_answered_by_a_job_that_is_followed_to_its_answers(
    tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        page = open_page(f"{url}/batch", width=1280, height=1400)
        expect(page.get_by_text("No transform job yet")).to_be_visible(timeout=SLOWLY)
        address = sandbox_child.find(home)
        assert address is not None
        furnish(Console(sandbox_at(address, owner="ada"), folder=tmp_path / "beside"))
        _choose(page, "embeds")
        page.get_by_text("Texts", exact=True).click()
        settle(page)
        page.get_by_role("textbox", name="Texts, one a line").fill("The cat sat.\nA dog barks.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("First records of texts.jsonl")).to_be_visible(timeout=SLOWLY)
        page.get_by_text("A new one for this job", exact=True).click()
        settle(page)
        picture(page, "batch-form-light")
        assert [each for each in axe.findings(page) if "What I may do" not in each] == []
        page.get_by_role("button", name="Review the plan", exact=True).click()
        start = page.get_by_role("button", name=re.compile("^Start"))
        expect(start).to_be_visible(timeout=SLOWLY)
        expect(page.get_by_text("sagemaker.create_model").first).to_be_visible(timeout=SLOWLY)
        settle(page)
        start.click()
        follow = page.get_by_role("button", name="Follow the job", exact=True)
        expect(follow).to_be_visible(timeout=SLOWLY)
        settle(page)
        follow.click()
        expect(page.get_by_text("Completed").first).to_be_visible(timeout=SLOWLY)
        expect(page).to_have_url(re.compile("job="))
        _to_and_fro(page)
        for width, scheme in ((1280, "dark"), (390, "light")):
            other = open_page(page.url, width=width, height=1400, scheme=scheme)
            expect(other.get_by_text("The cat sat.").first).to_be_visible(timeout=SLOWLY)
            settle(other)
            picture(other, f"batch-job-{scheme if width > 390 else 'phone'}")
            assert [each for each in axe.findings(other) if "What I may do" not in each] == []
            assert other.evaluate("document.documentElement.scrollWidth") <= width
