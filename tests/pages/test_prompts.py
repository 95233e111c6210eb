"""The Prompts page: written, checked at the field, saved with versions, shared, deleted and brought back."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from services.prompts import PromptDraft, PromptKind, PromptsService
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in at.markdown).replace("\\", "")


def press(at: AppTest, words: str) -> None:
    next(each for each in at.button if words in each.label.replace("\\", "")).click().run()
    assert not at.exception


def saved(console: FakeConsole, text: str = "Write to {{name}}.") -> str:
    return console.prompts.save(PromptDraft("Letter", text=text)).id


def test_a_prompt_is_written_and_saved(open_page: Open) -> None:
    console = FakeConsole()
    at = open_page("playground/prompts", console, "Prompts")
    press(at, "New")
    at.text_input("prompt.new.name").set_value("Letter")
    at.text_area("prompt.new.text").set_value("Write to {{name}}.").run()
    press(at, "Save")
    (kept,) = [each for each in console.prompts.list() if each.mine]
    assert (kept.name, kept.variables) == ("Letter", ("name",))
    assert at.selectbox("prompts.chosen").value == kept.id


def test_what_is_wrong_stands_at_its_field_and_keeps_it_from_being_saved(open_page: Open) -> None:
    console = FakeConsole()
    at = open_page("playground/prompts", console, "Prompts")
    press(at, "New")
    assert "Give it a name" not in said(at)
    at.text_area("prompt.new.text").set_value("Write to {{name").run()
    assert "is not closed" in said(at)
    press(at, "Save")
    assert "Give it a name." in said(at)
    assert not any(each.mine for each in console.prompts.list())


def test_a_change_is_a_version_and_an_older_one_comes_back(open_page: Open) -> None:
    console = FakeConsole()
    id = saved(console)
    at = open_page("playground/prompts", console, "Prompts", prompt=id)
    at.text_area(f"prompt.{id}.1.text").set_value("Greet {{name}}.").run()
    press(at, "Save as version 2")
    assert console.prompts.get(id).draft.text == "Greet {{name}}."
    assert "-Write to {{name}}." in " ".join(each.value for each in at.code)
    press(at, "Make version 1 the newest")
    assert (console.prompts.get(id).version, console.prompts.get(id).draft.text) == (3, "Write to {{name}}.")


def test_it_is_shown_filled_in(open_page: Open) -> None:
    console = FakeConsole()
    id = saved(console, "Write ![x](http://127.0.0.1:9/x) to {{name}}.")
    at = open_page("playground/prompts", console, "Prompts", prompt=id)
    assert "Without a value: name" in said(at)
    at.text_area(f"prompt.{id}.value.name").set_value("Ada").run()
    assert any(each.value == "Write ![x](http://127.0.0.1:9/x) to Ada." for each in at.code)


def test_a_deleted_prompt_is_brought_back(open_page: Open) -> None:
    console = FakeConsole()
    id = saved(console)
    at = open_page("playground/prompts", console, "Prompts", prompt=id)
    press(at, "Delete")
    assert "“Letter” is deleted." in said(at)
    assert not any(each.mine for each in console.prompts.list())
    press(at, "Undo")
    assert at.selectbox("prompts.chosen").value == id


def test_sharing_shows_it_to_others_who_may_only_copy_it(open_page: Open) -> None:
    console = FakeConsole()
    other = PromptsService(console.state, "sandbox/bo")
    theirs = other.save(PromptDraft("Rules", PromptKind.RAG, "Be brief."))
    other.share(theirs.id)
    at = open_page("playground/prompts", console, "Prompts", prompt=theirs.id)
    assert not any(each.label.startswith(("Save as version", "Delete")) for each in at.button)
    press(at, "Save a copy")
    assert [each.name for each in console.prompts.list() if each.mine] == ["Rules"]
    own = next(each for each in console.prompts.list() if each.mine)
    at.toggle(f"prompt.{own.id}.shared").set_value(True).run()
    assert own.id in {each.id for each in other.list()}


def test_a_file_is_imported_or_refused_with_the_reason(open_page: Open) -> None:
    console = FakeConsole()
    at = open_page("playground/prompts", console, "Prompts")
    at.file_uploader[0].upload("bad.json", b"{}").run()
    press(at, "Import these")
    assert "holds no prompts" in at.error[0].value
    good = console.prompts.export("translate").encode()
    at.file_uploader[0].upload("good.json", good).run()
    press(at, "Import these")
    assert [each.name for each in console.prompts.list() if each.mine] == ["Translate"]
