"""The Marketplace families, pipelines and many inputs at once, by real boto3: each in its own shapes."""

import json
from typing import Any

import pytest

from tests.sandbox.runtime.calling import call, refused
from tests.sandbox.runtime.conftest import Shelf
from tests.sandbox.runtime.test_streaming import parts, sse

COHERE = "cohere-command-r-plus"


def test_cohere_answers_a_text_and_its_history(runtime: Any, shelf: Shelf) -> None:
    shelf.put("c", "own", model=COHERE)
    history = [{"role": "USER", "message": "first"}, {"role": "CHATBOT", "message": "reply"}]
    answer = call(runtime, "c", {"message": "hello", "chat_history": history, "max_tokens": 50})
    assert (answer["text"], answer["finish_reason"]) == ("echo: hello", "COMPLETE")
    assert call(runtime, "c", {"message": "one two three", "max_tokens": 2})["finish_reason"] == "MAX_TOKENS"


def test_cohere_streams_json_lines_of_named_events(runtime: Any, shelf: Shelf) -> None:
    shelf.put("c", "own", model=COHERE)
    lines = b"".join(parts(runtime, "c", {"message": "one two", "stream": True})).decode().splitlines()
    events = [json.loads(line) for line in lines]
    assert [events[0]["event_type"], events[-1]["event_type"]] == ["stream-start", "stream-end"]
    assert "".join(event.get("text", "") for event in events) == "echo: one two"
    assert events[-1]["response"]["text"] == "echo: one two"


def test_cohere_generates_from_a_prompt(runtime: Any, shelf: Shelf) -> None:
    shelf.put("c", "own", model=COHERE)
    assert call(runtime, "c", {"prompt": "hello"})["generations"][0]["text"] == "echo: hello"
    assert "message must be at least 1 token" in refused(runtime, "c", {"message": " "})["OriginalMessage"]


def test_cohere_embeds_by_the_purpose_it_is_told(runtime: Any, shelf: Shelf) -> None:
    shelf.put("e", "own", model="cohere-embed-english-v3")
    answer = call(runtime, "e", {"texts": ["a cat", "a dog"], "input_type": "search_document"})
    assert [len(each) for each in answer["embeddings"]] == [384, 384]
    typed = {"texts": ["a cat"], "input_type": "search_query", "embedding_types": ["float", "int8"]}
    assert set(call(runtime, "e", typed)["embeddings"]) == {"float", "int8"}
    assert "input_type" in refused(runtime, "e", {"texts": ["a"]})["OriginalMessage"]
    many = {"texts": ["a"] * 97, "input_type": "search_query"}
    assert "at most 96" in refused(runtime, "e", many)["OriginalMessage"]


def test_cohere_reranks_best_first(runtime: Any, shelf: Shelf) -> None:
    shelf.put("r", "own", model="cohere-rerank-v3")
    asked = {"query": "blue whale", "documents": ["a red fox", {"text": "a blue whale"}], "return_documents": True}
    best, other = call(runtime, "r", asked)["results"]
    assert (best["index"], best["document"]) == (1, {"text": "a blue whale"})
    assert best["relevance_score"] > other["relevance_score"]
    assert len(call(runtime, "r", {**asked, "top_n": 1})["results"]) == 1


def test_jurassic_completes_in_its_own_shape(runtime: Any, shelf: Shelf) -> None:
    shelf.put("j", "own", model="ai21-jurassic-2-grande-instruct")
    [answer] = call(runtime, "j", {"prompt": "hello", "maxTokens": 40})
    completion = answer["completions"][0]
    assert (completion["data"]["text"], completion["finishReason"]["reason"]) == ("echo: hello", "endoftext")
    assert "prompt" in refused(runtime, "j", {"inputs": "hello"})["OriginalMessage"]


def test_tei_reranks_only_where_its_model_does(runtime: Any, shelf: Shelf) -> None:
    asked = {"query": "blue whale", "texts": ["a red fox", "a blue whale"], "return_text": True}
    shelf.put("r", "tei", environment={"HF_MODEL_ID": "BAAI/bge-reranker-base"})
    assert call(runtime, "r", asked)[0]["text"] == "a blue whale"
    shelf.put("e", "tei")
    assert "not a re-ranker" in refused(runtime, "e", asked)["OriginalMessage"]


def test_tei_cuts_vectors_to_the_dimensions_asked_for(runtime: Any, shelf: Shelf) -> None:
    shelf.put("e", "tei")
    [vector] = call(runtime, "e", {"inputs": "a cat", "dimensions": 64})
    assert len(vector) == 64
    assert sum(value * value for value in vector) == pytest.approx(1.0, abs=1e-5)


def test_many_inputs_have_many_answers(runtime: Any, shelf: Shelf) -> None:
    shelf.put("l", "lmi")
    answers = call(runtime, "l", {"inputs": ["one", "two"]})
    assert [each["generated_text"] for each in answers] == ["echo: one", "echo: two"]
    shelf.put("v", "vllm")
    choices = call(runtime, "v", {"prompt": ["one", "two"], "max_tokens": 50})["choices"]
    assert [(each["index"], each["text"]) for each in choices] == [(0, "echo: one"), (1, "echo: two")]


@pytest.mark.parametrize(
    ("task", "asked", "member"),
    [
        ("text-classification", {"inputs": "I love it"}, "label"),
        ("summarization", {"inputs": "One. Two."}, "summary_text"),
        ("translation", {"inputs": "One."}, "translation_text"),
        ("fill-mask", {"inputs": "Paris is the [MASK]."}, "token_str"),
        ("text2text-generation", {"inputs": "x"}, "generated_text"),
    ],
)
def test_pipelines_answer_lists_of_their_own(
    runtime: Any, shelf: Shelf, task: str, asked: dict[str, Any], member: str
) -> None:
    shelf.put("p", "toolkit", environment={"HF_TASK": task})
    [answer, *_] = call(runtime, "p", asked)
    assert member in answer


def test_questions_are_answered_with_their_place(runtime: Any, shelf: Shelf) -> None:
    shelf.put("p", "toolkit", environment={"HF_TASK": "question-answering"})
    context = "The fox is red. The whale is blue."
    answer = call(runtime, "p", {"inputs": {"question": "What colour is the whale?", "context": context}})
    assert context[answer["start"] : answer["end"]] == answer["answer"] == "The whale is blue."
    assert refused(runtime, "p", {"inputs": "what?"})["OriginalStatusCode"] == 400


def test_labels_are_ranked_and_their_scores_sum_to_one(runtime: Any, shelf: Shelf) -> None:
    shelf.put("p", "toolkit", tags={"sagedeck:model-id": "huggingface-zstc-facebook-bart-large-mnli"})
    asked = {"inputs": "a blue whale swims", "parameters": {"candidate_labels": ["whale", "tax"]}}
    answer = call(runtime, "p", asked)
    assert answer["labels"][0] == "whale"
    assert sum(answer["scores"]) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("image", ["sagemaker-scikit-learn:1.2-1-cpu-py3", "sagemaker-xgboost:1.7-1", "toolkit"])
def test_a_container_for_models_of_any_kind_is_taken_for_none_that_chats(
    runtime: Any, shelf: Shelf, image: str
) -> None:
    shelf.put("fraud", image if image == "toolkit" else f"683313688378.dkr.ecr.us-east-1.amazonaws.com/{image}")
    answer = call(runtime, "fraud", {"inputs": "Hi"})
    assert "no prediction" in answer["sandbox"]


def test_a_model_the_sandbox_has_nothing_for_says_so(runtime: Any, shelf: Shelf) -> None:
    shelf.put("i", "toolkit", tags={"sagedeck:model-id": "pytorch-ic-mobilenet-v2"})
    answer = call(runtime, "i", b"\xff\xd8", "application/x-image")
    assert "no prediction" in answer["sandbox"]
    assert answer["received"] == {"content_type": "application/x-image", "bytes": 2}


@pytest.mark.parametrize(
    ("image", "asked"),
    [
        ("lmi", {"inputs": "a"}),
        ("tgi", {"inputs": "a"}),
        ("vllm", {"messages": [{"role": "user", "content": "a"}]}),
    ],
)
def test_an_error_may_come_inside_a_200(runtime: Any, shelf: Shelf, image: str, asked: dict[str, Any]) -> None:
    shelf.put("llm", image, environment={"SANDBOX_MODEL_ERROR": "200:CUDA out of memory"})
    answer = call(runtime, "llm", asked)
    assert "error" in json.dumps(answer)
    streamed = b"".join(parts(runtime, "llm", {**asked, "stream": True}))
    assert b"error" in streamed.splitlines()[-1] or b"error" in streamed.splitlines()[-2]


def test_a_stream_of_messages_is_whole_however_it_is_cut(runtime: Any, shelf: Shelf) -> None:
    shelf.put("v", "vllm")
    said = "naïve café 東京 🦊 " * 20
    asked = {"messages": [{"role": "user", "content": said}], "stream": True, "max_tokens": 500}
    chunks = sse(parts(runtime, "v", asked))
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == f"echo: {said}"
