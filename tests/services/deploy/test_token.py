"""The hub's token of a gated model goes to the container, and nowhere else: searched for wherever something is kept."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from typer import echo

from cli.following import print_plan
from services.deploy import Components, DeployRequest, RagPairRequest, Server
from services.errors import InvalidRequest
from services.plans import Format, Plan, RunStatus, codec, export, secret_names
from tests.sandbox.server import start_sandbox
from tests.services.deploy.test_flow import WAIT, Rooms
from tests.services.deploy.worlds import GPU, MISTRAL, TEI, asked, planned

TOKEN = "hf_PlantedHereAndInventedForThisTest"
SERVERS = [server for server in Server if server is not Server.TEI]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_sandbox("--speed", "1200") as url:
        yield url


def gated(server: Server, name: str = "demo") -> DeployRequest:
    return asked(replace(MISTRAL, server=server, gated=True), GPU, endpoint_name=name)


def spellings(token: str) -> set[str]:
    return {token, token[3:], quote(token), token[::-1], token.upper()}


def clean(text: str) -> bool:
    return not any(each in text for each in spellings(TOKEN))


def on_the_command_line(plan: Plan, as_json: bool, capsys: pytest.CaptureFixture[str]) -> str:
    print_plan(plan, as_json)
    echo("")
    told = capsys.readouterr()
    return told.out + told.err


@pytest.mark.parametrize("server", SERVERS)
def test_a_plan_knows_the_tokens_name_and_not_the_token(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    plan = planned(gated(server))
    assert secret_names(plan) == ("demo/HF_TOKEN",)
    written = [json.dumps(codec.write(step), default=str) for step in plan]
    assert any("demo/HF_TOKEN" in each for each in written), "by name it is there"
    shown = on_the_command_line(plan, True, capsys)
    assert "***" in shown
    assert json.loads(shown)["steps"]


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("server", SERVERS)
def test_an_export_reads_the_token_from_where_it_is_run(server: Server, form: Format) -> None:
    text = export(planned(gated(server)), form, region="us-east-1").text
    assert "HF_TOKEN" in text
    assert "hf_" not in text.lower().replace("hf_token", "").replace("hf_model", "")


def test_a_token_among_the_plain_variables_is_refused_and_not_repeated() -> None:
    request = replace(gated(Server.VLLM), environment=(("HUGGING_FACE_HUB_TOKEN", TOKEN),))
    with pytest.raises(InvalidRequest) as caught:
        planned(request)
    assert clean(str(caught.value))
    assert "looks like a secret" in caught.value.why


@pytest.mark.parametrize("server", SERVERS)
def test_a_run_gives_the_token_to_the_container_and_writes_it_nowhere(
    address: str, tmp_path: Path, server: Server, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "services")
    ada = Rooms(address, "ada", tmp_path)
    request = replace(gated(server, f"gated-{server}"), role=ada.access.request(f"sagedeck-{server}"))
    plan = ada.deploy.plan_deploy(request)
    with pytest.raises(InvalidRequest) as lacking:
        ada.runs.start(plan)
    assert f"gated-{server}/HF_TOKEN" in str(lacking.value)
    run = ada.runs.start(plan, secrets={f"gated-{server}/HF_TOKEN": TOKEN})
    view = ada.runs.wait(run, WAIT)
    assert view.status is RunStatus.DONE
    again = ada.runs.start(ada.deploy.plan_deploy(request), secrets={f"gated-{server}/HF_TOKEN": TOKEN})
    found = ada.runs.wait(again, WAIT)
    assert found.status is RunStatus.DONE, "it is compared with what stands, and still not written"

    model = ada.connection.clients.get("sagemaker").describe_model(ModelName=f"gated-{server}")
    assert model["PrimaryContainer"]["Environment"]["HF_TOKEN"] == TOKEN, "the container has it"
    assert clean(str(ada.endpoints.describe_endpoint(f"gated-{server}"))), "who looks at the endpoint does not see it"
    assert clean(caplog.text)
    assert clean(repr(view) + repr(found) + repr(plan))
    assert clean(pickle.dumps((plan, view)).decode("latin-1"))
    assert clean(on_the_command_line(plan, True, capsys) + on_the_command_line(plan, False, capsys))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    for path in kept:
        assert clean(path.read_bytes().decode("latin-1")), path


def test_a_refused_token_is_not_repeated_in_what_went_wrong(address: str, tmp_path: Path) -> None:
    ada = Rooms(address, "ada", tmp_path)
    request = replace(gated(Server.VLLM, "other"), role=ada.access.request("sagedeck-other"))
    first = ada.runs.start(ada.deploy.plan_deploy(request), secrets={"other/HF_TOKEN": TOKEN})
    assert ada.runs.wait(first, WAIT).status is RunStatus.DONE
    clash = ada.runs.start(ada.deploy.plan_deploy(request), secrets={"other/HF_TOKEN": "hf_another_invented_one"})
    view = ada.runs.wait(clash, WAIT)
    assert view.status is RunStatus.FAILED
    told = repr(view)
    assert clean(told)
    assert "hf_another" not in told


def test_a_pair_and_a_component_ask_for_each_token_by_its_own_name() -> None:
    from services.deploy import plan_pair
    from tests.services.deploy.worlds import world

    language = replace(gated(Server.TGI, "talk"), mode=Components(accelerators=1, memory_mb=8192))
    embedding = asked(replace(TEI, gated=True), endpoint_name="words")
    both = RagPairRequest(embedding=embedding, language=language)
    plan = plan_pair(both, world(embedding), world(language))
    assert set(secret_names(plan)) == {"talk/HF_TOKEN", "words/HF_TOKEN"}
