"""Studio against the sandbox: a domain out of nothing, a space's whole life, and what is said where something lacks."""

from __future__ import annotations

import urllib.request

import pytest

from sandbox.faults import Kind
from services.console import Console
from services.errors import InUse, InvalidRequest, NotFound
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from services.studio import Act, ProfileRequest, SpaceChange, SpaceRequest
from tests.sandbox.server import client
from tests.services.endpoints.flows import done, ran


@pytest.fixture(scope="module")
def domain(console: Console) -> str:
    """A domain made in the quick way, with ada in it."""
    with pytest.raises(NotFound):
        console.studio.domain("")
    done(console, console.studio.plan_domain(console.studio.quick_request("lab")))
    console.resources.forget()
    return console.studio.domain("lab").id


def space(console: Console, domain: str, name: str, **more: object) -> SpaceRequest:
    made = SpaceRequest(domain=domain, profile="ada", name=name, owner="ada", **more)  # type: ignore[arg-type]
    done(console, console.studio.plan_space(made))
    console.resources.forget()
    return made


def test_a_quick_domain_lets_apps_stop_when_idle_and_has_its_person(console: Console, domain: str) -> None:
    settings = console.studio.settings(domain)
    assert (settings.auth, settings.idle["JupyterLab"]) == ("IAM", (120, 60, 525_600))
    assert [each.name for each in console.studio.domain(domain).profiles] == ["ada"]
    done(console, console.studio.plan_profile(ProfileRequest(domain=domain, name="bo")))
    console.resources.forget()
    assert [each.name for each in console.studio.domain("").profiles] == ["ada", "bo"]


def test_a_space_is_made_opened_grown_stopped_run_and_deleted(console: Console, domain: str) -> None:
    room = console.studio
    space(console, domain, "papers", idle_minutes=90)
    now = room.describe_space(domain, "papers")
    assert (now.status_words, now.owner, now.idle_minutes, now.kind) == ("Runs", "ada", 90, "JupyterLab")
    opened = room.open(domain, "papers")
    assert opened.profile == "ada"
    with urllib.request.urlopen(opened.url.reveal(), timeout=10) as answer:
        page = answer.read().decode()
    assert "papers" in page
    assert "app:JupyterLab:" in page
    done(console, room.plan_change(SpaceChange(domain=domain, name="papers", volume_gb=30)))
    assert room.describe_space(domain, "papers").volume_gb == 30
    stopped = done(console, room.plan_stop(domain, "papers"))
    now = room.describe_space(domain, "papers")
    assert (now.status_words, now.usd_now) == ("Stopped", now.usd_stored)
    with pytest.raises(InUse, match="stopped"):
        room.open(domain, "papers")
    console.runs.undo(stopped.id)
    assert console.runs.wait(stopped.id, 60).status is RunStatus.UNDONE
    assert room.describe_space(domain, "papers").status_words in ("Starting", "Runs")
    done(console, room.plan_delete(domain, "papers"))
    with pytest.raises(NotFound):
        room.describe_space(domain, "papers")


@pytest.mark.slow
def test_code_editor_runs_on_the_machine_that_is_chosen(console: Console, domain: str) -> None:
    space(console, domain, "editor", kind="CodeEditor", run=False)
    assert console.studio.describe_space(domain, "editor").acts == (Act.RUN, Act.CHANGE, Act.DELETE)
    done(console, console.studio.plan_run(domain, "editor", "ml.m5.large"))
    now = console.studio.describe_space(domain, "editor")
    assert now.app is not None
    assert (now.app.kind, now.app.instance_type) == ("CodeEditor", "ml.m5.large")
    console.resources.forget()
    listed = next(each for each in console.studio.domain(domain).spaces if each.name == "editor")
    assert listed.usd_now == pytest.approx(now.usd_now)
    done(console, console.studio.plan_delete(domain, "editor"))


def test_an_app_that_fails_says_why_and_the_space_can_be_run_again(console: Console, url: str, domain: str) -> None:
    space(console, domain, "full", run=False)
    control = SandboxControl(url)
    control.set_fault(Kind.NO_CAPACITY.value, service="sagemaker", times=1)
    view = ran(console, console.studio.plan_run(domain, "full", "ml.m5.large"))
    assert view.status is not RunStatus.DONE
    control.clear_faults()
    now = console.studio.describe_space(domain, "full")
    assert now.app is not None
    assert "insufficient capacity" in now.app.failure
    assert Act.RUN in now.acts
    done(console, console.studio.plan_run(domain, "full", "ml.t3.medium"))
    done(console, console.studio.plan_delete(domain, "full"))


@pytest.mark.slow
def test_a_domain_whose_run_is_taken_back_leaves_neither_itself_nor_its_files(console: Console, url: str) -> None:
    before = len(client(url, "efs").describe_file_systems()["FileSystems"])
    view = done(console, console.studio.plan_domain(console.studio.quick_request("brief", "cy")))
    assert len(client(url, "efs").describe_file_systems()["FileSystems"]) == before + 1
    console.runs.undo(view.id)
    assert console.runs.wait(view.id, 60).status is RunStatus.UNDONE
    names = [each["DomainName"] for each in client(url, "sagemaker").list_domains()["Domains"]]
    assert "brief" not in names
    assert len(client(url, "efs").describe_file_systems()["FileSystems"]) == before


def test_studio_itself_opens_as_a_person_and_needs_one(console: Console, domain: str) -> None:
    assert console.studio.open(domain, profile="ada").profile == "ada"
    with pytest.raises(InvalidRequest, match="whom"):
        console.studio.open(domain)


def test_without_a_default_vpc_it_is_said_what_to_do(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.studio, "_networks", tuple)
    with pytest.raises(NotFound) as refused:
        console.studio.quick_request("lab")
    assert "create-default-vpc" in refused.value.next
