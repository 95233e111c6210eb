"""What containers write as they start, or fail to, in the style of each family. All of it is simulated.

The texts that failing containers leave are those a diagnosis looks for (out of memory, gated model, full disk, …).
"""

import re
from collections.abc import Mapping

from sandbox.telemetry.serving import machine

_FAMILIES = (
    ("vllm", re.compile(r"djl-inference|vllm|-lmi", re.I)),
    ("tgi", re.compile(r"tgi|text-generation-inference", re.I)),
    ("tei", re.compile(r"\btei\b|tei-cpu|text-embeddings-inference", re.I)),
    ("huggingface", re.compile(r"huggingface-(?:pytorch|tensorflow)-inference", re.I)),
    ("sklearn", re.compile(r"scikit-learn|xgboost|autogluon|automl|sklearn", re.I)),
)
_TRACE = "Traceback (most recent call last):"
_FAILURES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(r"out ?of ?memory|\bOOM\b|memory", re.I),
        (
            _TRACE,
            '  File "/opt/conda/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1355, in _to',
            "    return t.to(device, dtype if t.is_floating_point() else None, non_blocking)",
            "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB. GPU 0 has a total capacity of "
            "21.98 GiB of which 137.44 MiB is free.",
        ),
    ),
    (
        re.compile(r"gated|401|licen[cs]e|token", re.I),
        (
            _TRACE,
            '  File "/opt/conda/lib/python3.11/site-packages/huggingface_hub/utils/_http.py", line 409, in hf_raise',
            "huggingface_hub.errors.GatedRepoError: 401 Client Error. Cannot access gated repo. Access to this model "
            "is restricted. You must have access to it and be authenticated to access it. Please log in.",
        ),
    ),
    (
        re.compile(r"no space|disk|volume", re.I),
        (_TRACE, "OSError: [Errno 28] No space left on device: '/opt/ml/model/model-00002-of-00004.safetensors'"),
    ),
    (
        re.compile(r"module|dependenc|import", re.I),
        (
            _TRACE,
            '  File "/opt/ml/model/code/inference.py", line 3, in <module>',
            "ModuleNotFoundError: No module named 'sentencepiece'",
        ),
    ),
    (re.compile(r"exec format|architecture of|arm64", re.I), ("exec /usr/bin/python: exec format error",)),
)
_FAILED_PING = {
    "vllm": (
        "INFO  ModelServer Loading model",
        _TRACE,
        "ValueError: The model's max_model_len (131072) is larger than the maximum number of tokens that can be stored "
        "in KV cache (18432). Try increasing gpu_memory_utilization or decreasing max_model_len.",
        "ERROR ModelServer Failed to start engine, exiting",
    ),
    "tgi": (
        "ERROR text_generation_launcher: Shard 0 failed to start",
        "RuntimeError: FlashAttention only supports Ampere GPUs or newer.",
        "INFO text_generation_launcher: Shutting down shards",
    ),
    "": (
        _TRACE,
        '  File "/miniconda3/lib/python3.10/site-packages/sagemaker_inference/default_handler_service.py", line 57',
        "ValueError: model_fn could not load the model: no file named config.json, model.pkl or model.joblib was found",
        "Worker exited; /ping was answered by 500",
    ),
}


def family(image: str) -> str:
    """Return which family's lines an image writes: vllm, tgi, tei, huggingface, sklearn, or "" for any other."""
    return next((name for name, pattern in _FAMILIES if pattern.search(image)), "")


def starting(image: str, environment: Mapping[str, str], instance_type: str) -> tuple[str, ...]:
    """Return what a container writes as it starts and answers its first ping."""
    return (f"Starting container {image}", *_started(family(image), environment, instance_type))


def failing(image: str, reason: str) -> tuple[str, ...]:
    """Return what a container writes as it fails for a reason (memory, gated, disk, module, architecture, or none)."""
    known = next((texts for pattern, texts in _FAILURES if pattern.search(reason)), None)
    return (f"Starting container {image}", *(known or _FAILED_PING.get(family(image), _FAILED_PING[""])))


_PING = '169.254.178.2:0 - "GET /ping HTTP/1.1" 200 OK'
_STARTS: dict[str, tuple[str, ...]] = {  # {0}: the model's id or folder, {1}: GPUs
    "vllm": (
        "INFO  ModelServer Starting djl-serving: 0.33.0",
        "INFO  LmiUtils Detected rolling_batch: vllm, mpi_mode: false, model_id: {0}",
        "INFO  PyProcess W-195-model-stdout: Loading safetensors shards: 100%, {1} GPU(s)",
        "INFO  PyProcess W-195-model-stdout: Memory profiling takes 3.61 seconds",
        "INFO  ModelServer BOTH API bind to: http://0.0.0.0:8080",
        f"INFO  ModelServer {_PING}",
    ),
    "tgi": (
        'INFO text_generation_launcher: Args {{ model_id: "{0}", num_shard: {1}, port: 8080 }}',
        "INFO download: text_generation_launcher: Successfully downloaded weights.",
        "INFO shard-manager: text_generation_launcher: Shard ready in 14.8s rank=0",
        "INFO text_generation_router::server: Connected",
        f"INFO text_generation_router: {_PING}",
    ),
    "tei": (
        'INFO text_embeddings_router: Args {{ model_id: "{0}", port: 8080 }}',
        "INFO text_embeddings_backend: Starting model backend",
        "INFO text_embeddings_router::http::server: Starting HTTP server: 0.0.0.0:8080",
        "INFO text_embeddings_router::http::server: Ready",
        f"INFO text_embeddings_router: {_PING}",
    ),
    "huggingface": (
        "INFO  com.amazonaws.ml.mms.ModelServer - MMS Home: /opt/conda/lib/python3.11/site-packages",
        "INFO  W-9000-model com.amazonaws.ml.mms.wlm.WorkerLifeCycle - Loading {0}",
        "INFO  main com.amazonaws.ml.mms.ModelServer - Inference API bind to: http://0.0.0.0:8080",
        "Model loaded",
        f"INFO  pool-2-thread-1 ACCESS_LOG - {_PING}",
    ),
    "sklearn": (
        "[INFO] Starting gunicorn 23.0.0",
        "[INFO] Listening at: unix:/tmp/gunicorn.sock (11)",
        "[INFO] Booting worker with pid: 14",
        "Model loaded",
        _PING,
    ),
    "": ("Model loaded", _PING),
}


def _started(kind: str, environment: Mapping[str, str], instance_type: str) -> tuple[str, ...]:
    model, gpus = environment.get("HF_MODEL_ID", "/opt/ml/model"), max(machine(instance_type).gpus, 1)
    return tuple(line.format(model, gpus) for line in _STARTS[kind])
