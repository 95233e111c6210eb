"""Containers write what their family writes, and leave what a diagnosis looks for when they fail."""

import re

import pytest

from sandbox.telemetry import lines


@pytest.mark.parametrize(
    ("image", "family"),
    [
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.33.0-lmi15", "vllm"),
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-tgi-inference:2.7", "tgi"),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/tei-cpu:2.0", "tei"),
        ("763104351884.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-inference:2.6", "huggingface"),
        ("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2", "sklearn"),
        ("own/image:1", ""),
    ],
)
def test_every_family_starts_in_its_own_words_and_answers_a_ping(image: str, family: str) -> None:
    assert lines.family(image) == family
    told = lines.starting(image, {"HF_MODEL_ID": "org/{braces}"}, "ml.g5.12xlarge")
    assert told[0] == f"Starting container {image}"
    assert "GET /ping HTTP/1.1" in told[-1]
    if family in ("vllm", "tgi", "tei", "huggingface"):
        assert any("org/{braces}" in line for line in told)


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("out of memory", r"torch\.OutOfMemoryError|CUDA out of memory"),
        ("the model is gated", r"GatedRepoError|401 Client Error"),
        ("no space left", "No space left on device"),
        ("a module is missing", "ModuleNotFoundError: No module named"),
        ("exec format", "exec format error"),
        ("ping", "max_model_len .* larger than|KV cache"),
    ],
)
def test_a_failing_container_leaves_what_tells_why(reason: str, found: str) -> None:
    assert any(re.search(found, line) for line in lines.failing("djl-inference:1", reason))
