"""The form of one model on the Deploy page as a test fills it in: by its labels, all of its parts open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from services.deploy import DeployRequest
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.pages.test_deploying import press
from ui import form_mode, form_source
from ui.deploy_form import ONE


def form(open_page: Open, kind: str, mode: str = form_mode.REAL_TIME, console: FakeConsole | None = None) -> AppTest:
    """The form of one model of that kind, answering in that mode, all of its parts open."""
    at = open_page("deploy", console or FakeConsole(), "Deploy")
    control(at, "What").set_value(ONE).run()
    control(at, "Kind").set_value(kind).run()
    control(at, "How it answers").set_value(mode).run()
    for key in keys(at, kind, "more", "hub.limits", "mode.more"):
        at.session_state[key] = True
    return rerun(at)


def keys(at: AppTest, kind: str, *names: str) -> list[str]:
    own = {form_source.CHAT: "deploy.CHAT", form_source.EMBEDDING: "deploy.EMBEDDING"}.get(kind, "deploy.one")
    return [f"{own}.{name}" for name in names] + [f"deploy.one.{name}" for name in names if name.startswith("mode")]


def control(at: AppTest, label: str) -> Any:
    found: list[Any] = [*at.get("button_group"), *at.get("selectbox")]
    return next(each for each in found if each.label == label)


def rerun(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def part(at: AppTest, kind: str, name: str) -> AppTest:
    at.session_state[keys(at, kind, "parts")[0]] = name
    return rerun(at)


def fill(at: AppTest, values: Mapping[str, Any]) -> AppTest:
    """Give values to fields by their labels; a switch is turned with True."""
    boxes = ("text_input", "text_area", "number_input", "selectbox", "toggle", "button_group", "multiselect")
    for label, value in values.items():
        drawn: list[Any] = [each for kind in boxes for each in at.get(kind)]
        found = next(each for each in drawn if each.label == label)
        found.set_value(value).run()
        assert not at.exception
    return at


def red(at: AppTest) -> list[str]:
    """What is marked as wrong, as it is read."""
    return [str(each.value).replace("\\", "").replace("`", "") for each in at.markdown if ":red[" in str(each.value)]


def reviewed(at: AppTest) -> DeployRequest:
    press(at, "Review the plan")
    assert not at.error
    found: DeployRequest = at.session_state["deploy.reviewed"].request
    return found
