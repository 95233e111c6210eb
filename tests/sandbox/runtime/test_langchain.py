"""langchain-aws against the whole sandbox."""

import json
from typing import Any

import pytest

from tests.sandbox.conftest import ROLE
from tests.sandbox.runtime.whole import GPU, Whole, component, variant


@pytest.fixture
def chat(whole: Whole) -> Any:
    langchain = pytest.importorskip("langchain_aws.chat_models.sagemaker_endpoint")
    from langchain_core.messages import AIMessage

    class Messages(langchain.ChatModelContentHandler):  # type: ignore[name-defined, misc]
        content_type = "application/json"
        accepts = "application/json"

        def transform_input(self, prompt: Any, model_kwargs: dict[str, Any]) -> bytes:
            return json.dumps({"messages": prompt, **model_kwargs}).encode()

        def transform_output(self, output: Any) -> Any:
            if isinstance(output, bytes | str):  # a line of the stream
                text = output.decode() if isinstance(output, bytes) else output
                chunk = text.removeprefix("data:").strip()
                ended = chunk in ("", "[DONE]")
                said = "" if ended else json.loads(chunk)["choices"][0]["delta"].get("content", "")
            else:
                said = json.loads(output.read())["choices"][0]["message"]["content"]
            return AIMessage(content=said)

    def make(endpoint: str, **more: Any) -> Any:
        return langchain.ChatSagemakerEndpoint(
            endpoint_name=endpoint, client=whole.client("sagemaker-runtime"), content_handler=Messages(), **more
        )

    return make


def test_langchain_chats_with_an_endpoint_and_with_a_component(whole: Whole, chat: Any) -> None:
    whole.model("m", "vllm", SANDBOX_TOKEN_DELAY="0")
    whole.endpoint("chat", variant("m"))
    model = chat("chat", model_kwargs={"max_tokens": 100})
    assert model.invoke("hello").content == "echo: hello"
    assert model.invoke([("system", "Be kind."), ("human", "hello")]).content == "echo: hello"
    components = {"VariantName": "AllTraffic", "InitialInstanceCount": 1, **GPU}
    whole.endpoint("ic", components, ExecutionRoleArn=ROLE)
    component(whole, "c", "ic", "m")
    assert chat("ic", inference_component_name="c").invoke("hello").content == "echo: hello"


def test_langchain_streams_token_by_token(whole: Whole, chat: Any) -> None:
    whole.model("m", "vllm", SANDBOX_TOKEN_DELAY="0")
    whole.endpoint("chat", variant("m"))
    model = chat("chat", streaming=True, model_kwargs={"stream": True, "max_tokens": 100})
    chunks = [chunk.content for chunk in model.stream("one two three")]
    assert "".join(chunks) == "echo: one two three"
    assert len(chunks) > 3
