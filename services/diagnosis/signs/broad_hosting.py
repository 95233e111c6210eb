"""Broad signs of hosting: what a message is about and what is said of it, near each other, in wording of anybody.

Tried after error codes and particular wording, before what many causes share; the more particular first.
"""

from __future__ import annotations

from services.diagnosis.models import Cause as C
from services.diagnosis.signs.sign import ASTRA, MISSING, MODEL, REFUSED, UNLOADED, Sign

SAID_BY_ASTRA = (
    ASTRA + r"|keyspace|cassandra|\bcql\b|\bcoordinator\b|consistency (level )?\w*_?(quorum|one)|\bdriver ?timeout"
)

SIGNS: tuple[Sign, ...] = (
    Sign(
        C.EXPLICIT_DENY,
        4,
        (r"(denied|den(y|ies)|blocked|prohibited|forbidden|disallowed)\b.{0,60}\b(scp|service control|guardrail)",),
    ),
    Sign(
        C.PASS_ROLE, 4, (r"\bpass(ing)?\b.{0,20}\brole\b.{0,80}(" + REFUSED + ")", rf"({REFUSED})\b.{{0,40}}\bpass\b")
    ),
    Sign(C.ROLE_TRUST, 4, (r"\bassum(e|ed|ing)\b.{0,40}\brole\b", r"\brole\b.{0,120}\b(be )?assum(e|ed|able)\b")),
    Sign(C.ROLE_MISSING, 4, (r"\b(execution |iam |service )role\b.{0,140}(" + MISSING + ")",), unless=REFUSED),
    Sign(
        C.EULA,
        4,
        (r"accept\w*\b.{0,60}(user|license|licence) (agreement|terms)",),
        unless=r"hugging ?face"
        r"|marketplace",
    ),
    Sign(
        C.GATED_OR_SUBSCRIPTION,
        4,
        (
            r"hugging ?face.{0,200}(" + REFUSED + ")",
            r"\b(private|restricted|gated)\b.{0,40}\b(repo\w*|model|weights)\b",
            r"(request|need|ask for|not have|granted?) access to (the |this )?(\w+ )?model\b",
            r"(marketplace|model package|offer|listing|product)\b.{0,80}(subscri|entitle|purchase)",
        ),
    ),
    Sign(
        C.ASTRA_AUTH,
        4,
        (rf"({SAID_BY_ASTRA}).{{0,200}}(bad credentials|authenticat|{REFUSED})", rf"({REFUSED}).{{0,200}}({ASTRA})"),
        unless=r"amazonaws\.com",
    ),
    Sign(
        C.ASTRA_LIMIT,
        4,
        (
            rf"({ASTRA}|collections?|keyspaces?|indexes|\$vector).{{0,120}}(maximum|limit|more than \d"
            rf"|guardrail|too (big|long|many)|create more than \d)",
            rf"(guardrail|limit|maximum|more than \d).{{0,120}}({ASTRA}|\bcollections?\b|\bkeyspaces?\b)",
        ),
        unless=r"\btokens\b|dimension|timed? ?out|amazonaws",
    ),
    Sign(
        C.ASTRA_UNAVAILABLE,
        4,
        (
            rf"({SAID_BY_ASTRA}|\bdatabase\b).{{0,160}}(unavailable|not available|timed? ?out|fail(ed|ure)"
            rf"|not reach|refused"
            r"|no nodes?\b|hibernat|resum|parked|paused|maintenance|retry|\b50[0234]\b)",
            r"\bno node\b.{0,30}available|\breplicas?\b.{0,60}(responded|failed|unavailable|required)",
        ),
        unless=r"amazonaws\.com|\bSQL|cost explorer|database or disk",
    ),
    Sign(
        C.COST_DATA,
        4,
        (r"cost explorer|(billing|bill|cost|usage) (data|view|report)s?\b", r"historical data to generate"),
        unless=REFUSED,
    ),
    Sign(
        C.DISK_FULL,
        4,
        (
            r"\b(disk|storage|volume|file ?system|tmpfs|/tmp|/dev/shm)\b.{0,60}\b(full|exhausted|insufficient"
            r"|exceed\w*|not enough)",
        ),
    ),
    Sign(
        C.OUT_OF_MEMORY,
        4,
        (
            r"\bmemory\b.{0,80}\b(exceed\w*|exhaust\w*|insufficient|too small|not enough|limit|larger than"
            r"|allocat\w*)",
            r"\b(exceed\w*|exhaust\w*|insufficient|not enough|ran out|out of|allocat\w*|more"
            r"|reduce)\b.{0,60}\b(gpu |host "
            r"|device |system )?(memory|v?ram)\b",
            r"does(n't| not) fit (in|on|into)\b|\boom[- ]?kill|killed\b.{0,20}\bmemory",
        ),
        unless=r"utilization is high|serverless|service limit|between \d+ ?mb",
    ),
    Sign(
        C.IMAGE_START,
        4,
        (
            r"\b(cuda|driver|nvidia|gpus?|sm_?\d\d+|compute capability|nccl|cudnn|neuron)\b.{0,80}"
            r"(not compatible|incompatible|unsupported|not supported|requires?|too old|too new|insufficient|mismatch"
            r"|unavailable|not available|not found|not compiled|not enabled|failed to initiali[sz]e"
            r"|invalid device function)",
            r"(incompatible|unsupported|requires?|no|compiled without)\b.{0,40}\b(cuda|nvidia|gpus? with|driver"
            r"|sm_?\d\d+)\b",
            r"\b(nvcc|ninja|gcc|python3?|entrypoint|executable|interpreter|binary|module|package|library)\b.{0,60}"
            r"(not found|missing|no such file|not installed|permission denied)",
            r"(not installed|pip install|upgrade (transformers|vllm|torch))",
            r"only supports? (ampere|hopper|volta|turing)\b",
            r"\b(transformers|vllm|torch|tokenizers|flash.?attn)\b.{0,60}\b(version|requires?|>=|not support)",
            r"SIGILL|exit code:? 132\b",
        ),
        unless=r"(received|invalid) (input|request)",
    ),
    Sign(
        C.ARTIFACT_UNAVAILABLE,
        4,
        (
            r"\b(s3|bucket|object|model data|artifacts?)\b.{0,120}("
            + MISSING
            + "|"
            + REFUSED
            + r"|matched no|no (files|objects))",
            r"(could not|cannot|unable to|fail\w* to) (access|download|find|fetch|retrieve|read|list)\b.{0,60}"
            r"(\bs3\b|s3://|\bobjects?\b|model data|artifact|bucket)",
        ),
        unless=r"specified bucket|subnet|security group|route|CreateBucket|is not authorized to perform|parts? could",
    ),
    Sign(
        C.ARTIFACT_INVALID,
        4,
        (
            r"(\bmodel\b|weights?|checkpoint|archive|tokenizer|config\.(json|pbtxt)|safetensors|model\.\w{2,6}"
            r"|\.pth?\b|\.onnx"
            r"|\.joblib|\.pkl|/opt/ml/model|savedmodel|servable|torchscript)\b.{0,100}(" + UNLOADED + ")",
            rf"({UNLOADED})\b.{{0,80}}(\bmodel\b|weights?|checkpoint|archive|tokenizer|model\.\w{{2,6}}"
            rf"|\.pth?\b|\.onnx|\.pkl"
            r"|/opt/ml/model|/models/)",
            r"\b(onnx|safetensors|gguf|pickle|joblib|torchscript|protobuf)\b.{0,60}(error|invalid|fail|mismatch"
            r"|version)",
            r"input stream corrupted|KeyError: '[\w.]*\b(layers?|embed\w*|lm_head|transformer|encoder|decoder)\.",
            r"configuration expects\b.{0,40}\bmodel provides",
        ),
        unless=MODEL + r"(?!.*model.{0,20}load)|request|all models|worker|endpoint configuration|s3://|timed? ?out"
        r"|CreateEndpoint|could not find model\b|mo(re|st) memory",
    ),
    Sign(
        C.IMAGE_UNAVAILABLE,
        4,
        (
            r"\b(container|docker|ecr|algorithm|inference|training)\b.{0,20}\bimage\b.{0,120}("
            + MISSING
            + "|"
            + REFUSED
            + "|pull)",
            r"\b(ecr|registry|manifest|docker)\b.{0,120}("
            + MISSING
            + "|"
            + REFUSED
            + r"|not pull|fail\w* to pull|unsupported)",
        ),
        unless=r"start|CreateRepository|is not authorized to perform|exec",
    ),
)
