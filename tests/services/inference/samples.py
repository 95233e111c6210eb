"""Streams as the containers send them, each with the text and the usage it means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from services.inference import Usage

TEXT = "Grüße: 你好 🐝, naïve “quotes”.\nSecond line"
_PIECES = ["Grü", "ße: ", "你", "好 ", "🐝, na", "ïve “quo", "tes”.\nSec", "ond ", "line"]


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Sample:
    """The bytes of one whole stream."""

    name: str
    raw: bytes
    usage: Usage = NO_USAGE
    finish: str = ""
    text: str = TEXT


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _escaped(value: Any) -> bytes:
    return json.dumps(value).encode()


def _choice(delta: Any, finish: str | None = None) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _tgi() -> bytes:
    tokens = [
        {"index": n, "token": {"text": t, "special": False}, "generated_text": None} for n, t in enumerate(_PIECES)
    ]
    last = {
        "token": {"text": "</s>", "special": True},
        "generated_text": TEXT,
        "details": {"finish_reason": "eos_token", "generated_tokens": 10, "seed": None},
    }
    return b"".join(b"data:" + _json(each) + b"\n\n" for each in [*tokens, last])


def _lmi() -> bytes:
    tokens: list[dict[str, Any]] = [{"token": {"id": 1, "text": piece, "log_prob": -0.1}} for piece in _PIECES]
    tokens[-1] |= {"generated_text": TEXT, "details": {"finish_reason": "length", "generated_tokens": 9}}
    return b"".join(_json(each) + b"\n" for each in tokens)


def _messages(*, newline: bytes = b"\r\n\r\n", done: bytes = b"data: [DONE]\n\n") -> bytes:
    chunks = [
        _choice({"role": "assistant", "content": ""}),
        *(_choice({"content": piece}) for piece in _PIECES),
        _choice({"content": None}, "stop"),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12}},
    ]
    return b": ping\r\n\r\n" + b"".join(b"data: " + _json(each) + newline for each in chunks) + done


def _dialog() -> bytes:
    return b"".join(_json({"generation": {"role": "assistant", "content": piece}}) + b"\n" for piece in [" ", *_PIECES])


SAMPLES = (
    Sample("tgi", _tgi(), Usage(None, 10), "eos_token"),
    Sample("lmi", _lmi(), Usage(None, 9), "length"),
    Sample("messages", _messages(), Usage(3, 9), "stop"),
    Sample("messages without a final newline", _messages(done=b"data: [DONE]"), Usage(3, 9), "stop"),
    Sample("messages without [DONE]", _messages(done=b"").rstrip(), Usage(3, 9), "stop"),
    Sample("messages as json lines", b"".join(_json(_choice({"content": p})) + b"\n" for p in _PIECES).rstrip()),
    Sample("dynamic batch", b"".join(_escaped({"outputs": [piece]}) + b"\n" for piece in _PIECES)),
    Sample("objects without newlines", b"".join(_json({"token": {"text": piece}}) for piece in _PIECES)),
    Sample("llama 2 dialog", _dialog()),
    Sample("llama 2 dialog at once", _json([{"generation": {"role": "assistant", "content": f" {TEXT}"}}])),
    Sample("llama text", b"".join(_json({"generation": p, "stop_reason": None}) + b"\n" for p in _PIECES)),
    Sample("tgi at once, laid out", json.dumps([{"generated_text": TEXT}], indent=2, ensure_ascii=False).encode()),
)  # fmt: skip
