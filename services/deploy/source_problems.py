"""What is wrong with what is to run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.deploy import grammar
from services.deploy.hub import server_name, versions
from services.deploy.models import DeployRequest, HostedModel, Place, Problem
from services.deploy.pipeline import pipeline_problems
from services.deploy.sources import CatalogSource, CustomSource, HubSource, PipelineSource, Server
from services.inference import Family

# The hub's own rules: two parts of up to 96 letters, digits, dots, hyphens and underscores, none doubled.
_HUB_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}/[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
_REVISION = re.compile(r"[A-Za-z0-9._/-]{1,200}")
_QUANTIZATION = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
MOST_TOKENS = 10_000_000  # beyond what any published model takes
MOST_GPUS = 16  # of an instance
MOST_WEIGHTS_GIB = 100_000  # beyond any instance's memory and disk


def source_problems(request: DeployRequest, model: HostedModel, place: Place | None) -> Iterator[Problem]:
    """Problems of the fields under `source`."""
    if model.subscription:
        words = f"{model.name} is sold through AWS Marketplace and needs a subscription first: {model.subscription}"
        yield Problem("source", words)
    match request.source:
        case CatalogSource():
            return
        case HubSource() as source:
            yield from _hub(request, source)
        case CustomSource() as source:
            yield from _custom(source, place)
        case PipelineSource() as source:
            yield from pipeline_problems(request, source)


def _hub(request: DeployRequest, source: HubSource) -> Iterator[Problem]:
    server = server_name(source.server)
    if not _HUB_ID.fullmatch(source.hub_id) or re.search(r"\.\.|--", source.hub_id):
        words = f"{source.hub_id or 'An empty text'} is no id of the Hugging Face hub: it looks like owner/name."
        yield Problem("source.hub_id", words)
    if source.revision and not _REVISION.fullmatch(source.revision):
        yield Problem("source.revision", f"{source.revision} is no branch, tag or commit.")
    if source.version and source.version not in versions(source.server):
        words = f"{server} {source.version} is not known here; known are {', '.join(versions(source.server))}."
        yield Problem("source.version", words)
    yield from _limits(source)
    if source.quantization and source.server is Server.TEI:
        yield Problem("source.quantization", "TEI does not quantise.")
    elif source.quantization and not _QUANTIZATION.fullmatch(source.quantization):
        words = f"{source.quantization} is no quantisation: a word as {server} has it, such as awq, gptq or fp8."
        yield Problem("source.quantization", words)
    if not 0 <= source.weights_gib <= MOST_WEIGHTS_GIB:
        words = f"{grammar.written(source.weights_gib)} GiB cannot be; 0 is estimated from the name."
        yield Problem("source.weights_gib", words)
    if request.advanced.isolated:
        words = "The container fetches the weights from the hub, so it needs the network: it cannot be isolated."
        yield Problem("advanced.isolated", words)


def _limits(source: HubSource) -> Iterator[Problem]:
    for name in ("most_input_tokens", "most_total_tokens"):
        tokens = getattr(source, name)
        if not 0 <= tokens <= MOST_TOKENS:
            yield Problem(f"source.{name}", f"{tokens} tokens cannot be: 1 to {MOST_TOKENS}; 0 is the container's own.")
    if source.most_total_tokens and source.most_input_tokens >= source.most_total_tokens:
        words = "The input and the answer together have to be more tokens than the input alone."
        yield Problem("source.most_total_tokens", words)
    if not 0 <= source.gpus <= MOST_GPUS:
        yield Problem("source.gpus", f"{source.gpus} GPUs cannot be: 1 to {MOST_GPUS}; 0 is all of the instance.")


def _custom(source: CustomSource, place: Place | None) -> Iterator[Problem]:
    if wrong := grammar.image_problem(source.image, place):
        yield Problem("source.image", wrong)
    if source.artifact and (wrong := grammar.artifact_problem(source.artifact)):
        yield Problem("source.artifact", wrong)
    families = [each.value for each in Family]
    if source.family and source.family not in families:
        words = f"{source.family} is no way to be called that is known; known are {', '.join(families)}."
        yield Problem("source.family", words)
