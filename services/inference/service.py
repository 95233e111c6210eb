"""What pages and the command line call."""

from __future__ import annotations

import importlib
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from services.errors import RateLimited
from services.inference.async_calls import AsyncJobs
from services.inference.asynchronous import AsyncCalls, Submitted
from services.inference.calls import Call, Called, Calls, Live, failed
from services.inference.contract import Contracts
from services.inference.embeddings import Embedder, VectorCache, langchain_embeddings
from services.inference.families import decode_chat, encode_chat
from services.inference.limits import check
from services.inference.models import (
    Answer,
    ChatParams,
    Contract,
    Delta,
    EndpointFacts,
    Family,
    Kind,
    Message,
    SmokeResult,
    Timing,
    Usage,
)
from services.inference.patience import CHAT_PACE, Pace, patiently
from services.inference.rate import RateLimit
from services.inference.runtime import Runtime
from services.inference.vectors import decode_vectors, encode_texts
from services.legible import spelled

if TYPE_CHECKING:
    from services.state import State

_SMOKE_TEXT = "A short sentence to see whether this endpoint answers."
_SMOKE_MESSAGES = (Message("user", "Say hello in one word."),)


class InferenceService:
    """Chat, embeddings, contracts and smoke tests for the endpoints of one connection.

    `runtime_client` gives the boto3 sagemaker-runtime client, `storage` that of S3, where asynchronous endpoints leave
    their answers; `scope` is (partition, account, region), `owner` whose asynchronous jobs `jobs` keeps and who may
    send `per_minute` requests to one endpoint (0: any number). What writes or tests counts, and raises RateLimited
    beyond that; vectors do not, since reading documents takes thousands. Every method raises errors of services.errors
    only: NotFound, EndpointNotReady, ModelFailed, StreamBroken, Throttled, ….
    """

    def __init__(
        self,
        runtime_client: Callable[[], Any],
        state: State | None,
        *,
        scope: tuple[str, str, str],
        storage: Callable[[], Any] | None = None,
        owner: str = "",
        per_minute: int = 0,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.runtime = Runtime(runtime_client, clock, sleep)
        self._contracts = Contracts(self.runtime, state, scope)
        self._async = AsyncCalls(runtime_client, storage or runtime_client, clock)
        self._calls = Calls(self.runtime)
        self.jobs = AsyncJobs(runtime_client, storage or runtime_client, state, scope=(*scope, owner), now=now)
        self._clock = clock
        self.rate = RateLimit(state, per_minute, scope="/".join(scope), owner=owner, sleep=sleep)

    @staticmethod
    def warm_up() -> None:
        """Begin to load what the first chat needs (langchain-aws: 1 s, 45 MB), so that it does not wait for it."""
        name = "services.inference.gateway"
        if name not in sys.modules:
            threading.Thread(target=importlib.import_module, args=(name,), name="warm-up", daemon=True).start()

    def chat(self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract) -> Answer:
        """The whole answer, with usage where the container counts, and the time it took.

        Raises RequestTooLong and RateLimited before anything is sent.
        """
        from services.inference.gateway import ChatSageMaker, to_langchain, usage_from

        self._admit(endpoint, messages, params, contract)
        model = ChatSageMaker.of(self.runtime, endpoint, contract, params)
        started = self._clock()
        message = model.invoke(to_langchain(messages))
        usage = usage_from(message)
        finish = str(message.response_metadata.get("finish_reason", ""))
        return Answer(spelled(str(message.content)), usage, _timing(self._clock() - started, None, usage), finish)

    def stream(
        self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract
    ) -> Iterator[Delta]:
        """The answer piece by piece; the last Delta has `done`, usage and timing. Close it to stop reading.

        Raises RequestTooLong and RateLimited before anything is sent.
        """
        from services.inference.gateway import ChatSageMaker, to_langchain, usage_from

        self._admit(endpoint, messages, params, contract)
        model = ChatSageMaker.of(self.runtime, endpoint, contract, params)
        started, first, usage, finish = self._clock(), None, Usage(), ""
        for chunk in model.stream(to_langchain(messages)):
            if isinstance(chunk.content, str) and chunk.content:
                first = self._clock() - started if first is None else first
                yield Delta(spelled(chunk.content))
            if chunk.usage_metadata:
                usage = usage_from(chunk)
            finish = str(chunk.response_metadata.get("finish_reason") or finish)
        yield Delta(done=True, usage=usage, timing=_timing(self._clock() - started, first, usage), finish=finish)

    def _admit(self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract) -> None:
        """What is too long is refused first: it does not count."""
        check(endpoint, messages, params, contract)
        self.rate.take(endpoint)

    def call(self, endpoint: str, body: bytes, *, family: Family | None = None, **how: Any) -> Called:
        """Any request, sent once; `how` are the further fields of Call. Raises InvalidRequest only."""
        try:
            self.rate.take(endpoint)
        except RateLimited as error:
            return failed(error, 0.0)
        return self._calls.call(Call(endpoint, body, **how), family)

    def open_call(self, call: Call, family: Family | None = None) -> Live:
        """The same as a stream that is read as it comes. Raises InvalidRequest only."""
        try:
            self.rate.take(call.endpoint)
        except RateLimited as error:
            return Live(self.runtime, None, self._clock(), family, failed(error, 0.0))
        return self._calls.open(call, family)

    def embeddings(
        self,
        endpoint: str,
        contract: Contract,
        *,
        model: str = "",
        cache: VectorCache | None = None,
        pace: Pace | None = None,
    ) -> Embedder:
        """An Embedder for this endpoint that is a LangChain `Embeddings` as well; `model` is the cache's identity."""
        self.warm_up()  # whoever embeds documents asks about them next
        made: Embedder = langchain_embeddings()(self.runtime, endpoint, contract, model=model, cache=cache, pace=pace)
        return made

    def contract_for(self, facts: EndpointFacts) -> Contract:
        """How to call this endpoint: recognised, else remembered, else found by a probe and remembered.

        A probe sends a few tiny requests. Raises UnknownAnswer where nothing fits, and what `Runtime.invoke` raises
        where the endpoint cannot be called at all.
        """
        return self._contracts.contract_for(facts)

    def known_contract(self, facts: EndpointFacts) -> Contract | None:
        """How to call this endpoint where that is known without asking it."""
        return self._contracts.known(facts)

    def ask_contract(self, facts: EndpointFacts) -> Contract:
        """Ask the endpoint again how it wants to be called, whatever its tags say, and keep that. Raises as above."""
        return self._contracts.ask(facts)

    def remember(self, facts: EndpointFacts, contract: Contract) -> None:
        """Keep a contract that a person chose."""
        self._contracts.remember(facts, contract)

    def choose(self, facts: EndpointFacts, family: Family) -> Contract:
        """Keep a family that a person chose; all else is as the facts tell."""
        return self._contracts.choose(facts, family)

    def forget(self, facts: EndpointFacts) -> None:
        """Forget what was chosen or found by asking."""
        self._contracts.forget(facts)

    def smoke_test(self, endpoint: str, contract: Contract) -> SmokeResult:
        """One tiny request. Raises what went wrong."""
        self.rate.take(endpoint)
        started = self._clock()
        if contract.kind is Kind.CHAT:
            # not by `chat`: LangChain is 45 MB, and a console that only deploys never needs it
            body = _smoke_body(contract)
            reply = patiently(lambda: self.runtime.invoke(endpoint, body, contract), CHAT_PACE, self.runtime.sleep)
            return _said(reply.body, self._clock() - started)
        vector = Embedder(self.runtime, endpoint, contract).embed_query(_SMOKE_TEXT)
        return _measured(vector, self._clock() - started)

    def submit_test(self, endpoint: str, contract: Contract) -> Submitted:
        """The same request to an asynchronous endpoint; `test_answer` looks for what it gave."""
        self.rate.take(endpoint)
        return self._async.submit(endpoint, _smoke_body(contract), contract)

    def test_answer(self, sent: Submitted) -> SmokeResult | None:
        """What a submitted test gave, None while there is no answer yet. Raises what went wrong."""
        body = self._async.answer(sent)
        if body is None:
            return None
        taken = self._clock() - sent.at
        if sent.contract.kind is Kind.CHAT:
            return _said(body, taken)
        return _measured([float(number) for number in decode_vectors(body, 1)[0]], taken)

    def waited(self, sent: Submitted) -> float:
        """Seconds since it was sent."""
        return self._clock() - sent.at


def _smoke_body(contract: Contract) -> bytes:
    if contract.kind is Kind.CHAT:
        return encode_chat(contract, _SMOKE_MESSAGES, ChatParams(max_new_tokens=32), stream=False)
    return encode_texts(contract.family, [_SMOKE_TEXT])


def _said(body: bytes, seconds: float) -> SmokeResult:
    """The words of a chat model; where its tokens are counted, how many a second, the reading of the prompt in it."""
    answer = decode_chat(body)
    text, tokens = answer.text.strip(), answer.usage.completion_tokens
    speed = tokens / seconds if tokens and seconds > 0 else None
    return SmokeResult(bool(text), Kind.CHAT, seconds * 1000, text=text, tokens_per_second=speed)


def _measured(vector: Sequence[float], seconds: float) -> SmokeResult:
    norm = math.sqrt(sum(number * number for number in vector))
    return SmokeResult(norm > 0, Kind.EMBEDDING, seconds * 1000, dimension=len(vector), norm=norm)


def _timing(total: float, first: float | None, usage: Usage) -> Timing:
    """Seconds as a Timing; the first token is not counted, since its time is that of the prompt."""
    made, spent = (usage.completion_tokens or 0) - 1, total - (first or 0.0)
    speed = made / spent if first is not None and made > 0 and spent > 0 else None
    return Timing(total * 1000, None if first is None else first * 1000, speed)
