"""The whole way: deploy a pair, add documents, ask, open a citation, take everything down. In the sandbox."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe, library
from tests.browser.conftest import picture, settle
from tests.browser.hostile import listening
from tests.browser.server import running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def go(page: Page, name: str) -> None:
    """Follow a link of the navigation."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()
    settle(page)


def deploy(page: Page, *, reload: bool = True) -> None:
    go(page, "Deploy")
    page.get_by_role("button", name="Review the plan").click()
    expect(page.get_by_text("sagemaker.create_endpoint").first).to_be_visible()
    picture(page, "journey-plan")
    page.get_by_role("button", name="Deploy ·").click()
    expect(page).to_have_url(re.compile(r"run="))
    if reload:
        page.reload()  # the run is found again by its address
    expect(page.get_by_text("Smoke test")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("vectors of 384 numbers")).to_be_visible(timeout=30_000)
    settle(page)
    picture(page, "journey-deployed")


def add_documents(page: Page, listener_url: str) -> None:
    go(page, "Documents")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(library.files(listener_url))  # type: ignore[arg-type]
    expect(page.get_by_text("5 documents").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("scan.pdf").first).to_be_visible()
    settle(page)
    picture(page, "journey-documents")
    page.get_by_test_id("stMain").get_by_role("button", name="Close").click()
    expect(page.get_by_text("Reading 6 files")).to_have_count(0)


def ask(page: Page, question: str, words: str, source: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    answer = page.get_by_test_id("stChatMessage").last
    expect(answer.get_by_text(words).first).to_be_visible(timeout=30_000)
    expect(answer.get_by_role("button", name=source).first).to_be_visible(timeout=30_000)
    settle(page)


def test_from_nothing_to_a_cited_answer_and_back_to_nothing(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with listening() as listener, running(tmp_path / "home") as url:
        page = open_page(url, width=1440, height=1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        picture(page, "journey-start")
        deploy(page)
        add_documents(page, listener.url)
        go(page, "Ask")
        ask(page, "How long do refunds for cancelled flights take?", "30 days", "travel.pdf")
        picture(page, "journey-answer")
        page.get_by_role("button", name="travel.pdf").first.click()
        drawer = page.get_by_role("dialog")
        expect(drawer.get_by_role("img", name="Page 2 of travel.pdf")).to_be_visible(timeout=20_000)
        picture(page, "journey-citation")
        page.keyboard.press("Escape")
        ask(page, "Which day is the coffee machine descaled?", "Tuesday", "kitchen.md")
        ask(page, "What colour is the badge of a visitor?", "yellow", "security.docx")
        ask(page, "Where are electric cars charged?", "level minus two", "garage.html")
        ask(page, "For how long does the library lend books?", "six weeks", "library.txt")
        page.get_by_test_id("stChatInputTextArea").fill("Who won the chess championship of 1927?")
        page.get_by_test_id("stChatInputTextArea").press("Enter")
        expect(page.get_by_text("Not in the documents")).to_be_visible(timeout=30_000)
        settle(page)
        assert not axe.findings(page)
        go(page, "Home")
        picture(page, "journey-home")
        assert not axe.findings(page)
        go(page, "Endpoints")
        picture(page, "journey-endpoints")
        assert not axe.findings(page)
        take_down(page)
        assert listener.paths == []
        assert {urlsplit(each).netloc for each in asked if not each.startswith(("data:", "blob:"))} == {
            urlsplit(url).netloc
        }


def take_down(page: Page) -> None:
    go(page, "Take down")
    label = page.get_by_text("to confirm").first
    expect(label).to_be_visible(timeout=20_000)
    words = label.locator("code").inner_text()
    page.get_by_label("to confirm").fill(words)
    picture(page, "journey-take-down")
    page.get_by_role("button", name="Take down ·").click()
    expect(page.get_by_text("Everything in this plan is gone")).to_be_visible(timeout=60_000)
    settle(page)
    picture(page, "journey-gone")
    go(page, "Endpoints")
    expect(page.get_by_text("No endpoints here")).to_be_visible()
    go(page, "Documents")
    expect(page.get_by_text("No embedding model yet")).to_be_visible()
