"""Experiments in a browser: a job followed while it trains, its leaderboard, its reports, refreshed, on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_looks import wider_than_the_screen
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
PATIENCE = 120_000  # milliseconds
TABLE = {"TargetAttributeName": "Churn?", "CompletionCriteria": {"MaxCandidates": 4}}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console whose sandbox begins to train a job on a table of customers."""
    folder = tmp_path_factory.mktemp("experiments")
    with running(folder / "home") as address:
        lab = World(sandbox_child.ensure(folder / "home")[0], folder / "lab")
        lab.train("churn", tables.churn(), {"TabularJobConfig": TABLE})
        yield str(address)


def _completed(page: Page) -> None:
    badge = page.locator(".stMarkdownBadge").filter(has_text="Completed")
    expect(badge.first).to_be_visible(timeout=PATIENCE)
    settle(page)


def test_a_job_is_followed_without_a_click_and_found_again_after_a_refresh(
    url: str, open_page: Callable[..., Page]
) -> None:  # fmt: skip
    page = open_page(f"{url}/autopilot-job?job=churn")
    expect(page.get_by_role("heading", name="churn", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Training candidates").first).to_be_visible(timeout=PATIENCE)
    _completed(page)
    expect(page.get_by_role("button", name="Stop…")).to_have_count(0, timeout=PATIENCE)
    picture(page, "experiment-progress-light")
    assert not axe.findings(page)
    page.get_by_role("tab", name="Leaderboard").click()
    expect(page).to_have_url(re.compile("tab=Leaderboard"), timeout=PATIENCE)
    expect(page.get_by_text("Measured on", exact=True)).to_be_visible(timeout=PATIENCE)
    page.reload()
    settle(page)
    expect(page.get_by_text("Measured on", exact=True)).to_be_visible(timeout=PATIENCE)
    picture(page, "experiment-leaderboard-light")
    assert not axe.findings(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_candidate_s_reports_are_drawn_and_downloaded(
    url: str, scheme: str, open_page: Callable[..., Page]
) -> None:  # fmt: skip
    page = open_page(f"{url}/autopilot-job?job=churn&tab=Candidate", height=1400, scheme=scheme)
    _completed(page)
    for heading in ("Confusion matrix", "ROC", "Precision over recall"):
        expect(page.get_by_text(heading).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("What matters to it")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".js-plotly-plot")).to_have_count(4, timeout=PATIENCE)
    settle(page)
    picture(page, f"experiment-candidate-{scheme}")
    assert not axe.findings(page)
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name="Download", exact=True).first.click()
    report = json.loads(Path(download.value.path()).read_bytes())
    assert report["binary_classification_metrics"]["confusion_matrix"]


@pytest.mark.parametrize("path", ["autopilot-jobs", "autopilot-job?job=churn", "autopilot-job?job=churn&tab=Candidate",
                                  "autopilot-job?job=churn&tab=Leaderboard"])  # fmt: skip
def test_the_pages_are_readable_on_a_phone(url: str, path: str, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{url}/{path}", width=390, height=844, scheme="dark")
    expect(page.get_by_role("heading").first).to_be_visible(timeout=PATIENCE)
    settle(page)
    picture(page, f"{re.sub('[?&=]', '-', path)}-phone")
    assert not wider_than_the_screen(page)
