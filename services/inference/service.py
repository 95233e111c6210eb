"""What pages and the command line call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from services.inference.embeddings import Embedder, VectorCache
from services.inference.models import (
    Answer,
    ChatParams,
    Contract,
    Delta,
    EndpointFacts,
    Message,
    SmokeResult,
)

if TYPE_CHECKING:
    from services.state import State


class InferenceService:
    """Chat, embeddings, contracts and smoke tests for the endpoints of one connection.

    `runtime_client` gives the boto3 sagemaker-runtime client; `scope` is (partition, account, region).
    """

    def __init__(self, runtime_client: Callable[[], Any], state: State | None, *, scope: tuple[str, str, str]) -> None:
        raise NotImplementedError

    def chat(self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract) -> Answer:
        """The whole answer."""
        raise NotImplementedError

    def stream(
        self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract
    ) -> Iterator[Delta]:
        """The answer piece by piece; the last Delta has `done`."""
        raise NotImplementedError

    def embeddings(self, endpoint: str, contract: Contract, cache: VectorCache | None = None) -> Embedder:
        """A LangChain Embeddings for this endpoint."""
        raise NotImplementedError

    def contract_for(self, facts: EndpointFacts) -> Contract:
        """Recognised, else remembered, else found by a probe and remembered."""
        raise NotImplementedError

    def smoke_test(self, endpoint: str, contract: Contract) -> SmokeResult:
        """One tiny request; raises what went wrong."""
        raise NotImplementedError
