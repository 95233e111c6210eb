"""InvokeEndpointWithResponseStream, its frames parsed by boto3's own EventStream."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from sandbox.runtime import streams
from tests.sandbox.runtime.conftest import Shelf

MESSAGES = [{"role": "user", "content": "one two three, naïve café 東京"}]


def parts(runtime: Any, endpoint: str, payload: dict[str, Any], **more: Any) -> list[bytes]:
    answer = runtime.invoke_endpoint_with_response_stream(
        EndpointName=endpoint, Body=json.dumps(payload), ContentType="application/json", **more
    )
    return [event["PayloadPart"]["Bytes"] for event in answer["Body"]]


def sse(pieces: list[bytes]) -> list[Any]:
    lines = [line for line in b"".join(pieces).decode().split("\n") if line]
    assert all(line.startswith("data:") for line in lines)
    bodies = [line.removeprefix("data:").strip() for line in lines]
    return [json.loads(body) for body in bodies if body != "[DONE]"]


def test_tgi_streams_tokens_and_ends_with_the_whole_text(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    events = sse(parts(runtime, "llm", {"inputs": "one two three", "stream": True}))
    said = "".join(event["token"]["text"] for event in events if not event["token"]["special"])
    assert said == "echo: one two three"
    assert events[-1]["generated_text"] == said
    assert events[-1]["details"]["finish_reason"] == "eos_token"
    assert [event["generated_text"] for event in events[:-1]] == [None] * (len(events) - 1)


def test_a_stream_cut_by_the_token_limit_ends_on_a_common_token(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    payload = {"inputs": "one two three", "stream": True, "parameters": {"max_new_tokens": 3}}
    events = sse(parts(runtime, "llm", payload))
    assert len(events) == 3
    assert events[-1]["generated_text"] == "echo: one"
    assert events[-1]["details"]["finish_reason"] == "length"


def test_frames_do_not_align_with_events(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "vllm")
    pieces = parts(runtime, "llm", {"messages": MESSAGES, "stream": True})
    assert any(not piece.endswith(b"\n\n") for piece in pieces)
    assert any(not piece.startswith(b"data:") for piece in pieces)
    assert pieces[0].endswith(b"\n\n"), "the first token is not held back"


def test_messages_stream_deltas_then_the_usage_then_done(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "vllm")
    payload = {"messages": MESSAGES, "stream": True, "stream_options": {"include_usage": True}}
    pieces = parts(runtime, "llm", payload)
    assert b"".join(pieces).endswith(b"data: [DONE]\n\n")
    *chunks, usage = sse(pieces)
    assert (
        "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
        == f"echo: {MESSAGES[0]['content']}"
    )
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == len(chunks) - 1


def test_lmi_streams_json_lines(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "lmi")
    body = b"".join(parts(runtime, "llm", {"inputs": "one two", "stream": True}))
    lines = [json.loads(line) for line in body.decode().splitlines()]
    assert "".join(line["token"]["text"] for line in lines) == "echo: one two"
    assert lines[-1]["generated_text"] == "echo: one two"


def test_lmi_streams_messages_as_json_lines(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "lmi")
    body = b"".join(parts(runtime, "llm", {"messages": MESSAGES, "stream": True}))
    lines = [json.loads(line) for line in body.decode().splitlines()]
    assert {line["object"] for line in lines} == {"chat.completion.chunk"}


def test_a_container_not_told_to_stream_answers_in_one_piece(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    assert json.loads(b"".join(parts(runtime, "llm", {"inputs": "hello"}))) == [{"generated_text": "echo: hello"}]


def test_a_stream_that_breaks_raises_after_what_was_sent(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", environment={"SANDBOX_STREAM_BREAKS_AFTER": "2"})
    answer = runtime.invoke_endpoint_with_response_stream(
        EndpointName="llm", Body='{"inputs": "one two three", "stream": true}', ContentType="application/json"
    )
    got: list[bytes] = []
    with pytest.raises(EventStreamError, match="ModelStreamError"):
        got.extend(event["PayloadPart"]["Bytes"] for event in answer["Body"])
    answer["Body"].close()
    assert b'"text": "echo"' in b"".join(got)
    assert shelf.told[0]["status"] == 200


def test_an_error_before_the_stream_is_a_model_error(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    with pytest.raises(ClientError) as caught:
        parts(runtime, "llm", {"inputs": 5, "stream": True})
    assert caught.value.response["Error"]["Code"] == "ModelError"
    assert caught.value.response["OriginalStatusCode"] == 422


def test_an_unknown_endpoint_is_not_found_by_a_stream_either(runtime: Any, shelf: Shelf) -> None:
    with pytest.raises(ClientError, match="Endpoint nowhere of account 123456789012 not found"):
        parts(runtime, "nowhere", {"inputs": "a"})


def test_a_streamed_answer_is_told_to_telemetry_once(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    parts(runtime, "llm", {"inputs": "one two", "stream": True})
    assert len(shelf.told) == 1
    assert shelf.told[0]["status"] == 200


def test_the_pace_of_the_tokens_is_part_of_the_models_time(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", environment={"SANDBOX_TOKEN_DELAY": "0.01"})
    events = sse(parts(runtime, "llm", {"inputs": "one two", "stream": True}))
    assert shelf.told[0]["model"] >= (len(events) - 1) * 0.01 * 1e6


def test_a_stream_over_eight_minutes_is_cut_by_its_own_error(
    runtime: Any, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAM_SECONDS", -1.0)
    shelf.put("llm", "tgi")
    answer = runtime.invoke_endpoint_with_response_stream(
        EndpointName="llm", Body='{"inputs": "one two", "stream": true}', ContentType="application/json"
    )
    with pytest.raises(EventStreamError, match="did not end its stream in time"):
        list(answer["Body"])
    answer["Body"].close()
    assert shelf.told[0]["stream_broke"]
