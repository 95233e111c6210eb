"""The life of a notebook instance against the sandbox, and where its link may never be found."""

from __future__ import annotations

import json
import logging
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from sandbox.faults import Kind
from services.console import Console
from services.errors import InUse, InvalidRequest, NameTaken, NotFound
from services.notebooks import Act, ChangeRequest, NotebookRequest
from services.plans import RunStatus
from services.sandbox_control import SandboxControl
from tests.sandbox.server import client
from tests.services.endpoints.flows import done, ran


def request(console: Console, name: str, **more: object) -> NotebookRequest:
    return NotebookRequest(
        name=name, instance_type="ml.t3.medium", role=console.notebooks.usual_role(), owner="ada", **more  # type: ignore[arg-type]
    )  # fmt: skip


def test_it_is_made_opened_grown_stopped_started_and_deleted(console: Console) -> None:
    room = console.notebooks
    done(console, room.plan_create(request(console, "papers")))
    with pytest.raises(NameTaken):
        room.plan_create(request(console, "papers"))
    now = room.describe_notebook("papers")
    assert (now.status, now.volume_gb, now.running) == ("InService", 5, True)
    assert Act.OPEN in now.state.acts
    done(console, room.plan_change(ChangeRequest(name="papers", volume_gb=20)))
    now = room.describe_notebook("papers")
    assert (now.status, now.volume_gb) == ("InService", 20)
    done(console, room.plan_stop("papers"))
    now = room.describe_notebook("papers")
    assert (now.status, now.usd_now) == ("Stopped", now.usd_stored)
    with pytest.raises(InUse, match="stands still"):
        room.open("papers")
    done(console, room.plan_start("papers"))
    done(console, room.plan_delete("papers"))
    with pytest.raises(NotFound):
        room.describe_notebook("papers")


@pytest.mark.slow
def test_its_run_is_undone_to_nothing(console: Console) -> None:
    view = done(console, console.notebooks.plan_create(request(console, "brief")))
    console.runs.undo(view.id)
    assert console.runs.wait(view.id, 60).status is RunStatus.UNDONE
    with pytest.raises(NotFound):
        console.notebooks.describe_notebook("brief")


def test_the_link_opens_once_and_is_kept_nowhere(console: Console, url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    done(console, console.notebooks.plan_create(request(console, "secret")))
    opened = console.notebooks.open("secret")
    link = opened.url.reveal()
    token = link.rpartition("/")[2].partition("?")[0]
    assert link.endswith("view=lab")
    assert repr(opened).count("***") == 1
    with urllib.request.urlopen(link, timeout=10) as answer:
        page = answer.read().decode()
    assert "Simulated" in page
    assert "JupyterLab" in page
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(link, timeout=10)
    assert token not in caplog.text
    assert token not in _kept(console.folder)
    assert console.notebooks.open("secret", lab=False).url.reveal() != link
    done(console, console.notebooks.plan_delete("secret"))


def _kept(folder: Path) -> str:
    """Everything this console wrote: its database row by row, and its files."""
    told = []
    for path in folder.rglob("*"):
        if path.suffix == ".db":
            with sqlite3.connect(path) as rows:
                told += list(rows.iterdump())
        elif path.is_file():
            told.append(path.read_text(errors="replace"))
    return "\n".join(told)


def test_a_session_longer_than_twelve_hours_is_refused_without_asking(console: Console) -> None:
    with pytest.raises(InvalidRequest):
        console.notebooks.open("nobody", session_seconds=43_201)


def test_one_that_fails_says_why_and_can_be_started_again(console: Console, url: str) -> None:
    control = SandboxControl(url)
    control.set_fault(Kind.NO_CAPACITY.value, service="sagemaker", times=1)
    view = ran(console, console.notebooks.plan_create(request(console, "full")))
    assert view.status is not RunStatus.DONE
    now = console.notebooks.describe_notebook("full")
    assert now.status == "Failed"
    assert "insufficient capacity" in now.failure
    assert console.diagnosis(now.failure).cause == "capacity"
    assert now.state.acts == (Act.START, Act.DELETE)
    control.clear_faults()
    done(console, console.notebooks.plan_delete("full"))


def test_lifecycle_scripts_are_shown_as_they_are(console: Console, url: str) -> None:
    import base64

    content = base64.b64encode(b"#!/bin/bash\necho hello\n").decode()
    client(url, "sagemaker").create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName="setup", OnStart=[{"Content": content}]
    )
    assert console.notebooks.lifecycles() == ("setup",)
    found = console.notebooks.lifecycle("setup")
    assert (found.on_start, found.on_create) == ("#!/bin/bash\necho hello\n", "")


def test_the_default_network_is_found_with_a_subnet_a_zone(console: Console) -> None:
    (network,) = console.notebooks.networks()
    assert network.default
    zones = [each.zone for each in network.one_a_zone()]
    assert len(zones) == len(set(zones)) > 1
    assert json.dumps([each.name for each in network.groups]) == '["default"]'


def test_types_are_listed_with_what_they_cost(console: Console) -> None:
    prices = dict(console.notebooks.types())
    assert prices["ml.t3.medium"] == pytest.approx(0.05)
    known = [each for each in prices.values() if each is not None]
    assert known == sorted(known)


def test_one_that_nobody_stopped_for_a_week_is_found_idle_with_what_it_costs(console: Console, url: str) -> None:
    done(console, console.notebooks.plan_create(request(console, "long")))
    SandboxControl(url).advance(8 * 86_400)
    console.resources.forget()
    held = console.resources.settled(60)
    (found,) = [each for each in console.savings.idle_workplaces(held, 7) if each.key.name == "long"]
    assert found.usd_per_month == pytest.approx(0.05 * 730)
    assert "8 days" in found.title
    (row,) = [each for each in console.notebooks.list_notebooks(held) if each.name == "long"]
    assert (row.owner, row.running, row.volume_gb) == ("ada", True, 5)
    done(console, console.notebooks.plan_delete("long"))
