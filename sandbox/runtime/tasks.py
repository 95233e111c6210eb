"""Containers that run a Hugging Face pipeline, and those the sandbox has nothing for: shapes of the inference toolkit.

What can be done truly with an embedding model and an extractive reader is (questions, labels, summaries); the rest says
in its answer that it is the sandbox's.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.hosting import Hosted
from sandbox.models.sentences import sentences
from sandbox.runtime.refusals import ContainerError
from sandbox.runtime.vectors import Embeds, cosine, strings, toolkit_error

_FEELINGS = {"POSITIVE": "This is good, I love it, I am happy.", "NEGATIVE": "This is bad, I hate it, I am unhappy."}
_SHARPNESS = 12.0  # of the step from cosines to shares
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w-]+(?:\s[A-Z][\w-]+)*")
_SUMMARY = 300  # characters


def run(task: str, payload: Any, model: Embeds) -> Any:
    """Return what a pipeline of `task` answers, or raise ContainerError in the toolkit's words."""
    if not isinstance(payload, Mapping) or "inputs" not in payload:
        raise toolkit_error("'inputs'")
    inputs, parameters = payload["inputs"], payload.get("parameters") or {}
    if task == "question-answering":
        return _questions(inputs, model)
    texts = strings(inputs)
    if not texts:
        raise toolkit_error("inputs must be a string or a list of strings")
    if task == "zero-shot-classification":
        labels = strings(parameters.get("candidate_labels")) or []
        if not labels:
            raise toolkit_error("You must include at least one label and at least one sequence.")
        found = [_ranked(text, {label: f"This is about {label}." for label in labels}, model) for text in texts]
        answers: list[Any] = [{"sequence": text, **scored} for text, scored in zip(texts, found, strict=True)]
        return answers[0] if isinstance(inputs, str) else answers
    if task == "text-classification":
        scores = [_ranked(text, _FEELINGS, model) for text in texts]
        return [{"label": each["labels"][0], "score": each["scores"][0]} for each in scores]
    answers = [_PLAIN.get(task, _unknown(task))(text) for text in texts]
    return answers[0] if len(texts) == 1 and isinstance(answers[0], list) else answers


def describe(hosted: Hosted, body: bytes, content_type: str) -> dict[str, Any]:
    """Return the answer of a container the sandbox has no model for: what this is, and what it was sent."""
    name = hosted.tags.get("sagedeck:model-id") or hosted.model
    return {
        "sandbox": f"This is Sagedeck's sandbox: {name} does not run here, and this is no prediction.",
        "received": {"content_type": content_type, "bytes": len(body)},
        "instance_type": hosted.instance_type,
    }


def _ranked(text: str, described: Mapping[str, str], model: Embeds) -> dict[str, list[Any]]:
    """Return labels by how near `text` is to what describes them, and the shares, which sum to 1."""
    said, *vectors = model.embed([text, *described.values()])
    weights = [math.exp(_SHARPNESS * cosine(said, each)) for each in vectors]
    ranked = sorted(zip(described, weights, strict=True), key=lambda each: -each[1])
    return {"labels": [label for label, _ in ranked], "scores": [round(w / sum(weights), 6) for _, w in ranked]}


def _questions(inputs: Any, model: Embeds) -> Any:
    asked: Sequence[Any] = inputs if isinstance(inputs, list) else [inputs]
    answers = []
    for each in asked:
        if not isinstance(each, Mapping) or not {"question", "context"} <= each.keys():
            raise toolkit_error("QuestionAnsweringPipeline requires 'question' and 'context'")
        context = str(each["context"])
        said = list(sentences(context)) or [context]
        question, *vectors = model.embed([str(each["question"]), *said])
        cosines = [cosine(question, vector) for vector in vectors]
        best = max(range(len(said)), key=cosines.__getitem__)
        start = max(0, context.find(said[best]))
        score = round(max(0.0, cosines[best]), 6)
        answers.append({"score": score, "start": start, "end": start + len(said[best]), "answer": said[best]})
    return answers if isinstance(inputs, list) else answers[0]


def _summary(text: str) -> Any:
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + len(sentence) > _SUMMARY:
            break
        kept = f"{kept} {sentence}".strip()
    return {"summary_text": kept}


def _entities(text: str) -> Any:
    return [
        {"entity_group": "MISC", "score": 0.5, "word": found[0], "start": found.start(), "end": found.end()}
        for found in _NAME.finditer(text)
    ]


def _masked(text: str) -> Any:
    whole = re.sub(r"\[MASK\]|<mask>", "sandbox", text, count=1)
    return [{"score": 1.0, "token": 0, "token_str": "sandbox", "sequence": whole}]


_PLAIN = {
    "summarization": _summary,
    "token-classification": _entities,
    "fill-mask": _masked,
    "translation": lambda text: {"translation_text": f"[sandbox, not translated] {text}"},
    "text-generation": lambda text: {"generated_text": f"{text} [sandbox: no model of this task runs here]"},
    "text2text-generation": lambda text: {"generated_text": f"[sandbox: no model of this task runs here] {text}"},
}


def _unknown(task: str) -> Any:
    def refuse(_: str) -> Any:
        raise ContainerError(
            400,
            {
                "code": 400,
                "type": "InternalServerException",
                "message": f"The sandbox has nothing for the task {task}; with an AWS account connected it would run.",
            },
        )

    return refuse
