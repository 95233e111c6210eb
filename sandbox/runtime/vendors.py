"""The payloads of Marketplace models: Cohere's chat, generate, embed and rerank, AI21's Jurassic-2.

Shapes as of 2026-11 from the vendors' documents, not from a live endpoint; AI21's from the SageMaker SDK's tests.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.models.conversation import Turn, read_prompt
from sandbox.models.pieces import split
from sandbox.runtime.asks import Ask, Shape, sampled
from sandbox.runtime.families import Family
from sandbox.runtime.refusals import ContainerError
from sandbox.runtime.speech import Said, Speaking
from sandbox.runtime.vectors import Embeds, relevance

_COHERE_TOKENS = 1024
_AI21_TOKENS = 16
_MOST_TEXTS = 96
_KINDS = ("search_document", "search_query", "classification", "clustering", "image")
_REASONS = {
    "length": ("MAX_TOKENS", "length"),
    "stop": ("COMPLETE", "endoftext"),
    "stop_sequence": ("COMPLETE", "stop"),
}


def _refuse(message: str) -> ContainerError:
    return ContainerError(400, {"message": message})


def read_ask(family: Family, payload: Any) -> Ask:
    """Return what is asked of a Cohere or AI21 text model, or raise ContainerError."""
    if not isinstance(payload, Mapping):
        raise _refuse("invalid request: the body must be a JSON object.")
    return _ai21(payload) if family is Family.AI21 else _cohere(payload)


def _cohere(payload: Mapping[str, Any]) -> Ask:
    """Cohere's chat (`message`, `chat_history`, `documents`) or its older generate (`prompt`)."""
    said = payload.get("message", payload.get("prompt"))
    if not isinstance(said, str) or not said.strip():
        raise _refuse("invalid request: message must be at least 1 token long or tool results must be specified.")
    turns = [Turn("system", str(payload["preamble"]))] if payload.get("preamble") else []
    for each in payload.get("chat_history") or ():
        kind = {"CHATBOT": "assistant", "SYSTEM": "system"}.get(str(each.get("role")).upper(), "user")
        turns.append(Turn(kind, str(each.get("message", ""))))
    for document in payload.get("documents") or ():
        turns.append(Turn("system", "\n".join(str(value) for value in document.values())))
    return Ask(
        turns=(*turns, Turn("user", said)),
        shape=Shape.COHERE if "message" in payload else Shape.COHERE_GENERATE,
        prompt=said,
        max_tokens=int(payload.get("max_tokens") or _COHERE_TOKENS),
        stop=tuple(payload.get("stop_sequences") or ()),
        stream=bool(payload.get("stream")),
        json_lines=True,
        sampling=sampled(payload),
    )


def _ai21(payload: Mapping[str, Any]) -> Ask:
    prompt = payload.get("prompt")
    if not isinstance(prompt, str):
        raise _refuse("1 validation error: prompt: field required")
    return Ask(
        turns=read_prompt(prompt),
        shape=Shape.AI21,
        prompt=prompt,
        max_tokens=int(payload.get("maxTokens") or _AI21_TOKENS),
        stop=tuple(payload.get("stopSequences") or ()),
        sampling=sampled(payload),
    )


def whole(ask: Ask, said: Said) -> Any:
    """Return the answer of a Cohere or AI21 text model."""
    cohere, ai21 = _REASONS[said.finish]
    number = f"sandbox-{said.number}"
    if ask.shape is Shape.COHERE:
        history = [{"role": "USER", "message": ask.prompt}, {"role": "CHATBOT", "message": said.text}]
        return {"text": said.text, "generation_id": number, "finish_reason": cohere, "chat_history": history}
    if ask.shape is Shape.COHERE_GENERATE:
        return {"id": number, "prompt": ask.prompt, "generations": [{"id": number, "text": said.text}]}
    data = {"text": said.text, "tokens": [{"generatedToken": {"token": each}} for each in said.pieces]}
    prompt = {"text": ask.prompt, "tokens": [{"generatedToken": {"token": each}} for each in split(ask.prompt)]}
    return [{"id": number, "prompt": prompt, "completions": [{"data": data, "finishReason": {"reason": ai21}}]}]


def lines(ask: Ask, speaking: Speaking) -> Iterator[bytes]:
    """Yield a Cohere stream, a JSON line a piece."""
    yield _line({"is_finished": False, "event_type": "stream-start", "generation_id": "sandbox"})
    for piece in speaking:
        yield _line({"is_finished": False, "event_type": "text-generation", "text": piece})
    answer, reason = whole(ask, speaking.said), _REASONS[speaking.said.finish][0]
    yield _line({"is_finished": True, "event_type": "stream-end", "finish_reason": reason, "response": answer})


def _line(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode() + b"\n"


def embed(payload: Any, model: Embeds) -> Any:
    """Return Cohere's embeddings: {"id", "embeddings", "texts"}; by type where types are asked for."""
    texts = payload.get("texts") if isinstance(payload, Mapping) else None
    if not isinstance(texts, list) or not texts or not all(isinstance(each, str) for each in texts):
        raise _refuse("invalid request: at least one text must be specified.")
    if len(texts) > _MOST_TEXTS:
        raise _refuse(f"invalid request: total number of texts must be at most {_MOST_TEXTS} - received {len(texts)}")
    if payload.get("input_type") not in _KINDS:
        raise _refuse("valid input_type must be provided with the provided model")
    vectors: Any = model.embed(texts)
    wanted = payload.get("embedding_types")
    if wanted:
        made = {"float": vectors, "int8": [[round(value * 127) for value in vector] for vector in vectors]}
        vectors = {kind: made[kind] for kind in wanted if kind in made}
    kind = "embeddings_by_type" if wanted else "embeddings_floats"
    return {"id": "sandbox", "response_type": kind, "embeddings": vectors, "texts": texts}


def rerank(payload: Any, model: Embeds) -> Any:
    """Return Cohere's ranking of documents by a query; the stand-in ranks by the cosine of its embeddings."""
    query = payload.get("query") if isinstance(payload, Mapping) else None
    documents = payload.get("documents") if isinstance(payload, Mapping) else None
    if not isinstance(query, str) or not query or not isinstance(documents, list) or not documents:
        raise _refuse("invalid request: query and at least one document must be specified.")
    texts = [str(each.get("text", "")) if isinstance(each, Mapping) else str(each) for each in documents]
    ranked = sorted(enumerate(relevance(query, texts, model)), key=lambda each: -each[1])
    results: list[dict[str, Any]] = [
        {"index": place, "relevance_score": score} for place, score in ranked[: payload.get("top_n") or len(ranked)]
    ]
    if payload.get("return_documents"):
        for each in results:
            each["document"] = {"text": texts[each["index"]]}
    return {"id": "sandbox", "results": results}
