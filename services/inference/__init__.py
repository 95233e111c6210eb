"""Calling endpoints: how each wants to be called, chat whole or streamed, and embeddings in bulk.

May import the root files, plans and catalog. Tested by tests/services/inference/: pure functions directly, calls with a
client that lives in the test or with boto3's Stubber, streams cut at every byte, LangChain's own suites.

Nothing here loads LangChain, NumPy or an AWS package until it is used. `SageMakerEmbeddings` (a LangChain `Embeddings`)
and `ChatSageMaker` (a LangChain chat model) are loaded when they are first named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.inference.async_calls import AsyncJob, Outcome, Output, Piece
from services.inference.asynchronous import Submitted
from services.inference.calls import Call, Called, Live, Split
from services.inference.contract import Contracts, recognise
from services.inference.embeddings import Embedder, VectorCache
from services.inference.families import PARAMETERS
from services.inference.models import (
    MAX_BODY_BYTES,
    Answer,
    ChatParams,
    Contract,
    Delta,
    EndpointFacts,
    Family,
    Kind,
    Message,
    SmokeResult,
    Timing,
    Usage,
)
from services.inference.patience import Pace
from services.inference.rate import RateLimit, in_turn
from services.inference.reading import Reading, Vectors
from services.inference.runtime import Runtime
from services.inference.service import InferenceService
from services.inference.snippets import Language, Where, snippet
from services.inference.templates import Parameter, PayloadTemplate

if TYPE_CHECKING:
    from services.inference.gateway import ChatSageMaker

__all__ = [
    "MAX_BODY_BYTES",
    "PARAMETERS",
    "Answer",
    "AsyncJob",
    "Call",
    "Called",
    "ChatParams",
    "ChatSageMaker",
    "Contract",
    "Contracts",
    "Delta",
    "Embedder",
    "EndpointFacts",
    "Family",
    "InferenceService",
    "Kind",
    "Language",
    "Live",
    "Message",
    "Outcome",
    "Output",
    "Pace",
    "Parameter",
    "PayloadTemplate",
    "Piece",
    "RateLimit",
    "Reading",
    "Runtime",
    "SageMakerEmbeddings",
    "SmokeResult",
    "Split",
    "Submitted",
    "Timing",
    "Usage",
    "VectorCache",
    "Vectors",
    "Where",
    "in_turn",
    "recognise",
    "snippet",
]


def __getattr__(name: str) -> Any:
    if name == "SageMakerEmbeddings":
        from services.inference.embeddings import langchain_embeddings

        return langchain_embeddings()
    if name == "ChatSageMaker":
        from services.inference.gateway import ChatSageMaker

        return ChatSageMaker
    raise AttributeError(name)
