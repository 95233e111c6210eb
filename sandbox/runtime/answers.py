"""The answer of a text-generation container: its text in pieces, and each family's JSON for it, whole or streamed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.models.pieces import split
from sandbox.runtime.asks import Ask, Shape


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said: `pieces` in order, and why it ended ("stop", "length" or "stop_sequence")."""

    pieces: tuple[str, ...]
    finish: str
    number: int = 0

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


def limited(text: str, ask: Ask, number: int) -> Said:
    """Return `text` as far as the stop sequences and the token limit of `ask` let it go."""
    places = [place for stop in ask.stop if stop and (place := text.find(stop)) >= 0]
    finish = "stop_sequence" if places else "stop"
    pieces = split(text[: min(places)] if places else text)
    if len(pieces) > ask.max_tokens:
        return Said(tuple(pieces[: ask.max_tokens]), "length", number)
    return Said(tuple(pieces), finish, number)


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


def whole(ask: Ask, said: Said) -> Any:
    """Return the answer's JSON as it comes when nothing is streamed."""
    if ask.shape is Shape.CHAT:
        message = {"role": "assistant", "content": said.text}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _openai_finish(said)}
        return {**_openai(ask, said, "chat.completion", [choice]), "usage": _usage(ask, said)}
    if ask.shape is Shape.COMPLETION:
        choice = {"index": 0, "text": said.text, "logprobs": None, "finish_reason": _openai_finish(said)}
        return {**_openai(ask, said, "text_completion", [choice]), "usage": _usage(ask, said)}
    if ask.shape is Shape.DIALOG:
        return [{"generation": {"role": "assistant", "content": f" {said.text}"}}]
    if ask.shape is Shape.GENERATION:
        return [{"generation": said.text}]
    answer: dict[str, Any] = {"generated_text": ask.prompt + said.text if ask.full_text else said.text}
    if ask.details:
        extra: dict[str, Any] = {"inputs": None} if ask.shape is Shape.LMI else {"prefill": []}
        answer["details"] = {**_details(said), **extra, "tokens": []}
    return answer if ask.shape is Shape.LMI else [answer]


def _tgi_lines(ask: Ask, said: Said) -> Iterator[bytes]:
    last = len(said.pieces)
    for place, piece in enumerate(said.pieces, start=1):
        ends = place == last and said.finish == "length"
        token = {"id": place, "text": piece, "logprob": -0.5, "special": False}
        yield _tgi_event(ask, said, place, token, ends)
    if said.finish != "length":
        token = {"id": 2, "text": "</s>", "logprob": -0.1, "special": True}
        yield _tgi_event(ask, said, last + 1, token, True)


def _tgi_event(ask: Ask, said: Said, place: int, token: dict[str, Any], ends: bool) -> bytes:
    event = {
        "index": place,
        "token": token,
        "generated_text": (ask.prompt + said.text if ask.full_text else said.text) if ends else None,
        "details": _details(said) if ends else None,
    }
    return b"data:" + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


def _lmi_lines(ask: Ask, said: Said) -> Iterator[bytes]:
    pieces = said.pieces or ("",)
    for place, piece in enumerate(pieces, start=1):
        line: dict[str, Any] = {"token": {"id": place, "text": piece, "log_prob": -0.5}}
        if place == len(pieces):
            details = {"finish_reason": _details(said)["finish_reason"], "generated_tokens": len(said.pieces)}
            line |= {"generated_text": said.text, "details": details}
        yield json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _chat_chunks(ask: Ask, said: Said) -> Iterator[dict[str, Any]]:
    for place, piece in enumerate(said.pieces):
        delta = {"role": "assistant", "content": piece} if place == 0 else {"content": piece}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        yield _openai(ask, said, "chat.completion.chunk", [choice])
    ending = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": _openai_finish(said)}
    yield _openai(ask, said, "chat.completion.chunk", [ending])
    if ask.usage:
        yield {**_openai(ask, said, "chat.completion.chunk", []), "usage": _usage(ask, said)}


def _completion_chunks(ask: Ask, said: Said) -> Iterator[dict[str, Any]]:
    for piece in said.pieces:
        yield _openai(ask, said, "text_completion", [{"index": 0, "text": piece, "finish_reason": None}])
    ending = {"index": 0, "text": "", "finish_reason": _openai_finish(said)}
    yield _openai(ask, said, "text_completion", [ending])


def streamed(ask: Ask, said: Said) -> Iterator[bytes]:
    """Yield the answer as the container streams it, a chunk of bytes a token: SSE lines, or JSON lines for LMI."""
    if ask.shape is Shape.TGI:
        yield from _tgi_lines(ask, said)
    elif ask.shape is Shape.LMI:
        yield from _lmi_lines(ask, said)
    else:
        chunks = _chat_chunks(ask, said) if ask.shape is Shape.CHAT else _completion_chunks(ask, said)
        head, tail = (b"", b"\n") if ask.json_lines else (b"data: ", b"\n\n")
        for chunk in chunks:
            yield head + json.dumps(chunk, ensure_ascii=False).encode() + tail
        if not ask.json_lines:
            yield b"data: [DONE]\n\n"
