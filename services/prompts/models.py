"""What the prompts room speaks of: templates, their versions, what becomes of them. All of it frozen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PromptKind(StrEnum):
    """What a template makes: one request, a request after worked examples, or the rules for answers from documents."""

    ZERO_SHOT = "zero-shot"
    FEW_SHOT = "few-shot"
    RAG = "rag"


INPUT = "input"  # the variable of a few-shot template that each example fills


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of a few-shot template: what is put in, and the answer that is wanted."""

    input: str
    output: str


@dataclass(frozen=True, slots=True)
class PromptDraft:
    """A template as somebody writes it.

    text       of the request, with {{variables}}; of a RAG template the rules an answer keeps
    system     the system prompt that goes before; a RAG template has none, its text is one
    examples   of a few-shot template: each fills {{input}} of the text, and its output is the answer
    note       a line on what it is for
    """

    name: str
    kind: PromptKind = PromptKind.ZERO_SHOT
    text: str = ""
    system: str = ""
    examples: tuple[Example, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template that is kept. `version` counts from 1; `saved` is Unix seconds, 0 for one that comes with the console.

    mine       whether this owner may change it; others see it because it is `shared` or `built_in`
    """

    id: str
    draft: PromptDraft
    version: int = 1
    saved: float = 0.0
    owner: str = ""
    mine: bool = False
    shared: bool = False
    built_in: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        return self.draft.name

    @property
    def kind(self) -> PromptKind:
        """What it makes."""
        return self.draft.kind

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that need a value, in the order they appear."""
        from services.prompts.variables import variables

        return variables(self.draft)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a draft, or with the values for one, and the field or variable where it can be mended."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template with its values: the system prompt ("" if none) and the (role, text) turns, the last one the user's.

    Of a RAG template there is only `system`: the rules.
    """

    system: str
    turns: tuple[tuple[str, str], ...]

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """All of it as (role, text), the system prompt first."""
        return ((("system", self.system),) if self.system else ()) + self.turns
