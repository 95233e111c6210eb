"""The page Batch on a sandbox of its own: the form, what is wrong at its field, the list, a job in every state."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.batch import JobStatus
from services.console import Console
from services.errors import PermissionDenied
from tests.pages.conftest import Open
from tests.services.batch.conftest import EMBEDDING, TRUST, asked, carried_out, console, put, run, still  # noqa: F401 - fixtures

TITLE = "Batch"


@pytest.fixture(autouse=True)
def _kept_console(console: Console) -> None:  # noqa: F811
    console.refresh()


def _texts(at: AppTest) -> str:
    parts = (at.markdown, at.caption, at.error, at.warning, at.info, at.subheader, at.code)
    return "\n".join(str(each.value) for part in parts for each in part).replace("\\", "")


def _form(open_page: Open, console: Any, model: str = "embeds") -> AppTest:  # noqa: F811
    at = open_page("batch", console, TITLE)
    at.session_state["batch.tab"] = "New job"
    at.session_state["batch.source.kind"] = "A model"
    at.session_state["batch.source.model"] = model
    at.run()
    assert not at.exception
    return at


def _typed(at: AppTest, **fields: Any) -> AppTest:
    for name, value in fields.items():
        at.session_state[f"batch.embeds.{name.replace('__', '.')}"] = value
    at.run()
    assert not at.exception
    return at


def test_an_empty_account_is_told_what_to_do_next(open_page: Open, console: Any) -> None:  # noqa: F811
    at = open_page("batch", console, TITLE)
    assert "No transform job yet" in _texts(at)
    next(each for each in at.button if each.label == "New job").click().run()
    assert at.session_state["batch.tab"] == "New job"


def test_the_form_begins_with_what_fits_the_model_and_shows_the_first_records(
    open_page: Open,
    console: Any,  # noqa: F811
) -> None:
    uri = put(console, "form/asked.jsonl", b'{"inputs": "The cat sat."}\n{"inputs": "A dog barks."}\n')
    at = _form(open_page, console)
    assert [each.value for each in at.text_input if each.label == "Content type"] == ["application/json"]
    at = _typed(at, input__address=uri)
    told = _texts(at)
    assert "The cat sat." in told
    assert "about 2 records" in told
    assert "A guess" in told


def test_what_is_wrong_stands_on_the_page_and_no_plan_is_made(open_page: Open, console: Any) -> None:  # noqa: F811
    at = _form(open_page, console)
    at = _typed(
        at, input__address="s3://batches/form/", max_payload_mb=101, input_filter="features", output_kms_key="a key"
    )
    told = _texts(at)
    assert "0 to 100 MB" in told
    assert "begins with $" in told
    assert "A key is named by its id" in told
    at.button(key="batch.plan").click().run()
    assert "Mend what is marked above" in _texts(at)
    at = _typed(at, input__address="nowhere", max_payload_mb=6, input_filter="", output_kms_key="")
    assert "This is no S3 address" in _texts(at)


def test_a_role_that_will_not_do_is_replaced_by_a_button_at_its_field(open_page: Open, console: Any) -> None:  # noqa: F811
    clients = console.connection.clients
    role = clients.get("iam").create_role(RoleName="bare", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    image = {"Image": EMBEDDING, "Environment": {}}
    clients.get("sagemaker").create_model(ModelName="bare", ExecutionRoleArn=role, PrimaryContainer=image)
    uri = put(console, "form/asked.jsonl", b'{"inputs": "The cat sat."}\n')
    at = _form(open_page, console, "bare")
    at.session_state["batch.bare.input.address"] = uri
    at.run().button(key="batch.plan").click().run()
    assert "The model's role may not" in _texts(at)
    at.button(key="batch.bare.role.new").click().run()
    assert not at.exception
    assert "The model's role may not" not in _texts(at)
    assert at.session_state["batch.bare.role"] == "A new one for this job"


def test_a_plan_is_made_run_and_its_job_followed_to_its_answers(open_page: Open, console: Any) -> None:  # noqa: F811
    uri = put(console, "whole/in.jsonl", b'{"inputs": "The cat sat."}\n{"inputs": "A dog barks."}\n')
    at = _typed(_form(open_page, console), input__address=uri, output__address="s3://batches/whole/out/", name="whole")
    at.button(key="batch.plan").click().run()
    assert not at.exception
    assert "sagemaker.create_transform_job" in _texts(at)
    (confirm,) = [each for each in at.button if each.label.startswith("Start")]
    confirm.click().run()
    assert not at.exception
    run_id = at.query_params["run"]
    assert console.runs.wait(run_id[0] if isinstance(run_id, list) else run_id, 60).status == "done"
    from tests.services.batch.conftest import ended

    assert ended(console, "whole").status is JobStatus.COMPLETED
    console.refresh()
    at = open_page("batch", console, TITLE, job="whole")
    told = _texts(at)
    assert "Answers" in told
    assert "The cat sat." in told
    assert {"Delete its answers"} <= {each.label for each in at.button}
    at.button(key="batch.remove").click().run()
    assert not at.exception
    assert "s3.delete_object" in _texts(at)


def test_a_failed_job_says_which_object_and_why(open_page: Open, console: Any) -> None:  # noqa: F811
    put(console, "fails/in/bad.jsonl", b"no json\n")
    carried_out(console, asked("fails"))
    console.refresh()
    told = _texts(open_page("batch", console, TITLE, job="fails"))
    assert "The job failed." in told
    assert "Without answers" in told
    assert "bad.jsonl" in told
    assert "The model does not take a request of this form" in told


def test_a_job_under_way_can_be_stopped_from_its_page(open_page: Open, still: Any) -> None:  # noqa: F811
    put(still, "stops/in/a.jsonl", b'{"inputs": "fine"}\n')
    run(still, still.batch.plan(asked("stops")))
    at = open_page("batch", still, TITLE, job="stops")
    assert "nothing is billed yet" in "\n".join(str(each.text) for each in at.get("progress")) + _texts(at)
    assert {each.label: each.value for each in at.metric}["Costs now"] == "nothing yet"
    at.button(key="batch.stop").click().run()
    assert not at.exception
    assert "sagemaker.stop_transform_job" in _texts(at)


def test_jobs_are_listed_with_state_and_cost_and_one_opens(open_page: Open, console: Any) -> None:  # noqa: F811
    at = open_page("batch", console, TITLE)
    told = _texts(at)
    assert "under way" in told
    names = [each.key for each in at.button if str(each.key).startswith("batch.open.")]
    assert "batch.open.fails" in names
    at.button(key="batch.open.fails").click().run()
    assert not at.exception
    assert "The job failed." in _texts(at)
    assert "No such job" in _texts(open_page("batch", console, TITLE, job="gone"))


def test_texts_become_requests_as_the_model_reads_them_and_are_sent_first(
    open_page: Open,
    console: Any,  # noqa: F811
) -> None:
    at = _typed(_form(open_page, console), **{"from": "Texts", "texts": "The cat sat.\nA dog barks."})
    told = _texts(at)
    assert '{"inputs":["The cat sat."]' in told
    assert "about 2 records" in told
    at.button(key="batch.plan").click().run()
    assert not at.exception
    told = _texts(at)
    assert "s3.put_object" in told
    assert "sagemaker.create_transform_job" in told


def test_a_folder_is_found_by_browsing(open_page: Open, console: Any) -> None:  # noqa: F811
    put(console, "browsed/*odd* [name](x)/a.jsonl", b'{"inputs": "one"}\n')
    at = _form(open_page, console)
    at.session_state["batch.embeds.input.browse"] = True
    at.run()
    assert "s3://batches/" in _texts(at)
    (folder,) = [each for each in at.button if each.label == "browsed"]
    folder.click().run()
    (odd,) = [each for each in at.button if str(each.key).endswith("input.folder.0")]
    assert "*odd* [name](x)" not in odd.label  # shown as it is, not as Markdown
    odd.click().run()
    (choose,) = [each for each in at.button if str(each.key) == "batch.embeds.input.this"]
    choose.click().run()
    assert not at.exception
    assert at.session_state["batch.embeds.input.address"] == "s3://batches/browsed/*odd* [name](x)/"
    assert "First records of" in _texts(at)


def test_what_may_not_be_listed_is_said_and_the_form_stays(
    open_page: Open,
    console: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        why = "The identity in use lacks the permission sagemaker:ListTransformJobs."
        raise PermissionDenied("AWS refused permission.", why, "", action="sagemaker:ListTransformJobs")

    for name in ("list_jobs", "models"):
        monkeypatch.setattr(console.batch, name, denied)
    console.refresh()
    assert "sagemaker:ListTransformJobs" in _texts(open_page("batch", console, TITLE))
    at = _form(open_page, console)
    assert "type a name" in _texts(at)
    assert [each.value for each in at.text_input if each.label == "Content type"] == ["application/json"]


def test_the_model_behind_an_endpoint_is_taken(open_page: Open, console: Any) -> None:  # noqa: F811
    sagemaker = console.connection.clients.get("sagemaker")
    variant = {"VariantName": "all", "ModelName": "embeds", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="lives", EndpointConfigName="c")
    console.refresh()
    told = _texts(open_page("batch", console, TITLE, endpoint="lives"))
    assert "Each line is one request in JSON" in told
    assert "embeds" in told
