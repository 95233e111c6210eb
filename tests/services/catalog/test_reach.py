from __future__ import annotations

import pytest

from services.catalog import embedding_tokens


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("huggingface-textembedding-all-MiniLM-L6-v2", 256),
        ("sentence-transformers/all-MiniLM-L12-v2", 128),
        ("huggingface-sentencesimilarity-bge-m3", 8192),
        ("huggingface-sentencesimilarity-bge-small-en-v1-5", 512),
        ("huggingface-textembedding-gte-qwen2-7b-instruct", 32000),
        ("huggingface-sentencesimilarity-gte-base", 512),
        ("cohere-embed-v4-0", 128000),
        ("cohere-embed-multilingual", 512),
        ("somebody/an-embedding-model", None),
        ("", None),
    ],
)
def test_the_first_name_that_an_id_holds_tells_how_much_the_model_reads(model: str, tokens: int | None) -> None:
    assert embedding_tokens(model) == tokens
