"""What a request to a model looks like, by the way its container speaks, or else by its task. Source: payloads.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import facts

_FILE = facts.path("payloads.json")

# The snapshot's payload names -> the family an endpoint of this model answers in (the tag `sagedeck:family`).
FAMILIES: Mapping[str, str] = {
    "tgi": "tgi",
    "tgi_or_lmi": "tgi",
    "lmi": "lmi",
    "openai_chat": "messages",
    "openai_chat_or_lmi": "messages",
    "js_sentence_similarity": "js-sentence-similarity",
    "js_text_embedding": "js-embedding",
}
_SAME = {"tgi_or_lmi": "tgi", "openai_chat_or_lmi": "openai_chat"}
MOST_CHARACTERS = 4_000  # of one example; a specification may hold a picture in one
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A request and, where it is known, the answer's shape; both as text, JSON where it is JSON.

    title    "Question"; `source`: who says so
    accept   the Accept header it wants, "" none
    """

    title: str
    content_type: str
    request: str
    answer: str = ""
    accept: str = ""
    source: str = ""


@cache
def _facts() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return content


def as_text(value: Any) -> str:
    """A payload as a person reads it: JSON with indents, text as it is, cut where it is too long to read."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def bundled(payload: str, task: str) -> tuple[Example, ...]:
    """The example of a payload name, else of a task; none where neither is known."""
    found = _facts()["by_payload"].get(_SAME.get(payload, payload))
    by_task = _facts()["by_task"].get(task)
    rows = [row for row in (found, by_task if not found or task == "vision-language" else None) if row]
    return tuple(
        Example(
            "Request",
            row["content_type"],
            as_text(row["request"]),
            as_text(row["answer"]) if "answer" in row else "",
            row.get("accept", ""),
            f"bundled example of {_facts()['as_of']}",
        )
        for row in rows
    )


def family_of(body: Any, output_keys: Mapping[str, Any]) -> str:
    """The family that speaks like a specification's own example; "" for one the console does not know.

    output_keys   where in the answer what was made stands, as JMESPath
    """
    generated = str(output_keys.get("generated_text", ""))
    if generated.startswith("choices") or (isinstance(body, dict) and "messages" in body):
        return "messages"
    if generated.startswith("[0].generation"):
        return "llama2-dialog"
    if generated.startswith("[0]"):
        return "tgi"
    if generated == "generated_text":
        return "lmi"
    if isinstance(body, dict) and "text_inputs" in body:
        return "js-sentence-similarity" if "mode" in body else "js-embedding"
    return ""
