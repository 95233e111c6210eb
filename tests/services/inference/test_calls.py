"""Raw calls of every family: an answer is read, and whatever is wrong with one is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from services.errors import (
    InvalidRequest,
    ModelFailed,
    NotFound,
    SagedeckError,
    StreamBroken,
    Throttled,
    UnknownAnswer,
)
from services.inference import Call, Called, Family, InferenceService, Usage
from services.inference.calls import request_of
from tests.services.inference.doubles import FakeClient
from tests.services.inference.samples import SAMPLES, Sample

SCOPE = ("aws", "123456789012", "us-east-1")
ANSWERS: dict[Family, tuple[Any, str]] = {
    Family.TGI: (
        [{"generated_text": " Hello.", "details": {"generated_tokens": 2, "finish_reason": "eos_token"}}],
        "Hello.",
    ),
    Family.LMI: ({"generated_text": "Hello.", "details": {"generated_tokens": 2}}, "Hello."),
    Family.MESSAGES: (
        {"choices": [{"message": {"content": "Hello."}}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
        "Hello.",
    ),
    Family.LLAMA2_DIALOG: ([{"generation": {"role": "assistant", "content": " Hello."}}], "Hello."),
    Family.JUMPSTART_TEXT: ([{"generation": "Hello."}], "Hello."),
}
VECTORS: dict[Family, Any] = {
    Family.TEI: [[3.0, 4.0]],
    Family.JS_EMBEDDING: {"embedding": [[3.0, 4.0]]},
    Family.JS_SENTENCE_SIMILARITY: {"embedding": [3.0, 4.0]},
    Family.TEXT_LIST: [[3.0, 4.0]],
    Family.OPENAI_EMBEDDINGS: {"data": [{"embedding": [3.0, 4.0], "index": 0}], "usage": {"prompt_tokens": 4}},
}
REFUSALS = [
    {"error": "out of memory"},
    {"error": {"message": "out of memory", "code": 500}},
    {"object": "error", "message": "out of memory"},
    {"code": 424, "message": "out of memory"},
    [{"error": "out of memory"}],
]


def service(answer: Any = b"", parts: Any = ()) -> tuple[InferenceService, FakeClient]:
    client = FakeClient(lambda _: answer, parts)
    return InferenceService(lambda: client, None, scope=SCOPE), client


def called(answer: Any, family: Family | None = None, asked: bytes = b"{}", **how: Any) -> Called:
    body = answer if isinstance(answer, bytes | Exception) else json.dumps(answer).encode()
    return service(body)[0].call("demo", asked, family=family, **how)


def refused(status: int, original: str, code: str = "ModelError") -> ClientError:
    said = f'Received client error ({status}) from primary with message "{original}".'
    answer = {
        "Error": {"Code": code, "Message": said},
        "OriginalStatusCode": status,
        "OriginalMessage": original,
        "ResponseMetadata": {"HTTPStatusCode": 424, "RequestId": "r-1", "HTTPHeaders": {}},
    }
    return ClientError(answer, "InvokeEndpoint")


@pytest.mark.parametrize("family", ANSWERS)
def test_a_text_is_read_in_every_family_that_writes(family: Family) -> None:
    answer, text = ANSWERS[family]
    found = called(answer, family)
    assert (found.ok, found.status, found.text, found.variant) == (True, 200, text, "AllTraffic")
    assert json.loads(found.body) == answer
    assert called(answer).text == text, "and where nobody knows the family"


@pytest.mark.parametrize("family", VECTORS)
def test_vectors_are_told_in_short_in_every_family_that_embeds(family: Family) -> None:
    found = called(VECTORS[family], family, b'{"inputs": ["one"]}')
    assert found.vectors is not None
    assert (found.vectors.count, found.vectors.dimension, found.vectors.norm) == (1, 2, 5.0)
    assert found.vectors.first == (3.0, 4.0)


def test_scores_of_a_reranker_are_no_vectors_and_no_mistake() -> None:
    found = called([{"index": 0, "score": 0.9}], Family.TEI, b'{"query": "q", "texts": ["a"]}')
    assert found.ok
    assert found.vectors is None


@pytest.mark.parametrize("family", [*Family, None])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_an_error_inside_a_200_is_an_error_with_its_words(family: Family | None, refusal: Any) -> None:
    found = called(refusal, family)
    assert isinstance(found.problem, ModelFailed)
    assert "out of memory" in found.problem.why
    assert found.status == 200
    assert found.body, "what came is kept"


@pytest.mark.parametrize("family", [*Family, None])
def test_a_424_has_the_words_of_the_container(family: Family | None) -> None:
    found = called(refused(424, '{"error": "CUDA out of memory"}'), family)
    assert isinstance(found.problem, ModelFailed)
    assert "CUDA out of memory" in found.problem.why
    assert (found.status, found.request_id) == (424, "r-1")
    assert b"CUDA" in found.body


@pytest.mark.parametrize("family", [*ANSWERS, None])
def test_a_licence_not_accepted_says_what_to_do(family: Family | None) -> None:
    words = "Need to pass custom_attributes='accept_eula=true' as part of header."
    found = called(refused(424, words), family)
    assert found.problem is not None
    assert "licence" in found.problem.next


@pytest.mark.parametrize("content", [None, "", "  ", []])
def test_null_content_is_said_with_how_it_ended(content: Any) -> None:
    answer = {"choices": [{"message": {"content": content}, "finish_reason": "length"}]}
    found = called(answer, Family.MESSAGES)
    assert isinstance(found.problem, UnknownAnswer)
    assert "length" in found.problem.why


def test_a_thought_without_an_answer_and_a_tool_call_are_no_failures() -> None:
    message = {"content": None, "reasoning_content": "Let me see."}
    thought = called({"choices": [{"message": message}]}, Family.MESSAGES)
    assert (thought.ok, thought.text) == (True, "Let me see.")
    assert "thought" in thought.note
    tool = called({"choices": [{"message": {"content": None, "tool_calls": [{}]}}]}, Family.MESSAGES)
    assert tool.ok
    assert "tool" in tool.note


@pytest.mark.parametrize("family", [*ANSWERS, None])
def test_empty_choices_are_said(family: Family | None) -> None:
    found = called({"choices": []}, family)
    assert found.problem is not None
    assert "choices" in found.problem.what


@pytest.mark.parametrize("family", [Family.TGI, Family.LMI, Family.JUMPSTART_TEXT])
def test_a_repeated_prompt_is_taken_off_and_said(family: Family) -> None:
    answer = [{"generated_text": "The sky is blue."}]
    found = called(answer, family, b'{"inputs": "The sky is"}')
    assert found.text == "blue."
    assert "prompt" in found.note
    assert called(answer, family, b'{"inputs": "The sea"}').text == "The sky is blue."


@pytest.mark.parametrize("family", [*Family])
@pytest.mark.parametrize("rubbish", [b"", b"<html>", b"{", b"nul", b"[" * 5000, b"\xff\xfe", b'"'])
def test_rubbish_is_a_problem_and_never_an_exception(family: Family, rubbish: bytes) -> None:
    assert isinstance(called(rubbish, family).problem, UnknownAnswer)


def test_what_is_no_model_of_words_is_given_as_it_came() -> None:
    found = called(b"0.98,0.02", None, b"1,2", content_type="text/csv", accept="text/csv")
    assert (found.ok, found.body, found.text) == (True, b"0.98,0.02", "")


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (ClientError({"Error": {"Code": "ValidationError", "Message": "Endpoint x of account 1 not found."},
                      "ResponseMetadata": {"HTTPStatusCode": 400}}, "InvokeEndpoint"), NotFound, 400),
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
                      "ResponseMetadata": {"HTTPStatusCode": 429}}, "InvokeEndpoint"), Throttled, 429),
        (ReadTimeoutError(endpoint_url="https://runtime"), ModelFailed, 408),
    ],
)  # fmt: skip
def test_refusals_of_the_platform_come_back_as_problems(
    error: Exception, kind: type[SagedeckError], status: int
) -> None:
    found = called(error)
    assert isinstance(found.problem, kind)
    assert found.status == status


def test_everything_that_was_said_is_sent_and_nothing_else() -> None:
    made, client = service(b"{}")
    made.call("demo", b"1", content_type="text/csv", component="part", variant="", custom_attributes="accept_eula=true",
              session_id="NEW_SESSION", target_model="a.tar.gz")  # fmt: skip
    assert client.requests == [
        {
            "EndpointName": "demo", "Body": b"1", "ContentType": "text/csv", "Accept": "application/json",
            "InferenceComponentName": "part", "CustomAttributes": "accept_eula=true", "SessionId": "NEW_SESSION",
            "TargetModel": "a.tar.gz",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "call",
    [
        Call("demo", b"x" * 6_291_457),
        Call("demo", b"x" * 4_194_305, serverless=True),
        Call("demo", b"{}", custom_attributes="é"),
        Call("demo", b"{}", accept="text/csv\r\nX-Evil: 1"),
    ],
)
def test_what_cannot_be_sent_is_refused_before(call: Call) -> None:
    with pytest.raises(InvalidRequest):
        request_of(call)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_stream_is_read_wherever_it_is_cut(sample: Sample) -> None:
    for cut in range(1, len(sample.raw)):
        made, _ = service(parts=[sample.raw[:cut], sample.raw[cut:]])
        found = made.call("demo", b"{}", family=Family.TGI, stream=True)
        assert (found.problem, found.text, found.body) == (None, sample.text.strip(), sample.raw), cut
        assert found.usage == sample.usage


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_stream_that_ends_early_keeps_what_had_arrived_or_says_so(sample: Sample) -> None:
    for cut in range(len(sample.raw)):
        made, _ = service(parts=[sample.raw[:cut]])
        found = made.call("demo", b"{}", family=Family.TGI, stream=True)
        assert found.body == sample.raw[:cut]
        assert found.problem is not None or sample.text.strip().startswith(found.text)
        if isinstance(found.problem, StreamBroken):
            assert sample.text.strip().startswith(found.text)


def test_a_broken_stream_keeps_its_text() -> None:
    error = {"ModelStreamError": {"Message": "The model went away.", "ErrorCode": "ModelStreamError"}}
    made, _ = service(parts=[b'data: {"choices": [{"delta": {"content": "Hal"}}]}\n\n', error])
    found = made.call("demo", b"{}", family=Family.MESSAGES, stream=True)
    assert isinstance(found.problem, StreamBroken)
    assert found.text == "Hal"


def test_an_error_object_in_a_stream_breaks_it_off_with_its_words() -> None:
    lines = b'{"token": {"text": "Hal"}}\n{"error": "out of memory", "code": 424}\n'
    found = service(parts=[lines])[0].call("demo", b"{}", family=Family.LMI, stream=True)
    assert isinstance(found.problem, StreamBroken)
    assert "out of memory" in found.problem.why
    assert found.text == "Hal"


def test_a_stream_without_words_is_a_problem_of_a_language_model_only() -> None:
    empty = [b'data: {"choices": []}\n\ndata: [DONE]\n\n']
    assert service(parts=empty)[0].call("demo", b"{}", family=Family.MESSAGES, stream=True).problem is not None
    other = service(parts=[b"\x00\x01", b"rows"])[0].call("demo", b"{}", stream=True)
    assert (other.ok, other.body) == (True, b"\x00\x01rows")


def test_a_stream_that_was_stopped_keeps_what_had_arrived() -> None:
    made, _ = service(parts=[b'data: {"choices": [{"delta": {"content": "Hal"}}]}\n', b"data: [DONE]\n"])
    live = made.open_call(Call("demo", b"{}", stream=True), Family.MESSAGES)
    assert next(iter(live)) == "Hal"
    live.close()
    assert (live.called.text, live.called.stopped, live.called.problem) == ("Hal", True, None)


def test_times_and_speed_are_split() -> None:
    clock = iter([0.0, 0.5, 1.0, 3.0, 3.0])
    tokens = b'{"token": {"text": "a"}}\n{"token": {"text": "b"}, "details": {"generated_tokens": 5}}\n'
    client = FakeClient(lambda _: b"", [tokens])
    made = InferenceService(lambda: client, None, scope=SCOPE, clock=lambda: next(clock))
    found = made.call("demo", b"{}", family=Family.LMI, stream=True)
    assert (found.timing.first_byte_ms, found.timing.first_token_ms, found.timing.total_ms) == (500.0, 1000.0, 3000.0)
    assert found.tokens_per_second == 2.0
    assert found.usage == Usage(None, 5)
