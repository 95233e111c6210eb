"""Prompt layouts, for the families that take one string instead of messages.

Source of the layouts: the models' own cards and tokenizer files, as of 2026-11. Llama 2's later turns are laid
out as its reference code does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.errors import InvalidRequest
from services.inference.models import Message


@dataclass(frozen=True, slots=True)
class Template:
    """A layout: each `{}` takes a turn's text. Where `system` is empty, the system text leads the first user turn.

    `stops` end an answer; `markers` are the layout's own words, which a user's or a document's text may not speak.
    """

    begin: str
    system: str
    user: str
    assistant: str
    answer: str
    stops: tuple[str, ...]
    markers: tuple[str, ...]


LLAMA2 = "llama-2"
GENERIC = "generic"
TEMPLATES = {
    LLAMA2: Template(
        "", "<<SYS>>\n{}\n<</SYS>>\n\n", "<s>[INST] {} [/INST]", " {} </s>", "", ("</s>",),
        ("<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"),
    ),
    "llama-3": Template(
        "<|begin_of_text|>",
        "<|start_header_id|>system<|end_header_id|>\n\n{}<|eot_id|>",
        "<|start_header_id|>user<|end_header_id|>\n\n{}<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n{}<|eot_id|>",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        ("<|eot_id|>",),
        ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    ),
    "mistral": Template(
        "<s>", "", "[INST] {} [/INST]", " {}</s>", "", ("</s>",), ("<s>", "</s>", "[INST]", "[/INST]")
    ),
    "gemma": Template(
        "<bos>", "", "<start_of_turn>user\n{}<end_of_turn>\n", "<start_of_turn>model\n{}<end_of_turn>\n",
        "<start_of_turn>model\n", ("<end_of_turn>",), ("<bos>", "<start_of_turn>", "<end_of_turn>"),
    ),
    "chatml": Template(
        "", "<|im_start|>system\n{}<|im_end|>\n", "<|im_start|>user\n{}<|im_end|>\n",
        "<|im_start|>assistant\n{}<|im_end|>\n", "<|im_start|>assistant\n", ("<|im_end|>",),
        ("<|im_start|>", "<|im_end|>"),
    ),
    "phi-3": Template(
        "", "<|system|>\n{}<|end|>\n", "<|user|>\n{}<|end|>\n", "<|assistant|>\n{}<|end|>\n", "<|assistant|>\n",
        ("<|end|>",), ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"),
    ),
    "zephyr": Template(
        "", "<|system|>\n{}</s>\n", "<|user|>\n{}</s>\n", "<|assistant|>\n{}</s>\n", "<|assistant|>\n", ("</s>",),
        ("<|system|>", "<|user|>", "<|assistant|>", "</s>"),
    ),
    GENERIC: Template("", "{}\n\n", "User: {}\n\n", "Assistant: {}\n\n", "Assistant:", ("\nUser:",), ()),
}  # fmt: skip

# Parts of a model's name and the layout it was tuned on; the first that fits counts.
_NAMES = (
    (("llama-2", "llama2"), LLAMA2),
    (("llama-3", "llama3"), "llama-3"),
    (("zephyr",), "zephyr"),
    (("mistral", "mixtral"), "mistral"),
    (("gemma",), "gemma"),
    (("phi-3", "phi3"), "phi-3"),
    (("qwen", "-yi-", "hermes", "smollm"), "chatml"),
)


def template_for(model: str) -> str:
    """The name of the layout for a model id, repository or artifact; GENERIC where the name tells nothing."""
    lower = model.lower()
    return next((name for parts, name in _NAMES if any(part in lower for part in parts)), GENERIC)


def turns(messages: Sequence[Message]) -> tuple[str, tuple[Message, ...]]:
    """The system text, and the rest strictly alternating user, assistant, …, user (neighbours of one role joined).

    Raises InvalidRequest where nobody asks anything.
    """
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    joined: list[Message] = []
    for message in messages:
        if message.role == "system" or (message.role == "assistant" and not joined):
            continue
        if message.role not in ("user", "assistant"):
            raise InvalidRequest(
                f"A message cannot have the role {message.role!r}.", "", "Use system, user, assistant."
            )
        if joined and joined[-1].role == message.role:
            joined[-1] = Message(message.role, f"{joined[-1].content}\n\n{message.content}")
        else:
            joined.append(message)
    if not joined or joined[-1].role != "user":
        raise InvalidRequest("There is no question to answer.", "The last message is not the user's.", "Ask something.")
    return system, tuple(joined)


def render(messages: Sequence[Message], template: str) -> str:
    """Messages as the one string a model of this layout expects."""
    layout = TEMPLATES[template or GENERIC]
    system, rest = turns(messages)
    head = _quiet(system, layout)
    inside = template == LLAMA2 or not layout.system  # the system text is part of the first user turn
    lead = (layout.system.format(head) if layout.system else f"{head}\n\n") if head else ""
    parts = [layout.begin] if inside else [layout.begin, lead]
    for position, message in enumerate(rest):
        text = _quiet(message.content.strip(), layout)
        if message.role == "assistant":
            parts.append(layout.assistant.format(text))
        else:
            parts.append(layout.user.format(lead + text if inside and position == 0 else text))
    return "".join([*parts, layout.answer])


def stops_for(template: str) -> tuple[str, ...]:
    """What ends an answer in this layout."""
    return TEMPLATES[template or GENERIC].stops


def _quiet(text: str, layout: Template) -> str:
    """The text with the layout's own words broken up, so that it cannot open a turn of its own."""
    for marker in layout.markers:
        text = text.replace(marker, f"{marker[0]} {marker[1:]}")
    return text
