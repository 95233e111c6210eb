"""{{variables}} of a template: found, checked, and given their values in one pass.

A value is put in as it is: what looks like a variable inside it is text, so nobody's input can ask for another's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from services.errors import InvalidRequest
from services.prompts.models import INPUT, Fault, PromptDraft, PromptKind, Rendered

MOST_NAME, MOST_NOTE, MOST_TEXT, MOST_EXAMPLES = 80, 300, 20_000, 20  # characters, and how many
MOST_VARIABLES = 40  # each is a field of its own
_VARIABLE = re.compile(r"\{\{\s*(\w{1,40})\s*\}\}")
_BRACES = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


def variables(draft: PromptDraft) -> tuple[str, ...]:
    """The names a draft needs values for, in order, each once."""
    parts = [draft.system, draft.text]
    return tuple(dict.fromkeys(name for part in parts for name in _VARIABLE.findall(part)))


def faults(draft: PromptDraft) -> tuple[Fault, ...]:
    """What keeps a draft from being saved, field by field ("name", "text", "system", "note", "examples")."""
    found = [*_missing(draft), *_examples(draft)]
    for field, text, most in (
        ("name", draft.name, MOST_NAME),
        ("note", draft.note, MOST_NOTE),
        ("text", draft.text, MOST_TEXT),
        ("system", draft.system, MOST_TEXT),
    ):
        if len(text) > most:
            found.append(Fault(field, f"It may have {most:,} characters, and has {len(text):,}."))
        if field in ("text", "system"):
            found += [Fault(field, sentence) for sentence in _braces(text)]
    if (count := len(variables(draft))) > MOST_VARIABLES:
        found.append(Fault("text", f"It may have {MOST_VARIABLES} variables, and has {count}."))
    return tuple(found)


def _missing(draft: PromptDraft) -> list[Fault]:
    found = []
    if not draft.name.strip():
        found.append(Fault("name", "Give it a name."))
    if not draft.text.strip():
        found.append(Fault("text", "Write what is asked of the model."))
    if draft.kind is PromptKind.RAG and draft.system.strip():
        found.append(Fault("system", "Rules for answers from documents have no system prompt: the rules are one."))
    return found


def _examples(draft: PromptDraft) -> list[Fault]:
    if draft.kind is not PromptKind.FEW_SHOT:
        return [Fault("examples", "Only a few-shot prompt has examples.")] if draft.examples else []
    found = []
    if not draft.examples:
        found.append(Fault("examples", "Give at least one example."))
    if len(draft.examples) > MOST_EXAMPLES:
        found.append(Fault("examples", f"At most {MOST_EXAMPLES} examples; there are {len(draft.examples)}."))
    for number, example in enumerate(draft.examples, 1):
        if not (example.input.strip() and example.output.strip()):
            found.append(Fault("examples", f"Example {number} lacks its input or its output."))
        if len(example.input) + len(example.output) > MOST_TEXT:
            found.append(Fault("examples", f"Example {number} is longer than {MOST_TEXT:,} characters."))
    if INPUT not in _VARIABLE.findall(draft.text):
        found.append(Fault("text", "Say with {{input}} where the input of each example goes."))
    return found


def _braces(text: str) -> list[str]:
    """What is wrong with the braces of a text, a sentence each."""
    found = []
    for inner in _BRACES.findall(text):
        if not _VARIABLE.fullmatch("{{" + inner + "}}"):
            shown = " ".join(inner.split())[:40]
            found.append(f"{{{{{shown}}}}} is no variable: a name has letters, digits and _, at most 40.")
    rest = _BRACES.sub("", text)
    if "{{" in rest:
        after = " ".join(rest.split("{{", 1)[1].split())[:30]
        found.append(f"{{{{{after} is not closed: write }}}} after the name.")
    elif "}}" in rest:
        found.append("There is a }} that nothing opens.")
    return found


def value_faults(draft: PromptDraft, values: Mapping[str, str]) -> tuple[Fault, ...]:
    """What is wrong with the values for a draft: a variable without one, or a value for none."""
    wanted = variables(draft)
    missing = [Fault(name, f"{name} has no value.") for name in wanted if not values.get(name, "").strip()]
    known = ", ".join(wanted) or "none"
    unknown = [
        Fault(name, f"The prompt has no variable {name}; it has {known}.") for name in values if name not in wanted
    ]
    return tuple(missing + unknown)


def render(draft: PromptDraft, values: Mapping[str, str]) -> Rendered:
    """The draft with its values. Raises InvalidRequest when one is missing, unknown, or the draft has a fault."""
    wrong = faults(draft) or value_faults(draft, values)
    if wrong:
        said = " ".join(fault.sentence for fault in wrong)
        raise InvalidRequest("The prompt cannot be filled in.", said, "Mend it and try again.")
    return preview(draft, values)


def preview(draft: PromptDraft, values: Mapping[str, str]) -> Rendered:
    """The draft with the values there are; a variable without one stays as it is written. Never raises."""
    if draft.kind is PromptKind.RAG:
        return Rendered(_filled(draft.text, values), ())
    turns: list[tuple[str, str]] = []
    for example in draft.examples if draft.kind is PromptKind.FEW_SHOT else ():
        turns += [
            ("user", _filled(draft.text, {**values, INPUT: example.input})),
            ("assistant", example.output),
        ]
    return Rendered(_filled(draft.system, values), (*turns, ("user", _filled(draft.text, values))))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1]) or found[0], text)
