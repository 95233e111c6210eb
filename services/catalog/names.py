"""A name for a person, and a size, from a model's id, for the models of which nothing else is known."""

from __future__ import annotations

import re

_WRITTEN = {
    name.lower(): name
    for name in (
        "ALBERT", "AlexNet", "BART", "BERT", "BiT", "CLIP", "CNN", "COCO", "DeBERTa", "DenseNet", "DistilBERT",
        "DistilRoBERTa", "EfficientDet", "EfficientNet", "ELECTRA", "FCN", "FLAN", "FLUX", "FPN", "GPT", "GoogLeNet",
        "ImageNet", "MiniLM", "MobileBERT", "MobileNet", "NASNet", "PNASNet", "ResNet", "ResNeXt", "RoBERTa",
        "SAM", "SDXL", "SpanBERT", "SqueezeNet", "SSD", "T5", "VGG", "ViT", "VOC", "WMT", "XLM", "XLNet", "YOLO",
    )
}  # fmt: skip
# ids whose first two words are where a model comes from and what it is for
_FROM = frozenset({"huggingface", "tensorflow", "pytorch", "mxnet", "model", "meta"})
_SIZE = re.compile(r"(?<![a-z0-9])(?:(?<!\d-)(\d+[-.]\d+)|(\d+))(x\d+)?b(?![a-z0-9])", re.I)
_SMALL = re.compile(r"(?<![a-z0-9])(\d{2,3})m(?![a-z0-9])", re.I)


def display_name(model_id: str) -> str:
    """The id in words, without the framework and the abbreviated task it begins with."""
    parts = model_id.split("-")
    words = parts[2:] if parts[0] in _FROM and len(parts) > 2 else parts
    return " ".join(_WRITTEN.get(word.lower()) or _capital(word) for word in words)


def _capital(word: str) -> str:
    written_already = re.fullmatch(r"v?\d[\w.]*", word) or word != word.lower()
    return word if written_already else word[:1].upper() + word[1:]


def billions(*texts: str) -> float:
    """How many billion parameters a name or id says the model has ("8b", "1-1b", "8x7b", "360m"); 0 says nothing."""
    for text in texts:
        found = _SIZE.search(text)
        if found:
            one = float((found[1] or found[2]).replace("-", "."))
            return one * (int(found[3][1:]) if found[3] else 1)
        small = _SMALL.search(text)
        if small:
            return int(small[1]) / 1000
    return 0.0
