"""The page Studio where one works: a quick domain, spaces with their states, opened, run, stopped, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from services.errors import PermissionDenied
from services.resources import Kind
from services.resources.networks import Network, Subnet
from services.studio import DomainSettings
from tests.pages.conftest import Open
from tests.pages.fake_workspaces import LINK, NETWORK, denied, space, studio, workplace
from tests.pages.test_notebooks import figure, labels, press, texts

PAGE, TITLE = "workspaces/spaces", "Studio"


def test_studio_lab_is_said_to_be_something_else(open_page: Open) -> None:
    assert "Studio Lab (studiolab.sagemaker.aws) is something else" in texts(open_page(PAGE, workplace(), TITLE))


def test_without_a_domain_one_is_offered_with_what_it_costs_and_leaves(open_page: Open) -> None:
    console: Any = workplace()
    at = open_page(PAGE, console, TITLE)
    told = texts(at)
    for words in ("The domain itself costs nothing", "$0.30 a GB", "two security groups", "vpc-1", "us-east-1a"):
        assert words in told
    press(at, "Review the plan")
    assert any("file system" in str(each.value) for each in at.warning)
    next(each for each in at.button if each.label.startswith("Make it")).click().run()
    (plan,) = console.runs.started
    sent = plan.step("create-domain").parameters
    assert (sent["VpcId"], tuple(sent["SubnetIds"])) == ("vpc-1", ("subnet-1", "subnet-2"))


def test_without_a_default_network_it_says_what_to_do_and_takes_another(open_page: Open) -> None:
    own = Network("vpc-9", name="ours", subnets=(Subnet("subnet-9", "us-east-1c"),))
    at = open_page(PAGE, workplace(networks=(own,)), TITLE)
    assert any("create-default-vpc" in str(each.value).replace("\\", "") for each in at.warning)
    at.selectbox(key="spaces.domain.vpc").set_value("vpc-9").run()
    press(at, "Review the plan")
    assert [each for each in at.button if each.label.startswith("Make it")]


def test_where_networks_may_not_be_looked_at_one_is_named(open_page: Open) -> None:
    console: Any = workplace()

    def refused() -> None:
        raise PermissionDenied("You may not look at networks.", "ec2:DescribeVpcs is missing.", "Ask for it.")

    console.studio._networks = refused
    at = open_page(PAGE, console, TITLE)
    assert any("may not look at networks" in str(each.value) for each in at.warning)
    at.text_input(key="spaces.domain.vpc").set_value("vpc-7").run()
    at.multiselect(key="spaces.domain.subnets.vpc-7").set_value(["subnet-7"]).run()
    press(at, "Review the plan")
    next(each for each in at.button if each.label.startswith("Make it")).click().run()
    sent = console.runs.started[0].step("create-domain").parameters
    assert (sent["VpcId"], tuple(sent["SubnetIds"])) == ("vpc-7", ("subnet-7",))


def test_a_wrong_name_is_told_at_its_field(open_page: Open) -> None:
    at = open_page(PAGE, workplace(), TITLE)
    at.text_input(key="spaces.domain.name").set_value("my domain").run()
    assert "Letters without accents" in texts(at)


@pytest.mark.parametrize(
    ("app", "status", "offered"),
    [
        ("", "InService", {"Run…", "Change…", "Delete…"}),
        ("InService", "InService", {"Open JupyterLab", "Stop", "Change…", "Delete…"}),
        ("Pending", "InService", {"Stop", "Delete…"}),
        ("Deleting", "InService", {"Delete…"}),
        ("Failed", "InService", {"Run…", "Change…", "Delete…"}),
        ("", "Deleting", set()),
        ("", "Failed", {"Delete…"}),
        ("", "Dreaming", set()),
    ],
)
def test_each_state_offers_what_can_be_done(open_page: Open, app: str, status: str, offered: set[str]) -> None:
    at = open_page(PAGE, workplace(*studio(*space("lab", app, status))), TITLE)
    acts = {"Open JupyterLab", "Run…", "Stop", "Change…", "Delete…"}
    assert acts & set(labels(at)) == offered


def test_what_it_costs_stands_at_it(open_page: Open) -> None:
    at = open_page(PAGE, workplace(*studio(*space("lab", "InService"), *space("still"))), TITLE)
    told = texts(at)
    assert "ml.t3.medium`, $0.05/h" in told
    assert "5 GB, $0.56/month also stopped" in told
    assert figure(at, "Apps running").value == "1"
    assert figure(at, "Spaces").value == "2"


def test_a_space_is_opened_by_a_link_that_is_shown_once(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(*studio(*space("lab", "InService"))), TITLE), "Open JupyterLab")
    (link,) = at.get("link_button")
    assert link.proto.url == LINK
    at.run()
    assert not at.get("link_button")


def test_a_domain_of_identity_center_gives_no_link_and_says_why(open_page: Open) -> None:
    console: Any = workplace(*studio(*space("lab", "InService")))
    console.desk.settings = replace(console.desk.settings, auth="SSO")
    at = press(open_page(PAGE, console, TITLE), "Open JupyterLab")
    assert "Identity Center" in str(at.error[0].value)
    assert not at.get("link_button")


def test_a_new_space_is_planned_for_its_person(open_page: Open) -> None:
    console: Any = workplace(*studio())
    at = press(open_page(PAGE, console, TITLE), "New space")
    at.text_input(key="spaces.space.name").set_value("lab").run()
    press(at, "Review the plan")
    next(each for each in at.button if each.label.startswith("Make it")).click().run()
    (plan,) = console.runs.started
    assert [step.operation for step in plan] == ["create_space", "describe_space", "create_app", "describe_app"]
    assert plan.step("create-space").parameters["OwnershipSettings"] == {"OwnerUserProfileName": "ana"}


def test_a_volume_larger_than_the_domain_allows_is_told_at_its_field(open_page: Open) -> None:
    console: Any = workplace(*studio())
    console.desk.settings = DomainSettings(id="d-1", largest_gb=100)
    at = press(open_page(PAGE, console, TITLE), "New space")
    at.number_input(key="spaces.space.volume").set_value(500).run()
    assert "500 GB cannot be: 5 to 100 GB in this domain" in texts(at)
    assert "stop yours when you leave" in texts(at)


def test_without_a_person_no_space_can_be_made(open_page: Open) -> None:
    at = open_page(PAGE, workplace(*studio(people=())), TITLE)
    assert next(each for each in at.button if each.label == "New space").disabled
    press(at, "New user profile")
    at.text_input(key="spaces.profile.name").set_value("bo").run()
    press(at, "Review the plan")
    assert [each for each in at.button if each.label.startswith("Make it")]


def test_deleting_warns_that_files_go_and_asks_for_the_name(open_page: Open) -> None:
    at = press(open_page(PAGE, workplace(*studio(*space("lab"))), TITLE), "Delete…")
    assert any("lost for good" in str(each.value) for each in at.warning)
    assert next(each for each in at.button if each.label.startswith("Delete ·")).disabled


def test_running_takes_a_machine_and_says_its_price(open_page: Open) -> None:
    console: Any = workplace(*studio(*space("lab")))
    at = press(open_page(PAGE, console, TITLE), "Run…")
    assert "$0.05/h while it runs" in texts(at)
    press(at, "Review the plan")
    next(each for each in at.button if each.label.startswith("Run ·")).click().run()
    assert console.runs.started[0].title == "Run lab"


def test_a_list_that_may_not_be_read_names_the_right(open_page: Open) -> None:
    gap = denied(Kind.SPACE, "sagemaker:ListSpaces")
    at = open_page(PAGE, workplace(*studio(), gaps=(gap,)), TITLE)
    assert any("sagemaker:ListSpaces" in str(each.value) for each in at.warning)
    assert "New user profile" in labels(at)


def test_of_five_hundred_spaces_ten_are_drawn(open_page: Open) -> None:
    many = [one for number in range(500) for one in space(f"lab-{number:03}")]
    at: AppTest = open_page(PAGE, workplace(*studio(*many), networks=(NETWORK,)), TITLE)
    assert labels(at).count("Run…") == 10
    at.text_input(key="spaces.find").set_value("lab-417").run()
    assert labels(at).count("Run…") == 1
