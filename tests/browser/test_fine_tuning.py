"""A model tuned on the sample in the sandbox: planned, trained, followed, deployed, compared with its base."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services.connection import sandbox_at
from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.sandbox_child import find
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.services.endpoints.flows import done

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

BASE = "huggingface-llm-falcon-7b-instruct-bf16"
LONG = 60_000


def drawn(page: Page) -> None:
    """Wait for the code of tables and charts, which a busy machine is slow to fetch."""
    settle(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=LONG)


def in_every_size(open_page: Callable[..., Page], url: str, name: str) -> None:
    """Pictures on a desk and on a phone, light and dark, and what the accessibility checker finds on each."""
    for scheme in ("light", "dark"):
        for width, which in ((1280, ""), (390, "-phone")):
            page = open_page(url, width=width, height=1100, scheme=scheme)
            drawn(page)
            picture(page, f"{name}{which}{'-dark' if scheme == 'dark' else ''}")
            assert axe.findings(page) == []
            page.close()


def base_deployed(url: str, home: Path) -> None:
    """Put the base model beside it, as one who compares has."""
    console = Console(sandbox_at(url, owner="ada"), folder=home)
    request = DeployRequest(
        source=CatalogSource(model_id=BASE), endpoint_name="base-model", instance_type="ml.g5.2xlarge",
        role=console.access.request(), owner="ada",
    )  # fmt: skip
    done(console, console.deploy.plan_deploy(request))


def test_a_model_is_tuned_and_compared_with_its_base(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        page = open_page(f"{url}/fine-tune?model={BASE}")
        page.get_by_text("A sample", exact=True).click()
        page.get_by_role("button", name="Take the sample").click()
        expect(page.get_by_text("The template does not use topic.")).to_be_visible(timeout=LONG)
        expect(page.get_by_role("heading", name="What it may cost")).to_be_visible(timeout=LONG)
        in_every_size(open_page, page.url, "fine-tune-form")
        page.get_by_role("button", name="Review the plan").click()
        page.get_by_role("button", name="Train ·").click(timeout=LONG)
        page.get_by_role("button", name="Follow the training").click(timeout=LONG)
        expect(page.get_by_text("Billed", exact=True)).to_be_visible(timeout=2 * LONG)  # no longer "Billed so far"
        expect(page.get_by_text("Validation loss").first).to_be_visible(timeout=LONG)
        in_every_size(open_page, page.url, "fine-tune-job")
        sandbox = find(home)
        assert sandbox
        base_deployed(sandbox, tmp_path / "other")
        page.reload()
        drawn(page)
        page.get_by_role("tab", name="Use it").click()
        expect(page.get_by_role("button", name="Review the plan")).to_be_visible(timeout=LONG)
        drawn(page)
        page.get_by_role("button", name="Review the plan").click(timeout=LONG)
        page.get_by_role("button", name="Deploy ·").click(timeout=LONG)
        page.get_by_role("button", name="Back to the training").click(timeout=2 * LONG)
        page.get_by_role("tab", name="Use it").click()
        page.get_by_role("link", name="Compare with the base model").click(timeout=LONG)
        box = page.get_by_test_id("stChatInputTextArea")
        expect(box).to_be_visible(timeout=LONG)
        settle(page)
        box.fill("Where is my kettle? I ordered it 3 days ago and it has not come.")
        box.press("Enter")
        expect(page.get_by_text("Your kettle left our warehouse").first).to_be_visible(timeout=LONG)
        expect(page.get_by_text("nothing was learned").first).to_be_visible(timeout=LONG)
        settle(page)
        picture(page, "fine-tune-compared")
