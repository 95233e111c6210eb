"""What an answer says, whatever its family: text and token counts, vectors, or the reason why it says nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from services.errors import SagedeckError, UnknownAnswer
from services.inference.families import answer_of, finish_in, refuse_errors, text_in, usage_in
from services.inference.models import Family, Kind, Usage
from services.inference.vectors import decode_vectors

SHOWN = 5  # first values of the first vector


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors in short: how many, their length, the first one's norm and first values."""

    count: int
    dimension: int
    norm: float
    first: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of an answer. `note`: what a person should know of a good one; `problem`: why it is none."""

    text: str = ""
    usage: Usage = field(default_factory=Usage)
    finish: str = ""
    vectors: Vectors | None = None
    note: str = ""
    problem: SagedeckError | None = None


def read_answer(body: bytes, *, family: Family | None = None, asked: bytes = b"") -> Reading:
    """Read an answer with status 200. Never raises: what is wrong with it is the reading's problem.

    family    None where nobody knows: then only what is certain (an error, a text) is read
    asked     the request's body, to tell its prompt from the answer and to know how many vectors there must be
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _no_json(body, family)
    try:
        refuse_errors(document)
        first = document[0] if isinstance(document, list) and document else document
        refuse_errors(first)
        if family is not None and family.kind is Kind.EMBEDDING:
            usage = usage_in(first) if isinstance(first, Mapping) else Usage()
            return Reading() if _scores(document) else Reading(vectors=_in_short(body, asked), usage=usage)
        return _text(document, body, family, asked)
    except SagedeckError as error:
        return Reading(problem=error)


def _no_json(body: bytes, family: Family | None) -> Reading:
    if family is None:
        return Reading()
    if not body.strip():
        return Reading(problem=UnknownAnswer("The endpoint answered with nothing at all.", "", "Its log says more."))
    start = body[:200].decode(errors="replace")
    return Reading(
        problem=UnknownAnswer(
            "The endpoint did not answer with JSON.",
            f"It begins with: {start}",
            "Choose another payload family or Accept type for this endpoint.",
        )
    )


def _text(document: Any, body: bytes, family: Family | None, asked: bytes) -> Reading:
    one = document
    while isinstance(one, list) and one:
        one = one[0]
    if isinstance(one, Mapping) and one.get("choices") == []:
        raise UnknownAnswer(
            "The model answered with an empty list of choices.",
            "A server does this for a request it filtered or could not begin.",
            "Ask something else, or look into the endpoint's log.",
        )
    if family is None and (not isinstance(one, Mapping) or text_in(one) is None):
        return Reading()
    answer = answer_of(document, body)
    found = Reading(answer.text, answer.usage, answer.finish)
    if answer.text:
        return _without_echo(found, asked)
    thought = _thought(one)
    if thought:
        return replace(found, text=thought, note="It only thought and gave no answer: allow it more tokens.")
    if isinstance(one, Mapping) and _calls_tools(one):
        return replace(found, note="It calls a tool instead of answering; the raw answer has the call.")
    ended = f"It ended with “{finish_in(one)}”." if isinstance(one, Mapping) and finish_in(one) else ""
    what = "The model answered without a text."
    return replace(found, problem=UnknownAnswer(what, ended, "Allow more tokens, or ask in other words."))


def _message(one: Any) -> Mapping[str, Any]:
    choices = one.get("choices") if isinstance(one, Mapping) else None
    message = choices[0].get("message") if isinstance(choices, list) and isinstance(choices[0], Mapping) else None
    return message if isinstance(message, Mapping) else {}


def _thought(one: Any) -> str:
    message = _message(one)
    return next((str(message[key]) for key in ("reasoning_content", "reasoning") if message.get(key)), "")


def _calls_tools(one: Any) -> bool:
    return bool(_message(one).get("tool_calls"))


def _without_echo(found: Reading, asked: bytes) -> Reading:
    prompt = prompt_in(asked)
    if len(prompt) < 2 or not found.text.startswith(prompt) or found.text == prompt:
        return found
    rest = found.text[len(prompt) :].strip()
    return replace(found, text=rest, note="It repeated the prompt before its answer; set return_full_text to false.")


def prompt_in(asked: bytes) -> str:
    """The text a request asks, where it is one: what an answer may repeat."""
    try:
        document = json.loads(asked)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, Mapping):
        return ""
    value = document.get("inputs", document.get("prompt"))
    value = value[0] if isinstance(value, list) and len(value) == 1 else value
    return value.strip() if isinstance(value, str) else ""


def _scores(document: Any) -> bool:
    """Whether an embedding server answered with scores: it hosts a reranker or a classifier."""
    first = document
    while isinstance(first, list) and first:
        first = first[0]
    return isinstance(first, Mapping) and "score" in first


def _in_short(body: bytes, asked: bytes) -> Vectors:
    vectors = decode_vectors(body, _texts(asked))
    first = [float(number) for number in vectors[0]]
    norm = math.sqrt(sum(number * number for number in first))
    return Vectors(len(vectors), len(first), norm, tuple(first[:SHOWN]))


def _texts(asked: bytes) -> int:
    """How many texts a request holds."""
    try:
        document = json.loads(asked)
    except (ValueError, RecursionError):
        return 1
    if isinstance(document, Mapping):
        keys = ("inputs", "text_inputs", "input", "texts")
        document = next((document[key] for key in keys if key in document), "")
    return len(document) if isinstance(document, list) and document else 1
