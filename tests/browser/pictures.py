"""Takes the README's pictures anew: `python -m tests.browser.pictures`. A fresh console and a made-up company.

The five files go to docs/pictures, 1440 pixels wide, in 256 colours so that each is at most 150 kB.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, QUIET, settle
from tests.browser.server import ROOT, running
from tests.browser.test_journey import ask, go
from tests.services.documents.samples import make_docx, make_html, make_pdf

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
WIDTH, HEIGHT = 1440, 900
TRAVEL = [
    "This policy holds for every journey made for the company. Journeys are booked with the travel "
    "desk at least ten days ahead, by rail wherever the ride takes less than five hours.",
    "Refunds for cancelled flights are paid within 30 days of the request, to the card the "
    "flight was paid with. The request needs the booking number and the notice of cancellation.\n\n"
    "A hotel may cost up to 160 euros a night; in Zurich, Geneva and London up to 220 euros.",
]
SECURITY = [
    "Security handbook",
    "Visitors wear a yellow badge while they are in the building and are met at the reception by their host.",
    "A lost laptop is reported to the service desk within four hours, by telephone, at any time of the day.",
]
KITCHEN = "# Office notes\n\nThe coffee machine is descaled every second Tuesday by Marta. Beans are in the blue tin.\n"
EXPENSES = (
    "<h1>Expenses</h1><p>Expenses are handed in by the fifth working day of the month that follows.</p>"
    "<p>Receipts over 25 euros are attached as pictures; a taxi needs the reason for not taking the train.</p>"
)
PARKING = "Electric cars are charged on level minus two of the garage, four hours at most.\n"


def files() -> list[dict[str, object]]:
    """The company's documents, as a browser's file chooser wants them."""
    made = {
        "Travel policy 2026.pdf": make_pdf(TRAVEL),
        "Security handbook.docx": make_docx(SECURITY),
        "Office notes.md": KITCHEN.encode(),
        "Expenses.html": make_html(EXPENSES),
        "Parking.txt": PARKING.encode(),
    }
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in made.items()]


def take(page: Page, name: str) -> None:
    """One picture, once nothing on the page is moving."""
    settle(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.get_by_test_id("stToast")).to_have_count(0, timeout=20_000)
    expect(page.get_by_text("…", exact=True)).to_have_count(0, timeout=20_000)  # a figure that is still being read
    page.mouse.move(WIDTH - 2, 2)
    page.wait_for_timeout(600)  # a tooltip fades, a bar finds its length
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(256).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes, more than {MOST_BYTES}.")


def tour(page: Page) -> None:
    """From the form to the documents; pictures of the form, the plan and home."""
    go(page, "Deploy")
    take(page, "deploy-light")
    page.get_by_role("button", name="Review the plan").click()
    expect(page.get_by_text("sagemaker.create_endpoint").first).to_be_visible()
    take(page, "plan-light")
    page.get_by_role("button", name="Deploy ·").click()
    expect(page).to_have_url(re.compile("run="))
    expect(page.get_by_text("vectors of 384 numbers")).to_be_visible(timeout=60_000)
    go(page, "Documents")
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(files())  # type: ignore[arg-type]
    expect(page.get_by_text("5 documents")).to_be_visible(timeout=60_000)
    go(page, "Home")
    take(page, "home-light")
    go(page, "Take down")
    expect(page.get_by_text("to confirm").first).to_be_visible(timeout=20_000)
    take(page, "take-down-light")


def answers(page: Page) -> None:
    """Questions the documents answer, and one they do not."""
    go(page, "Ask")
    ask(page, "How long do refunds for cancelled flights take?", "30 days", "Travel policy")
    page.get_by_test_id("stChatInputTextArea").fill("Who won the chess championship of 1927?")
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_text("Not in the documents")).to_be_visible(timeout=30_000)
    take(page, "ask-dark")


def _window(browser: Browser, url: str, scheme: str) -> Page:
    page = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark" if scheme == "dark" else "light"
    ).new_page()
    page.goto(url)
    settle(page)
    return page


def main() -> int:
    """Take all five."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM) if CHROMIUM.exists() else None, args=QUIET)
        with running(Path(folder) / "home", SAGEDECK_OWNER="ana") as url:
            tour(_window(browser, url, "light"))
            answers(_window(browser, url, "dark"))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
