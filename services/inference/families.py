"""Payload families of chat endpoints: requests from messages, answers from JSON. Pure functions, no network.

Shapes from the containers' own documentation (TGI openapi.json, DJL-serving's LMI schemas, OpenAI's chat API, the
JumpStart Llama-2 notebooks), as of 2026-11. Decoding is tolerant: any shape is accepted from any family, because one
model id changes its container, and so its answers, between versions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.errors import ModelFailed, UnknownAnswer
from services.inference import prompts
from services.inference.models import Answer, ChatParams, Contract, Family, Message, Usage

_HALF = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_COMMON = frozenset({"max_new_tokens", "temperature", "top_p"})
_SAMPLING = _COMMON | {"top_k", "repetition_penalty", "stop", "seed"}
# Which fields of ChatParams a family's containers take: TGI's openapi.json, LMI's and vLLM's sampling parameters, the
# JumpStart notebooks. `stop` is cut by this console where a container does not take it, but then it saves no tokens.
PARAMETERS: dict[Family, frozenset[str]] = {
    Family.MESSAGES: _SAMPLING,
    Family.TGI: _SAMPLING,
    Family.LMI: _SAMPLING,
    Family.JUMPSTART_TEXT: _COMMON | {"top_k", "repetition_penalty"},
    Family.LLAMA2_DIALOG: _COMMON,
}


def encode_chat(contract: Contract, messages: Sequence[Message], params: ChatParams, *, stream: bool = False) -> bytes:
    """The request body (JSON) for this contract. Raises InvalidRequest where the messages hold no question."""
    if contract.family is Family.MESSAGES:
        body = _messages(contract.model, messages, params, stream)
    elif contract.family is Family.LLAMA2_DIALOG:
        body = _dialog(messages, params)
    else:
        body = _text(contract, messages, params, stream)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def stops_of(contract: Contract, params: ChatParams) -> tuple[str, ...]:
    """What ends the answer: the person's own stop strings, and the prompt layout's where we lay the prompt out."""
    if contract.family in (Family.MESSAGES, Family.LLAMA2_DIALOG):
        return params.stop
    return (*params.stop, *prompts.stops_for(contract.template))


def _messages(model: str, messages: Sequence[Message], params: ChatParams, stream: bool) -> dict[str, Any]:
    prompts.turns(messages)  # refuses a conversation without a question
    body: dict[str, Any] = {
        "messages": [{"role": each.role, "content": each.content} for each in messages],
        "max_tokens": params.max_new_tokens,
        "temperature": params.temperature,
        "top_p": params.top_p,
        "stream": stream,
    }
    if stream:
        body["stream_options"] = {"include_usage": True}
    if model:
        body["model"] = model
    if params.stop:
        body["stop"] = list(params.stop)
    for name in ("repetition_penalty", "top_k", "seed"):
        if (value := getattr(params, name)) is not None:
            body[name] = value
    return body


def _dialog(messages: Sequence[Message], params: ChatParams) -> dict[str, Any]:
    """Llama 2 chat of JumpStart 1.x and 2.x: one dialog a request, and no parameter but these three."""
    system, rest = prompts.turns(messages)
    dialog = [{"role": "system", "content": system}] if system else []
    dialog += [{"role": each.role, "content": each.content} for each in rest]
    parameters = {
        "max_new_tokens": params.max_new_tokens,
        "top_p": params.top_p,
        "temperature": params.temperature,
    }
    return {"inputs": [dialog], "parameters": parameters}


def _text(contract: Contract, messages: Sequence[Message], params: ChatParams, stream: bool) -> dict[str, Any]:
    parameters: dict[str, Any] = {"max_new_tokens": params.max_new_tokens, "return_full_text": False}
    parameters["do_sample"] = params.temperature > 0
    if params.temperature > 0:  # TGI refuses a temperature of 0, and a top_p that is not between 0 and 1
        parameters["temperature"] = params.temperature
        if 0 < params.top_p < 1:
            parameters["top_p"] = params.top_p
    for name in ("repetition_penalty", "top_k", "seed"):
        if (value := getattr(params, name)) is not None and name in PARAMETERS[contract.family]:
            parameters[name] = value
    body: dict[str, Any] = {"inputs": prompts.render(messages, contract.template), "parameters": parameters}
    if contract.family in (Family.TGI, Family.LMI):
        parameters["details"] = True
        stops = list(stops_of(contract, params))
        parameters["stop" if contract.family is Family.TGI else "stop_sequences"] = stops
        body["stream"] = stream
    return body


def decode_chat(raw: bytes) -> Answer:
    """The text of a whole answer. Raises ModelFailed for an error inside a 200, UnknownAnswer for an unknown shape."""
    try:
        return answer_of(json.loads(raw), raw)
    except (ValueError, RecursionError):  # no JSON, or nested without end
        raise unknown(raw) from None


def answer_of(document: Any, raw: bytes = b"") -> Answer:
    """Like decode_chat, of JSON already read; tried in the order most containers use."""
    refuse_errors(document)
    first = document[0] if isinstance(document, list) and document else None
    if isinstance(first, list):  # a batch of one
        return answer_of(first, raw)
    if isinstance(first, Mapping):
        refuse_errors(first)
    one = document if isinstance(document, Mapping) else first if isinstance(first, Mapping) else {}
    if isinstance(one.get("body"), Mapping | list):  # SageMaker Studio wraps answers so
        return answer_of(one["body"], raw)
    text = text_in(one)
    if text is None and isinstance(document, str):
        text = document
    if text is None:
        raise unknown(raw or json.dumps(document).encode())
    return Answer(text=printable(text).strip(), usage=usage_in(one), finish=finish_in(one))


def text_in(one: Mapping[str, Any]) -> str | None:
    """The text of one answer object, whatever it calls it; None where it has none."""
    choices = one.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        message = choices[0].get("message")
        return plain(message.get("content")) if isinstance(message, Mapping) else plain(choices[0].get("text"))
    for key in ("generated_text", "generation", "completion"):
        value = one.get(key)
        if isinstance(value, Mapping):
            value = plain(value.get("content"))
        if isinstance(value, str):
            return value
    for key in ("outputs", "generated_texts"):
        values = one.get(key)
        if isinstance(values, list) and values:
            return plain(values[0].get("text") if isinstance(values[0], Mapping) else values[0])
    return one["text"] if isinstance(one.get("text"), str) else None


def printable(text: str) -> str:
    """A model's text without what no page, terminal or file can take: halves of characters, and control characters."""
    return _CONTROL.sub("", _HALF.sub("\ufffd", text))


def plain(content: object) -> str:
    """Message content as text: a string, null, or OpenAI's list of parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def usage_in(one: Mapping[str, Any]) -> Usage:
    """Token counts, from OpenAI's `usage`, TGI's and LMI's `details`, or Llama's own counters."""
    usage, details = one.get("usage"), one.get("details")
    if isinstance(usage, Mapping):
        return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
    if isinstance(details, Mapping):
        prefill = details.get("prefill")
        read = len(prefill) if isinstance(prefill, list) and prefill else _count(details.get("input_length"))
        return Usage(read, _count(details.get("generated_tokens")))
    return Usage(_count(one.get("prompt_token_count")), _count(one.get("generation_token_count")))


def finish_in(one: Mapping[str, Any]) -> str:
    """Why the answer ended, in the container's own word; empty where it does not say."""
    choices, details = one.get("choices"), one.get("details")
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        return str(choices[0].get("finish_reason") or "")
    if isinstance(details, Mapping):
        return str(details.get("finish_reason") or "")
    return str(one.get("finish_reason") or one.get("stop_reason") or "")


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def refuse_errors(document: Any) -> None:
    """Raise ModelFailed if this JSON is an error, which containers also send with status 200 and inside streams."""
    if not isinstance(document, Mapping):
        return
    error, details = document.get("error"), document.get("details")
    words, code = "", document.get("code")
    if isinstance(error, Mapping):
        words, code = str(error.get("message") or error), error.get("code", code)
    elif error:
        words = str(error)
    elif document.get("object") == "error" or document.get("errorType"):
        words = str(document.get("message") or document.get("errorMessage") or "")
    elif isinstance(code, int) and code >= 400 and "message" in document:
        words = str(document["message"])
    elif isinstance(details, Mapping) and details.get("finish_reason") == "error":
        words = "The generation ended with an error."
    else:
        return
    raise ModelFailed(
        "The model answered with an error.",
        f"It says: {words[:500]}" if words else "It does not say why.",
        "Try a shorter question; if it stays, the endpoint's log says more.",
        status=code if isinstance(code, int) else 0,
        original=words,
    )


def unknown(raw: bytes) -> UnknownAnswer:
    """An answer nobody expects, with its first characters."""
    start = printable(raw[:200].decode(errors="replace"))
    return UnknownAnswer(
        "The endpoint answered in a shape the console does not know.",
        f"It begins with: {start}" if start else "The answer is empty.",
        "Choose another payload family for this endpoint.",
    )
