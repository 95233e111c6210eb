"""The page Models: what is typed and chosen, the address, the drawer, and what is carried to Deploy."""

import pytest
from streamlit.testing.v1 import AppTest

from services.catalog import Listing
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from ui import catalogue_filters as filters

LLAMA = "meta-textgeneration-llama-3-1-8b-instruct"


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def rows(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["Model"]) if at.dataframe else []


def names_in(at: AppTest, column: str) -> list[str]:
    return list(at.dataframe[0].value[column])


def opened(at: AppTest, row: int) -> AppTest:
    at.session_state["models.menu"] = {"row": row}
    return at.run()


def pressed(at: AppTest, label: str) -> AppTest:
    return next(button for button in at.button if button.label.startswith(label)).click().run()


def test_all_models_are_there_and_fifty_are_shown(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models")
    assert "1,102 models" in said(at)
    assert len(rows(at)) == 50
    pressed(at, "Show 50 more")
    assert len(rows(at)) == 100
    assert not at.exception


def test_what_is_typed_narrows_the_table_and_stands_in_the_address(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models")
    at.text_input(key=filters.TEXT).set_value("lama 3.1 8b").run()
    assert rows(at)[0] == "Llama 3.1 8B Instruct"
    assert at.query_params["q"] in ("lama 3.1 8b", ["lama 3.1 8b"])
    assert not at.exception


def test_an_address_shows_what_was_chosen_when_it_was_made(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models", q="mistral", task="Language", only="Deployable now,No licence")
    assert set(names_in(at, "For")) == {"Language"}
    assert all("istr" in name or "ixtr" in name for name in rows(at))
    assert at.text_input(key=filters.TEXT).value == "mistral"


def test_an_address_nobody_made_here_is_ignored(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models", task="<b>x</b>", machine="ml.none.large", price="free", sort="x")
    assert "1,102 models" in said(at)


def test_a_choice_says_how_many_it_would_leave_and_leaves_as_many(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models")
    box = next(box for box in at.selectbox if box.label == "Any task")
    label = next(each for each in box.options if each.startswith("Translation"))
    count = int(label.rpartition(" ")[2])
    box.select(label).run()
    assert len(rows(at)) == count
    assert set(names_in(at, "For")) == {"Translation"}
    at.text_input(key=filters.TEXT).set_value("t5").run()  # the counts change, the choice stays
    assert set(names_in(at, "For")) <= {"Translation"}
    assert at.session_state[filters.TASK] == "Translation"
    assert not at.exception


def test_clearing_takes_every_condition_away(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models", q="zzzz", only="Fine-tunable")
    assert "No model matches" in said(at)
    pressed(at, "Clear all filters")
    assert "1,102 models" in said(at)
    assert "q" not in at.query_params
    assert not at.exception


def test_models_of_which_the_answer_is_not_known_are_counted_and_shown_when_asked_for(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models", q="whisper", only="No licence")
    assert "8 more might match" in said(at)
    assert not rows(at)
    at = open_page("models", FakeConsole(), "Models", q="whisper", only="No licence,Also unknown")
    assert len(rows(at)) == 8
    assert all("Machine unknown" in marks for marks in names_in(at, "Notes"))


def test_a_quota_that_is_used_up_hides_a_model_and_one_that_is_not_known_does_not(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {"ml.g6.2xlarge": 1.0, "ml.c6i.xlarge": 0.0}
    console = FakeConsole()
    monkeypatch.setattr(console, "quota_left", lambda: lambda name: limits.get(name, 0.0), raising=False)
    at = open_page("models", console, "Models", only="Deployable now,Fits my quota")
    assert rows(at)
    assert "All MiniLM L6 v2" not in rows(at)
    monkeypatch.setattr(console, "quota_left", lambda: lambda name: None)
    at = open_page("models", console, "Models", only="Deployable now,Fits my quota")
    assert "All MiniLM L6 v2" in rows(at)
    assert all("Quota unknown" in marks for marks in names_in(at, "Notes"))


def test_the_drawer_tells_price_licence_and_what_a_request_looks_like(open_page: Open) -> None:
    at = opened(open_page("models", FakeConsole(), "Models", q="llama 3.1 8b instruct"), 0)
    text = said(at)
    assert LLAMA in text
    assert "a licence (EULA) has to be accepted" in text
    assert "ml.g5.4xlarge" in text
    assert "$2.03/h" in text
    assert "8 min, as a rule" in text
    assert any('"max_new_tokens"' in block.value for block in at.code)
    assert not at.exception


def test_an_address_can_name_a_model_and_opens_it_once(open_page: Open) -> None:
    at = open_page("models", FakeConsole(), "Models", model=LLAMA)
    assert LLAMA in said(at)
    assert "model" not in at.query_params
    at = open_page("models", FakeConsole(), "Models", model="no-such-model")
    assert "There is no model" in at.error[0].value
    assert "1,102 models" in said(at)


def test_the_drawer_says_what_is_not_known(open_page: Open) -> None:
    at = opened(open_page("models", FakeConsole(), "Models", q="whisper large v3 turbo"), 0)
    assert "Which instance types it runs on is not known" in said(at)
    assert next(button for button in at.button if button.label == "Deploy").disabled


@pytest.mark.parametrize(("label", "source"), [("Hugging Face model by id", "hub"), ("Your own container", "custom")])
def test_another_kind_of_model_leads_to_deploy(
    open_page: Open, label: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[str] = []
    monkeypatch.setattr("streamlit.switch_page", lambda page: carried.append(page))  # the form takes what is carried
    at = pressed(open_page("models", FakeConsole(), "Models"), label)
    assert at.session_state["deploy.source"] == source
    assert carried == ["../pages/deploy.py"]
    assert not at.exception


def test_a_list_that_cannot_be_read_leaves_the_one_that_is_there_and_says_so(open_page: Open) -> None:
    at = pressed(open_page("models", FakeConsole(), "Models"), "Refresh from the account")
    assert "could not be read" in at.warning[0].value
    assert "1,102 models" in said(at)


def test_a_refreshed_list_says_whose_it_is(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    console = FakeConsole()
    listing = Listing(console.catalog.listing.models[:30], "JumpStart's list for us-east-1, read 2026-11-21", 1.0)

    def refreshed() -> Listing:
        console.catalog._listing = listing
        return listing

    monkeypatch.setattr(console.catalog, "refresh_models", refreshed)
    at = pressed(open_page("models", console, "Models"), "Refresh from the account")
    assert "30 models, source: JumpStart's list for us-east-1, read 2026-11-21" in said(at)
    assert not at.warning
