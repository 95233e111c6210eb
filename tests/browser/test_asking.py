"""Asking as somebody does it: a follow-up, a refusal and the way on, a reload, the passages alone, a prompt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.hostile import listening
from tests.browser.server import running
from tests.browser.test_journey import add_documents, ask, deploy, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def send(page: Page, words: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words)
    field.press("Enter")


def write_a_prompt(page: Page) -> None:
    go(page, "Prompts")
    page.get_by_role("button", name="New").click()
    settle(page)
    page.get_by_role("radio", name="Rules for answers").click()
    page.get_by_label("Name", exact=True).fill("For pilots")
    page.get_by_label("Rules", exact=True).fill("You answer for {{reader}}.")
    page.get_by_label("Rules", exact=True).press("Control+Enter")
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("version 1")).to_be_visible()
    settle(page)
    assert not axe.findings(page)
    picture(page, "asking-prompt")


def test_a_conversation_with_ones_documents(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with listening() as listener, running(tmp_path / "home") as url:
        page = open_page(url, width=1440, height=1000)
        deploy(page)
        add_documents(page, listener.url)
        go(page, "Ask")
        ask(page, "How long do refunds for cancelled flights take?", "30 days", "travel.pdf")
        ask(page, "And how are they paid?", "30 days", "travel.pdf")
        page.get_by_text("Searched for another wording").click()
        expect(page.get_by_text("Searched for: How long do refunds")).to_be_visible()
        send(page, "Who won the chess championship of 1927?")
        expect(page.get_by_text("Not in the documents")).to_be_visible(timeout=30_000)
        settle(page)
        page.get_by_role("button", name="Give it 10 passages").click()
        settle(page)
        expect(page.get_by_text("Not in the documents")).to_have_count(1)
        assert not axe.findings(page)
        picture(page, "asking-refused")
        page.reload()
        settle(page)
        expect(page.get_by_text("And how are they paid?", exact=True)).to_be_visible()
        page.get_by_role("button", name="travel.pdf").first.click()
        expect(page.get_by_role("img", name="Page 2 of travel.pdf")).to_be_visible(timeout=20_000)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_text("Only search").click()
        settle(page)
        send(page, "Which day is the coffee machine descaled?")
        expect(page.get_by_text("enough to answer")).to_be_visible(timeout=30_000)
        page.get_by_text("Show the prompt as the model gets it").click()
        expect(page.get_by_text("Question: Which day is the coffee machine descaled?")).to_be_visible()
        settle(page)
        assert not axe.findings(page)
        picture(page, "asking-search")
        write_a_prompt(page)
        assert listener.paths == []
