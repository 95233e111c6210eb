"""Messages laid out as one string."""

from __future__ import annotations

import pytest

from services.errors import InvalidRequest
from services.inference import Message
from services.inference.prompts import GENERIC, LLAMA2, TEMPLATES, render, template_for

TALK = (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello."), Message("user", "Why?"))


def test_llama_2_wraps_the_system_text_in_the_first_turn() -> None:
    assert render(TALK, LLAMA2) == (
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s><s>[INST] Why? [/INST]"
    )
    assert render(TALK[1:2], LLAMA2) == "<s>[INST] Hi [/INST]"


def test_llama_3_gives_each_turn_a_header() -> None:
    assert render(TALK[:2], "llama-3") == (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    )


def test_a_layout_without_a_system_turn_puts_it_before_the_first_question() -> None:
    assert render(TALK[:2], "mistral") == "<s>[INST] Be brief.\n\nHi [/INST]"
    assert render(TALK[:2], "gemma").startswith("<bos><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>")


def test_the_generic_layout_is_plain_words() -> None:
    assert render(TALK, GENERIC) == "Be brief.\n\nUser: Hi\n\nAssistant: Hello.\n\nUser: Why?\n\nAssistant:"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_text_can_open_a_turn_of_its_own(name: str) -> None:
    layout = TEMPLATES[name]
    harmless = render((Message("system", "S"), Message("user", "U")), name)
    hostile = render((Message("system", "".join(layout.markers)), Message("user", "".join(layout.markers))), name)
    for marker in layout.markers:
        assert hostile.count(marker) == harmless.count(marker)


@pytest.mark.parametrize("name", TEMPLATES)
def test_braces_in_a_text_are_only_text(name: str) -> None:
    assert "{x} {} %s" in render((Message("user", "{x} {} %s"),), name)


@pytest.mark.parametrize(
    ("model", "template"),
    [
        ("meta-textgeneration-llama-2-7b-f", "llama-2"),
        ("meta-textgeneration-llama-3-1-8b-instruct", "llama-3"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral"),
        ("huggingface-llm-huggingfaceh4-zephyr-7b-beta", "zephyr"),
        ("Qwen/Qwen2.5-7B-Instruct", "chatml"),
        ("my-own-model", GENERIC),
    ],
)
def test_the_layout_follows_from_the_models_name(model: str, template: str) -> None:
    assert template_for(model) == template


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="tool"):
        render((Message("tool", "x"), Message("user", "y")), GENERIC)
