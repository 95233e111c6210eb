"""Requests as each payload family wants them, answers in whatever shape they come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.errors import InvalidRequest, ModelFailed, UnknownAnswer
from services.inference import ChatParams, Contract, Family, Message, Usage
from services.inference.families import decode_chat, encode_chat, stops_of

TALK = (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "Why?"))
ASK = (Message("user", "Hi"),)


def body(contract: Contract, params: ChatParams | None = None, *, stream: bool = False) -> Any:
    return json.loads(encode_chat(contract, TALK, params or ChatParams(), stream=stream))


def test_tgi_takes_one_string_and_parameters() -> None:
    sent = body(Contract(Family.TGI, template="chatml"), ChatParams(stop=("END",)), stream=True)
    assert sent["inputs"].startswith("<|im_start|>system\nBe brief.<|im_end|>")
    assert sent["parameters"]["stop"] == ["END", "<|im_end|>"]
    assert sent["parameters"]["return_full_text"] is False
    assert sent["stream"] is True


def test_a_temperature_of_zero_is_greedy_for_tgi_which_refuses_zero() -> None:
    parameters = body(Contract(Family.TGI), ChatParams(temperature=0))["parameters"]
    assert parameters["do_sample"] is False
    assert not {"temperature", "top_p"} & set(parameters)


def test_lmi_calls_its_stop_strings_otherwise() -> None:
    parameters = body(Contract(Family.LMI), ChatParams(stop=("END",), repetition_penalty=1.1))["parameters"]
    assert parameters["stop_sequences"][0] == "END"
    assert parameters["repetition_penalty"] == 1.1


def test_messages_go_as_they_are_and_ask_for_usage_when_streamed() -> None:
    sent = body(Contract(Family.MESSAGES, model="/opt/ml/model"), ChatParams(max_new_tokens=7), stream=True)
    assert [each["role"] for each in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert (sent["max_tokens"], sent["model"]) == (7, "/opt/ml/model")
    assert sent["stream_options"] == {"include_usage": True}


def test_messages_name_no_model_and_no_stop_unless_there_is_one() -> None:
    assert not {"model", "stop", "stream_options"} & set(body(Contract(Family.MESSAGES)))


def test_llama_2_dialogs_hold_one_dialog_that_alternates() -> None:
    messages = (Message("assistant", "Welcome!"), *TALK[:2], Message("user", "Again"))
    sent = json.loads(encode_chat(Contract(Family.LLAMA2_DIALOG), messages, ChatParams()))
    assert sent["inputs"] == [
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi\n\nAgain"}],
    ]
    assert set(sent["parameters"]) == {"max_new_tokens", "top_p", "temperature"}


@pytest.mark.parametrize("family", [Family.TGI, Family.MESSAGES, Family.LLAMA2_DIALOG])
def test_a_conversation_without_a_question_is_refused(family: Family) -> None:
    with pytest.raises(InvalidRequest):
        encode_chat(Contract(family), (Message("user", "Hi"), Message("assistant", "Hello")), ChatParams())


def test_half_a_character_in_a_prompt_does_not_stop_the_request() -> None:
    assert b"?" in encode_chat(Contract(Family.MESSAGES), (Message("user", "\ud83d"),), ChatParams())


def test_the_layouts_own_ends_are_stop_strings_only_where_we_lay_out() -> None:
    assert stops_of(Contract(Family.TGI, template="llama-3"), ChatParams(stop=("X",))) == ("X", "<|eot_id|>")
    assert stops_of(Contract(Family.MESSAGES), ChatParams(stop=("X",))) == ("X",)


@pytest.mark.parametrize(
    "document",
    [
        {"choices": [{"message": {"role": "assistant", "content": " Hello "}}]},
        {"choices": [{"message": {"content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]}}]},
        {"choices": [{"text": "Hello"}]},
        [{"generated_text": "Hello"}],
        [[{"generated_text": "Hello"}]],
        {"generated_text": "Hello"},
        [{"generation": {"role": "assistant", "content": " Hello"}}],
        [{"generation": "Hello"}],
        {"generation": "Hello", "stop_reason": "stop"},
        {"completion": "Hello"},
        {"outputs": [{"text": "Hello"}]},
        {"outputs": ["Hello"]},
        {"generated_texts": ["Hello"]},
        {"body": [{"generated_text": "Hello"}]},
        "Hello",
    ],
    ids=lambda document: json.dumps(document)[:40],
)
def test_an_answer_is_read_in_any_of_the_known_shapes(document: Any) -> None:
    assert decode_chat(json.dumps(document).encode()).text == "Hello"


def test_usage_and_the_reason_to_end_are_read_where_given() -> None:
    openai = {
        "choices": [{"message": {"content": "x"}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 33, "completion_tokens": 30},
    }
    answer = decode_chat(json.dumps(openai).encode())
    assert (answer.usage, answer.finish) == (Usage(33, 30), "length")
    tgi = [{"generated_text": "x", "details": {"finish_reason": "eos_token", "generated_tokens": 20, "prefill": []}}]
    answer = decode_chat(json.dumps(tgi).encode())
    assert (answer.usage, answer.finish) == (Usage(None, 20), "eos_token")


def test_null_content_is_an_empty_answer() -> None:
    assert decode_chat(b'{"choices":[{"message":{"content":null}}]}').text == ""


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"error": "out of memory", "error_type": "generation"}, 0),
        ({"error": {"message": "out of memory", "code": 500}}, 500),
        ([{"error": "out of memory"}], 0),
        ({"code": 424, "message": "out of memory", "error": ""}, 424),
        ({"object": "error", "message": "out of memory", "code": 400}, 400),
        ({"errorType": "CUDA", "errorMessage": "out of memory"}, 0),
    ],
)
def test_an_error_inside_a_200_is_the_models_failure(document: Any, status: int) -> None:
    with pytest.raises(ModelFailed, match="out of memory") as caught:
        decode_chat(json.dumps(document).encode())
    assert (caught.value.status, caught.value.original) == (status, "out of memory")


@pytest.mark.parametrize("raw", [b"", b"<html>", b"{}", b"[]", b"[1, 2]", b'{"predictions": [1]}', b"null"])
def test_an_answer_of_no_known_shape_is_unknown_and_says_how_it_begins(raw: bytes) -> None:
    with pytest.raises(UnknownAnswer) as caught:
        decode_chat(raw)
    assert raw.decode() in caught.value.why
