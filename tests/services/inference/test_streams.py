"""A streamed answer means the same wherever its bytes are cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.errors import ModelFailed, StreamBroken, Throttled, UnknownAnswer
from services.inference import Delta
from services.inference.families import decode_chat
from services.inference.streams import StopCutter, cut, decode_stream
from tests.services.inference.samples import SAMPLES, TEXT, Sample

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])


def heard(parts: list[bytes], stops: tuple[str, ...] = ()) -> tuple[str, Delta]:
    *deltas, last = decode_stream(parts, stops)
    assert all(delta.text and not delta.done for delta in deltas)
    assert last.done
    assert not last.text
    return "".join(delta.text for delta in deltas), last


@each_sample
def test_every_place_to_cut_a_stream_gives_the_same_text(sample: Sample) -> None:
    for position in range(len(sample.raw) + 1):
        text, last = heard([sample.raw[:position], sample.raw[position:]])
        assert (text, last.usage, last.finish) == (sample.text, sample.usage, sample.finish), position


@each_sample
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_parts_of_any_size_give_the_same_text(sample: Sample, size: int) -> None:
    parts = [sample.raw[at : at + size] for at in range(0, len(sample.raw), size)]
    text, last = heard(parts)
    assert (text, last.usage, last.finish) == (sample.text, sample.usage, sample.finish)


def test_text_is_handed_on_as_soon_as_its_line_is_whole() -> None:
    stream = decode_stream(iter([b'data:{"token":{"text":"one"}}\n', b'data:{"token":{"text":" two"}}\n']))
    assert next(stream).text == "one"


def test_a_stop_string_in_pieces_ends_the_text_at_every_cut() -> None:
    raw = b"".join(b'{"outputs":["%s"]}\n' % piece for piece in (b"yes <", b"|im_", b"end|", b"> User: no"))
    for position in range(len(raw) + 1):
        text, last = heard([raw[:position], raw[position:]], ("<|im_end|>",))
        assert text == "yes"
        assert last.finish == "stop"


def test_what_only_looked_like_a_stop_string_is_not_lost() -> None:
    text, _ = heard([b'{"outputs":["a <|im_"]}\n', b'{"outputs":["possible <|"]}\n'], ("<|im_end|>",))
    assert text == "a <|im_possible <|"


def test_the_usage_after_a_stop_string_is_still_read() -> None:
    parts = [
        b'data: {"choices":[{"delta":{"content":"a STOP b"}}]}\n',
        b'data: {"choices":[],"usage":{"completion_tokens":4}}\n',
    ]
    text, last = heard(parts, ("STOP",))
    assert text == "a"
    assert last.usage.completion_tokens == 4


def test_a_model_that_ignores_its_stop_string_is_not_read_to_the_end() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        for number in range(1000):
            taken.append(number)
            yield b'{"outputs":["word STOP "]}\n'

    assert "".join(delta.text for delta in decode_stream(endless(), ("STOP",))) == "word"
    assert len(taken) < 20


def test_stop_strings_are_words_not_patterns() -> None:
    assert cut("1.5 (a|b) c.d end", ("c.d",)) == "1.5 (a|b)"
    assert cut("1.5 (a|b) cxd end", ("c.d", "(b|a)", "")) == "1.5 (a|b) cxd end"


def test_a_streamed_answer_ends_like_a_whole_one() -> None:
    text, _ = heard([b'{"outputs":[" one\\n"]}\n{"outputs":["\\n two \\n"]}\n', b'{"outputs":["\\n"]}\n'])
    assert text == "one\n\n two"


def test_of_two_stop_strings_the_first_in_the_text_counts() -> None:
    cutter = StopCutter(("zz", "y"))
    assert cutter.feed("abyzz") + cutter.finish() == "ab"


@pytest.mark.parametrize(
    "line",
    [
        b'data:{"error":"Request failed during generation","error_type":"generation"}\n\n',
        b'data: {"error":{"message":"Request failed during generation","code":500}}\n\n',
        b'{"error":"Request failed during generation","code":424}\n',
        b'event: error\ndata: {"object":"error","message":"Request failed during generation"}\n',
    ],
)
def test_an_error_inside_a_stream_keeps_what_had_arrived(line: bytes) -> None:
    raw = b'data:{"token":{"text":"So far"}}\n\n' + line
    for position in range(len(raw) + 1):
        with pytest.raises(StreamBroken, match="Request failed during generation") as caught:
            list(decode_stream([raw[:position], raw[position:]]))
        assert caught.value.partial == "So far"


def test_an_error_before_any_text_is_the_models_failure() -> None:
    with pytest.raises(ModelFailed, match="overloaded") as caught:
        list(decode_stream([b'{"error":"Model is overloaded","code":429}']))
    assert caught.value.status == 429


def test_a_generation_that_ends_in_an_error_is_one() -> None:
    raw = b'{"token":{"text":"Half"}}\n{"generated_text":"","details":{"finish_reason":"error","tokens":null}}\n'
    with pytest.raises(StreamBroken) as caught:
        list(decode_stream([raw]))
    assert caught.value.partial == "Half"


def test_a_stream_cut_inside_a_message_is_broken_at_every_such_place() -> None:
    raw = b'data: {"token":{"text":"\xe4\xbd\xa0"}}\ndata: {"token":{"text":"\xe5\xa5\xbd"}}'
    first = raw.index(b"\n") + 1
    for end in range(first + 1, len(raw)):
        stream = decode_stream([raw[:end]])
        assert next(stream).text == "你"
        with pytest.raises(StreamBroken) as caught:
            next(stream)
        assert caught.value.partial == "你"


def test_an_error_of_the_connection_keeps_what_had_arrived() -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"outputs":["half an ans"]}\n'
        raise StreamBroken("The answer broke off.", "The connection was cut.")

    with pytest.raises(StreamBroken) as caught:
        list(decode_stream(parts()))
    assert caught.value.partial == "half an ans"


def test_an_error_before_the_stream_opens_stays_what_it_is() -> None:
    def refused() -> bytes:
        raise Throttled("Slow down.")

    with pytest.raises(Throttled):
        list(decode_stream(refused() for _ in range(1)))


def test_chatter_between_messages_is_passed_over() -> None:
    raw = b'{"token":{"text":"one"}}\nINFO worker alive\n{"token":{"text":" two"}}\n'
    assert heard([raw])[0] == "one two"


@pytest.mark.parametrize("raw", [b"<html>502</html>", b"\xff\xfe\x00"])
def test_a_stream_of_no_known_shape_is_unknown(raw: bytes) -> None:
    with pytest.raises(UnknownAnswer):
        list(decode_stream([raw]))


def test_an_empty_stream_is_an_empty_answer() -> None:
    assert heard([])[0] == ""
    assert heard([b"", b"\n\n"])[0] == ""


def test_the_sample_text_is_worth_cutting() -> None:
    assert len(TEXT.encode()) > len(TEXT)


def test_a_line_nested_without_end_is_refused_like_any_other_rubbish() -> None:
    with pytest.raises((UnknownAnswer, StreamBroken)):
        list(decode_stream([b"[" * 100_000]))
    with pytest.raises(UnknownAnswer):
        decode_chat(b"[" * 100_000)


def test_what_no_page_or_terminal_can_take_is_left_out_of_the_text() -> None:
    raw = rb'{"generated_text":"a\ud800b\u0000c\u001b[31m \ud83d\ude00\n"}'
    assert heard([raw])[0].strip() == "a\ufffdbc[31m \U0001f600"
    assert decode_chat(raw).text == "a\ufffdbc[31m \U0001f600"
