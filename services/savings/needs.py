"""How much GPU memory an endpoint's model is reckoned to need, from its container's variables or its catalogue name."""

from __future__ import annotations

from services.deploy import HubSource, Server
from services.endpoints import EndpointDetail
from services.preflight.weights import need

_MODEL = ("HF_MODEL_ID", "OPTION_MODEL_ID", "SM_VLLM_MODEL", "MODEL_ID")
_TOKENS = ("MAX_TOTAL_TOKENS", "OPTION_MAX_MODEL_LEN", "SM_VLLM_MAX_MODEL_LEN", "SGLANG_CONTEXT_LENGTH")
_QUANTIZED = ("HF_MODEL_QUANTIZE", "QUANTIZE", "OPTION_QUANTIZE", "SM_VLLM_QUANTIZATION")


def needed(detail: EndpointDetail, gpus: int, name: str = "") -> tuple[float, str] | None:
    """GiB over so many GPUs, and what they rest on; None where neither its variables nor `name` tell its size."""
    given = dict(detail.models[0].environment) if len(detail.models) == 1 else {}
    model = next((given[key] for key in _MODEL if _is_name(given.get(key, ""))), name.replace(" ", "-"))
    if not model:
        return None
    quantization = next((given[key] for key in _QUANTIZED if given.get(key)), "")
    server = Server.TEI if "embedding" in detail.task else Server.LMI
    tokens = next((int(given[key]) for key in _TOKENS if given.get(key, "").isdigit()), 0)
    found = need(HubSource(hub_id=model, server=server, quantization=quantization), tokens=tokens, gpus=gpus)
    if found is None:
        return None
    return found.total, f"{found.weights:.1f} GiB of weights by the name {model}, {found.tokens:,} tokens of context"


def _is_name(text: str) -> bool:
    """A model of the hub; a path in the container tells no size."""
    return bool(text) and not text.startswith("/") and "://" not in text
