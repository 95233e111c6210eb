"""In a browser: a gated model of the hub, whose token is seen nowhere afterwards, and an asynchronous endpoint."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from playwright.sync_api import Page, expect

from services import sandbox_child
from tests.browser import axe
from tests.browser.conftest import picture, settle
from tests.browser.server import running
from tests.browser.test_journey import go

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
TOKEN = "hf_notreal_f3a9c1d27b6e"
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything") / "home"


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with running(home) as address:
        yield address


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def pick(page: Page, label: str, name: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=name, exact=True).click()
    settle(page)


def field(page: Page, label: str, value: str) -> None:
    box = page.get_by_role("textbox", name=label, exact=True)
    box.fill(value)
    box.blur()
    settle(page)


def client(home: Path, service: str) -> Any:
    return boto3.client(service, endpoint_url=sandbox_child.find(home), **KEYS)


def dom(page: Page) -> str:
    """The page's HTML and what its fields hold: an input's value is not in its HTML."""
    held = page.evaluate("[...document.querySelectorAll('input, textarea')].map(each => each.value).join('\\n')")
    return f"{page.content()}\n{held}"


def kept(home: Path) -> str:
    """All that the console has written: its log, the bytes of its database, and what is in that as text."""
    written = b"".join(each.read_bytes() for each in home.glob("state.db*")).decode("latin-1")
    with sqlite3.connect(home / "state.db") as journal:
        rows = "\n".join(journal.iterdump())
    return "\n".join((written, rows, (home / "console.log").read_text(encoding="utf-8")))


def test_a_gated_model_of_the_hub_is_deployed_and_its_token_is_seen_nowhere(
    url: str, home: Path, open_page: Callable[..., Page]
) -> None:
    page = open_page(url, width=1280, height=1000)
    go(page, "Deploy")
    choose(page, "One model")
    pick(page, "Kind", "Hugging Face")
    field(page, "Model on the hub", "what is this")
    expect(page.get_by_text("no id of the Hugging Face hub")).to_be_visible()
    picture(page, "deploy-hub-problem")
    field(page, "Model on the hub", "meta-llama/Llama-3.2-1B-Instruct")
    expect(page.get_by_text("no id of the Hugging Face hub")).to_have_count(0)
    page.get_by_text("Gated: its weights need a token of mine").click()
    settle(page)
    picture(page, "deploy-hub")
    assert not axe.findings(page)
    page.get_by_role("button", name="Review the plan").click()
    confirm = page.get_by_role("button", name="Deploy ·")
    expect(confirm).to_be_disabled()
    box = page.locator("input[type=password]")
    box.fill(TOKEN)
    box.blur()
    expect(confirm).to_be_enabled()
    picture(page, "deploy-hub-plan")
    for tab in ("What is sent", "As code"):
        page.get_by_role("tab", name=tab).click()
        settle(page)
        assert TOKEN not in page.get_by_test_id("stMain").inner_text()  # its field has it until then
    confirm.click()
    expect(page).to_have_url(re.compile("run="))
    expect(box).to_have_count(0)  # the form goes once the run is there
    assert TOKEN not in dom(page)
    expect(page.get_by_text("Smoke test")).to_be_visible(timeout=90_000)
    settle(page)
    assert TOKEN not in dom(page)
    for name in ("Activity", "Endpoints", "Deploy"):
        go(page, name)
        assert TOKEN not in dom(page)
    assert TOKEN not in kept(home)


def test_an_asynchronous_endpoint_that_sleeps_is_deployed_from_the_form(
    url: str, home: Path, open_page: Callable[..., Page]
) -> None:
    page = open_page(url, width=390, height=900, scheme="dark")
    page.goto(f"{url}/deploy")
    settle(page)
    client(home, "s3").create_bucket(Bucket="answers-of-search")  # the sandbox begins with the first page
    choose(page, "One model")
    pick(page, "Kind", "Embedding model")
    choose(page, "Asynchronous")
    page.get_by_role("button", name="Review the plan").click()
    expect(page.get_by_text("1 thing is to be mended")).to_be_visible()
    picture(page, "deploy-async-problem")
    field(page, "Answers go to", "s3://answers-of-search/out/")
    page.get_by_text("Name, count, further settings").click()
    settle(page)
    field(page, "Endpoint name", "search-by-night")
    page.get_by_text("Scale the instances with what is asked").click()
    settle(page)
    least = page.get_by_role("spinbutton", name="At least, instances")
    least.fill("0")
    least.blur()
    settle(page)
    expect(page.get_by_text("An alarm on its backlog wakes it")).to_be_visible()
    picture(page, "deploy-async")
    assert not axe.findings(page)
    page.get_by_role("button", name="Review the plan").click()
    confirm = page.get_by_role("button", name="Deploy ·")
    expect(confirm).to_be_enabled(timeout=30_000)
    picture(page, "deploy-async-plan")
    confirm.click()
    expect(page.get_by_text("Smoke test")).to_be_visible(timeout=90_000)
    described = client(home, "sagemaker").describe_endpoint(EndpointName="search-by-night")
    assert described["AsyncInferenceConfig"]["OutputConfig"]["S3OutputPath"] == "s3://answers-of-search/out/"
    targets = client(home, "application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    (target,) = targets["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 2)
