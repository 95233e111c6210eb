"""How much memory a model needs while it answers: its weights, the cache of its context, and room to work.

    needed = weights + cache + working room
    weights = parameters x bytes each: 2 (bf16, fp16), 1 (fp8, int8), 0.56 (4 bits with their scales)
    cache = tokens of context x bytes a token: 2 (key and value) x layers x key-value heads x head size x 2 bytes

Layers and heads are not in a model's name, so the cache of a token is read off published models of about that size
(config.json of Llama 2 and 3, Qwen 2.5, Mistral, Phi 3 on the Hugging Face hub). It is an estimate, and says so.
Servers fill 90 % of a GPU and keep the rest (`gpu_memory_utilization` of vLLM, and alike in TGI and LMI).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GIB = 1024**3
USABLE = 0.9
WORKING_GIB = 1.5  # CUDA's context, activations and graphs, of each GPU
USUAL_TOKENS = 4096  # of one request, where nobody says

_BITS = {
    "awq": 0.56, "gptq": 0.56, "marlin": 0.56, "int4": 0.56, "4bit": 0.56, "nf4": 0.56, "mxfp4": 0.56,
    "bitsandbytes-nf4": 0.56, "bitsandbytes-fp4": 0.56, "eetq": 1.0, "bitsandbytes": 1.0, "int8": 1.0, "8bit": 1.0,
    "fp8": 1.0, "smoothquant": 1.0, "w8a8": 1.0,
}  # fmt: skip
# Parameters (10^9) up to which, and KiB of cache a token: grouped-query attention at bf16.
_CACHE = ((0.7, 24), (2.0, 32), (5.0, 112), (10.0, 128), (16.0, 192), (40.0, 256), (80.0, 320), (1e9, 512))
_FULL_ATTENTION = re.compile(r"llama[- ]?2[- ](7|13)b")  # keep a key-value head for each query: four times as much
# JumpStart's ids write 0.5B as 0-5b, but Llama 3.1 8B as 3-1-8b: only what can be no version is read as a decimal.
_BILLIONS = re.compile(r"(?<![a-z0-9.])(?:(\d{1,2})x)?(0-\d|1-[157](?=b)|\d{1,3}(?:\.\d{1,2})?)b(?![a-z0-9])", re.I)
_MILLIONS = re.compile(r"(?<![a-z0-9.])(\d{2,4})m(?![a-z0-9])", re.I)


@dataclass(frozen=True, slots=True)
class Need:
    """GiB by what for. `estimated`: the size of the weights is read off the name."""

    weights: float
    cache: float
    working: float
    tokens: int
    estimated: bool

    @property
    def total(self) -> float:
        """GiB of a GPU, what servers keep free included."""
        return (self.weights + self.cache) / USABLE + self.working


def billions(name: str) -> float | None:
    """How many 10^9 parameters a model's name speaks of ("Qwen2.5-7B" 7, "mixtral-8x7b" 47), None of none."""
    plain = name.rpartition("/")[2].replace("_", "-")
    found = _BILLIONS.search(plain)
    if found:
        size = float(found[2].replace("-", "."))
        return size * int(found[1]) * 0.84 if found[1] else size  # experts share their attention
    small = _MILLIONS.search(plain)
    return float(small[1]) / 1000 if small else None


def bytes_each(quantization: str, name: str = "") -> float:
    """Bytes a parameter, by the quantisation asked for or the one a model's name ends with."""
    asked = quantization.lower()
    if asked in _BITS:
        return _BITS[asked]
    words = re.split(r"[-_/. ]", name.lower())
    return next((size for word, size in _BITS.items() if word in words), 2.0)


def cache_gib(size: float, tokens: int, name: str = "") -> float:
    """GiB of key-value cache for so many tokens of a model of `size` 10^9 parameters."""
    each = next(kib for most, kib in _CACHE if size <= most)
    full = 4.0 if _FULL_ATTENTION.search(name.lower()) else 1.0
    return tokens * each * 1024 * full / GIB


def need(name: str, *, weights_gib: float = 0.0, quantization: str = "", tokens: int = 0, gpus: int = 1) -> Need | None:
    """What a language model needs in all, over its GPUs; None where neither its size nor its name says."""
    size, each = billions(name), bytes_each(quantization, name)
    if not weights_gib and size is None:
        return None
    weights = weights_gib or (size or 0.0) * 1e9 * each / GIB
    context = tokens or USUAL_TOKENS
    cache = cache_gib(size or weights * GIB / each / 1e9, context, name)
    return Need(weights, cache, WORKING_GIB * max(1, gpus), context, estimated=not weights_gib)
