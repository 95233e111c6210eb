"""ChatSagemakerEndpoint of langchain-aws, with our content handlers and a stream that survives any frame boundary.

The only file that loads langchain-aws (2 s; it also replaces boto3.client by a wrapper that adds its name to the user
agent), so nothing imports it before the first chat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, ClassVar

from langchain_aws.chat_models.sagemaker_endpoint import ChatModelContentHandler, ChatSagemakerEndpoint
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from services.errors import UnknownAnswer
from services.inference.families import decode_chat, encode_chat, plain, stops_of
from services.inference.models import ChatParams, Contract, Delta, Family, Kind, Message, Usage
from services.inference.patience import CHAT_PACE, patiently
from services.inference.runtime import JSON, Runtime, check_body, options_for
from services.inference.streams import cut, decode_stream


class PayloadHandler(ChatModelContentHandler):
    """Requests and whole answers of one payload family; the subclasses only say which."""

    content_type = JSON
    accepts = JSON
    families: ClassVar[tuple[Family, ...]] = ()

    def __init__(self, contract: Contract) -> None:
        if contract.family not in self.families:
            raise UnknownAnswer(f"{type(self).__name__} does not speak {contract.family.value}.")
        self.contract = contract

    def transform_input(self, prompt: Sequence[Mapping[str, Any]], model_kwargs: dict[str, Any]) -> bytes:
        """The request body for `prompt`, a list of {"role", "content"}; `model_kwargs` as LangChain names them."""
        messages = [Message(str(each["role"]), plain(each["content"])) for each in prompt]
        return encode_chat(self.contract, messages, params_from(model_kwargs), stream=bool(model_kwargs.get("stream")))

    def transform_output(self, output: Any) -> AIMessage:
        """A whole answer (bytes, or a body to read) as a message."""
        answer = decode_chat(output if isinstance(output, bytes) else output.read())
        metadata = {"finish_reason": answer.finish} if answer.finish else {}
        return AIMessage(answer.text, usage_metadata=_usage(answer.usage), response_metadata=metadata)


class TextHandler(PayloadHandler):
    """One string in, one string out: TGI, LMI and JumpStart's older text containers."""

    families = (Family.TGI, Family.LMI, Family.JUMPSTART_TEXT)


class MessagesHandler(PayloadHandler):
    """OpenAI's chat messages."""

    families = (Family.MESSAGES,)


class Llama2DialogHandler(PayloadHandler):
    """Llama 2 chat of JumpStart 1.x and 2.x: a list of dialogs."""

    families = (Family.LLAMA2_DIALOG,)


def handler_for(contract: Contract) -> PayloadHandler:
    """The content handler of a chat contract. Raises UnknownAnswer for an embedding endpoint."""
    if contract.kind is not Kind.CHAT:
        raise UnknownAnswer("This endpoint makes vectors, not answers.", "", "Choose a chat endpoint.")
    kinds: tuple[type[PayloadHandler], ...] = (TextHandler, MessagesHandler, Llama2DialogHandler)
    return next(kind for kind in kinds if contract.family in kind.families)(contract)


class ChatSageMaker(ChatSagemakerEndpoint):
    """The langchain-aws chat model for one endpoint and contract.

    Overridden, because in langchain-aws 1.9: invoking ignores `stop`; streaming hands each line to the handler with
    its `data:` prefix and without what came before, drops ModelStreamError events unseen, and looks for `stop` inside
    single chunks and as a regular expression. Errors are ours; StreamBroken carries the text that had arrived.
    """

    runtime: Any = None

    @classmethod
    def of(cls, runtime: Runtime, endpoint: str, contract: Contract, params: ChatParams | None = None) -> ChatSageMaker:
        """The model for an endpoint, with `params` as its defaults."""
        return cls(
            client=runtime,  # never called: it only keeps the base class from making a client of its own
            runtime=runtime,
            endpoint_name=endpoint,
            content_handler=handler_for(contract),
            model_kwargs={"params": params or ChatParams()},
            endpoint_kwargs=options_for(contract),
        )

    def _request(
        self, messages: list[BaseMessage], stop: list[str] | None, stream: bool, **kwargs: Any
    ) -> dict[str, Any]:
        request = self._format_messages_request(messages=messages, stop=stop, stream=stream, **kwargs)
        check_body(self.endpoint_name, request["Body"])
        return request

    def _stops(self, stop: list[str] | None, kwargs: Mapping[str, Any]) -> tuple[str, ...]:
        handler = self.content_handler
        params = params_from({**(self.model_kwargs or {}), **kwargs, "stop": stop})
        return stops_of(handler.contract, params) if isinstance(handler, PayloadHandler) else params.stop

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        request = self._request(messages, stop, stream=False, **kwargs)
        reply = patiently(lambda: self.runtime.send(request), CHAT_PACE, self.runtime.sleep)
        message = self.content_handler.transform_output(reply.body)
        message.content = cut(message.content, self._stops(stop, kwargs)).strip()
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, stream=True, **kwargs)
        with closing(patiently(lambda: self.runtime.open(request), CHAT_PACE, self.runtime.sleep)) as parts:
            for delta in decode_stream(parts, self._stops(stop, kwargs)):
                chunk = ChatGenerationChunk(message=_chunk(delta))
                if run_manager and delta.text:
                    run_manager.on_llm_new_token(delta.text, chunk=chunk)
                yield chunk


def params_from(kwargs: Mapping[str, Any]) -> ChatParams:
    """ChatParams from LangChain's keyword arguments: `params` holds the defaults, single names override it."""
    base = kwargs.get("params") or ChatParams()
    penalty = kwargs.get("repetition_penalty", base.repetition_penalty)
    top_k, seed = kwargs.get("top_k", base.top_k), kwargs.get("seed", base.seed)
    return ChatParams(
        max_new_tokens=int(kwargs.get("max_new_tokens") or kwargs.get("max_tokens") or base.max_new_tokens),
        temperature=float(kwargs.get("temperature", base.temperature)),
        top_p=float(kwargs.get("top_p", base.top_p)),
        repetition_penalty=None if penalty is None else float(penalty),
        stop=(*base.stop, *(kwargs.get("stop") or ())),
        top_k=None if top_k is None else int(top_k),
        seed=None if seed is None else int(seed),
    )


def to_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    """Our messages as LangChain's."""
    kinds: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [kinds.get(each.role, HumanMessage)(content=each.content) for each in messages]


def usage_from(message: AIMessage) -> Usage:
    """The token counts a message carries."""
    counted = message.usage_metadata
    return Usage(counted["input_tokens"] or None, counted["output_tokens"]) if counted else Usage()


def _chunk(delta: Delta) -> AIMessageChunk:
    metadata = {"finish_reason": delta.finish} if delta.finish else {}
    return AIMessageChunk(content=delta.text, usage_metadata=_usage(delta.usage), response_metadata=metadata)


def _usage(usage: Usage) -> UsageMetadata | None:
    if usage.completion_tokens is None:
        return None
    read = usage.prompt_tokens or 0
    return UsageMetadata(
        input_tokens=read, output_tokens=usage.completion_tokens, total_tokens=read + usage.completion_tokens
    )
