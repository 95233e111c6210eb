"""InvokeEndpoint by real boto3: the families that make vectors."""

import json
from typing import Any

import pytest

from tests.sandbox.runtime.calling import call, refused
from tests.sandbox.runtime.conftest import Shelf


def test_tei_answers_one_vector_a_text(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "tei")
    vectors = call(runtime, "emb", {"inputs": ["a cat", "a dog"]})
    assert [len(vector) for vector in vectors] == [384, 384]
    assert sum(value * value for value in vectors[0]) == pytest.approx(1.0, abs=1e-5)
    assert call(runtime, "emb", {"inputs": "a cat"}) == [vectors[0]]


def test_tei_refuses_a_batch_over_its_limit(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "tei")
    response = refused(runtime, "emb", {"inputs": ["text"] * 40})
    assert response["OriginalStatusCode"] == 413
    assert json.loads(response["OriginalMessage"]) == {
        "error": "batch size 40 > maximum allowed batch size 32",
        "error_type": "Validation",
    }


def test_tei_refuses_a_text_too_long_unless_it_may_cut_it(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "tei")
    long = "word " * 600
    response = refused(runtime, "emb", {"inputs": [long]})
    assert response["OriginalStatusCode"] == 413
    assert "`inputs` must have less than 512 tokens. Given: 60" in response["OriginalMessage"]
    assert len(call(runtime, "emb", {"inputs": [long], "truncate": True})[0]) == 384


def test_tei_refuses_what_is_not_its_payload(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "tei")
    assert "missing field `inputs`" in refused(runtime, "emb", {"text_inputs": ["a"]})["OriginalMessage"]
    assert refused(runtime, "emb", {"inputs": []})["OriginalStatusCode"] == 422
    assert refused(runtime, "emb", b"{not json")["OriginalStatusCode"] == 400
    assert refused(runtime, "emb", b"text", "text/plain")["OriginalStatusCode"] == 415


def test_jumpstart_embeddings_take_text_inputs_or_plain_text(runtime: Any, shelf: Shelf) -> None:
    artifact = "s3://jumpstart-cache-prod-eu-west-1/huggingface-textembedding-all-MiniLM-L6-v2/artifacts/"
    shelf.put("emb", "toolkit", artifact=artifact)
    answer = call(runtime, "emb", {"text_inputs": ["a cat", "a dog"]})
    assert [len(vector) for vector in answer["embedding"]] == [384, 384]
    plain = call(runtime, "emb", b"a cat", "application/x-text")
    assert plain["embedding"] == answer["embedding"][0]
    assert refused(runtime, "emb", {"inputs": ["a cat"]})["OriginalStatusCode"] == 400


def test_sentence_similarity_embeds_or_finds_neighbours(runtime: Any, shelf: Shelf) -> None:
    shelf.put("sim", "toolkit", tags={"sagedeck:model-id": "huggingface-sentencesimilarity-bge-small-en"})
    assert len(call(runtime, "sim", {"text_inputs": ["a", "b"], "mode": "embedding"})["embedding"]) == 2
    assert len(call(runtime, "sim", ["a", "b"])["embedding"]) == 2
    payload = {"corpus": ["a red fox", "a blue whale"], "queries": ["blue whale"], "top_k": 1, "mode": "nn_corpus"}
    [[best]] = call(runtime, "sim", payload)
    assert best["corpus_id"] == 1
    assert best["score"] > 0.5


def test_lmi_embeddings_answer_a_flat_vector_for_one_string(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "lmi", environment={"OPTION_TASK": "text-embedding"})
    assert len(call(runtime, "emb", {"inputs": "a cat"})) == 384
    assert len(call(runtime, "emb", {"inputs": ["a cat"]})[0]) == 384


def test_feature_extraction_answers_a_vector_for_every_token(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "toolkit", environment={"HF_TASK": "feature-extraction"})
    [[tokens]] = call(runtime, "emb", {"inputs": ["a cat"]})
    assert len(tokens) > 1
    assert len(tokens[0]) == 384


def test_a_plain_list_of_texts_answers_a_list_of_vectors(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "own", tags={"sagedeck:family": "text-list"})
    assert [len(vector) for vector in call(runtime, "emb", ["a cat", "a dog"])] == [384, 384]
    assert refused(runtime, "emb", {"inputs": ["a"]})["OriginalStatusCode"] == 400


def test_openai_embeddings_are_numbered(runtime: Any, shelf: Shelf) -> None:
    shelf.put("emb", "own", tags={"sagedeck:family": "openai-embeddings"})
    answer = call(runtime, "emb", {"input": ["a cat", "a dog"]})
    assert [each["index"] for each in answer["data"]] == [0, 1]
    assert len(answer["data"][1]["embedding"]) == 384
    assert "input" in refused(runtime, "emb", {"inputs": ["a"]})["OriginalMessage"]
