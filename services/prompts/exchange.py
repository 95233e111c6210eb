"""Templates as files for elsewhere: JSON for programs, Markdown for people, and both read back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from services.errors import InvalidRequest
from services.prompts.models import Example, PromptDraft, PromptKind

FORMAT = "sagedeck-prompts"
MOST_BYTES, MOST_IN_A_FILE = 1_000_000, 100
_BLOCK = re.compile(r"^## (System|Text|Example input|Example output)\n+(`{3,})text\n(.*?)\n?^\2$", re.M | re.S)
_FACT = re.compile(r"^- (Kind|Note): (.*)$", re.M)


def to_json(drafts: Iterable[PromptDraft]) -> str:
    """Drafts as one JSON document."""
    return json.dumps(
        {"format": FORMAT, "version": 1, "prompts": [as_dict(draft) for draft in drafts]}, ensure_ascii=False, indent=2
    )


def as_dict(draft: PromptDraft) -> dict[str, Any]:
    """A draft as JSON has it."""
    return {
        "name": draft.name,
        "kind": str(draft.kind),
        "note": draft.note,
        "system": draft.system,
        "text": draft.text,
        "examples": [{"input": each.input, "output": each.output} for each in draft.examples],
    }


def to_markdown(draft: PromptDraft) -> str:
    """A draft as Markdown: name, kind and note, then each text in a block that nothing inside can close."""
    lines = [f"# {_one_line(draft.name)}", "", f"- Kind: {draft.kind}"]
    lines += [f"- Note: {_one_line(draft.note)}"] if draft.note else []
    blocks = [("System", draft.system)] if draft.system else []
    blocks.append(("Text", draft.text))
    for each in draft.examples:
        blocks += [("Example input", each.input), ("Example output", each.output)]
    for title, text in blocks:
        ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
        lines += ["", f"## {title}", "", f"{ticks}text", text, ticks]
    return "\n".join(lines) + "\n"


def read(name: str, content: bytes) -> tuple[PromptDraft, ...]:
    """The drafts of an exported file, whichever of the two it is. Raises InvalidRequest saying what is wrong."""
    if len(content) > MOST_BYTES:
        raise _unreadable(name, f"It is larger than {MOST_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _unreadable(name, "It is not text in UTF-8") from None
    drafts = _from_json(name, text) if text.lstrip().startswith("{") else (_from_markdown(name, text),)
    if not 1 <= len(drafts) <= MOST_IN_A_FILE:
        raise _unreadable(name, f"It holds {len(drafts)} prompts; 1 to {MOST_IN_A_FILE} are read")
    return drafts


def _from_json(name: str, text: str) -> tuple[PromptDraft, ...]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable(name, "It is not valid JSON") from None
    if told.get("format") != FORMAT or not isinstance(told.get("prompts"), list):
        raise _unreadable(name, f'It has no "format": "{FORMAT}" with a list of "prompts"')
    return tuple(_draft(name, each) for each in told["prompts"])


def _draft(name: str, told: Any) -> PromptDraft:
    try:
        examples = tuple(Example(_text(each["input"]), _text(each["output"])) for each in told.get("examples") or ())
        return PromptDraft(
            name=_text(told["name"]),
            kind=PromptKind(told["kind"]),
            text=_text(told["text"]),
            system=_text(told.get("system") or ""),
            examples=examples,
            note=_text(told.get("note") or ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unreadable(name, "A prompt needs name, kind (zero-shot, few-shot or rag) and text, as strings") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # a lone surrogate cannot be kept; its UnicodeEncodeError is a ValueError
    return value


def _from_markdown(name: str, text: str) -> PromptDraft:
    head = text.split("\n## ", 1)[0]
    titles = re.findall(r"^# (.+)$", head, re.M)
    facts = dict(_FACT.findall(head))
    blocks: dict[str, list[str]] = {}
    for title, _, body in _BLOCK.findall(text):
        blocks.setdefault(title, []).append(body)
    inputs, outputs = blocks.get("Example input", []), blocks.get("Example output", [])
    if not titles or "Text" not in blocks or len(inputs) != len(outputs):
        raise _unreadable(name, "It lacks a title, the block under “Text”, or one half of an example")
    return _draft(
        name,
        {
            "name": titles[0].strip(),
            "kind": facts.get("Kind", "").strip(),
            "note": facts.get("Note", "").strip(),
            "system": "".join(blocks.get("System", [])),
            "text": blocks["Text"][0],
            "examples": [{"input": one, "output": two} for one, two in zip(inputs, outputs, strict=True)],
        },
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _unreadable(name: str, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"{name[:120]} holds no prompts that can be read.",
        f"{why}.",
        "Give a file that “Export” made, as JSON or Markdown.",
    )
