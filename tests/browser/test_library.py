"""The page Documents as people meet it: looked at before it is stored, unlocked, unpacked, opened, asked, deleted."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import axe, library
from tests.browser.conftest import picture, settle
from tests.browser.hostile import listening, texts
from tests.browser.server import running
from tests.browser.test_astra import click_in_table
from tests.browser.test_journey import deploy, go
from tests.services.documents.samples import make_pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
WORD = "opensesame"
PART = "## Part {0}\n\n" + library.FILLER * 3 + "The kettle's valve {0} is turned {0} times.\n\n"
MANUAL = "# Kettle\n\n" + "".join(PART.format(number) for number in range(6))


def locked() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([f"The safe opens at nine. {library.FILLER}"]))))
    writer.encrypt(WORD, algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("notes/garden.md", f"# Garden\n\nThe roses are cut in March. {library.FILLER}")
        file.writestr("notes/blank.txt", "")
    return packed.getvalue()


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="application/octet-stream", buffer=data) for name, data in files]
    )


def test_documents_as_people_meet_them(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with listening() as listener, running(tmp_path / "home") as url:
        page = open_page(url, width=1280, height=1400)
        deploy(page, reload=False)
        go(page, "Documents")
        expect(page.get_by_text("Nothing here yet")).to_be_visible()
        assert not axe.findings(page)
        looks_and_edits(page)
        unlocks_and_unpacks(page)
        opens(page)
        names_do_not_act(page, listener.url)
        asks_only_one(page)
        assert listener.paths == []


def looks_and_edits(page: Page) -> None:
    page.get_by_text("Look before it is stored").click()
    settle(page)
    drop(page, ("kettle.md", MANUAL.encode()))
    expect(page.get_by_text("estimate").first).to_be_visible()
    marked = page.locator(".sagedeck-passages span")
    expect(marked.first).to_be_visible()
    before = marked.count()
    page.get_by_role("combobox", name="Cut at").click()
    page.get_by_role("option", name="Headings").click()
    settle(page)
    expect(marked).not_to_have_count(before)
    picture(page, "library-look")
    assert not axe.findings(page)
    page.get_by_role("tab", name="Passages").click()
    settle(page)
    field = page.get_by_label("Passage 1", exact=True)
    field.fill("The kettle sings in the words of its owner.")
    field.press("Control+Enter")
    expect(page.get_by_text("1 change: these passages are stored")).to_be_visible()
    page.get_by_role("button", name="Leave out").nth(1).click()
    expect(page.get_by_text("2 changes: these passages are stored")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 change: these passages are stored")).to_be_visible()
    picture(page, "library-edit")
    page.get_by_role("button", name="Add 1 file").click()
    expect(page.get_by_text("1 document", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_text("Look before it is stored").click()
    settle(page)


def unlocks_and_unpacks(page: Page) -> None:
    drop(page, ("vault.pdf", locked()), ("all.zip", archive()))
    expect(page.get_by_text("2 documents", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 file to open with a password")).to_be_visible(timeout=30_000)
    picture(page, "library-verdicts")
    assert not axe.findings(page)
    page.get_by_label("Password 1").fill(WORD)
    page.get_by_role("button", name="Read on").click()
    expect(page.get_by_text("3 documents", exact=True)).to_be_visible(timeout=60_000)
    page.get_by_test_id("stMain").get_by_role("button", name="Close").click()
    expect(page.locator(".st-key-ingest-progress")).to_have_count(0)  # the table moves up
    settle(page)


def opens(page: Page) -> None:
    click_in_table(page, from_left=140)
    expect(page).to_have_url(re.compile("document="))
    expect(page.locator(".sagedeck-passages, [data-testid=stAlert]").first).to_be_visible(timeout=20_000)
    picture(page, "library-document")
    assert not axe.findings(page)
    page.get_by_role("tab", name="Cut anew").click()
    settle(page)
    page.get_by_role("button", name="All documents").click()
    expect(page.get_by_text("3 documents", exact=True)).to_be_visible()


def names_do_not_act(page: Page, listener: str) -> None:
    words = "\n\n".join(texts(listener))
    drop(page, (f"![x]({listener.replace('/', '-')}) <img src=x> \u202efdp.txt", words.encode()))
    expect(page.get_by_text("4 documents", exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    click_in_table(page, from_left=140)
    expect(page.locator(".sagedeck-passages")).to_be_visible(timeout=20_000)
    assert page.locator(".sagedeck-passages :is(img, script, iframe, a, video, svg)").count() == 0
    page.get_by_role("button", name="Delete…").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("of 1 document will be gone")).to_be_visible()
    drawer.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("3 documents", exact=True)).to_be_visible(timeout=20_000)


def asks_only_one(page: Page) -> None:
    click_in_table(page, from_left=15)
    page.get_by_role("button", name="Ask this one only").click()
    expect(page.get_by_role("heading", name="Ask", exact=True, level=1)).to_be_visible()
    settle(page)
    note = page.locator(".st-key-ask-only")
    expect(note.get_by_text("vault.pdf")).to_be_visible()
    picture(page, "library-ask-one")
    note.get_by_role("button", name="Ask all").click()
    expect(note).to_have_count(0)
