"""Templates: checked, filled in, kept with their versions, shared, and taken elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.errors import InvalidRequest, LimitExceeded, NotFound, PermissionDenied
from services.prompts import (
    Example,
    PromptDraft,
    PromptKind,
    PromptsService,
    faults,
    preview,
    value_faults,
    variables,
)
from services.prompts.built_in import BUILT_IN
from services.state import State

LETTER = PromptDraft("Letter", text="Write to {{name}} about {{ subject }}. Sign as {{name}}.", system="Be {{tone}}.")
SORT = PromptDraft(
    "Sort",
    PromptKind.FEW_SHOT,
    "Text: {{input}}\nOf {{kinds}}:",
    examples=(Example("late again", "complaint"), Example("how much?", "question")),
)


@pytest.fixture
def prompts(tmp_path: Path) -> PromptsService:
    return PromptsService(State(tmp_path / "state.db"), "me", clock=lambda: 5.0)


def test_variables_are_found_in_order_each_once() -> None:
    assert variables(LETTER) == ("tone", "name", "subject")


@pytest.mark.parametrize(
    ("draft", "field", "said"),
    [
        (PromptDraft("", text="x"), "name", "name"),
        (PromptDraft("a", text=" "), "text", "Write"),
        (PromptDraft("a", text="Hello {{name"), "text", "not closed"),
        (PromptDraft("a", text="Hello name}}"), "text", "nothing opens"),
        (PromptDraft("a", text="Hello {{first name}}"), "text", "no variable"),
        (PromptDraft("a", text="x" * 20_001), "text", "20,001"),
        (PromptDraft("a", text=" ".join(f"{{{{v{n}}}}}" for n in range(41))), "text", "has 41"),
        (PromptDraft("a", PromptKind.RAG, "rules", system="more"), "system", "no system prompt"),
        (PromptDraft("a", PromptKind.FEW_SHOT, "{{input}}"), "examples", "at least one"),
        (PromptDraft("a", PromptKind.FEW_SHOT, "x", examples=(Example("a", "b"),)), "text", "{{input}}"),
        (PromptDraft("a", PromptKind.FEW_SHOT, "{{input}}", examples=(Example("a", ""),)), "examples", "Example 1"),
        (PromptDraft("a", text="x", examples=(Example("a", "b"),)), "examples", "Only a few-shot"),
    ],
)
def test_a_fault_stands_at_the_field_where_it_can_be_mended(draft: PromptDraft, field: str, said: str) -> None:
    assert [fault.field for fault in faults(draft)] == [field]
    assert said in faults(draft)[0].sentence


def test_a_template_is_filled_in_once_so_that_a_value_cannot_ask_for_another(prompts: PromptsService) -> None:
    kept = prompts.save(LETTER)
    done = prompts.render(kept.id, {"name": "{{subject}}", "subject": "rent", "tone": "kind"})
    assert done.messages == (
        ("system", "Be kind."),
        ("user", "Write to {{subject}} about rent. Sign as {{subject}}."),
    )


def test_values_that_are_missing_or_unknown_are_named(prompts: PromptsService) -> None:
    found = {fault.field: fault.sentence for fault in value_faults(LETTER, {"name": "Ada", "tone": " ", "colour": "x"})}
    assert set(found) == {"tone", "subject", "colour"}
    assert "no variable colour" in found["colour"]
    with pytest.raises(InvalidRequest, match="subject has no value"):
        prompts.render(prompts.save(LETTER), {"name": "Ada", "tone": "kind"})


def test_examples_become_turns_before_the_request(prompts: PromptsService) -> None:
    done = prompts.render(prompts.save(SORT).id, {"input": "where is it?", "kinds": "two kinds"})
    assert [role for role, _ in done.turns] == ["user", "assistant", "user", "assistant", "user"]
    assert done.turns[0][1] == "Text: late again\nOf two kinds:"
    assert done.turns[1][1] == "complaint"
    assert done.turns[-1][1] == "Text: where is it?\nOf two kinds:"


def test_a_preview_leaves_what_has_no_value_as_it_is_written() -> None:
    assert preview(LETTER, {"name": "Ada"}).turns[-1][1] == "Write to Ada about {{ subject }}. Sign as Ada."
    rules = preview(PromptDraft("r", PromptKind.RAG, "For {{who}}."), {"who": "children"})
    assert (rules.system, rules.turns) == ("For children.", ())


def test_every_save_is_a_version_that_can_be_compared_and_restored(prompts: PromptsService) -> None:
    kept = prompts.save(LETTER)
    again = prompts.save(PromptDraft("Letter", text="Write to {{name}}."), kept.id)
    assert (kept.version, again.version) == (1, 2)
    assert prompts.save(again.draft, kept.id).version == 2  # unchanged
    difference = prompts.compare(kept.id, 1, 2)
    assert "-Be {{tone}}." in difference
    assert "+Write to {{name}}." in difference
    restored = prompts.restore(kept.id, 1)
    assert (restored.version, restored.draft) == (3, LETTER)
    assert [each.version for each in prompts.versions(kept.id)] == [3, 2, 1]


def test_old_versions_go_once_there_are_too_many(prompts: PromptsService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.prompts.service.MOST_VERSIONS", 3)
    kept = prompts.save(LETTER)
    for number in range(5):
        prompts.save(PromptDraft("Letter", text=f"{number}"), kept.id)
    assert [each.version for each in prompts.versions(kept.id)] == [6, 5, 4]


def test_others_see_a_prompt_once_it_is_shared_and_may_never_change_it(prompts: PromptsService) -> None:
    other = PromptsService(prompts._state, "other")
    kept = prompts.save(LETTER)
    with pytest.raises(NotFound):
        other.get(kept.id)
    prompts.share(kept.id)
    seen = other.get(kept.id)
    assert (seen.mine, seen.shared, seen.draft) == (False, True, LETTER)
    with pytest.raises(PermissionDenied):
        other.save(SORT, kept.id)
    with pytest.raises(PermissionDenied):
        other.delete(kept.id)
    with pytest.raises(PermissionDenied):
        other.share(kept.id)
    prompts.save(PromptDraft("Letter", text="No longer secret."), kept.id)
    assert [each.draft.text for each in other.versions(kept.id)] == ["No longer secret."]
    for look in (lambda: other.get(kept.id, 1), lambda: other.compare(kept.id, 1, 2)):
        with pytest.raises(NotFound):
            look()
    prompts.share(kept.id, False)
    assert kept.id not in {each.id for each in other.list()}
    with pytest.raises(NotFound):
        other.versions(kept.id)


def test_a_deleted_prompt_is_gone_until_it_is_brought_back(prompts: PromptsService) -> None:
    kept = prompts.save(LETTER)
    prompts.save(SORT, kept.id)
    prompts.delete(kept.id)
    with pytest.raises(NotFound):
        prompts.get(kept.id)
    other = PromptsService(prompts._state, "other")
    with pytest.raises(NotFound):
        other.undelete(kept.id)
    assert prompts.undelete(kept.id).draft == SORT
    assert len(prompts.versions(kept.id)) == 2


def test_those_that_come_with_the_console_are_sound_and_nobodys(prompts: PromptsService) -> None:
    assert {each.kind for each in BUILT_IN.values()} == set(PromptKind)
    for each in BUILT_IN.values():
        assert faults(each.draft) == ()
        assert prompts.get(each.id) == each
        with pytest.raises(PermissionDenied, match="belongs to the console"):
            prompts.delete(each.id)
    assert [each.id for each in prompts.list(PromptKind.RAG)] == [
        id for id, each in BUILT_IN.items() if each.kind is PromptKind.RAG
    ]


def test_a_prompt_is_found_by_its_name_and_ones_own_goes_first(prompts: PromptsService) -> None:
    kept = prompts.save(PromptDraft("Translate", text="Say it in French: {{text}}"))
    assert prompts.get("translate").id == "translate"  # an id goes before a name
    assert prompts.get("Translate").id == kept.id
    prompts.save(PromptDraft("Translate", text="again {{text}}"))
    with pytest.raises(NotFound):
        prompts.get("Translate")


@pytest.mark.parametrize("markdown", [True, False])
@pytest.mark.parametrize(
    "draft",
    [
        LETTER,
        SORT,
        PromptDraft("Fences", text="```text\n## Text\n````\nin a block\n", note="日本語 and ## heading"),
        PromptDraft("Rules", PromptKind.RAG, "Answer in {{language}}."),
    ],
)
def test_an_exported_prompt_comes_back_as_it_was(prompts: PromptsService, draft: PromptDraft, markdown: bool) -> None:
    kept = prompts.save(draft)
    (back,) = prompts.bring_in("file", prompts.export(kept.id, markdown=markdown).encode())
    assert back.id != kept.id
    assert back.draft == draft


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "UTF-8"),
        (b"{" * 200_000, "not valid JSON"),
        (b'{"prompts": []}', "format"),
        (b"x" * 1_000_001, "larger"),
        (b"no title", "title"),
        (b'{"format": "sagedeck-prompts", "prompts": []}', "holds 0"),
        (b'{"format": "sagedeck-prompts", "prompts": [{"name": 3, "kind": "rag", "text": ""}]}', "as strings"),
        (b'{"format": "sagedeck-prompts", "prompts": [{"name": "\\ud800", "kind": "rag", "text": "a"}]}', "strings"),
        (b'{"format": "sagedeck-prompts", "prompts": ["x"]}', "as strings"),
        (b'{"format": "sagedeck-prompts", "prompts": [{"name": "a", "kind": "rag", "text": "{{b"}]}', "not closed"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_saves_nothing(
    prompts: PromptsService, content: bytes, said: str
) -> None:
    with pytest.raises(InvalidRequest) as raised:
        prompts.bring_in("mine.json", content)
    assert said in str(raised.value)
    assert not any(each.mine for each in prompts.list())


def test_one_bad_prompt_in_a_file_keeps_the_others_out_too(prompts: PromptsService) -> None:
    told = json.loads(prompts.export("translate"))
    told["prompts"].append({**told["prompts"][0], "text": "{{"})
    with pytest.raises(InvalidRequest, match="cannot be used"):
        prompts.bring_in("both.json", json.dumps(told).encode())
    assert not any(each.mine for each in prompts.list())


def test_a_file_with_more_prompts_than_there_is_room_for_brings_in_none(
    prompts: PromptsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.prompts.service.MOST_PROMPTS", 3)
    told = json.loads(prompts.export("translate"))
    told["prompts"] *= 3
    prompts.save(LETTER)
    with pytest.raises(LimitExceeded):
        prompts.bring_in("many.json", json.dumps(told).encode())
    assert [each.name for each in prompts.list() if each.mine] == ["Letter"]


def test_a_prompt_can_be_changed_shared_and_deleted_by_its_name(prompts: PromptsService) -> None:
    kept = prompts.save(LETTER)
    assert prompts.save(PromptDraft("Letter", text="Otherwise."), "letter").version == 2
    assert prompts.get(kept.id).draft.text == "Otherwise."
    assert prompts.share("Letter").shared
    prompts.delete("letter")
    with pytest.raises(NotFound):
        prompts.get(kept.id)


def test_a_deleted_prompt_is_gone_for_good_after_a_day(tmp_path: Path) -> None:
    now = 5.0
    prompts = PromptsService(State(tmp_path / "state.db"), "me", clock=lambda: now)
    kept = prompts.save(LETTER)
    prompts.delete(kept.id)
    now += 86_400
    prompts.save(SORT)
    assert prompts.undelete(kept.id).draft == LETTER
    prompts.delete(kept.id)
    now += 86_401
    prompts.save(PromptDraft("Another", text="x"))
    assert not prompts._state.read("select 1 from prompt_version where prompt=?", kept.id)
    with pytest.raises(NotFound):
        prompts.undelete(kept.id)
