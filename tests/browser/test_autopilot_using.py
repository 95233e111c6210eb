"""A trained job's candidate is deployed without machines, asked, swept, and predicts a file and a table in S3."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.sandbox.tabular import tables
from tests.services.autopilot.using.world import BUCKET, World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
LONG = 120_000  # milliseconds, on a machine that does much else
TABLE = {"TargetAttributeName": "Churn?", "CompletionCriteria": {"MaxCandidates": 1}}


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()
    settle(page)


def test_a_candidate_is_deployed_asked_and_predicts_tables(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        lab = World(sandbox_child.ensure(home)[0], tmp_path / "lab")
        lab.train("churn", tables.churn(), {"TabularJobConfig": TABLE})
        lab.trained("churn")
        lab.s3.put_object(Bucket=BUCKET, Key="new/customers.csv", Body=tables.as_csv(*tables.churn(80, seed=7)))
        page = open_page(f"{url}/autopilot-job?job=churn&tab=Deploy", width=1280, height=1400)
        deploys(page)
        asks(page)
        predicts_a_file(page, tmp_path)
        predicts_in_s3(page)
        for width, scheme in ((1280, "dark"), (390, "light")):
            other = open_page(f"{url}/autopilot-job?job=churn&tab=Predict", width=width, height=1400, scheme=scheme)
            other.get_by_role("button", name="Predict", exact=True).click()
            expect(other.get_by_role("group", name="Probabilities")).to_be_visible(timeout=LONG)
            settle(other)
            picture(other, f"autopilot-predict-{scheme}-{width}")
            assert other.evaluate("document.documentElement.scrollWidth") <= width


def deploys(page: Page) -> None:
    """Serverless, by its plan, until it is in service."""
    expect(page.get_by_text("Deploy a candidate", exact=True)).to_be_visible(timeout=LONG)
    page.get_by_text("Serverless", exact=True).first.click()
    settle(page)
    picture(page, "autopilot-deploy")
    assert axe.findings(page) == []
    page.get_by_role("button", name="Review the plan").click()
    confirm = page.get_by_role("button", name=re.compile("^Deploy ·"))
    expect(confirm).to_be_enabled(timeout=LONG)
    settle(page)
    picture(page, "autopilot-deploy-plan")
    confirm.click()
    expect(page).to_have_url(re.compile("used="))
    expect(page.get_by_text("It answers now", exact=False)).to_be_visible(timeout=LONG)


def asks(page: Page) -> None:
    """One row, then a sweep over one of its columns."""
    tab(page, "Predict")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.get_by_role("group", name="Probabilities")).to_be_visible(timeout=LONG)
    page.get_by_text("What if one column were different?", exact=True).click()
    page.get_by_role("button", name="Try its values").click()
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "autopilot-what-if")
    assert axe.findings(page) == []


def predicts_a_file(page: Page, folder: Path) -> None:
    """One that lacks a column is refused, one in another order predicted and measured."""
    head, rows = tables.churn(60, seed=3)
    (folder / "bad.csv").write_bytes(tables.as_csv(head[:3], [row[:3] for row in rows]))
    (folder / "new.csv").write_bytes(tables.as_csv(head[::-1], [row[::-1] for row in rows]))
    page.get_by_text("A file", exact=True).click()
    settle(page)
    chooser = page.locator("[data-testid=stFileUploader] input[type=file]")
    chooser.set_input_files(folder / "bad.csv")
    expect(page.get_by_text("The file lacks columns joined, minutes.", exact=False)).to_be_visible(timeout=LONG)
    chooser.set_input_files(folder / "new.csv")
    expect(page.get_by_text("All columns are there", exact=False)).to_be_visible(timeout=LONG)
    page.get_by_role("button", name=re.compile("^Predict the file")).click()
    expect(page.get_by_text("Measured against the file's own target")).to_be_visible(timeout=LONG)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download 60 predictions").click()
    lines = Path(str(download.value.path())).read_text().splitlines()
    assert len(lines) == 61
    assert lines[0].startswith("Churn?,minutes,joined,Int'l Plan,plan,age,prediction,probability,")
    settle(page)
    picture(page, "autopilot-file")


def predicts_in_s3(page: Page) -> None:
    """A transform job from its plan to its answers."""
    page.get_by_text("Batch in S3", exact=True).click()
    settle(page)
    page.get_by_role("textbox", name="Table in S3").fill(f"s3://{BUCKET}/new/customers.csv")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All columns are there", exact=False)).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Review the plan").click()
    confirm = page.get_by_role("button", name=re.compile("^Start ·"))
    expect(confirm).to_be_enabled(timeout=LONG)
    settle(page)
    picture(page, "autopilot-batch-plan")
    confirm.click()
    fetch = page.get_by_role("button", name="Fetch the answers beside the table")
    expect(fetch).to_be_visible(timeout=LONG)
    fetch.click()
    expect(page.get_by_role("button", name="Download 80 predictions")).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "autopilot-batch")
