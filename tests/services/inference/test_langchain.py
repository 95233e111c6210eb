"""LangChain's own standard suites for our embeddings, and its view of our chat model."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from services import inference
from services.errors import UnknownAnswer
from services.inference import ChatParams, Contract, Embedder, Family, Runtime
from services.inference.gateway import Llama2DialogHandler, MessagesHandler, TextHandler, handler_for
from tests.services.inference.doubles import FakeClient


def _vectors(request: Mapping[str, Any]) -> bytes:
    return json.dumps([[float(len(text)), 0.5] for text in json.loads(request["Body"])["inputs"]]).encode()


def _parameters() -> dict[str, Any]:
    client = FakeClient(_vectors)
    return {"runtime": Runtime(lambda: client), "endpoint": "demo", "contract": Contract(Family.TEI)}


class TestTheStandardUnitSuite(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return inference.SageMakerEmbeddings  # type: ignore[no-any-return]

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return _parameters()


@pytest.mark.anyio
class TestTheStandardIntegrationSuite(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return inference.SageMakerEmbeddings  # type: ignore[no-any-return]

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return _parameters()

    @pytest.fixture
    def anyio_backend(self) -> str:
        return "asyncio"


def test_what_the_service_gives_is_both_ours_and_langchains() -> None:
    service = inference.InferenceService(lambda: FakeClient(_vectors), None, scope=("aws", "123456789012", "us-east-1"))
    made = service.embeddings("demo", Contract(Family.TEI))
    assert isinstance(made, Embeddings)
    assert isinstance(made, Embedder)


@pytest.mark.parametrize(
    ("family", "handler"),
    [
        (Family.TGI, TextHandler),
        (Family.LMI, TextHandler),
        (Family.JUMPSTART_TEXT, TextHandler),
        (Family.MESSAGES, MessagesHandler),
        (Family.LLAMA2_DIALOG, Llama2DialogHandler),
    ],
)
def test_each_chat_family_has_its_content_handler(family: Family, handler: type) -> None:
    assert type(handler_for(Contract(family))) is handler


def test_a_content_handler_reads_bytes_and_bodies_alike() -> None:
    handler = handler_for(Contract(Family.TGI))
    raw = b'[{"generated_text":" Hello","details":{"finish_reason":"length","generated_tokens":3}}]'
    for output in (raw, io.BytesIO(raw)):
        message = handler.transform_output(output)
        assert (message.content, message.response_metadata) == ("Hello", {"finish_reason": "length"})
        assert message.usage_metadata is not None
        assert message.usage_metadata["output_tokens"] == 3


def test_a_content_handler_does_not_speak_for_another_family() -> None:
    with pytest.raises(UnknownAnswer):
        MessagesHandler(Contract(Family.TGI))
    with pytest.raises(UnknownAnswer):
        handler_for(Contract(Family.TEI))


def _model(client: FakeClient, family: Family = Family.MESSAGES) -> BaseChatModel:
    model: BaseChatModel = inference.ChatSageMaker.of(Runtime(lambda: client), "demo", Contract(family), ChatParams())
    return model


def test_langchains_keywords_and_stop_reach_the_endpoint() -> None:
    client = FakeClient(lambda _: b'{"choices":[{"message":{"content":"a b STOP c"}}]}')
    answer = _model(client).invoke([HumanMessage("Hi")], stop=["STOP"], max_tokens=9, temperature=0.0)
    sent = json.loads(client.requests[0]["Body"])
    assert answer.content == "a b"
    assert (sent["max_tokens"], sent["temperature"], sent["stop"]) == (9, 0.0, ["STOP"])


def test_a_chain_streams_with_usage_at_its_end() -> None:
    lines = [
        b'data: {"choices":[{"delta":{"content":"Hel',
        b'lo"}}]}\n\ndata: {"choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1}}\n\ndata: [DONE]',
    ]
    client = FakeClient(lambda _: b"", lines)
    whole = AIMessageChunk(content="")
    for chunk in _model(client).stream([SystemMessage("Be brief."), HumanMessage("Hi")]):
        whole += chunk
    assert whole.content == "Hello"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["total_tokens"] == 3


def test_importing_inference_loads_nothing_heavy() -> None:
    heavy = ("langchain", "langchain_core", "langchain_aws", "sagemaker", "numpy", "boto3", "botocore", "streamlit")
    modules = (
        "contract",
        "embeddings",
        "families",
        "lanes",
        "models",
        "probe",
        "prompts",
        "runtime",
        "service",
        "streams",
    )
    code = (
        "import sys, services.inference\n"
        f"for name in {modules!r}: __import__('services.inference.' + name)\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
