"""What is too long for an endpoint is refused before it is sent, with the way out."""

from __future__ import annotations

import json

import pytest

from sandbox.models.pieces import split
from services.errors import RequestTooLong
from services.inference import ChatParams, Contract, EndpointFacts, Family, InferenceService, Message, recognise
from services.inference.families import PARAMETERS, encode_chat
from services.inference.limits import check, context_of, tokens_at_least
from services.inference.models import MAX_BODY_BYTES, MAX_SERVERLESS_BYTES
from tests.services.inference.doubles import FakeClient

TGI = Contract(Family.TGI, most_tokens=1000)
WORDS = "one two three four five six seven eight nine ten "


def talk(turns: int, words: int = 10) -> list[Message]:
    earlier = [
        message for _ in range(turns) for message in (Message("user", WORDS * words), Message("assistant", "Yes."))
    ]
    return [Message("system", "Be kind."), *earlier, Message("user", "And now?")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello there, how are you?",
        "你好，我想退款。",
        "Привет, как дела?",
        "f(x) == 12345",
        "x" * 80,
        "日本語のテスト",
    ],
)
def test_tokens_are_estimated_from_below(text: str) -> None:
    assert tokens_at_least(text) <= max(len(split(text)), len(text))
    assert (tokens_at_least(text) > 0) is bool(text)


def test_the_room_is_what_the_environment_of_the_container_says() -> None:
    assert context_of({"MAX_TOTAL_TOKENS": "4096", "MAX_INPUT_LENGTH": "3072"}) == (4096, 3072)
    assert context_of({"SM_VLLM_MAX_MODEL_LEN": "8192"}) == (8192, 0)
    assert context_of({"OPTION_MAX_MODEL_LEN": "auto"}) == (0, 0)
    facts = EndpointFacts("talker", tags={"sagedeck:family": "messages"}, environment={"OPTION_MAX_MODEL_LEN": "2048"})
    contract = recognise(facts)
    assert contract is not None
    assert (contract.most_tokens, contract.most_input) == (2048, 0)


def test_a_conversation_over_the_context_says_how_many_of_the_oldest_messages_have_to_go() -> None:
    messages = talk(12)
    with pytest.raises(RequestTooLong) as refused:
        check("talker", messages, ChatParams(max_new_tokens=200), TGI)
    assert refused.value.drop > 0
    assert f"Leave out the oldest {refused.value.drop} messages" in refused.value.next
    assert "room for 1,000, and 200 of them are kept for the answer" in refused.value.why
    rest = [messages[0], *messages[1 + refused.value.drop :]]
    check("talker", rest, ChatParams(max_new_tokens=200), TGI)
    assert rest[1].role == "user"


def test_a_shorter_answer_is_offered_where_that_is_enough() -> None:
    messages = [Message("user", WORDS * 60)]
    with pytest.raises(RequestTooLong) as refused:
        check("talker", messages, ChatParams(max_new_tokens=900), TGI)
    assert (refused.value.drop, refused.value.answer_tokens > 16) == (0, True)
    check("talker", messages, ChatParams(max_new_tokens=refused.value.answer_tokens), TGI)


def test_a_prompt_over_the_most_input_is_refused_whatever_the_answer() -> None:
    contract = Contract(Family.TGI, most_tokens=4000, most_input=500)
    with pytest.raises(RequestTooLong, match="reads 500 at most"):
        check("talker", [Message("user", WORDS * 60)], ChatParams(max_new_tokens=10), contract)


@pytest.mark.parametrize(("most", "kind"), [(MAX_BODY_BYTES, "this"), (MAX_SERVERLESS_BYTES, "a serverless")])
def test_a_body_over_the_platforms_limit_is_refused_with_the_way_out(most: int, kind: str) -> None:
    contract = Contract(Family.MESSAGES, max_bytes=most)
    frame = len(encode_chat(contract, [Message("user", "")], ChatParams()))
    check("talker", [Message("user", "x" * (most - frame))], ChatParams(), contract)
    with pytest.raises(RequestTooLong, match=f"{kind} endpoint takes {most:,}") as refused:
        check("talker", [Message("user", "x" * (most - frame + 1))], ChatParams(), contract)
    assert "asynchronous endpoint" in refused.value.next


def test_nothing_is_sent_and_nothing_counted_of_what_is_too_long() -> None:
    client = FakeClient(lambda _: b'[{"generated_text": "Yes."}]')
    service = InferenceService(lambda: client, None, scope=("aws", "1", "us-east-1"), per_minute=1)
    with pytest.raises(RequestTooLong):
        next(service.stream("talker", talk(30), ChatParams(), TGI))
    assert client.requests == []
    assert service.chat("talker", [Message("user", "Yes?")], ChatParams(), TGI).text == "Yes."


@pytest.mark.parametrize("family", sorted(PARAMETERS))
def test_every_family_is_sent_what_it_takes_and_nothing_else(family: Family) -> None:
    params = ChatParams(64, 0.5, 0.8, 1.1, ("END",), 40, 7)
    body = json.loads(encode_chat(Contract(family), [Message("user", "Hi")], params))
    sent = {**body, **body.get("parameters", {})}
    for name, value in (("top_k", 40), ("seed", 7), ("repetition_penalty", 1.1)):
        assert sent.get(name) == (value if name in PARAMETERS[family] else None)
    assert any("END" in sent.get(name, []) for name in ("stop", "stop_sequences")) is ("stop" in PARAMETERS[family])
