"""What models are for: each task with its name for a person, and the words people use when they look for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Task(StrEnum):
    """What a model is for; also the value of the tag `sagedeck:task`. The console can talk to the first two."""

    CHAT = "text-generation"
    EMBEDDING = "text-embedding"
    VISION_LANGUAGE = "vision-language"
    RERANK = "rerank"
    TEXT_TO_TEXT = "text2text-generation"
    SUMMARIZATION = "summarization"
    TRANSLATION = "translation"
    QUESTION_ANSWERING = "question-answering"
    TEXT_CLASSIFICATION = "text-classification"
    ZERO_SHOT = "zero-shot-classification"
    SENTENCE_PAIR = "sentence-pair-classification"
    ENTITIES = "ner"
    FILL_MASK = "fill-mask"
    IMAGE_GENERATION = "image-generation"
    IMAGE_CLASSIFICATION = "image-classification"
    IMAGE_EMBEDDING = "image-embedding"
    OBJECT_DETECTION = "object-detection"
    SEGMENTATION = "segmentation"
    INSTANCE_SEGMENTATION = "instance-segmentation"
    SPEECH = "speech-recognition"
    AUDIO_EMBEDDING = "audio-embedding"
    TABULAR = "tabular"
    FORECASTING = "time-series-forecasting"
    OTHER = "other"


class Told(NamedTuple):
    """A task in words: its label, an icon (Material symbols), and further words that find it."""

    label: str
    icon: str
    words: str


TASKS: Mapping[Task, Told] = {
    Task.CHAT: Told("Language", "chat", "text generation llm chat instruct assistant completion writing code"),
    Task.EMBEDDING: Told("Embedding", "hub", "text embedding sentence similarity vector semantic search retrieval rag"),
    Task.VISION_LANGUAGE: Told("Vision and language", "visibility", "vlm multimodal image understanding vision chat"),
    Task.RERANK: Told("Reranking", "sort", "rerank reranker ranking relevance retrieval rag"),
    Task.TEXT_TO_TEXT: Told("Text to text", "edit_note", "text2text paraphrase rewriting"),
    Task.SUMMARIZATION: Told("Summaries", "short_text", "summarization summary summarize"),
    Task.TRANSLATION: Told("Translation", "translate", "translate language pair"),
    Task.QUESTION_ANSWERING: Told("Question answering", "quiz", "extractive answer eqa"),
    Task.TEXT_CLASSIFICATION: Told("Text classification", "label", "sentiment category moderation guard"),
    Task.ZERO_SHOT: Told("Zero-shot classification", "label_important", "zero shot category labels"),
    Task.SENTENCE_PAIR: Told("Sentence pairs", "compare_arrows", "sentence pair classification entailment nli"),
    Task.ENTITIES: Told("Named entities", "person_search", "ner named entity recognition token classification"),
    Task.FILL_MASK: Told("Fill mask", "space_bar", "fill mask masked word"),
    Task.IMAGE_GENERATION: Told("Image generation", "image", "text to image txt2img diffusion inpainting upscaling"),
    Task.IMAGE_CLASSIFICATION: Told("Image classification", "photo_library", "image category vision"),
    Task.IMAGE_EMBEDDING: Told("Image embedding", "image_search", "image feature vector vision"),
    Task.OBJECT_DETECTION: Told("Object detection", "crop_free", "object detection bounding box vision"),
    Task.SEGMENTATION: Told("Segmentation", "texture", "semantic segmentation mask vision"),
    Task.INSTANCE_SEGMENTATION: Told("Instance segmentation", "layers", "instance segmentation mask vision"),
    Task.SPEECH: Told("Speech recognition", "mic", "asr speech to text transcription audio"),
    Task.AUDIO_EMBEDDING: Told("Audio embedding", "graphic_eq", "audio feature vector sound"),
    Task.TABULAR: Told("Tabular", "table_chart", "tabular table classification regression csv"),
    Task.FORECASTING: Told("Forecasting", "timeline", "time series forecast prediction"),
    Task.OTHER: Told("Other", "category", ""),
}


def task_named(value: str) -> Task:
    """The task of this value; OTHER for one nobody has listed."""
    try:
        return Task(value)
    except ValueError:
        return Task.OTHER


class Habits:
    """What the ids of known models tell about the id of a new one: its task, its provider."""

    def __init__(self, known: Iterable[tuple[str, Task, str]]) -> None:
        """`known`: (id, task, provider) of each model."""
        tasks: dict[str, Counter[Task]] = {}
        providers: dict[str, set[str]] = {}
        for model_id, task, provider in known:
            first, _, rest = model_id.partition("-")
            second = rest.partition("-")[0]
            for key in (f"{first}-{second}", second):
                tasks.setdefault(key, Counter())[task] += 1
            providers.setdefault(first, set()).add(provider)
        self._tasks = {key: counted.most_common(1)[0][0] for key, counted in tasks.items()}
        self._providers = {first: next(iter(names)) for first, names in providers.items() if len(names) == 1}

    def task(self, model_id: str) -> Task:
        """What most models are for whose ids begin alike; OTHER when there is none."""
        first, _, rest = model_id.partition("-")
        second = rest.partition("-")[0]
        return self._tasks.get(f"{first}-{second}") or self._tasks.get(second) or Task.OTHER

    def provider(self, model_id: str) -> str:
        """Who makes every known model whose id begins with the same word; "" when that is not one."""
        return self._providers.get(model_id.partition("-")[0], "")
