"""What an endpoint takes at most, in bytes and in tokens, looked at before anything is sent.

Bytes are InvokeEndpoint's limits (botocore's service model; the developer guide for serverless endpoints). Tokens are
the context length that the container's environment names; where nothing names it, nothing is refused for it. How many
tokens a text has is estimated from below, since no tokeniser is at hand: what is refused here would be refused there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.errors import RequestTooLong
from services.inference.families import encode_chat
from services.inference.models import MAX_SERVERLESS_BYTES, ChatParams, Contract, Message

# What containers call the longest prompt and answer together: TGI, LMI, vLLM and SGLang images, vLLM's own.
TOTAL_KEYS = (
    "MAX_TOTAL_TOKENS",
    "OPTION_MAX_MODEL_LEN",
    "SM_VLLM_MAX_MODEL_LEN",
    "VLLM_MAX_MODEL_LEN",
    "MAX_MODEL_LEN",
    "SM_SGLANG_CONTEXT_LENGTH",
    "SGLANG_CONTEXT_LENGTH",
)
INPUT_KEYS = ("MAX_INPUT_TOKENS", "MAX_INPUT_LENGTH")
_A_MESSAGE = 3  # tokens of a chat layout around each message, at the least
_DENSE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese, Japanese, Korean
_PIECE = re.compile(rf"[{_DENSE}]+|[^\W\d_{_DENSE}]+|\d+|[^\w\s]+|_+")
_IS_DENSE = re.compile(f"[{_DENSE}]")
_MOST_SIGNS, _MOST_DENSE_SIGNS = 8, 2  # that a token holds, on average over a text


def tokens_at_least(text: str) -> int:
    """How many tokens a text has at the very least; usually a fifth to a third more.

    A word is a token, a long one more; of Chinese, Japanese and Korean two signs are one.
    """
    count = 0
    for piece in _PIECE.findall(text):
        dense = piece[0] >= "\u2e80" and _IS_DENSE.match(piece) is not None
        count += -(-len(piece) // (_MOST_DENSE_SIGNS if dense else _MOST_SIGNS))
    return count


def context_of(environment: Mapping[str, str]) -> tuple[int, int]:
    """The tokens of prompt and answer together, and of the prompt alone, that an environment allows; 0 is not said."""

    def first(keys: Sequence[str]) -> int:
        return next((int(value) for key in keys if (value := environment.get(key, "")).isdigit()), 0)

    return first(TOTAL_KEYS), first(INPUT_KEYS)


def check(endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract) -> None:
    """Raise RequestTooLong where the endpoint would refuse these messages for their bytes or their tokens.

    The error's `drop` says how many of the oldest messages have to go, 0 where that does not help; `answer_tokens` how
    long the answer may be, 0 where shortening it does not help.
    """
    size = len(encode_chat(contract, messages, params))
    if size > contract.max_bytes:
        raise _too_large(endpoint, messages, params, contract, size)
    most = _most_prompt(params, contract)
    if most is not None and (tokens := _tokens(messages)) > most:
        raise _too_many_tokens(endpoint, messages, params, contract, tokens)


def _tokens(messages: Sequence[Message]) -> int:
    return sum(_A_MESSAGE + tokens_at_least(each.content) for each in messages)


def _most_prompt(params: ChatParams, contract: Contract) -> int | None:
    """The tokens there are for the prompt; None where nothing says so."""
    rooms = [contract.most_input] if contract.most_input else []
    if contract.most_tokens:
        rooms.append(contract.most_tokens - params.max_new_tokens)
    return min(rooms, default=None)


def _to_drop(messages: Sequence[Message], params: ChatParams, contract: Contract) -> int:
    """The oldest messages, in pairs of question and answer, without which the rest fits; 0 where none does."""
    system = [each for each in messages if each.role == "system"]
    rest = [each for each in messages if each.role != "system"]
    most = _most_prompt(params, contract)
    for start in range(1, len(rest)):
        kept = [*system, *rest[start:]]
        if rest[start].role != "user":
            continue
        fits = most is None or _tokens(kept) <= most
        if fits and len(encode_chat(contract, kept, params)) <= contract.max_bytes:
            return start
    return 0


def _ways(drop: int, answer: int, further: str) -> str:
    ways = [f"leave out the oldest {drop} messages"] if drop else ["send less text"]
    ways += [f"ask for {answer:,} tokens at most"] if answer else []
    ways += [further] if further else []
    text = ", or ".join(ways)
    return f"{text[0].upper()}{text[1:]}."


def _too_large(
    endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract, size: int
) -> RequestTooLong:
    kind = "a serverless endpoint" if contract.max_bytes == MAX_SERVERLESS_BYTES else "this endpoint"
    drop = _to_drop(messages, params, contract)
    return RequestTooLong(
        f"This is too much for {endpoint} at once.",
        f"The request has {size:,} bytes, and {kind} takes {contract.max_bytes:,} at most; nothing was sent.",
        _ways(drop, 0, "give it to an asynchronous endpoint, which reads up to 1 GB from S3"),
        drop=drop,
    )


def _too_many_tokens(
    endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract, tokens: int
) -> RequestTooLong:
    total, longest = contract.most_tokens, contract.most_input
    drop = _to_drop(messages, params, contract)
    answer = total - tokens if total and tokens < total and (not longest or tokens <= longest) else 0
    shorter = replace(params, max_new_tokens=answer) if answer >= 16 else None
    allowed = (
        f"{endpoint} has room for {total:,}, and {params.max_new_tokens:,} of them are kept for the answer"
        if total and tokens > total - params.max_new_tokens
        else f"{endpoint} reads {longest:,} at most"
    )
    return RequestTooLong(
        f"This conversation is too long for {endpoint}.",
        f"It has at least {tokens:,} tokens (estimated); {allowed}. Nothing was sent.",
        _ways(drop, shorter.max_new_tokens if shorter else 0, "deploy it with a longer context"),
        drop=drop,
        answer_tokens=shorter.max_new_tokens if shorter else 0,
    )
