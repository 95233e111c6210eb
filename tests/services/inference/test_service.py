"""Chat and smoke tests as pages call them, through LangChain's chat model and a client that lives in the test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.errors import ModelFailed, NotFound, StreamBroken, Throttled, UnknownAnswer
from services.inference import ChatParams, Contract, EndpointFacts, Family, InferenceService, Kind, Message, Usage
from tests.services.inference.doubles import FakeClient
from tests.services.inference.samples import SAMPLES, Sample

TALK = (Message("system", "Be brief."), Message("user", "Why?"))
SCOPE = ("aws", "123456789012", "us-east-1")
FAMILIES = {
    "tgi": Family.TGI,
    "lmi": Family.LMI,
    "messages": Family.MESSAGES,
    "llama 2 dialog": Family.LLAMA2_DIALOG,
    "llama text": Family.JUMPSTART_TEXT,
}
by_family = pytest.mark.parametrize("sample", [each for each in SAMPLES if each.name in FAMILIES], ids=lambda s: s.name)


class Clock:
    """Seconds that pass by one at every look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def service(client: FakeClient) -> InferenceService:
    return InferenceService(lambda: client, None, scope=SCOPE, clock=Clock(), sleep=lambda _: None)


@by_family
@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_streamed_answer_is_whole_in_every_family(sample: Sample, size: int) -> None:
    client = FakeClient(lambda _: b"", [sample.raw[at : at + size] for at in range(0, len(sample.raw), size)])
    *deltas, last = service(client).stream("demo", TALK, ChatParams(), Contract(FAMILIES[sample.name]))
    assert "".join(delta.text for delta in deltas) == sample.text
    assert last.done
    assert last.finish == sample.finish
    assert last.usage.completion_tokens == sample.usage.completion_tokens
    assert last.timing is not None
    assert last.timing.first_token_ms is not None
    assert last.timing.first_token_ms < last.timing.total_ms


def test_half_a_character_that_a_model_says_can_be_shown_and_kept() -> None:
    def said(content: str, key: str) -> bytes:
        return json.dumps({"choices": [{key: {"content": content}, "finish_reason": "stop"}]}).encode()

    pieces = [b"data: " + said("so \ud83d", "delta") + b"\n\n", b"data: [DONE]\n\n"]
    client = FakeClient(lambda _: said("so \ud83d", "message"), pieces)
    calls, contract = service(client), Contract(Family.MESSAGES)
    assert "".join(each.text for each in calls.stream("demo", TALK, ChatParams(), contract)) == "so \ufffd"
    assert calls.chat("demo", TALK, ChatParams(), contract).text == "so \ufffd"


def test_a_whole_answer_has_text_usage_and_time() -> None:
    answer = {"choices": [{"message": {"content": " Because."}, "finish_reason": "stop"}]}
    answer["usage"] = {"prompt_tokens": 3, "completion_tokens": 2}  # type: ignore[assignment]
    client = FakeClient(lambda _: json.dumps(answer).encode())
    got = service(client).chat("demo", TALK, ChatParams(temperature=0.7), Contract(Family.MESSAGES))
    assert (got.text, got.usage, got.finish) == ("Because.", Usage(3, 2), "stop")
    assert got.timing is not None
    assert got.timing.total_ms == 4000  # the clock ticks at every look
    sent = json.loads(client.requests[0]["Body"])
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    assert (sent["temperature"], sent["stream"]) == (0.7, False)


def test_tokens_a_second_are_counted_from_the_first_token() -> None:
    sample = next(each for each in SAMPLES if each.name == "lmi")
    client = FakeClient(lambda _: b"", [sample.raw])
    *_, last = service(client).stream("demo", TALK, ChatParams(), Contract(Family.LMI))
    # The clock ticks a second at each look: at the start, at the first token, at the end.
    assert last.timing is not None
    assert last.timing.tokens_per_second == 8.0


def test_stop_strings_end_an_invoked_answer_too() -> None:
    client = FakeClient(lambda _: b'[{"generated_text":"Because. END more"}]')
    contract = Contract(Family.TGI)
    assert service(client).chat("demo", TALK, ChatParams(stop=("END",)), contract).text == "Because."
    assert "END" in json.loads(client.requests[0]["Body"])["parameters"]["stop"]


def test_a_models_own_turn_end_is_no_part_of_the_answer() -> None:
    client = FakeClient(lambda _: b'[{"generated_text":"Because.<|eot_id|><|start_header_id|>user"}]')
    assert service(client).chat("demo", TALK, ChatParams(), Contract(Family.TGI, template="llama-3")).text == "Because."


def test_the_licence_and_the_component_go_with_every_call() -> None:
    client = FakeClient(lambda _: b'[{"generation":{"content":"x"}}]', [b'{"generation":"x"}'])
    contract = Contract(Family.LLAMA2_DIALOG, accept_eula=True, inference_component="part")
    service(client).chat("demo", TALK, ChatParams(), contract)
    list(service(client).stream("demo", TALK, ChatParams(), contract))
    for request in client.requests:
        assert request["EndpointName"] == "demo"
        assert request["CustomAttributes"] == "accept_eula=true"
        assert request["InferenceComponentName"] == "part"


def test_a_broken_stream_keeps_what_had_arrived() -> None:
    events = [b'{"token":{"text":"Half an"}}\n', {"ModelStreamError": {"Message": "boom", "ErrorCode": "StreamBroken"}}]
    stream = service(FakeClient(lambda _: b"", events)).stream("demo", TALK, ChatParams(), Contract(Family.LMI))
    assert next(stream).text == "Half an"
    with pytest.raises(StreamBroken, match="boom") as caught:
        next(stream)
    assert caught.value.partial == "Half an"


def test_an_error_comes_through_langchain_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeClient(lambda _: NotFound("There is no endpoint named demo."))
    with pytest.raises(NotFound):
        service(client).chat("demo", TALK, ChatParams(), Contract(Family.TGI))
    assert not caplog.records


def test_a_busy_model_is_asked_again_before_the_answer_begins() -> None:
    refusals = iter([Throttled("Slow down."), ModelFailed("Busy.", status=429)])
    client = FakeClient(lambda _: next(refusals, None) or b'[{"generated_text":"Hello"}]')
    assert service(client).chat("demo", TALK, ChatParams(), Contract(Family.TGI)).text == "Hello"
    assert len(client.requests) == 3


def test_a_stream_is_opened_again_but_never_begun_again() -> None:
    refusals: list[Exception] = [Throttled("Slow down.")]
    client = FakeClient(lambda _: b"", [b'{"outputs":["Hel"]}\n', {"InternalStreamFailure": {"Message": "boom"}}])
    open_stream = client.invoke_endpoint_with_response_stream

    def opening(**request: Any) -> dict[str, Any]:
        if refusals:
            raise refusals.pop()
        return open_stream(**request)

    client.invoke_endpoint_with_response_stream = opening  # type: ignore[method-assign]
    with pytest.raises(StreamBroken) as caught:
        list(service(client).stream("demo", TALK, ChatParams(), Contract(Family.LMI)))
    assert caught.value.partial == "Hel"
    assert len(client.requests) == 1


def test_an_embedding_endpoint_cannot_be_talked_to() -> None:
    with pytest.raises(UnknownAnswer):
        service(FakeClient(lambda _: b"")).chat("demo", TALK, ChatParams(), Contract(Family.TEI))


def test_leaving_a_stream_closes_it() -> None:
    left: list[bool] = []

    def events() -> Iterator[Any]:
        try:
            while True:
                yield {"PayloadPart": {"Bytes": b'{"token":{"text":"on "}}\n'}}
        finally:
            left.append(True)

    client = FakeClient(lambda _: b"")
    client.invoke_endpoint_with_response_stream = lambda **_: {"Body": events()}  # type: ignore[method-assign]
    stream = service(client).stream("demo", TALK, ChatParams(), Contract(Family.LMI))
    assert next(stream).text == "on"
    stream.close()  # type: ignore[attr-defined]
    assert left == [True]


def test_a_smoke_test_of_an_embedding_endpoint_gives_dimension_and_norm() -> None:
    client = FakeClient(lambda _: b"[[0.6, 0.8, 0.0]]")
    result = service(client).smoke_test("demo", Contract(Family.TEI))
    assert (result.ok, result.kind, result.dimension) == (True, Kind.EMBEDDING, 3)
    assert result.norm == pytest.approx(1.0)
    assert result.milliseconds > 0


def test_a_smoke_test_of_a_chat_endpoint_gives_its_words() -> None:
    result = service(FakeClient(lambda _: b'{"generated_text":"Hello!"}')).smoke_test("demo", Contract(Family.LMI))
    assert (result.ok, result.kind, result.text, result.dimension) == (True, Kind.CHAT, "Hello!", None)


def test_a_smoke_test_raises_what_went_wrong() -> None:
    with pytest.raises(ModelFailed, match="out of memory"):
        service(FakeClient(lambda _: b'{"error":"out of memory"}')).smoke_test("demo", Contract(Family.TEI))


def test_a_chosen_contract_is_used_from_then_on() -> None:
    client = FakeClient(lambda _: b"")
    room = service(client)
    facts = EndpointFacts("demo", image="x/huggingface-tei:1")
    assert room.contract_for(facts).family is Family.TEI
    room.remember(facts, Contract(Family.OPENAI_EMBEDDINGS))
    assert room.contract_for(facts).family is Family.OPENAI_EMBEDDINGS
    assert client.requests == []
