"""How an endpoint wants to be called: what its facts tell, what a probe finds, what is remembered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.errors import ModelFailed, NotFound, Throttled, UnknownAnswer
from services.inference import Contract, Contracts, EndpointFacts, Family, Kind, Runtime, recognise
from services.state import State
from tests.services.inference.doubles import FakeClient

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
LLAMA, GPT_J = "meta-textgeneration-llama-2-7b-f", "huggingface-textembedding-gpt-j-6b"
FEATURES = {"HF_TASK": "feature-extraction"}
SCOPE = ("aws", "123456789012", "us-east-1")


def facts(image: str = "", **known: Any) -> EndpointFacts:
    return EndpointFacts("demo", image=f"{REGISTRY}/{image}" if image else "", **known)


@pytest.mark.parametrize(
    ("known", "family", "origin"),
    [
        (facts(tags={"sagedeck:family": "messages"}), Family.MESSAGES, "tag"),
        (facts(tags={"sagedeck:family": "openai_chat"}), Family.MESSAGES, "tag"),
        (facts(tags={"sagedeck:family": "js_text_embedding"}), Family.JS_EMBEDDING, "tag"),
        (facts("djl-inference:0.36.0-lmi18.0.0-cu128", tags={"sagedeck:family": "tgi"}), Family.LMI, "tag"),
        (facts("huggingface-tei:2.0.1-tei1.8.2", tags={"sagedeck:family": "js-embedding"}), Family.TEI, "tag"),
        (facts("huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu"), Family.TGI, "image"),
        (facts("tgi-inference:x-tgi2.0", environment={"MESSAGES_API_ENABLED": "true"}), Family.MESSAGES, "image"),
        (facts("tei-cpu:2.0.1-tei1.8.2-cpu-py310"), Family.TEI, "image"),
        (facts("vllm:server-sagemaker-cuda-v1"), Family.MESSAGES, "image"),
        (facts("djl-inference:0.36.0-lmi18.0.0-cu128"), Family.LMI, "image"),
        (facts("djl-inference:0.36.0-lmi18", environment={"OPTION_TGI_COMPAT": "true"}), Family.TGI, "image"),
        (facts("djl-inference:0.36.0-lmi18", environment={"OPTION_TASK": "text_embedding"}), Family.TEI, "image"),
        (facts("djl-inference:0.23-deepspeed0.9", tags={"sagedeck:model-id": LLAMA}), Family.LLAMA2_DIALOG, "image"),
        (facts("huggingface-pytorch-inference:2", environment=FEATURES), Family.TEI, "environment"),
        (facts(environment={"HF_TASK": "text-generation"}), Family.TGI, "environment"),
        (facts(tags={"sagemaker-sdk:jumpstart-model-id": GPT_J}), Family.JS_EMBEDDING, "name"),
        (facts(artifact="s3://b/infer-huggingface-sentencesimilarity-bge.tgz"), Family.JS_SENTENCE_SIMILARITY, "name"),
        (
            facts(
                tags={
                    "sagemaker-studio:jumpstart-model-id": LLAMA,
                    "sagemaker-studio:jumpstart-model-version": "2.0.4",
                }
            ),
            Family.LLAMA2_DIALOG,
            "name",
        ),
    ],
)  # fmt: skip
def test_the_facts_tell_the_family(known: EndpointFacts, family: Family, origin: str) -> None:
    contract = recognise(known)
    assert contract is not None
    assert (contract.family, contract.origin) == (family, origin)


def test_facts_that_tell_nothing_give_no_contract() -> None:
    assert recognise(facts("my-own-image:1")) is None
    assert recognise(facts(tags={"sagedeck:family": "nonsense"})) is None


def test_the_licence_is_never_accepted_on_nobodys_word() -> None:
    image, model = "djl-inference:0.23.0-deepspeed0.9.5", {"sagedeck:model-id": LLAMA}
    foreign = recognise(facts(image, tags=model))
    ours = recognise(facts(image, tags={**model, "sagedeck:made-by": "sagedeck"}))
    assert foreign is not None
    assert ours is not None
    assert (foreign.accept_eula, ours.accept_eula) == (False, True)


def test_limits_follow_from_the_container() -> None:
    contract = recognise(facts("huggingface-tei:1", environment={"MAX_CLIENT_BATCH_SIZE": "128"}))
    assert contract is not None
    assert (contract.max_batch, contract.max_bytes) == (128, 2_000_000)
    serverless = recognise(replace(facts(tags={"sagedeck:family": "js-embedding"}), serverless=True))
    assert serverless is not None
    assert serverless.max_bytes == 4_194_304


def test_vllm_is_told_the_name_it_serves() -> None:
    assert recognise(facts("vllm:1", environment={"SM_VLLM_MODEL": "Qwen/Qwen3-8B"})).model == "Qwen/Qwen3-8B"  # type: ignore[union-attr]
    assert recognise(facts("vllm:1", artifact="s3://b/m/")).model == "/opt/ml/model"  # type: ignore[union-attr]


def test_the_prompt_layout_follows_from_the_model() -> None:
    contract = recognise(facts("x-tgi3.0", environment={"HF_MODEL_ID": "meta-llama/Llama-3.1-8B-Instruct"}))
    assert contract is not None
    assert contract.template == "llama-3"


def pretend(family: Family) -> Any:
    """What a container of this family answers to the JSON it gets."""

    def vectors(texts: Any) -> bytes:
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError
        return json.dumps([[0.1, 0.2, 0.3] for _ in texts]).encode()

    def reply(sent: Any) -> bytes:
        asked: Mapping[str, Any] = sent if isinstance(sent, dict) else {}
        match family:
            case Family.MESSAGES if "messages" in asked:
                return b'{"choices":[{"message":{"content":"Hello"}}]}'
            case Family.TGI if isinstance(asked.get("inputs"), str):
                return b'[{"generated_text":"Hello"}]'
            case Family.LMI if isinstance(asked.get("inputs"), str):
                return b'{"generated_text":"Hello"}'
            case Family.JUMPSTART_TEXT if isinstance(asked.get("inputs"), str):
                return b'[{"generation":"Hello"}]'
            case Family.LLAMA2_DIALOG if "inputs" in asked and isinstance(asked["inputs"][0], list):
                return b'[{"generation":{"role":"assistant","content":" Hello"}}]'
            case Family.TEI if "inputs" in asked:
                return vectors(asked["inputs"])
            case Family.JS_EMBEDDING if "text_inputs" in asked:
                return b'{"embedding":' + vectors(asked["text_inputs"]) + b"}"
            case Family.TEXT_LIST if isinstance(sent, list):
                return vectors(sent)
            case Family.OPENAI_EMBEDDINGS if "input" in asked:
                return b'{"data":[{"index":0,"embedding":[0.1,0.2,0.3]}]}'
        raise ValueError

    def answer(request: Mapping[str, Any]) -> Any:
        try:
            return reply(json.loads(request["Body"]))
        except (ValueError, IndexError, TypeError):
            return ModelFailed("No.", "It says: cannot deserialize", status=422)

    return answer


@pytest.mark.parametrize("name", ["demo", "my-embedding-model", "my-llama-chat"])
@pytest.mark.parametrize("family", [family for family in Family if family is not Family.JS_SENTENCE_SIMILARITY])
def test_a_probe_finds_each_family_with_few_requests(family: Family, name: str) -> None:
    client = FakeClient(pretend(family))
    contract = Contracts(Runtime(lambda: client), None, SCOPE).contract_for(EndpointFacts(name))
    assert (contract.family, contract.origin) == (family, "probe")
    assert contract.dimension == (3 if family.kind is Kind.EMBEDDING else None)
    assert len(client.requests) <= 7
    assert all(len(request["Body"]) < 120 for request in client.requests)
    assert not any("CustomAttributes" in request for request in client.requests)


def test_a_probe_that_finds_nothing_says_what_the_model_said() -> None:
    client = FakeClient(lambda _: ModelFailed("No.", "It says: you need to pass accept_eula=true", status=400))
    with pytest.raises(UnknownAnswer, match="accept_eula"):
        Contracts(Runtime(lambda: client), None, SCOPE).contract_for(EndpointFacts("demo"))


@pytest.mark.parametrize("error", [NotFound("No endpoint."), Throttled("Slow."), ModelFailed("Busy.", status=429)])
def test_a_probe_ends_at_an_error_that_another_shape_would_not_cure(error: Exception) -> None:
    client = FakeClient(lambda _: error)
    with pytest.raises(type(error)):
        Contracts(Runtime(lambda: client), None, SCOPE).contract_for(EndpointFacts("demo"))
    assert len(client.requests) == 1


def test_what_a_probe_found_is_remembered_for_that_incarnation_only(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    known = EndpointFacts("demo", config="demo-1", created="2026-11-20T10:00:00Z")
    first, second = FakeClient(pretend(Family.TEI)), FakeClient(pretend(Family.LMI))
    found = Contracts(Runtime(lambda: first), state, SCOPE).contract_for(known)
    again = Contracts(Runtime(lambda: second), state, SCOPE)
    assert again.contract_for(known) == found
    assert second.requests == []
    assert again.contract_for(replace(known, config="demo-2")).family is Family.LMI
    assert again.contract_for(replace(known, created="2026-11-21T10:00:00Z")).family is Family.LMI
    elsewhere = Contracts(Runtime(lambda: second), state, ("aws", "123456789012", "eu-west-1"))
    assert elsewhere.contract_for(known).family is Family.LMI
    state.close()


def test_a_chosen_contract_outlives_the_console_with_all_its_fields(tmp_path: Path) -> None:
    state = State(tmp_path / "state.db")
    chosen = Contract(Family.TGI, True, "part", None, 8, 1000, "llama-3", "m", "chosen")
    client = FakeClient(lambda _: b"")
    Contracts(Runtime(lambda: client), state, SCOPE).remember(EndpointFacts("demo"), chosen)
    assert Contracts(Runtime(lambda: client), state, SCOPE).contract_for(EndpointFacts("demo")) == chosen
    state.close()
