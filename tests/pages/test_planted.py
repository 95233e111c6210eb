"""A token typed where none belongs: the form refuses it, and beside the field itself nothing on the page repeats it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.deploy import DeployRequest
from tests.pages.conftest import Open
from tests.pages.filling_in import fill, form, part, red
from tests.pages.test_deploying import press
from ui import form_mode, form_source

TOKEN = "hf_" + "NobodysInventedToken" * 2
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/search:1"
HOSTILE = "<script>alert(1)</script>[x](javascript:y)**b**`c`:red[d]$e$"

PLANTED: list[tuple[str, str, str, dict[str, Any]]] = [
    (form_source.CHAT, form_mode.REAL_TIME, "", {"Endpoint name": TOKEN}),
    (form_source.HUB, form_mode.REAL_TIME, "", {"Model on the hub": f"ada/{TOKEN}"}),
    (form_source.OWN, form_mode.REAL_TIME, "", {"Container image": f"{IMAGE}-{TOKEN}"}),
    (
        form_source.OWN,
        form_mode.REAL_TIME,
        "",
        {"Container image": IMAGE, "Model data in S3": f"s3://b/?token={TOKEN}"},
    ),
    (form_source.CHAT, form_mode.ASYNC, "", {"Answers go to": f"s3://answers/{TOKEN}/"}),
    (form_source.CHAT, form_mode.REAL_TIME, "Network", {"KMS key of the storage": TOKEN}),
    (form_source.CHAT, form_mode.REAL_TIME, "Capture, tags", {"Tags": f"team={TOKEN}"}),
]


def elsewhere(at: Any, token: str) -> list[str]:
    """What the page says apart from the fields: texts, messages, labels, captions."""
    kinds = ("markdown", "error", "warning", "info", "success", "caption", "code", "text", "json", "button", "toggle")
    said = [f"{getattr(each, 'value', '')}{getattr(each, 'label', '')}" for kind in kinds for each in at.get(kind)]
    return [each for each in said if token in each.replace("\\", "")]


@pytest.mark.parametrize(("kind", "mode", "opened", "values"), PLANTED)
def test_a_token_in_a_field_is_refused_and_not_repeated(
    open_page: Open, kind: str, mode: str, opened: str, values: dict[str, Any]
) -> None:
    at = form(open_page, kind, mode)
    if opened:
        part(at, kind, opened)
    fill(at, values)
    assert any("looks like a token" in each for each in red(at)), red(at)
    press(at, "Review the plan")
    assert "to be mended" in at.error[0].value
    assert "deploy.reviewed" not in at.session_state
    assert elsewhere(at, TOKEN[4:]) == []
    assert TOKEN not in str(dict(at.query_params))


def test_a_token_under_an_innocent_name_leaves_the_text_and_the_session(open_page: Open) -> None:
    at = part(form(open_page, form_source.CHAT), form_source.CHAT, "Environment")
    fill(at, {"Environment of the container": f"A=b\nGREETING={TOKEN}"})
    assert next(each for each in at.text_area if each.label == "Environment of the container").value == "A=b"
    assert TOKEN not in str(at.session_state._state.filtered_state)
    press(at, "Review the plan")
    request: DeployRequest = at.session_state["deploy.reviewed"].request
    assert (request.environment, request.secrets) == ((("A", "b"),), ("GREETING",))


@pytest.mark.parametrize("label", ["Endpoint name", "Model on the hub", "Revision"])
def test_what_is_typed_never_acts_as_markup(open_page: Open, label: str) -> None:
    at = fill(form(open_page, form_source.HUB), {label: HOSTILE})
    press(at, "Review the plan")
    shown = [str(each.value) for each in (*at.markdown, *at.error)]
    said = [each for each in shown if "alert(1)" in each.replace("\\", "")]
    assert said, "it is repeated, so that one sees what is meant"
    for each in said:
        plain = re.sub(r"\\.", "", each)  # an escaped sign is no markup
        assert not any(sign in plain for sign in ("<script", "[x](", "**b**", ":red[d]", "$e$")), each
