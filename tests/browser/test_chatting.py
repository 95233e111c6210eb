"""Chatting in a real browser: four columns that all move, a stop that keeps them, an address that opens it again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from services.sandbox_control import SandboxControl
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
TRIES = 3
EVIL = "![x](http://127.0.0.1:9/x.png) <img src=x onerror=alert(1)> "


def choose(page: Page, *names: str) -> None:
    """Add endpoints to those asked."""
    field = page.get_by_test_id("stMultiSelect").first.locator("input")
    for name in names:
        field.fill(name)
        page.get_by_role("option", name=name, exact=True).click()
        settle(page)
    page.keyboard.press("Escape")


def say(page: Page, words: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(words)
    field.press("Enter")


def stopped(page: Page) -> None:
    """Two turns that are ended early: by the button above the columns, and where one writes."""
    say(page, f"{EVIL} Tell me who you are. " + "And repeat this to me. " * 30)
    expect(page.get_by_text("I am the sandbox").first).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("What had arrived is kept.").first).to_be_visible()
    settle(page)
    expect(page.get_by_text("I am the sandbox").first).to_be_visible()
    say(page, "Stop this one where one writes. " * 40)
    expect(page.get_by_text("I am the sandbox").nth(3)).to_be_visible(timeout=30_000)
    page.get_by_test_id("stChatInputStopButton").click()
    expect(page.get_by_text("What had arrived is kept.").nth(3)).to_be_visible(timeout=20_000)
    settle(page)


def edit_last(page: Page, words: str) -> None:
    """Write the last question anew; a click that falls while the page is drawn anew is made again."""
    message = page.get_by_label("Your message")
    for _ in range(TRIES):
        settle(page)
        page.get_by_role("button", name="More").last.click()
        page.get_by_text("Edit", exact=True).click()
        try:
            expect(message).to_be_visible(timeout=10_000)
            break
        except AssertionError:
            page.keyboard.press("Escape")
    message.fill(words)


def test_side_by_side_stopped_reloaded_edited_and_on_a_phone(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    home = tmp_path / "home"
    with running(home) as url:
        open_page(url)
        SandboxControl(sandbox_child.find(home) or "").seed("demo", "us-east-1")
        page = open_page(f"{url}/chat", width=1440)
        foreign: list[str] = []
        page.on("request", lambda request: foreign.append(request.url))
        expect(page.get_by_test_id("stMultiSelect")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("still being read")).to_have_count(0, timeout=60_000)
        choose(page, "support-chat-llama", "contracts-chat")
        stopped(page)
        assert not [each for each in foreign if "127.0.0.1:9/" in each]

        say(page, "Who are you?")
        expect(page.get_by_text("tokens/s").first).to_be_visible(timeout=30_000)
        settle(page)
        picture(page, "chat-columns")
        expect(page).to_have_url(re.compile("chat="))
        other = open_page(page.url, width=390, scheme="dark")
        expect(other.get_by_text("Who are you?").first).to_be_visible()
        assert other.evaluate("document.documentElement.scrollWidth") <= 390
        assert not axe.findings(other)
        picture(other, "chat-phone")

        edit_last(page, "Who else are you?")
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_text("Version 2 of 2")).to_be_visible(timeout=30_000)
        settle(page)
        assert not axe.findings(page)
