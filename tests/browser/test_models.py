"""The page Models in a browser: what is typed is found at once, a choice keeps its label, a drawer leads to Deploy."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle

pytestmark = pytest.mark.browser
FIRST_ROW = {"x": 40, "y": 52}  # its button, in a table's own pixels


def test_a_model_is_found_by_a_few_letters_looked_at_and_carried_to_deploy(
    console_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{console_url}/models", width=1440, height=1000)
    page.get_by_role("searchbox").press_sequentially("lama 3.1 8b")
    expect(page.get_by_text("4 models", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=lama"))
    settle(page)
    page.get_by_test_id("stDataFrame").click(position=FIRST_ROW)  # type: ignore[arg-type]
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("meta-textgeneration-llama-3-1-8b-instruct")).to_be_visible()
    settle(page)
    picture(page, "models-drawer-light")
    assert [finding for finding in axe.findings(page) if "What I may do" not in finding] == []
    drawer.get_by_role("button", name="Deploy").click()
    expect(page).to_have_url(re.compile(r"/deploy"))
    expect(page.get_by_text("meta-textgeneration-llama-3-1-8b-instruct").first).to_be_visible()


def test_a_choice_keeps_its_label_while_the_counts_change_and_the_link_shows_the_same(
    console_url: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{console_url}/models", width=1440, height=1000)
    page.get_by_role("combobox", name="Any task").click()
    page.get_by_role("option", name=re.compile("Translation")).click()
    expect(page.get_by_text("7 models", exact=True)).to_be_visible()
    page.get_by_role("searchbox").fill("t5")
    expect(page.get_by_text("3 models", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Any task")).to_have_value("Translation")
    page.get_by_text("Fine-tunable", exact=False).first.click()
    expect(page.get_by_text("No model matches")).to_be_visible()
    expect(page).to_have_url(re.compile(r"only=Fine-tunable"))
    other = open_page(page.url, width=390, height=844)
    expect(other.get_by_text("No model matches")).to_be_visible()
    other.get_by_role("button", name="Clear all filters").click()
    expect(other.get_by_text("1,102 models", exact=True)).to_be_visible()
    settle(other)
    picture(other, "models-cleared-phone")
