"""The forms of the Deploy page: every source and mode to its plan, and what is wrong told at its field at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, endpoint
from tests.pages.filling_in import control, fill, form, part, red, rerun, reviewed
from tests.pages.test_deploying import press, said
from ui import form_mode, form_source
from ui.deploy_form import ONE

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/search:1"
LICENSED, OTHER_LICENSED = "meta-textgeneration-llama-3-1-8b-instruct", "meta-textgeneration-llama-3-2-1b-instruct"


@pytest.mark.parametrize("mode", form_mode.MODES)
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (form_source.CHAT, {}),
        (form_source.EMBEDDING, {}),
        (form_source.ANY, {}),
        (form_source.HUB, {"Model on the hub": "BAAI/bge-small-en-v1.5", "Server": "tei"}),
        (form_source.OWN, {"Container image": IMAGE, "Model data in S3": "s3://models/search/model.tar.gz"}),
    ],
)
def test_every_source_comes_to_a_plan_in_every_mode_that_can_hold_it(
    open_page: Open, kind: str, mode: str, values: dict[str, Any]
) -> None:
    at = fill(form(open_page, kind, mode), values)
    if mode == form_mode.ASYNC:
        fill(at, {"Answers go to": "s3://answers-of-search/out/"})
    if mode == form_mode.SERVERLESS and kind in (form_source.CHAT, form_source.ANY):
        press(at, "Review the plan")
        assert "GPU" in at.error[0].value  # a language model on no machine: said, not tried
        return
    request = reviewed(at)
    assert type(request.mode).__name__ == {"Real-time": "RealTime", "Component": "Components"}.get(mode, mode)
    assert bool(request.instance_type) == (mode != form_mode.SERVERLESS)
    assert [button for button in at.button if button.label.startswith("Deploy ·")]


BAD: list[tuple[str, str, str, dict[str, Any], str]] = [
    (form_source.HUB, form_mode.REAL_TIME, "", {"Model on the hub": "no id"}, "no id of the Hugging Face hub"),
    (form_source.HUB, form_mode.REAL_TIME, "", {"Most input tokens": -5}, "-5 tokens cannot be"),
    (form_source.HUB, form_mode.REAL_TIME, "", {"GPUs for one copy": 99}, "99 GPUs cannot be"),
    (form_source.HUB, form_mode.REAL_TIME, "", {"Revision": "a b"}, "no branch, tag or commit"),
    (form_source.OWN, form_mode.REAL_TIME, "", {"Container image": "nginx:latest"}, "no image in Amazon ECR"),
    (
        form_source.OWN, form_mode.REAL_TIME, "",
        {"Container image": IMAGE.replace("us-east-1", "eu-west-1")}, "eu-west-1",
    ),
    (form_source.OWN, form_mode.REAL_TIME, "", {"Model data in S3": "models/x"}, "S3"),
    (form_source.CHAT, form_mode.REAL_TIME, "", {"Endpoint name": "not a name"}, "cannot be a name"),
    (form_source.CHAT, form_mode.REAL_TIME, "", {"Count": 0}, "0 instances cannot be"),
    (form_source.CHAT, form_mode.ASYNC, "", {"Answers go to": "bucket/out"}, "no S3 URL"),
    (form_source.CHAT, form_mode.ASYNC, "", {"Requests an instance works on at a time": 5000}, "5000"),
    (
        form_source.CHAT, form_mode.ASYNC, "",
        {"Who hears of an error": form_mode.OLD_TOPIC, "ARN of the topic": "arn:aws:sns:us-east-1:1:x"}, "SNS topic",
    ),
    (form_source.EMBEDDING, form_mode.SERVERLESS, "", {"Memory, MB": 1500}, "1500 MB cannot be"),
    (form_source.EMBEDDING, form_mode.SERVERLESS, "", {"Requests at a time": 999}, "999 requests at a time cannot be"),
    (form_source.CHAT, form_mode.COMPONENT, "", {"Copies": 0}, "0 copies cannot be"),
    (form_source.CHAT, form_mode.COMPONENT, "", {"Memory of a copy, MB": 9}, "9 MB cannot be"),
    (
        form_source.CHAT, form_mode.REAL_TIME, "Scaling",
        {"Scale the instances with what is asked": True, "At least, instances": 0}, "can go down to 0",
    ),
    (
        form_source.CHAT, form_mode.REAL_TIME, "Scaling",
        {"Scale the instances with what is asked": True, "Target": 0.0}, "cannot be the target",
    ),
    (form_source.CHAT, form_mode.REAL_TIME, "Environment", {"Environment of the container": "[1, 2]"}, "not an object"),
    (form_source.CHAT, form_mode.REAL_TIME, "Environment", {"Environment of the container": '{"A": '}, "not JSON"),
    (form_source.CHAT, form_mode.REAL_TIME, "Environment", {"Environment of the container": "A-B=1"}, "be the name"),
    (form_source.CHAT, form_mode.REAL_TIME, "Network", {"Subnets": "10.0.0.0/24"}, "subnet"),
    (form_source.CHAT, form_mode.REAL_TIME, "Network", {"KMS key of the storage": "my key"}, "KMS key"),
    (form_source.CHAT, form_mode.REAL_TIME, "Storage, time", {"Volume, GB": 9999}, "9999 GB cannot be"),
    (form_source.CHAT, form_mode.REAL_TIME, "Storage, time", {"Seconds to start": 5}, "5 seconds"),
    (
        form_source.CHAT, form_mode.REAL_TIME, "Capture, tags",
        {"Keep requests and answers in S3 (data capture)": True, "They go to": "s3:/x"}, "no S3 URL",
    ),
    (form_source.CHAT, form_mode.REAL_TIME, "Capture, tags", {"Tags": "aws:team=search"}, "aws:"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode", "opened", "values", "words"), BAD)
def test_what_cannot_be_is_told_at_its_field_and_stops_the_review(
    open_page: Open, kind: str, mode: str, opened: str, values: dict[str, Any], words: str
) -> None:
    at = form(open_page, kind, mode)
    if opened:
        part(at, kind, opened)
    fill(at, values)
    assert [each for each in red(at) if words in each], red(at)
    press(at, "Review the plan")
    assert "to be mended" in at.error[0].value
    assert words in at.error[0].value.replace("\\", "").replace("`", "")
    assert "deploy.reviewed" not in at.session_state


def test_what_is_wrong_stands_right_below_its_field(open_page: Open) -> None:
    at = fill(form(open_page, form_source.OWN), {"Container image": "nginx:latest"})
    drawn: list[Any] = [each for each in at.main if each.type in ("text_input", "markdown")]
    place = next(i for i, each in enumerate(drawn) if getattr(each, "label", "") == "Container image")
    assert "no image in Amazon ECR" in str(drawn[place + 1].value)


def test_what_is_only_empty_is_not_held_against_a_person_before_they_go_on(open_page: Open) -> None:
    at = form(open_page, form_source.HUB, form_mode.ASYNC)
    assert red(at) == []
    press(at, "Review the plan")
    assert len(red(at)) == 2
    assert "2 things are to be mended" in at.error[0].value


def test_a_folded_part_with_something_to_mend_is_opened_by_the_review(open_page: Open) -> None:
    at = part(form(open_page, form_source.CHAT), form_source.CHAT, "Storage, time")
    fill(at, {"Volume, GB": 9999})
    part(at, form_source.CHAT, "Scaling")
    at.session_state["deploy.CHAT.more"] = False
    rerun(at)
    assert any("Further settings: 9999 GB" in each for each in red(at))
    press(at, "Review the plan")
    assert next(each for each in at.number_input if each.label == "Volume, GB").value == 9999


def test_nothing_typed_is_lost_by_looking_at_another_source_or_mode(open_page: Open) -> None:
    at = form(open_page, form_source.HUB, form_mode.ASYNC)
    fill(at, {"Model on the hub": "owner/model", "Revision": "v2", "Answers go to": "s3://answers-of-search/out/"})
    control(at, "Kind").set_value(form_source.OWN).run()
    fill(at, {"Container image": IMAGE})
    control(at, "How it answers").set_value(form_mode.SERVERLESS).run()
    control(at, "What").set_value("A pair for documents").run()
    control(at, "What").set_value(ONE).run()
    control(at, "How it answers").set_value(form_mode.ASYNC).run()
    shown = {each.label: each.value for each in at.text_input}
    assert (shown["Container image"], shown["Answers go to"]) == (IMAGE, "s3://answers-of-search/out/")
    control(at, "Kind").set_value(form_source.HUB).run()
    at.session_state["deploy.one.hub.limits"] = True
    rerun(at)
    shown = {each.label: each.value for each in at.text_input}
    assert (shown["Model on the hub"], shown["Revision"]) == ("owner/model", "v2")


def test_a_pair_answers_in_real_time_whatever_one_model_was_asked_for(open_page: Open) -> None:
    at = form(open_page, form_source.CHAT, form_mode.ASYNC)
    control(at, "What").set_value("A pair for documents").run()
    press(at, "Review the plan")
    assert not at.error
    pair = at.session_state["deploy.reviewed"].request
    assert type(pair.language.mode).__name__ == type(pair.embedding.mode).__name__ == "RealTime"


def test_a_token_is_asked_for_beside_the_confirmation_and_is_in_no_request(open_page: Open) -> None:
    console = FakeConsole()
    at = form(open_page, form_source.HUB, console=console)
    fill(at, {"Model on the hub": "meta-llama/Llama-3.1-8B-Instruct", "Gated: its weights need a token of mine": True})
    request = reviewed(at)
    assert request.secrets == ("HF_TOKEN",)
    confirm = next(button for button in at.button if button.label.startswith("Deploy ·"))
    assert confirm.disabled
    box = next(each for each in at.text_input if each.label.endswith("/HF_TOKEN"))
    box.set_value("hf_notreal_0123456789").run()
    press(at, "Deploy ·")
    (plan,) = console.runs.started
    assert "hf_notreal" not in repr(plan)
    assert "hf_notreal" not in repr(at.session_state["deploy.requests"])


def test_a_secret_among_the_variables_is_taken_out_and_asked_for_when_it_runs(open_page: Open) -> None:
    at = part(form(open_page, form_source.CHAT), form_source.CHAT, "Environment")
    fill(at, {"Environment of the container": "MAX_BATCH=8\nHF_TOKEN=hf_notreal_0123456789\n# kept"})
    assert at.text_area[0].value == "MAX_BATCH=8\n# kept"
    assert "HF_TOKEN looks like a secret" in said(at).replace("`", "")
    request = reviewed(at)
    assert (request.environment, request.secrets) == ((("MAX_BATCH", "8"),), ("HF_TOKEN",))
    assert "hf_notreal" not in at.session_state["deploy.one.environment"]
    assert "hf_notreal" not in repr(at.main)


def test_an_accepted_licence_is_that_of_one_model(open_page: Open) -> None:
    at = fill(form(open_page, form_source.CHAT), {"Model": LICENSED})
    at.checkbox[0].check().run()
    fill(at, {"Model": OTHER_LICENSED})
    assert at.checkbox[0].value is False
    press(at, "Review the plan")
    assert "licence" in at.error[0].value
    fill(at, {"Model": LICENSED})
    assert at.checkbox[0].value is True


def test_a_component_is_put_onto_an_endpoint_that_takes_them_and_on_no_other(open_page: Open) -> None:
    plain = endpoint("plain", "text-generation")
    shared = replace(plain, name="shared", variants=(replace(plain.variants[0], model_name=""),))
    at = form(open_page, form_source.CHAT, form_mode.COMPONENT, FakeConsole(plain, shared))
    fill(at, {"On": form_mode.ONTO})
    box = next(each for each in at.selectbox if each.label == "Endpoint that takes components")
    assert box.options == ["shared"]
    fill(at, {"Endpoint that takes components": "shared", "Name of the component": "second", "GPUs of a copy": 1})
    request = reviewed(at)
    assert (request.endpoint_name, request.instance_type, request.component_name) == ("shared", "", "second")
    assert "on shared" in said(at)


def test_going_to_sleep_is_offered_where_something_wakes_it(open_page: Open) -> None:
    at = form(open_page, form_source.CHAT, form_mode.ASYNC)
    fill(at, {"Answers go to": "s3://answers-of-search/out/", "Scale the instances with what is asked": True})
    assert "An alarm on its backlog wakes it" in said(at)
    fill(at, {"At least, instances": 0})
    assert red(at) == []
    scaling = reviewed(at).scaling
    assert scaling is not None
    assert (scaling.minimum, scaling.metric.value) == (0, "backlog")


def test_what_was_chosen_on_the_page_models_begins_the_form_once(open_page: Open) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy")
    at.session_state["deploy.model"], at.session_state["deploy.source"] = OTHER_LICENSED, "catalog"
    rerun(at)
    assert (control(at, "What").value, control(at, "Kind").value) == (ONE, form_source.CHAT)
    assert next(each for each in at.selectbox if each.label == "Model").value == OTHER_LICENSED
    assert at.checkbox[0].value is False
    control(at, "What").set_value("A pair for documents").run()
    rerun(at)
    assert control(at, "What").value == "A pair for documents"


@pytest.mark.parametrize(("source", "kind"), [("hub", form_source.HUB), ("custom", form_source.OWN)])
def test_another_source_is_begun_with_from_the_page_models(open_page: Open, source: str, kind: str) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy")
    press(at, "Review the plan")
    at.session_state["deploy.source"] = source
    rerun(at)
    assert control(at, "Kind").value == kind


def test_fallbacks_and_settings_of_all_parts_are_in_the_request(open_page: Open) -> None:
    at = form(open_page, form_source.OWN)
    others = ["ml.m5.2xlarge", "ml.m5.4xlarge"]
    fill(at, {"Container image": IMAGE, "Where it has no capacity, then": others})
    fill(part(at, form_source.OWN, "Network"), {"Subnets": "subnet-0abc1234", "Security groups": "sg-0abc1234"})
    fill(part(at, form_source.OWN, "Storage, time"), {"Volume, GB": 64, "Seconds to start": 900})
    fill(part(at, form_source.OWN, "Capture, tags"), {"Tags": "team=search"})
    request = reviewed(at)
    assert request.fallbacks == tuple(others)
    assert request.advanced.subnets == ("subnet-0abc1234",)
    assert (request.advanced.volume_gb, request.advanced.startup_seconds) == (64, 900)
    assert request.tags == (("team", "search"),)
    assert request.endpoint_name.startswith("own-search-")


def test_what_is_reviewed_can_be_kept_as_a_file_without_its_secrets(open_page: Open) -> None:
    at = fill(form(open_page, form_source.HUB), {"Model on the hub": "a/b-1b"})
    fill(at, {"Gated: its weights need a token of mine": True})
    reviewed(at)
    assert "Save" in [button.proto.label for button in at.get("download_button")]


def test_a_model_of_which_no_type_is_known_begins_with_a_usual_one(open_page: Open) -> None:
    at = open_page("deploy", FakeConsole(), "Deploy")
    at.session_state["deploy.model"] = "huggingface-txt2img-22h-vintedois-diffusion-v0-1"
    rerun(at)
    assert next(each for each in at.selectbox if each.label == "Instance type").value == "ml.g5.xlarge"
