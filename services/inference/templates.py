"""Requests to begin with, by payload family and task, and changes to a request's text. Pure, no network.

Shapes from the containers' own documentation as of 2026-11 (facts/payloads.json names them); the words are ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.errors import InvalidRequest
from services.inference.families import encode_chat
from services.inference.models import ChatParams, Contract, EndpointFacts, Family, Kind, Message
from services.inference.runtime import JSON

CSV, LINES, TEXT = "text/csv", "application/jsonlines", "text/plain"
ASKED = "What is deep learning? Answer in one sentence."
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of a request that has its own field: where it lies in the JSON, and what it may be."""

    name: str
    path: Path
    default: float | int | bool
    minimum: float = 0
    maximum: float = 1
    step: float = 0.05


@dataclass(frozen=True, slots=True)
class PayloadTemplate:
    """A request to begin with. `prompt`: where in its JSON the question lies, () it has none. `streams`: it can."""

    id: str
    title: str
    body: str
    content_type: str = JSON
    accept: str = JSON
    prompt: Path = ()
    parameters: tuple[Parameter, ...] = ()
    streams: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where a text stops being JSON."""

    line: int
    column: int
    words: str


def templates_for(contract: Contract | None, task: str = "") -> tuple[PayloadTemplate, ...]:
    """What fits an endpoint, the likeliest first; with neither known, one of each kind."""
    if contract is None:
        fitting = _BY_TASK.get(task, ())
        return (*fitting, *(each for each in _OTHERS if each not in fitting))
    if contract.kind is Kind.CHAT:
        return _chat(contract)
    return (_embedding(contract.family), *((_RERANK, _CLASSIFY) if contract.family is Family.TEI else ()))


def task_of(facts: EndpointFacts) -> str:
    """What an endpoint that neither writes nor embeds is for, as far as image, environment and tags tell."""
    named = facts.environment.get("HF_TASK") or facts.tags.get("sagedeck:task", "")
    if named in _BY_TASK:
        return named
    image = facts.image.lower()
    for parts, task in _IMAGES:
        if any(part in image for part in parts):
            return task
    return ""


def question(contract: Contract, prompt: str) -> bytes:
    """The request that asks this of a language model, or embeds it."""
    if contract.kind is Kind.CHAT:
        return encode_chat(contract, [Message("user", prompt)], ChatParams(max_new_tokens=256))
    template = _embedding(contract.family)
    return with_value(template.body, template.prompt, prompt).encode()


def mistake_in(text: str) -> Mistake | None:
    """Where `text` stops being JSON, None where it is JSON."""
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return Mistake(error.lineno, error.colno, error.msg)
    except RecursionError:
        return Mistake(1, 1, "It is nested too deep")
    except ValueError as error:
        return Mistake(1, 1, str(error))
    return None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def formatted(text: str) -> str:
    """JSON laid out over lines; what is no JSON as it is."""
    return text if mistake_in(text) else _laid_out(json.loads(text))


def value_at(text: str, path: Path) -> Any:
    """The value at a path of a request's JSON, None where there is none."""
    try:
        found = json.loads(text)
        for key in path:
            found = found[key]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return found


def with_value(text: str, path: Path, value: Any) -> str:
    """The request with another value at a path. Raises InvalidRequest where the text is no JSON with such a place."""
    try:
        document = json.loads(text)
        place = document
        for key in path[:-1]:
            place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
        place[path[-1]] = value
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        where = " → ".join(str(key) for key in path)
        raise InvalidRequest(
            "The request has no such place.", where, "Mend its JSON, or begin with a template."
        ) from None
    return _laid_out(document)


def streaming(text: str, on: bool) -> str:
    """A language model's request with its `stream` switched, which its container needs beside the way it is called."""
    if mistake_in(text) or not isinstance(json.loads(text), dict):
        return text
    return with_value(text, ("stream",), on) if on or "stream" in json.loads(text) else text


def _laid_out(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _chat(contract: Contract) -> tuple[PayloadTemplate, ...]:
    asked = encode_chat(contract, [Message("user", ASKED)], ChatParams(max_new_tokens=256))
    knobs = _knobs(contract.family)
    streams = contract.family in (Family.TGI, Family.LMI, Family.MESSAGES)
    if contract.family is not Family.MESSAGES:
        where: Path = ("inputs", 0, 0, "content") if contract.family is Family.LLAMA2_DIALOG else ("inputs",)
        chat = PayloadTemplate(
            "chat", "Question", formatted(asked.decode()), prompt=where, parameters=knobs, streams=streams
        )
        if contract.family is Family.LLAMA2_DIALOG:
            return (chat,)
        plain = with_value(chat.body, ("inputs",), "The meaning of life is")
        more = PayloadTemplate("completion", "Completion", plain, prompt=where, parameters=knobs, streams=streams)
        return chat, more
    extra = {"model": contract.model} if contract.model else {}
    chat = PayloadTemplate(
        "chat", "Chat messages", formatted(asked.decode()), prompt=("messages", 0, "content"),
        parameters=knobs, streams=True,
    )  # fmt: skip
    completion = _json("completion", "Completion", {**extra, "prompt": "The meaning of life is", "max_tokens": 64},
                       ("prompt",), knobs, streams=True)  # fmt: skip
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_PIXEL}"}}
    content = [{"type": "text", "text": "What is in this picture?"}, picture]
    seen = {**extra, "messages": [{"role": "user", "content": content}], "max_tokens": 256}
    image = _json(
        "image", "Chat with a picture", seen,
        ("messages", 0, "content", 0, "text"), knobs, streams=True,
    )  # fmt: skip
    return chat, completion, image


def _knobs(family: Family) -> tuple[Parameter, ...]:
    head: Path = () if family is Family.MESSAGES else ("parameters",)
    most = "max_tokens" if family is Family.MESSAGES else "max_new_tokens"
    return (
        Parameter("Longest answer (tokens)", (*head, most), 256, 1, 8192, 1),
        Parameter("Temperature", (*head, "temperature"), 0.2, 0.0, 2.0),
        Parameter("Top p", (*head, "top_p"), 0.9, 0.05, 1.0),
    )


def _json(
    id: str, title: str, body: Any, prompt: Path = (), parameters: tuple[Parameter, ...] = (), *, streams: bool = False
) -> PayloadTemplate:
    return PayloadTemplate(id, title, _laid_out(body), prompt=prompt, parameters=parameters, streams=streams)


def _embedding(family: Family) -> PayloadTemplate:
    texts = ["A first text.", "And a second one."]
    bodies: Mapping[Family, tuple[Any, Path]] = {
        Family.TEI: ({"inputs": texts, "truncate": True}, ("inputs", 0)),
        Family.JS_EMBEDDING: ({"text_inputs": texts}, ("text_inputs", 0)),
        Family.JS_SENTENCE_SIMILARITY: ({"text_inputs": texts, "mode": "embedding"}, ("text_inputs", 0)),
        Family.TEXT_LIST: (texts, (0,)),
        Family.OPENAI_EMBEDDINGS: ({"input": texts}, ("input", 0)),
    }
    body, prompt = bodies[family]
    switches = (
        (Parameter("Normalize", ("normalize",), True), Parameter("Cut what is too long", ("truncate",), True))
        if family is Family.TEI
        else ()
    )
    return _json("embeddings", "Embeddings", body, prompt, switches)


_RERANK = _json(
    "rerank", "Rerank", {"query": "What is deep learning?", "texts": ["It learns from examples.", "It is a river."]},
    ("query",), (Parameter("Raw scores", ("raw_scores",), False), Parameter("Return texts", ("return_text",), False)),
)  # fmt: skip
_CLASSIFY = _json("classify", "Classify a text", {"inputs": "I like it."}, ("inputs",))
_ROWS = PayloadTemplate("csv", "Rows as CSV", "5.1,3.5,1.4,0.2\n6.2,2.9,4.3,1.3", CSV, CSV)
_JSON_LINES = PayloadTemplate(
    "lines", "JSON lines", '{"features": [5.1, 3.5, 1.4, 0.2]}\n{"features": [6.2, 2.9, 4.3, 1.3]}', LINES, LINES
)
_MATRIX = _json("matrix", "Rows as JSON", [[5.1, 3.5, 1.4, 0.2]])
_SERIES = _json(
    "series", "Time series",
    {"inputs": [{"target": [10.0, 12.0, 11.0, 13.0]}], "parameters": {"prediction_length": 4}},
    (), (Parameter("Steps ahead", ("parameters", "prediction_length"), 4, 1, 1000, 1),),
)  # fmt: skip
_ZERO_SHOT = _json(
    "zero-shot", "Labels of one's own",
    {"inputs": "I love it", "parameters": {"candidate_labels": ["praise", "complaint"]}}, ("inputs",),
)  # fmt: skip
_QUESTION = _json(
    "question", "Question about a text",
    {"inputs": {"question": "Who wrote it?", "context": "Ada wrote it."}}, ("inputs", "question"),
)  # fmt: skip
_MASK = _json("fill-mask", "A word to fill in", {"inputs": "Rome is the [MASK] of Italy."}, ("inputs",))
_INPUTS = _json("inputs", "A text", {"inputs": "I love it"}, ("inputs",))
_PLAIN = PayloadTemplate("text", "Plain text", "A text.", TEXT)
_IMAGE = _json("picture", "A picture as base64", {"inputs": _PIXEL}, ("inputs",))
_OTHERS = (_INPUTS, _ROWS, _JSON_LINES, _MATRIX, _PLAIN, _IMAGE)
_BY_TASK: Mapping[str, tuple[PayloadTemplate, ...]] = {
    "tabular": (_ROWS, _JSON_LINES, _MATRIX),
    "matrix": (_MATRIX, _ROWS, _JSON_LINES),
    "text-classification": (_CLASSIFY,),
    "text-ranking": (_RERANK,),
    "zero-shot-classification": (_ZERO_SHOT,),
    "question-answering": (_QUESTION,),
    "fill-mask": (_MASK,),
    "token-classification": (_INPUTS,),
    "summarization": (_INPUTS,),
    "translation": (_INPUTS,),
    "image-classification": (_IMAGE,),
    "time-series-forecasting": (_SERIES,),
}
_IMAGES = (
    (("xgboost", "autopilot", "automl", "linear-learner", "autogluon"), "tabular"),
    (("scikit-learn", "sklearn"), "matrix"),
    (("forecast",), "time-series-forecasting"),
)
