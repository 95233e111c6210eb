"""How much memory a model needs while it answers: its weights, the cache of its context, and room to work.

    needed = (weights + cache) / 0.9 + 1.5 GiB for each GPU
    weights = parameters x bytes of each (services.deploy.hub: as given, or told from the name and the quantisation)
    cache = tokens of context x bytes a token: 2 (key and value) x layers x key-value heads x head size x 2 bytes

Servers fill 90 % of a GPU and keep the rest (`gpu_memory_utilization` of vLLM, and alike in TGI and LMI); 1.5 GiB are
CUDA's context, activations and graphs. Layers and heads are not in a model's name, so the cache of a token is read off
published models of about that size (config.json of Llama 2 and 3, Qwen 2.5, Mistral, Phi 3 on the Hugging Face hub).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.deploy import HubSource, Server
from services.deploy.hub import weights_gib

GIB = 1024**3
USABLE = 0.9
WORKING_GIB = 1.5
USUAL_TOKENS = 4096  # of one request, where nobody says

# GiB of weights up to which, and KiB of cache a token: grouped-query attention, everything at 16 bits.
_CACHE = ((1.3, 24), (4.0, 32), (9.0, 112), (19.0, 128), (30.0, 192), (75.0, 256), (150.0, 320), (1e9, 512))
_FULL_ATTENTION = re.compile(r"llama[- ]?2[- ](7|13)b")  # keep a key-value head for each query: four times as much


@dataclass(frozen=True, slots=True)
class Need:
    """GiB by what for. `estimated`: the size of the weights is told from the name; `asked`: the tokens were named."""

    weights: float
    cache: float
    working: float
    tokens: int
    estimated: bool
    asked: bool = False

    @property
    def total(self) -> float:
        """GiB of a GPU, what servers keep free included."""
        return (self.weights + self.cache) / USABLE + self.working


def need(source: HubSource, *, tokens: int = 0, gpus: int = 1) -> Need | None:
    """What a model of the hub needs in all, over its GPUs; None where neither its size nor its name says."""
    weights = weights_gib(source)
    if not weights:
        return None
    asked = source.most_total_tokens or tokens
    context = asked or USUAL_TOKENS
    cache = 0.0 if source.server is Server.TEI else cache_gib(weights, context, source.hub_id)
    working = WORKING_GIB * max(1, gpus)
    return Need(weights, cache, working, context, estimated=not source.weights_gib, asked=bool(asked))


def cache_gib(weights: float, tokens: int, name: str = "") -> float:
    """GiB of key-value cache for so many tokens of a model with so many GiB of weights."""
    each = next(kib for most, kib in _CACHE if weights <= most)
    full = 4.0 if _FULL_ATTENTION.search(name.lower()) else 1.0
    return tokens * each * 1024 * full / GIB
