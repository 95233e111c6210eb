"""The page of one endpoint: its tabs, what can be done, what is wrong, and an endpoint that is gone or never was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from services.connection import Mode
from services.endpoints import Composition, Event, EventKind, Timeline
from services.endpoints.composition import ComponentParts, ContainerParts, ModelParts, Pool, VariantParts
from services.errors import PermissionDenied
from services.plans import RunStatus
from tests.pages.conftest import MAIN, Open
from tests.pages.fake_changes import paused
from tests.pages.fake_console import FakeConsole, endpoint, run_view
from tests.pages.fake_sandbox import MADE

PAGE = "endpoint"
MADE_OF = Composition(
    variants=(
        VariantParts(name="AllTraffic", model="speaker", instance_type="ml.g5.xlarge", count=1, desired=3, weight=1.0),
        VariantParts(name="trial", memory_mb=2048, concurrency=5, weight=1.0, shadow=True),
        VariantParts(name="pooled", pools=(Pool(instance_type="ml.g5.2xlarge", priority=1, count=2),), weight=1.0),
    ),
    components=(
        ComponentParts(
            name="part", status="Failed", copies=0, desired=2, resources="1 accelerator", failure="No room."
        ),
    ),
    settings=(("Data capture", "20 % of requests (Input) to s3://kept/"),),
    models=(
        ModelParts(
            name="speaker",
            role="arn:aws:iam::123456789012:role/Mine",
            containers=(ContainerParts(image="image:1", environment=(("HF_TOKEN", "***"),)),),
        ),
    ),
    configured=MADE.timestamp(),
)  # fmt: skip


def texts(at: AppTest) -> str:
    """What is written, as a reader sees it."""
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


@pytest.fixture
def console() -> FakeConsole:
    made = FakeConsole(endpoint("speaker", "text-generation"))
    made.history.made = MADE_OF
    return made


def test_the_head_says_what_it_is_and_what_it_costs(open_page: Open, console: FakeConsole) -> None:
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert "$1.50/h · 1 × ml.g5.xlarge" in texts(at)
    assert "In service" in texts(at)
    assert "for sandbox/ana" in texts(at)


def test_an_asynchronous_endpoint_says_where_it_is_tested(open_page: Open) -> None:
    slow = replace(endpoint("slow", "text-generation"), asynchronous=True)
    at = open_page(PAGE, FakeConsole(slow), "slow", endpoint="slow")
    assert "submit a request on the tab Test" in texts(at)


def test_only_the_open_tab_is_drawn_and_the_first_is_the_overview(open_page: Open, console: FakeConsole) -> None:
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert console.history.asked == [("composition", "speaker")]
    labels = [tab.label for tab in at.tabs]
    assert (labels[0], labels[-1]) == ("Overview", "Activity")


def test_the_overview_tells_variants_components_configuration_and_models(open_page: Open, console: FakeConsole) -> None:
    said = texts(open_page(PAGE, console, "speaker", endpoint="speaker"))
    for words in (
        "1 of 3 wanted", "serverless, 2,048 MB, 5 at once", "shadow", "1 instance pool", "ml.g5.2xlarge",
        "0 of 2 wanted", "1 accelerator", "20 % of requests (Input) to s3://kept/", "role/Mine", "HF_TOKEN", "image:1",
        "sagedeck:owner",
    ):  # fmt: skip
        assert words in said, words


def test_a_failed_component_says_why(open_page: Open, console: FakeConsole) -> None:
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert any("No room" in each.value for each in at.error)


def test_arn_and_address_can_be_copied(open_page: Open, console: FakeConsole) -> None:
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    detail = console.endpoints.found["speaker"]
    assert {detail.arn, detail.url} <= {each.value for each in at.code}


def test_links_to_aws_are_there_in_an_account_and_not_in_the_sandbox(open_page: Open) -> None:
    def links(mode: Mode) -> list[str]:
        at = open_page(PAGE, FakeConsole(endpoint("speaker", "", usd=1.0), mode=mode), "speaker", endpoint="speaker")
        return [each.proto.url for each in at.get("link_button")]

    assert links(Mode.SANDBOX) == []
    assert links(Mode.AWS)[0].startswith("https://us-east-1.console.aws.amazon.com/sagemaker/")


def test_nothing_that_is_told_is_not_needed_to_draw_the_page(open_page: Open) -> None:
    bare = replace(
        endpoint("speaker", ""), variants=(), tags=(), config_name="", status="SomethingNew", usd_per_hour=None
    )
    at = open_page(PAGE, FakeConsole(bare), "speaker", endpoint="speaker")
    assert not at.error
    assert "SomethingNew" in texts(at)
    assert "price unknown" in texts(at)
    assert "AWS tells of no variant" in texts(at)


def test_what_may_not_be_read_is_named_beside_the_rest(open_page: Open, console: FakeConsole) -> None:
    console.history.made = replace(MADE_OF, problems=("sagemaker:DescribeModel is missing.",))
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert any("DescribeModel" in each.value for each in at.warning)
    console.history.refuse = PermissionDenied("You may not look.", "sagemaker:DescribeEndpoint is missing.", "Ask.")
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert any("DescribeEndpoint" in each.value for each in at.error)
    assert console.endpoints.found["speaker"].arn in {each.value for each in at.code}


def test_what_happened_is_listed_newest_first_with_who_did_it(open_page: Open, console: FakeConsole) -> None:
    console.history.told = Timeline(
        events=(
            Event(at=300, what="Setting desired instance count to 2.", kind=EventKind.SCALING, ok=False),
            Event(at=200, what="Update speaker", who="ana", kind=EventKind.CONSOLE, run="run-7", deploys=True),
            Event(at=100, what="Endpoint created", who="[evil](http://x)", kind=EventKind.CALL),
        ),
        problems=("cloudtrail:LookupEvents is missing.",),
    )  # fmt: skip
    at = open_page(PAGE, console, "speaker", endpoint="speaker", tab="Activity")
    assert console.history.asked == [("timeline", "speaker")]
    rows = [each.value for each in at.markdown if "UTC" in each.value]
    assert [row.split("**")[1].replace("\\", "") for row in rows] == [
        "Setting desired instance count to 2.", "Update speaker", "Endpoint created",
    ]  # fmt: skip
    assert "failed" in rows[0]
    assert "deployment" in rows[1]
    assert "[evil](" not in rows[2]
    assert any("LookupEvents" in each.value for each in at.warning)
    assert any(link.value == "Run" for link in at.page_link)


def test_the_list_can_be_narrowed_to_what_scaled(open_page: Open, console: FakeConsole) -> None:
    events = (Event(at=2, what="It scaled", kind=EventKind.SCALING), Event(at=1, what="Made", kind=EventKind.LIFE))
    console.history.told = Timeline(events=events)
    at = open_page(PAGE, console, "speaker", endpoint="speaker", tab="Activity")
    at.button_group(key="events.kinds").set_value([EventKind.SCALING]).run()
    assert not at.exception
    assert "It scaled" in texts(at)
    assert "Made" not in [row.split("**")[1] for row in (each.value for each in at.markdown) if "UTC" in row]


def test_a_failure_stands_on_top_with_its_cause(open_page: Open) -> None:
    broken = replace(
        endpoint("speaker", "", "Failed", usd=0.0), failure="The container did not pass the ping health check."
    )
    at = open_page(PAGE, FakeConsole(broken), "speaker", endpoint="speaker")
    assert any("ping" in each.value for each in at.error)
    assert any("Cause" in each.value for each in at.info)
    assert "Pause, Scale, Update: it failed: delete it" in texts(at)


def test_an_endpoint_that_never_was_is_said_with_ways_on(open_page: Open) -> None:
    at = open_page(PAGE, FakeConsole(), "nobody", endpoint="nobody")
    assert any("There is no endpoint nobody" in each.value.replace("\\", "") for each in at.error)
    assert {"All endpoints", "Deploy"} <= {each.value for each in at.page_link}


def test_no_name_at_all_leads_to_the_list(open_page: Open) -> None:
    at = open_page(PAGE, FakeConsole(), "Endpoint")
    assert "No endpoint is chosen" in texts(at)


def test_a_name_that_is_no_name_is_shown_as_it_is(open_page: Open, console: FakeConsole) -> None:
    at = AppTest.from_file(str(MAIN), default_timeout=20)
    at.session_state["sagedeck.console"] = console
    at.run()
    at.switch_page("../pages/endpoint.py")
    at.query_params["endpoint"] = "![x](http://127.0.0.1/x)"
    at.run()
    assert not at.exception
    assert "![x](" not in at.title[0].value


def test_an_endpoint_that_vanishes_while_looked_at_says_so(open_page: Open, console: FakeConsole) -> None:
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    console.endpoints.found.clear()
    at.run()
    assert not at.exception
    (told,) = at.warning
    assert "speaker is gone" in told.value
    assert "InService when it was last seen" in told.value
    assert {"All endpoints", "Activity", "Deploy"} <= {each.value for each in at.page_link}


def test_a_paused_one_can_be_resumed_from_its_page(open_page: Open) -> None:
    console = FakeConsole()
    console.changes.rows = [paused("sleeper")]
    at = open_page(PAGE, console, "sleeper", endpoint="sleeper")
    assert "It is paused" in texts(at)
    at.button(key="paused.resume.sleeper").click().run()
    assert console.changes.asked == ["sleeper"]
    assert any(each.label.startswith("Resume ·") for each in at.button)


def test_one_that_may_not_be_read_is_told_as_the_list_tells_it(
    open_page: Open, console: FakeConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str) -> None:
        raise PermissionDenied("You may not read it.", "sagemaker:DescribeEndpoint is missing.", "Ask for it.")

    monkeypatch.setattr(console, "detail", refused)
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert any("DescribeEndpoint" in each.value for each in at.error)
    assert "it is InService" in texts(at)


def test_what_of_it_may_not_be_read_is_named_on_top(open_page: Open, console: FakeConsole) -> None:
    console.history.denied = ("You may not read its tags: sagemaker:ListTags is missing.",)
    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    assert any("sagemaker:ListTags" in each.value.replace("\\", "") for each in at.warning)
    assert "$1.50/h" in texts(at)


def test_a_change_asked_for_elsewhere_is_not_shown_on_another_endpoints_page(
    open_page: Open, console: FakeConsole
) -> None:
    from ui.endpoint_changes import Asked

    at = open_page(PAGE, console, "speaker", endpoint="speaker")
    at.session_state["endpoints.asked"] = Asked("Pause", "another")
    at.run()
    assert not any(each.label.startswith("Pause ·") for each in at.button)
    at.session_state["endpoints.asked"] = Asked("Pause", "speaker")
    at.run()
    assert any(each.label.startswith("Pause ·") for each in at.button)


def test_a_change_under_way_is_followed_on_the_page_of_its_endpoint(open_page: Open, console: FakeConsole) -> None:
    console.runs.views["run-1"] = run_view(RunStatus.RUNNING, "Scale speaker")
    at = open_page("home", console, "Home")
    (link,) = [each for each in at.page_link if each.value == "Follow"]
    assert link.proto.page.endswith("endpoint")
    assert "endpoint=speaker" in link.proto.query_string
