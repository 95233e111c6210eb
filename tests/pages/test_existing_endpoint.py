"""An endpoint that is there already: tested by name, with its components, or through S3."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from services.endpoints import EndpointDetail
from services.inference import Kind, SmokeResult
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint, pair
from tests.pages.filling_in import control, fill
from tests.pages.test_deploying import press, said
from ui.deploy_form import EXISTING

CHAT = SmokeResult(True, Kind.CHAT, 40.0, text="Hello there.")


def chosen(open_page: Open, name: str, *details: EndpointDetail) -> AppTest:
    console = FakeConsole(*details)
    console.smoke = CHAT
    console.answers = [CHAT]
    at = open_page("deploy", console, "Deploy")
    control(at, "What").set_value(EXISTING).run()
    return fill(at, {"Endpoint name": name})


def test_an_endpoint_is_tested_and_in_use(open_page: Open) -> None:
    at = chosen(open_page, "speaker", *pair())
    press(at, "Test and use")
    assert "“Hello there.”" in said(at)
    assert at.session_state["chosen.chat"] == "speaker"


def test_a_component_is_chosen_where_models_share_the_endpoint(open_page: Open) -> None:
    shared = replace(endpoint("shared", ""), components=("first", "second"))
    at = chosen(open_page, "shared", shared)
    fill(at, {"Inference component": "second"})
    press(at, "Test and use")
    assert "`second`" in said(at)
    assert "first component of an endpoint, here first" in said(at)
    assert "chosen.chat" not in at.session_state


def test_an_asynchronous_endpoint_is_tested_through_s3(open_page: Open) -> None:
    at = chosen(open_page, "slow", replace(endpoint("slow", "text-generation"), asynchronous=True))
    assert "tested through S3" in said(at)
    press(at, "Test and use")
    assert "“Hello there.”" in said(at)


def test_what_is_not_there_or_not_ready_is_said(open_page: Open) -> None:
    failed = replace(endpoint("broken", "", status="Failed"), failure="No space left.")
    at = chosen(open_page, "broken", failed)
    press(at, "Test and use")
    assert "broken is Failed" in at.error[0].value.replace("\\", "")
    assert "No space left" in at.error[0].value.replace("\\", "")
