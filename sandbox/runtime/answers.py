"""The answer of a text-generation container: its text in pieces, and each family's JSON for it, whole or streamed."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.runtime import vendors
from sandbox.runtime.asks import Ask, Shape
from sandbox.runtime.speech import Said, Speaking

_VENDORS = frozenset({Shape.COHERE, Shape.COHERE_GENERATE, Shape.AI21})


def _details(said: Said) -> dict[str, Any]:
    finish = "eos_token" if said.finish == "stop" else said.finish
    return {"finish_reason": finish, "generated_tokens": len(said.pieces), "seed": None}


def _usage(ask: Ask, said: Said) -> dict[str, int]:
    prompt, answer = ask.prompt_tokens, len(said.pieces)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def _openai_finish(said: Said) -> str:
    return "length" if said.finish == "length" else "stop"


def _openai(ask: Ask, said: Said, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the envelope of an OpenAI answer; its id and time follow from the request's number, so tests compare."""
    prefix = "cmpl" if kind == "text_completion" else "chatcmpl"
    return {
        "id": f"{prefix}-{said.number}",
        "object": kind,
        "created": said.number,
        "model": ask.model or "sandbox-reader",
        "choices": choices,
    }


def whole(ask: Ask, said: Said, more: Sequence[Said] = ()) -> Any:
    """Return the answer's JSON as it comes when nothing is streamed; `more` answers the others of `ask`."""
    if ask.shape in _VENDORS:
        return vendors.whole(ask, said)
    if ask.shape is Shape.CHAT:
        message = {"role": "assistant", "content": said.text}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _openai_finish(said)}
        return {**_openai(ask, said, "chat.completion", [choice]), "usage": _usage(ask, said)}
    if ask.shape is Shape.COMPLETION:
        choices = [
            {"index": place, "text": each.text, "logprobs": None, "finish_reason": _openai_finish(each)}
            for place, each in enumerate((said, *more))
        ]
        return {**_openai(ask, said, "text_completion", choices), "usage": _usage(ask, said)}
    if ask.shape is Shape.DIALOG:
        return [{"generation": {"role": "assistant", "content": f" {said.text}"}}]
    if ask.shape is Shape.GENERATION:
        return [{"generation": each.text} for each in (said, *more)]
    if ask.several:
        return [_generated(each, text) for each, text in zip((ask, *ask.others), (said, *more), strict=True)]
    answer = _generated(ask, said)
    return answer if ask.shape is Shape.LMI else [answer]


def _generated(ask: Ask, said: Said) -> dict[str, Any]:
    answer: dict[str, Any] = {"generated_text": ask.prompt + said.text if ask.full_text else said.text}
    if ask.details:
        extra: dict[str, Any] = {"inputs": None} if ask.shape is Shape.LMI else {"prefill": []}
        answer["details"] = {**_details(said), **extra, "tokens": []}
    return answer


def broken(ask: Ask, message: str) -> Any:
    """Return what a container writes into a 200 when it fails while it writes."""
    if ask.shape is Shape.LMI:
        details = {"finish_reason": "error", "generated_tokens": None, "inputs": None, "tokens": None}
        return {"generated_text": "", "details": details}
    if ask.shape in (Shape.CHAT, Shape.COMPLETION):
        return {"object": "error", "message": message, "type": "InternalServerError", "param": None, "code": 500}
    return {"error": message, "error_type": "generation"}


def broken_line(ask: Ask, message: str) -> bytes:
    """Return the same as the last event of a stream."""
    head, tail = (b"", b"\n") if ask.json_lines else (b"data:", b"\n\n")
    return head + json.dumps(broken(ask, message)).encode() + tail


def _tgi_lines(ask: Ask, speaking: Speaking, known: Said | None) -> Iterator[bytes]:
    count = 0
    for count, piece in enumerate(speaking, start=1):
        ends = known is not None and known.finish == "length" and count == len(known.pieces)
        token = {"id": count, "text": piece, "logprob": -0.5, "special": False}
        yield _tgi_event(ask, known if ends else None, count, token)
    if known is None or known.finish != "length":
        token = {"id": 2, "text": "</s>", "logprob": -0.1, "special": True}
        yield _tgi_event(ask, speaking.said, count + 1, token)


def _tgi_event(ask: Ask, ended: Said | None, place: int, token: dict[str, Any]) -> bytes:
    """Return one token's event; `ended` is all that was said, at the last one."""
    event = {
        "index": place,
        "token": token,
        "generated_text": (ask.prompt + ended.text if ask.full_text else ended.text) if ended else None,
        "details": _details(ended) if ended else None,
    }
    return b"data:" + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def _lmi_lines(ask: Ask, speaking: Speaking, known: Said | None) -> Iterator[bytes]:
    count = 0
    for count, piece in enumerate(speaking, start=1):
        line: dict[str, Any] = {"token": {"id": count, "text": piece, "log_prob": -0.5}}
        if known is not None and count == len(known.pieces):
            line |= _lmi_end(known)
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"
    if known is None or not count:
        line = {"token": {"id": count + 1, "text": "", "log_prob": -0.5}, **_lmi_end(speaking.said)}
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _lmi_end(said: Said) -> dict[str, Any]:
    details = {"finish_reason": _details(said)["finish_reason"], "generated_tokens": len(said.pieces)}
    return {"generated_text": said.text, "details": details}


def _chat_chunks(ask: Ask, speaking: Speaking) -> Iterator[dict[str, Any]]:
    kind = "chat.completion.chunk"
    for place, piece in enumerate(speaking):
        delta = {"role": "assistant", "content": piece} if place == 0 else {"content": piece}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        yield _openai(ask, speaking.said, kind, [choice])
    said = speaking.said
    yield _openai(ask, said, kind, [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": _openai_finish(said)}])
    if ask.usage:
        yield {**_openai(ask, said, kind, []), "usage": _usage(ask, said)}


def _completion_chunks(ask: Ask, speaking: Speaking) -> Iterator[dict[str, Any]]:
    for piece in speaking:
        yield _openai(ask, speaking.said, "text_completion", [{"index": 0, "text": piece, "finish_reason": None}])
    ending = {"index": 0, "text": "", "finish_reason": _openai_finish(speaking.said)}
    yield _openai(ask, speaking.said, "text_completion", [ending])


def streamed(ask: Ask, told: Said | Speaking) -> Iterator[bytes]:
    """Yield the answer as the container streams it, a chunk of bytes a token: SSE lines, or JSON lines for LMI."""
    speaking = told if isinstance(told, Speaking) else Speaking(told.pieces, told.number)
    known = told if isinstance(told, Said) else None
    if known:
        speaking.finish = known.finish
    if ask.shape is Shape.TGI:
        yield from _tgi_lines(ask, speaking, known)
    elif ask.shape is Shape.LMI:
        yield from _lmi_lines(ask, speaking, known)
    elif ask.shape in _VENDORS:
        yield from vendors.lines(ask, speaking)
    else:
        chunks = _chat_chunks(ask, speaking) if ask.shape is Shape.CHAT else _completion_chunks(ask, speaking)
        head, tail = (b"", b"\n") if ask.json_lines else (b"data: ", b"\n\n")
        for chunk in chunks:
            yield head + json.dumps(chunk, ensure_ascii=False).encode() + tail
        if not ask.json_lines:
            yield b"data: [DONE]\n\n"
