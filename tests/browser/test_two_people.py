"""Two browsers with two identities: neither sees the other's documents, answers, runs, jobs or activity."""

import re
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import ask, deploy, go

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
FILLER = "This note is kept by one person, who reads it when the day is over and the lights are out. "
ANAS, BOBS = "Ana keeps her violin in the red cupboard. ", "Bob hides the spare key under the green flowerpot. "


def become(page: Page, name: str) -> None:
    go(page, "Settings")
    page.get_by_role("radio", name="Sandbox").click()
    page.get_by_role("textbox", name="Your name").fill(name)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_test_id("stSidebar").get_by_text(f"user/{name}")).to_be_visible(timeout=30_000)
    settle(page)


def add(page: Page, name: str, text: str) -> str:
    """Read one file; the address at which its job can be followed."""
    go(page, "Documents")
    file = {"name": name, "mimeType": "text/plain", "buffer": (text + FILLER * 2).encode()}
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("1 document", exact=True)).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("job="))
    return page.url


def not_found(page: Page, question: str) -> None:
    field = page.get_by_test_id("stChatInputTextArea")
    field.fill(question)
    field.press("Enter")
    expect(page.get_by_text("Not in the documents").last).to_be_visible(timeout=30_000)
    settle(page)


def test_two_people_never_see_each_others_things(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    with running(tmp_path / "home") as url:
        ana, bob = open_page(url, width=1440, height=1000), open_page(url, width=1440, height=1000)
        become(ana, "ana")
        assert not axe.findings(ana)
        become(bob, "bob")
        deploy(ana, reload=False)
        run = ana.url
        job = add(ana, "ana.txt", ANAS)
        go(ana, "Ask")
        ask(ana, "Where does Ana keep her violin?", "red cupboard", "ana.txt")

        go(bob, "Documents")
        expect(bob.get_by_text("Nothing here yet")).to_be_visible()
        go(bob, "Ask")
        expect(bob.get_by_text("No documents yet")).to_be_visible()
        go(bob, "Activity")
        expect(bob.get_by_text("Nothing was done yet")).to_be_visible()
        go(bob, "Take down")
        expect(bob.get_by_text("Nothing to take down")).to_be_visible(timeout=20_000)

        add(bob, "bob.txt", BOBS)
        expect(bob.get_by_text("ana.txt")).to_have_count(0)
        go(bob, "Ask")
        expect(bob.get_by_text("violin")).to_have_count(0)
        ask(bob, "Where does Bob hide the spare key?", "green flowerpot", "bob.txt")
        not_found(bob, "Where does Ana keep her violin?")
        picture(bob, "second-identity")
        not_found(ana, "Where does Bob hide the spare key?")

        by_address(open_page(url), run, job)


def by_address(page: Page, run: str, job: str) -> None:
    """Knowing the address of another's run or job is of no use either."""
    for address, words in ((run, "There is no run of this name here"), (job, "Nothing here yet")):
        page.goto(address)
        settle(page)
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_text("ana.txt")).to_have_count(0)


def users(url: str) -> list[tuple[str, str, str]]:
    """Two new IAM users of the account behind `url`: name, access key ID, secret."""
    root = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
    iam = boto3.client("iam", endpoint_url=url, **root)
    made = []
    for name in ("dora", "emil"):
        iam.create_user(UserName=name)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made.append((name, key["AccessKeyId"], key["SecretAccessKey"]))
    return made


def sign_in(page: Page, name: str, key: str, secret: str) -> None:
    go(page, "Settings")
    page.get_by_role("radio", name="Keys").click()
    page.get_by_role("textbox", name="Access key ID").fill(key)
    page.get_by_role("textbox", name="Secret access key").fill(secret)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_test_id("stSidebar").get_by_text(f"user/{name}")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stSidebar").get_by_text("Sandbox")).to_have_count(0)
    settle(page)


def test_two_people_with_typed_keys_have_things_of_their_own(tmp_path: Path, open_page: Callable[..., Page]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    stand_in, _ = sandbox_child.ensure(home)
    with running(home, AWS_ENDPOINT_URL=stand_in) as url:
        dora, emil, host = (open_page(url, width=1440, height=1000) for _ in range(3))
        deploy(host, reload=False)
        for page, user in zip((dora, emil), users(stand_in), strict=True):
            sign_in(page, *user)
        add(dora, "dora.txt", ANAS)
        go(emil, "Documents")
        expect(emil.get_by_text("Nothing here yet")).to_be_visible()
        go(emil, "Activity")
        expect(emil.get_by_text("Nothing was done yet")).to_be_visible()
        go(emil, "Endpoints")
        picture(emil, "typed-keys")
        expect(emil.get_by_text("2 endpoints")).to_be_visible()  # an account's endpoints are seen by all of it
