"""Finding an endpoint's payload family by asking: at most seven tiny requests, most often one or two."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.errors import ModelFailed, UnknownAnswer
from services.inference.families import answer_of, unknown
from services.inference.models import Contract, Family, Kind
from services.inference.runtime import Runtime
from services.inference.vectors import decode_vectors, encode_texts

_ASK = {"role": "user", "content": "Hi"}
_ONE = {"max_new_tokens": 1}
_CHAT = (Family.MESSAGES, Family.TGI, Family.LLAMA2_DIALOG)
_EMBEDDING = (Family.TEI, Family.JS_EMBEDDING, Family.TEXT_LIST, Family.OPENAI_EMBEDDINGS)
# A family of each kind in turn where nothing is known, the commonest first.
_ORDER = {
    Kind.CHAT: (*_CHAT, *_EMBEDDING),
    Kind.EMBEDDING: (*_EMBEDDING, *_CHAT),
    None: (_CHAT[0], _EMBEDDING[0], _CHAT[1], *_EMBEDDING[1:], _CHAT[2]),
}


def probe(runtime: Runtime, endpoint: str, base: Contract, *, hint: Kind | None = None) -> Contract:
    """The contract, `base` with its family (and dimension) found. `hint` says which kind to try first.

    Raises UnknownAnswer where no family fits, with what the model said last; other errors than the model's own
    (NotFound, PermissionDenied, Throttled, EndpointNotReady …) end the probe at once and are raised.
    """
    said = ""
    for family in _ORDER[hint]:
        try:
            return _try(runtime, endpoint, replace(base, family=family, origin="probe"))
        except ModelFailed as error:
            if error.status in (401, 403, 429, 503):
                raise
            said = error.why or said
        except UnknownAnswer as error:
            said = error.why or said
    raise UnknownAnswer(
        f"The console could not find out how {endpoint} wants to be called.",
        said,
        "It may be a model of another kind, such as a classifier: only language and embedding models are called here.",
    )


def _try(runtime: Runtime, endpoint: str, contract: Contract) -> Contract:
    if contract.kind is Kind.EMBEDDING:
        body = runtime.invoke(endpoint, encode_texts(contract.family, ["Hi"]), contract).body
        return replace(contract, dimension=int(decode_vectors(body, 1).shape[1]))
    ask: Callable[[], Any] = {
        Family.MESSAGES: lambda: {
            "messages": [_ASK],
            "max_tokens": 1,
            **({"model": contract.model} if contract.model else {}),
        },
        Family.TGI: lambda: {"inputs": "Hi", "parameters": _ONE},
        Family.LLAMA2_DIALOG: lambda: {"inputs": [[_ASK]], "parameters": _ONE},
    }[contract.family]
    body = runtime.invoke(endpoint, json.dumps(ask()).encode(), contract).body
    return replace(contract, family=_told_by(body, contract.family))


def _told_by(body: bytes, asked: Family) -> Family:
    """The chat family that answers so to a request of the family asked."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise unknown(body) from None
    answer_of(document, body)  # raises for errors and unknown shapes
    one = document[0] if isinstance(document, list) else document
    one = one if isinstance(one, dict) else {}
    if asked is Family.MESSAGES:
        if "choices" not in one:
            raise UnknownAnswer("Messages were not answered as messages.")
        return asked
    if asked is Family.LLAMA2_DIALOG:
        return asked
    if "generation" in one:
        return Family.JUMPSTART_TEXT
    return Family.LMI if isinstance(document, dict) and "generated_text" in one else Family.TGI
