"""How an endpoint wants to be called."""

from __future__ import annotations

from services.inference.models import Contract, EndpointFacts


def recognise(facts: EndpointFacts) -> Contract | None:
    """The contract that the facts alone tell, or None."""
    raise NotImplementedError


class Contracts:
    """Remembered contracts."""
