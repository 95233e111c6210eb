"""Clean up shows what goes and what stays with its reason, and begins only once the account was named."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from services.errors import PlanChanged
from services.resources import Key
from tests.pages.conftest import Open
from tests.pages.fake_cleaning import OWNER, FakeCleaning, fake_resources
from tests.pages.fake_console import FakeConsole, connection
from tests.services.cleanup.account import MINE, chain, endpoint
from ui import cleanup_filters, cleanup_graph, cleanup_table

ANAS = {**MINE, "sagedeck:owner": OWNER}


def a_console(*resources: object, **more: object) -> FakeConsole:
    console = FakeConsole()
    console.cleaning = FakeCleaning(resources, **more)  # type: ignore[arg-type, attr-defined]
    console.resources = fake_resources(console.cleaning)  # type: ignore[attr-defined]
    return console


def opened(open_page: Open, console: FakeConsole) -> AppTest:
    return open_page("clean_up", console, "Clean up")


def figures(at: AppTest) -> dict[str, str]:
    return {each.label: each.value for each in at.metric}


def test_nothing_to_clean_up_is_said(open_page: Open) -> None:
    at = opened(open_page, a_console())
    assert any("Nothing to clean up" in each.value for each in (*at.markdown, *at.subheader))


def test_the_account_has_to_be_named_before_anything_goes(open_page: Open) -> None:
    console = a_console(*chain("mine", tags=ANAS), endpoint("theirs"), alias="acme-ml")
    at = opened(open_page, console)
    assert figures(at)["Goes"] == "3"
    assert figures(at)["Stays"] == "1"
    button = next(each for each in at.button if each.label.startswith("Remove 3 things"))
    assert button.disabled
    typed = next(each for each in at.text_input if "acme-ml" in each.label)
    typed.set_value("acme").run()
    assert next(each for each in at.button if each.label.startswith("Remove 3 things")).disabled
    next(each for each in at.text_input if "acme-ml" in each.label).set_value("acme-ml").run()
    next(each for each in at.button if each.label.startswith("Remove 3 things")).click().run()
    assert [plan.title for plan in console.runs.started] == ["Clean up 3 things"]
    assert at.query_params["run"] in ("run-1", ["run-1"])


def test_a_plan_that_changed_meanwhile_is_refused_and_looked_at_anew(open_page: Open) -> None:
    console = a_console(*chain("mine", tags=ANAS), alias="acme-ml")
    console.runs.refuse = PlanChanged("The plan has changed.", "", "Look at the new plan.")
    at = opened(open_page, console)
    next(each for each in at.text_input if "acme-ml" in each.label).set_value("acme-ml").run()
    next(each for each in at.button if each.label.startswith("Remove 3 things")).click().run()
    assert not at.exception
    assert console.runs.started == []
    assert "The plan has changed" in at.error[0].value


def test_names_patterns_and_the_cap_narrow_the_plan(open_page: Open) -> None:
    console = a_console(*(endpoint(name, tags=ANAS) for name in ("test-1", "test-2", "prod-1")))
    at = opened(open_page, console)
    at.text_input(key=cleanup_filters.NAMES).set_value("test-*").run()
    assert figures(at)["Goes"] == "2"
    assert any("test-1" in each.value and "test-2" in each.value for each in at.markdown)
    at.number_input(key=cleanup_filters.CAP).set_value(1).run()
    assert figures(at)["Goes"] == "1"
    at.text_input(key=cleanup_filters.KEEP).set_value("test-*").run()
    assert figures(at)["Goes"] == "0"


def test_a_tick_is_remembered_by_the_thing_and_not_by_its_row(open_page: Open) -> None:
    things = [endpoint(f"e{number}", tags=ANAS) for number in range(3)]
    at = opened(open_page, a_console(*things))
    at.session_state[cleanup_filters.WITHOUT] = {things[1].key}
    at.run()
    assert figures(at)["Goes"] == "2"
    rows: list[tuple[Key, bool]] = at.session_state[cleanup_table.ROWS]
    assert [key.name for key, _ in rows] == ["e0", "e2"]


def test_what_is_still_read_is_said_and_what_is_not_known_stands_apart(open_page: Open) -> None:
    dark = endpoint("dark", tags=ANAS, described=False)
    console = a_console(dark, endpoint("known", tags=ANAS), reading=1)
    at = opened(open_page, console)
    assert figures(at)["Not known"] == "1"
    assert figures(at)["Goes"] == "1"


def test_the_dry_run_can_be_taken_along(open_page: Open) -> None:
    at = opened(open_page, a_console(*chain("mine", tags=ANAS)))
    labels = {str(getattr(each, "label", "")) for each in at.get("download_button")}
    assert {"Plan as Markdown", "Plan as JSON"} <= labels


def test_a_read_only_connection_may_look_and_not_remove(open_page: Open) -> None:
    console = a_console(*chain("mine", tags=ANAS), alias="acme-ml")
    console.connection = connection(read_only=True)
    at = opened(open_page, console)
    assert figures(at)["Goes"] == "3"
    next(each for each in at.text_input if "acme-ml" in each.label).set_value("acme-ml").run()
    assert next(each for each in at.button if each.label.startswith("Remove 3 things")).disabled


def test_the_graph_escapes_names_and_counts_by_kind_when_there_are_many() -> None:
    nodes = [
        cleanup_graph.Node("endpoint", '<script>alert("1")</script>', "goes"),
        cleanup_graph.Node("model", "m", "stays"),
    ]
    picture, width = cleanup_graph.drawn(nodes, {(0, 1): 0}, "two <things>")
    assert "<script" not in picture
    assert "two &lt;things&gt;" in picture
    assert width > 300
    many = FakeCleaning(each for number in range(40) for each in chain(f"m{number}", tags=ANAS))
    found = many.look(many.request(most=500))
    grouped, edges, words = cleanup_graph._grouped(found, found.items)
    assert [node.name for node in grouped] == ["40 endpoints", "40 endpoint configurations", "40 models"]
    assert dict(edges) == {(0, 1): 40, (1, 2): 40}
    assert words == "120 things, drawn by their kind"
