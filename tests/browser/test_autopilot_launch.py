"""From a file with everything wrong to a job under way, and a sample on a phone. In the sandbox."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SLOWLY = 60_000


def customers() -> bytes:
    """A table as a spreadsheet of Cologne writes it: semicolons, cp1252, no help from anybody."""
    chance = random.Random(11)
    lines = ["Kunde;Größe;Charge;Int'l Plan;Churn?"]
    for number in range(900):
        charge = chance.uniform(10, 99)
        leaves = chance.random() < charge / 130
        lines.append(f"K{number:04d};{chance.choice('SML')};{charge:.2f};{chance.choice(('yes', 'no'))};{leaves}.")
    return "\r\n".join(lines).encode("cp1252")


def send(page: Page, name: str, data: bytes) -> None:
    file: Any = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(file)
    expect(page).to_have_url(re.compile("table="), timeout=SLOWLY)
    settle(page)


def drawn(page: Page) -> None:
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=SLOWLY)


def test_a_table_is_repaired_looked_at_and_launched(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with running(tmp_path / "home") as url:
        page = open_page(url, height=1100)
        go(page, "Autopilot")
        send(page, "kunden.csv", customers())
        expect(page.get_by_text("Can be launched after its safe repairs")).to_be_visible(timeout=SLOWLY)
        drawn(page)
        picture(page, "autopilot-doctor")
        assert axe.findings(page) == []
        page.get_by_role("button", name=re.compile("^Apply all")).click()
        expect(page.get_by_role("button", name="Back to the original")).to_be_visible(timeout=SLOWLY)
        settle(page)
        expect(page.get_by_text("Can be launched", exact=True)).to_be_visible(timeout=SLOWLY)
        page.get_by_role("tab", name="Goes with the target", exact=True).click()
        settle(page)
        drawn(page)
        expect(page.get_by_text("0 is none, 1 is complete")).to_be_visible(timeout=SLOWLY)
        picture(page, "autopilot-look")
        page.reload()
        settle(page)
        expect(page.get_by_text("Can be launched", exact=True)).to_be_visible(timeout=SLOWLY)
        page.get_by_role("button", name="Review the plan").click()
        launch = page.get_by_role("button", name=re.compile(r"Launch · at most \$"))
        expect(launch).to_be_visible(timeout=SLOWLY)
        settle(page)
        picture(page, "autopilot-plan")
        assert axe.findings(page) == []
        launch.click()
        expect(page.get_by_text("has begun")).to_be_visible(timeout=SLOWLY)
        settle(page)
        page.get_by_role("link", name="Watch it").click()
        expect(page).to_have_url(re.compile("autopilot-job.*job=kunden-"), timeout=SLOWLY)


def test_a_sample_is_ready_to_launch_on_a_phone_in_the_dark(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with running(tmp_path / "home") as url:
        page = open_page(f"{url}/autopilot", width=390, height=900, scheme="dark")
        page.get_by_role("radio", name="A sample").click()
        settle(page)
        page.get_by_role("button", name="Try it").first.click()
        expect(page.get_by_text("Can be launched", exact=True)).to_be_visible(timeout=SLOWLY)
        settle(page)
        drawn(page)
        picture(page, "autopilot-phone-dark")
        assert axe.findings(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390
