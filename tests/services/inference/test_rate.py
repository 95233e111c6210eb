"""So many requests a minute and no more, by whichever door; nothing waits for a real clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.errors import RateLimited
from services.inference import Call, ChatParams, Contract, Family, InferenceService, Message, RateLimit, in_turn
from services.state import State
from tests.services.inference.doubles import FakeClient

SAID = b'[{"generated_text": "Yes."}]'


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.waited: list[float] = []

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += seconds


def limit(state: State | None, clock: Clock, per_minute: int = 3, owner: str = "ana") -> RateLimit:
    return RateLimit(state, per_minute, scope="aws/1/us-east-1", owner=owner, now=clock, sleep=clock.sleep)


@pytest.fixture
def state(home: Path) -> State:
    return State(home / "state.db")


@pytest.mark.parametrize("kept", [True, False])
def test_the_request_after_the_last_is_refused_and_says_when_it_may_go(state: State, kept: bool) -> None:
    clock = Clock()
    bucket = limit(state if kept else None, clock)
    for _ in range(3):
        bucket.take("talker")
    with pytest.raises(RateLimited) as refused:
        bucket.take("talker")
    assert "Ask again in 20 seconds." in refused.value.next
    assert refused.value.seconds == pytest.approx(20.0)
    clock.at += 20.0
    bucket.take("talker")
    with pytest.raises(RateLimited):
        bucket.take("talker")


def test_another_endpoint_and_another_person_have_their_own(state: State) -> None:
    clock = Clock()
    bucket = limit(state, clock, 1)
    bucket.take("talker")
    bucket.take("other")
    limit(state, clock, 1, owner="bob").take("talker")
    with pytest.raises(RateLimited):
        bucket.take("talker")


def test_two_consoles_of_one_home_share_the_limit_even_at_the_same_moment(home: Path) -> None:
    clock = Clock()
    consoles = [limit(State(home / "state.db"), clock, 5) for _ in range(4)]

    def ask(number: int) -> bool:
        try:
            consoles[number % 4].take("talker")
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(20))) == 5


def test_zero_is_no_limit(state: State) -> None:
    bucket = limit(state, Clock(), 0)
    for _ in range(500):
        bucket.take("talker")
    assert state.read("select name from sqlite_master where name = 'inference_rates'") == []


def test_work_that_nobody_watches_waits_for_its_turn(state: State) -> None:
    clock = Clock()
    bucket = limit(state, clock)
    with in_turn():
        for _ in range(5):
            bucket.take("talker")
    assert clock.waited == pytest.approx([20.0, 20.0])
    with pytest.raises(RateLimited):
        bucket.take("talker")
    bucket.waits = True
    bucket.take("talker")
    assert len(clock.waited) == 3


def test_chat_a_stream_a_raw_call_and_a_test_count_and_vectors_do_not(state: State) -> None:
    client = FakeClient(lambda _: SAID, [b'data:{"token":{"text":"Yes"}}\n'])
    service = InferenceService(lambda: client, state, scope=("aws", "1", "us-east-1"), owner="ana", per_minute=4)
    contract, asked = Contract(Family.TGI), [Message("user", "Yes?")]
    service.smoke_test("talker", contract)
    service.call("talker", b"{}")
    service.open_call(Call("talker", b"{}"))
    list(service.stream("talker", asked, ChatParams(), contract))
    sent = len(client.requests)
    with pytest.raises(RateLimited):
        service.chat("talker", asked, ChatParams(), contract)
    assert isinstance(service.call("talker", b"{}").problem, RateLimited)
    assert isinstance(service.open_call(Call("talker", b"{}")).called.problem, RateLimited)
    assert len(client.requests) == sent
    client.answer = lambda _: b"[[0.6, 0.8]]"
    vectors = service.embeddings("talker", Contract(Family.TEI), model="m")
    assert [list(each) for each in vectors.embed_documents(["a"])] == [[pytest.approx(0.6), pytest.approx(0.8)]]
