"""How an answer is cut: into frames that align with nothing, and where stop sequences and limits have it end."""

from botocore.eventstream import EventStreamBuffer

from sandbox.models.conversation import Turn
from sandbox.runtime.asks import Ask, Shape
from sandbox.runtime.frames import Cutter
from sandbox.runtime.speech import limited


def _payloads(frames: list[bytes]) -> list[bytes]:
    buffer = EventStreamBuffer()
    buffer.add_data(b"".join(frames))
    return [event.payload for event in buffer]


def _asked(*stop: str, most: int = 100) -> Ask:
    return Ask((Turn("user", "hello"),), Shape.TGI, max_tokens=most, stop=stop)


def test_of_three_chunks_one_is_whole_one_halved_and_one_keeps_its_last_byte() -> None:
    cutter = Cutter()
    assert _payloads(cutter.frames(b"aaaa")) == [b"aaaa"]
    assert _payloads(cutter.frames(b"bbbb")) == [b"bb", b"bb"]
    assert _payloads(cutter.frames(b"ccccC")) == [b"cc", b"cc"]
    assert _payloads(cutter.frames(b"dd")) == [b"Cdd"]
    assert _payloads(cutter.rest()) == []


def test_a_byte_that_was_kept_comes_at_the_end() -> None:
    cutter = Cutter()
    for chunk in (b"a", b"b", b"cC"):
        cutter.frames(chunk)
    assert _payloads(cutter.rest()) == [b"C"]


def test_the_first_stop_sequence_in_the_text_ends_it() -> None:
    said = limited("one two three four", _asked("four", "two", "never"), 1)
    assert (said.text, said.finish) == ("one ", "stop_sequence")


def test_a_limit_ends_it_before_a_stop_sequence_that_comes_later() -> None:
    said = limited("one two three four", _asked("four", most=2), 1)
    assert (said.text, said.finish, len(said.pieces)) == ("one two", "length", 2)
    assert limited("one two", _asked(), 1).finish == "stop"
