"""The payloads of the embedding containers: texts in, vectors out, each family's limits and words for what is wrong."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sandbox.models.sentences import terms
from sandbox.runtime.families import Family
from sandbox.runtime.refusals import ContainerError
from sandbox.strict_json import load

_MAX_BATCH = "32"  # text-embeddings-inference's MAX_CLIENT_BATCH_SIZE
_MAX_TOKENS = "512"  # its max_input_length for a BERT
_PAYLOAD = 2_000_000  # its PAYLOAD_LIMIT, in bytes


class Embeds(Protocol):
    """What an embedding container asks of the model behind it."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit vector for each text, in order."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text."""
        ...


def toolkit_error(message: str) -> ContainerError:
    """Return an error as the Hugging Face and JumpStart inference toolkits word it."""
    return ContainerError(400, {"code": 400, "type": "InternalServerException", "message": message})


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how near two unit vectors are, -1 to 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def relevance(query: str, texts: Sequence[str], model: Embeds) -> list[float]:
    """Return how near each text is to the query, 0 to 1: half by meaning, half by which of its rarer words it holds.

    A simulation: a real reranker reads both texts together.
    """
    asked, *vectors = model.embed([query, *texts])
    held = [set(terms(text)) for text in texts]
    weights = {term: math.log(1 + len(held) / (0.5 + sum(term in each for each in held))) for term in set(terms(query))}
    total = sum(weights.values()) or 1.0
    shares = [sum(weight for term, weight in weights.items() if term in each) / total for each in held]
    return [
        round((1 + cosine(asked, vector)) / 4 + share / 2, 6) for vector, share in zip(vectors, shares, strict=True)
    ]


def strings(value: Any) -> list[str] | None:
    """Return a string, or a list of strings, as a list; None of anything else."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    return None


def _tei_batch(payload: Any, environment: Mapping[str, str]) -> list[str]:
    texts = strings(payload.get("inputs")) if isinstance(payload, Mapping) else None
    if texts is None:
        missing = not (isinstance(payload, Mapping) and "inputs" in payload)
        what = "missing field `inputs`" if missing else "data did not match any variant of untagged enum Input"
        where = f"{what} at line 1 column {len(json.dumps(payload))}"
        raise ContainerError(422, f"Failed to deserialize the JSON body into the target type: {where}")
    if not texts or not all(texts):
        raise ContainerError(422, {"error": "`inputs` cannot be empty", "error_type": "Empty"})
    allowed = int(environment.get("MAX_CLIENT_BATCH_SIZE", _MAX_BATCH))
    if len(texts) > allowed:
        message = f"batch size {len(texts)} > maximum allowed batch size {allowed}"
        raise ContainerError(413, {"error": message, "error_type": "Validation"})
    return texts


def _tei(payload: Any, environment: Mapping[str, str], model: Embeds) -> Any:
    if isinstance(payload, Mapping) and "query" in payload:
        return _tei_rerank(payload, environment, model)
    texts = _tei_batch(payload, environment)
    truncates = payload.get("truncate") or environment.get("AUTO_TRUNCATE", "").lower() in {"true", "1"}
    if not truncates:
        allowed = int(environment.get("MAX_INPUT_LENGTH", _MAX_TOKENS))
        sure = max(map(len, texts)) + 2 <= allowed  # no token is shorter than a character
        longest = 0 if sure else max(model.count(texts))
        if longest > allowed:
            message = f"Input validation error: `inputs` must have less than {allowed} tokens. Given: {longest}"
            raise ContainerError(413, {"error": message, "error_type": "Validation"})
    vectors = model.embed(texts)
    wanted = payload.get("dimensions")
    return vectors if not wanted else [_unit(vector[: int(wanted)]) for vector in vectors]


def _unit(vector: list[float]) -> list[float]:
    length = sum(value * value for value in vector) ** 0.5 or 1.0
    return [value / length for value in vector]


def _tei_rerank(payload: Mapping[str, Any], environment: Mapping[str, str], model: Embeds) -> Any:
    """Return the texts by how near they are to the query; only a model that is called a re-ranker does so."""
    named = environment.get("HF_MODEL_ID", environment.get("MODEL_ID", "")).lower()
    if "rerank" not in named:
        raise ContainerError(424, {"error": "model is not a re-ranker model", "error_type": "Backend"})
    texts = _tei_batch({"inputs": payload.get("texts")}, environment)
    scores = relevance(str(payload["query"]), texts, model)
    order = sorted(range(len(texts)), key=lambda place: -scores[place])
    shown = bool(payload.get("return_text"))
    return [{"index": place, "score": scores[place], **({"text": texts[place]} if shown else {})} for place in order]


def _features(payload: Any, model: Embeds) -> Any:
    """Return token-level features; the stand-in gives every token of a text the text's own vector."""
    texts = strings(payload.get("inputs")) if isinstance(payload, Mapping) else None
    if not texts:
        raise toolkit_error("'inputs'")
    return [[[vector] * count] for vector, count in zip(model.embed(texts), model.count(texts), strict=True)]


def _jumpstart(payload: Any, model: Embeds) -> Any:
    if isinstance(payload, str):
        return {"embedding": model.embed([payload])[0]}
    texts = strings(payload.get("text_inputs")) if isinstance(payload, Mapping) else None
    if not texts:
        raise toolkit_error("Input payload must contain text_inputs key.")
    return {"embedding": model.embed(texts)}


def _neighbours(payload: Mapping[str, Any], model: Embeds) -> Any:
    """Return, for each query, the nearest of the corpus: [{"corpus_id", "score"}], best first."""
    corpus, queries = strings(payload.get("corpus")), strings(payload.get("queries"))
    if not corpus or not queries:
        raise toolkit_error("Input payload must contain corpus and queries keys for mode nn_corpus.")
    documents, wanted = model.embed(corpus), int(payload.get("top_k", 3))
    answer = []
    for query in model.embed(queries):
        scores = [cosine(query, document) for document in documents]
        best = sorted(range(len(scores)), key=lambda place: -scores[place])[:wanted]
        answer.append([{"corpus_id": place, "score": scores[place]} for place in best])
    return answer


def _similarity(payload: Any, model: Embeds) -> Any:
    listed = strings(payload) if isinstance(payload, list) else None
    if listed:
        return {"embedding": model.embed(listed)}
    mode = payload.get("mode", "embedding") if isinstance(payload, Mapping) else "embedding"
    if mode == "nn_corpus":
        return _neighbours(payload, model)
    if mode != "embedding":
        raise toolkit_error(f"mode {mode} needs training data, which this endpoint was not given")
    return _jumpstart(payload, model)


def _lmi(payload: Any, model: Embeds) -> Any:
    inputs = payload.get("inputs") if isinstance(payload, Mapping) else None
    texts = strings(inputs)
    if not texts:
        raise ContainerError(
            424, {"code": 424, "message": "prediction failure", "error": 'Missing "inputs" in payload'}
        )
    vectors = model.embed(texts)
    return vectors[0] if isinstance(inputs, str) else vectors


def _listed(payload: Any, model: Embeds) -> Any:
    texts = strings(payload) if isinstance(payload, list) else None
    if not texts:
        raise toolkit_error("the payload must be a list of strings")
    return model.embed(texts)


def _openai(payload: Any, model: Embeds) -> Any:
    texts = strings(payload.get("input")) if isinstance(payload, Mapping) else None
    if not texts:
        message = "[{'type': 'missing', 'loc': ('body', 'input'), 'msg': 'Field required'}]"
        raise ContainerError(400, {"object": "error", "message": message, "type": "BadRequestError", "code": 400})
    data = [
        {"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(model.embed(texts))
    ]
    tokens = sum(model.count(texts))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": str(payload.get("model", "")), "usage": usage}


def read_texts(family: Family, body: bytes, content_type: str) -> Any:
    """Return the payload of an embedding request: JSON, or for the JumpStart families plain text as well."""
    if family is Family.TEI and len(body) > _PAYLOAD:
        raise ContainerError(413, "Failed to buffer the request body: length limit exceeded")
    jumpstart = family in {Family.JS_EMBEDDING, Family.JS_SIMILARITY}
    if jumpstart and content_type.startswith(("application/x-text", "text/plain")):
        return body.decode("utf-8", errors="replace")
    if family is Family.TEI and not content_type.startswith("application/json"):
        raise ContainerError(415, "Expected request with `Content-Type: application/json`")
    try:
        return load(body)
    except ValueError as problem:
        if family is Family.TEI:
            raise ContainerError(400, f"Failed to parse the request body as JSON: {problem}") from problem
        raise toolkit_error(str(problem)) from problem


def vectors(family: Family, payload: Any, environment: Mapping[str, str], model: Embeds) -> Any:
    """Return the answer of an embedding container of `family`, or raise ContainerError in its words."""
    if family is Family.TEI:
        return _tei(payload, environment, model)
    if family is Family.JS_EMBEDDING:
        return _jumpstart(payload, model)
    if family is Family.JS_SIMILARITY:
        return _similarity(payload, model)
    if family is Family.LMI_EMBEDDING:
        return _lmi(payload, model)
    if family is Family.TEXT_LIST:
        return _listed(payload, model)
    if family is Family.OPENAI_EMBEDDINGS:
        return _openai(payload, model)
    return _features(payload, model)
