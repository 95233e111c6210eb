"""InvokeEndpoint by real boto3: each family's shapes, and each family's words for what is wrong."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.runtime.calling import call, refused
from tests.sandbox.runtime.conftest import Shelf

DIALOG = [[{"role": "user", "content": "hello"}]]


def test_tgi_answers_a_list_with_the_generated_text(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    assert call(runtime, "llm", {"inputs": "hello"}) == [{"generated_text": "echo: hello"}]


def test_tgi_repeats_the_prompt_only_when_asked(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    answer = call(runtime, "llm", {"inputs": "hello", "parameters": {"return_full_text": True}})
    assert answer == [{"generated_text": "helloecho: hello"}]


def test_tgi_stops_at_the_token_limit_and_says_so(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    [answer] = call(runtime, "llm", {"inputs": "one two three", "parameters": {"max_new_tokens": 3, "details": True}})
    assert answer["generated_text"] == "echo: one"
    assert answer["details"]["finish_reason"] == "length"
    assert answer["details"]["generated_tokens"] == 3


def test_tgi_ends_before_a_stop_sequence(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    [answer] = call(runtime, "llm", {"inputs": "one END two", "parameters": {"stop": ["END"], "details": True}})
    assert answer["generated_text"] == "echo: one "
    assert answer["details"]["finish_reason"] == "stop_sequence"


def test_tgi_reads_a_chat_template(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    prompt = "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nfirst [/INST] reply </s><s>[INST] second [/INST]"
    assert call(runtime, "llm", {"inputs": prompt}) == [{"generated_text": "echo: second"}]


def test_tgi_takes_messages_as_well(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    answer = call(runtime, "llm", {"messages": [{"role": "user", "content": "hello"}]})
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "echo: hello"}


def test_a_prompt_longer_than_the_context_is_refused_in_tgis_words(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", environment={"MAX_TOTAL_TOKENS": "100"})
    response = refused(runtime, "llm", {"inputs": "hello there", "parameters": {"max_new_tokens": 99}})
    assert response["Error"]["Code"] == "ModelError"
    assert response["OriginalStatusCode"] == 422
    said = json.loads(response["OriginalMessage"])
    assert said["error"].startswith("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 100.")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"temperature": 0}, "`temperature` must be strictly positive"),
        ({"top_p": 1.0}, "`top_p` must be > 0.0 and < 1.0"),
        ({"stop": list("abcde")}, "`stop` supports up to 4 stop sequences. Given: 5"),
    ],
)
def test_tgi_refuses_parameters_out_of_range(
    runtime: Any, shelf: Shelf, parameters: dict[str, Any], words: str
) -> None:
    shelf.put("llm", "tgi")
    response = refused(runtime, "llm", {"inputs": "hello", "parameters": parameters})
    assert words in response["OriginalMessage"]


def test_lmi_answers_an_object_and_writes_thirty_tokens_unless_told(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "lmi")
    answer = call(runtime, "llm", {"inputs": "word " * 60, "parameters": {"details": True}})
    assert answer["generated_text"].startswith("echo: word word")
    assert answer["details"]["generated_tokens"] == 30
    assert answer["details"]["finish_reason"] == "length"


def test_lmi_in_tgi_compatibility_answers_a_list(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "lmi", environment={"OPTION_TGI_COMPAT": "true"})
    assert call(runtime, "llm", {"inputs": "hello"}) == [{"generated_text": "echo: hello"}]


def test_messages_answer_with_choices_and_usage(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "vllm")
    answer = call(runtime, "llm", {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 50})
    assert answer["object"] == "chat.completion"
    assert answer["choices"][0]["finish_reason"] == "stop"
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_messages_may_come_in_parts(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "vllm")
    content = [{"type": "text", "text": "hello"}]
    answer = call(runtime, "llm", {"messages": [{"role": "user", "content": content}]})
    assert answer["choices"][0]["message"]["content"] == "echo: hello"


def test_a_chat_server_refuses_a_payload_without_messages(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "vllm")
    response = refused(runtime, "llm", {"inputs": "hello"})
    assert response["OriginalStatusCode"] == 400
    assert "messages" in response["OriginalMessage"]


def test_llama_2_dialogs_want_the_eula_with_every_call(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "deepspeed", tags={"sagedeck:model-id": "meta-textgeneration-llama-2-7b-f"})
    response = refused(runtime, "llm", {"inputs": DIALOG})
    assert response["OriginalStatusCode"] == 424
    assert "accept_eula=true" in response["OriginalMessage"]
    answer = call(runtime, "llm", {"inputs": DIALOG}, CustomAttributes="accept_eula=false; accept_eula=true")
    assert answer == [{"generation": {"role": "assistant", "content": " echo: hello"}}]


def test_llama_2_dialogs_want_alternating_roles(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "lmi", tags={"sagedeck:family": "llama2-dialog"})
    twice = [[{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]]
    response = refused(runtime, "llm", {"inputs": twice}, CustomAttributes="accept_eula=true")
    assert "alternating" in response["OriginalMessage"]


def test_base_llama_2_answers_a_generation(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "own", tags={"sagedeck:family": "jumpstart-text"})
    assert call(runtime, "llm", {"inputs": "hello"}) == [{"generation": "echo: hello"}]


def test_a_model_server_of_ones_own_can_stand_behind_an_endpoint(runtime: Any, shelf: Shelf, address: str) -> None:
    shelf.put("other", "vllm")
    server = f"{address}/endpoints/other/invocations?"  # any OpenAI-compatible address; here the sandbox's own
    shelf.put("llm", "tgi", environment={"SAGEDECK_MODEL_URL": server})
    assert call(runtime, "llm", {"inputs": "hello"}) == [{"generated_text": "echo: hello"}]


def test_a_model_server_that_is_down_is_a_model_error_that_names_it(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", environment={"SAGEDECK_MODEL_URL": "http://127.0.0.1:9/v1"})
    response = refused(runtime, "llm", {"inputs": "hello"})
    assert response["OriginalStatusCode"] == 503
    assert "http://127.0.0.1:9/v1 cannot be reached" in response["OriginalMessage"]


def test_an_unknown_container_gives_back_what_it_gets(runtime: Any, shelf: Shelf) -> None:
    shelf.put("own", "own")
    assert call(runtime, "own", {"rows": [1, 2]}) == {"rows": [1, 2]}
    answer = runtime.invoke_endpoint(EndpointName="own", Body=b"1,2", ContentType="text/csv")
    assert answer["Body"].read() == b"1,2"
    assert answer["ContentType"].startswith("text/csv")


def test_an_unknown_endpoint_is_not_found(runtime: Any, shelf: Shelf) -> None:
    response = refused(runtime, "nowhere", {})
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"]["Code"] == "ValidationError"
    assert response["Error"]["Message"] == "Endpoint nowhere of account 123456789012 not found."
    assert shelf.asked == [("nowhere", "eu-west-1", "123456789012")]
    assert shelf.told == []


@pytest.mark.parametrize("status", ["Creating", "Failed", "Deleting", "OutOfService"])
def test_an_endpoint_that_does_not_serve_is_not_found(runtime: Any, shelf: Shelf, status: str) -> None:
    shelf.put("llm", "tgi", status=status)
    assert refused(runtime, "llm", {"inputs": "a"})["Error"]["Code"] == "ValidationError"


def test_an_endpoint_serves_while_it_is_updated(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", status="Updating")
    assert call(runtime, "llm", {"inputs": "a"}) == [{"generated_text": "echo: a"}]


def test_another_variant_is_refused(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    response = refused(runtime, "llm", {"inputs": "a"}, TargetVariant="Blue")
    assert "Variant Blue" in response["Error"]["Message"]


def test_a_body_over_the_limit_is_refused_before_the_container(runtime: Any, shelf: Shelf) -> None:
    shelf.put("own", "own")
    response = refused(runtime, "own", b"x" * (6_291_456 + 1), "text/csv")
    assert response["Error"]["Code"] == "413"
    assert "6291456 bytes" in response["Error"]["Message"]
    assert shelf.told == []
    exactly = runtime.invoke_endpoint(EndpointName="own", Body=b"x" * 6_291_456, ContentType="text/csv")
    assert len(exactly["Body"].read()) == 6_291_456


def test_headers_are_those_of_aws(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    answer = runtime.invoke_endpoint(EndpointName="llm", Body='{"inputs": "a"}', ContentType="application/json")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["ContentType"] == "application/json"
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-sagedeck-sandbox-model"] == "no model loaded yet"


def test_every_answer_of_a_container_is_told_to_telemetry(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    call(runtime, "llm", {"inputs": "a"})
    refused(runtime, "llm", {"nonsense": 1})
    assert [told["status"] for told in shelf.told] == [200, 424]
    first, second = (json.loads(told["log_line"]) for told in shelf.told)
    assert (first["level"], first["target"]) == ("INFO", "text_generation_router::server")
    assert "422" in second["message"]
    assert shelf.told[0]["model"] > 0


def test_a_model_error_says_where_its_log_is(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi", environment={"SANDBOX_MODEL_ERROR": "500:CUDA out of memory"})
    response = refused(runtime, "llm", {"inputs": "a"})
    assert response["OriginalStatusCode"] == 500
    assert response["LogStreamArn"].endswith("log-group:/aws/sagemaker/Endpoints/llm")
    assert 'Received server error (500) from primary with message "' in response["Error"]["Message"]
    assert "CUDA out of memory" in response["Error"]["Message"]


def test_asynchronous_calls_are_clearly_refused(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    with pytest.raises(ClientError) as caught:
        runtime.invoke_endpoint_async(EndpointName="llm", InputLocation="s3://bucket/input.json")
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert "asynchronous" in caught.value.response["Error"]["Message"]


@pytest.mark.parametrize("family", ["tgi", "tei"])
@pytest.mark.parametrize(
    "body", [b"[" * 100_000, rb'{"inputs": "half \ud800"}', b'{"inputs": "x", "parameters": {"max_new_tokens": NaN}}']
)
def test_what_is_no_json_is_the_callers_error_and_no_stumble(
    runtime: Any, shelf: Shelf, family: str, body: bytes
) -> None:
    shelf.put("any", family)
    assert refused(runtime, "any", body)["OriginalStatusCode"] == 400


def test_a_number_beyond_all_numbers_is_refused(runtime: Any, shelf: Shelf) -> None:
    shelf.put("llm", "tgi")
    body = b'{"inputs": "x", "parameters": {"max_new_tokens": 1e400}}'
    assert refused(runtime, "llm", body)["OriginalStatusCode"] == 422
