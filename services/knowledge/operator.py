"""Carries out the library's steps of a plan: services "astra" and "library"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.knowledge.service import KnowledgeService


class LibraryOperator:
    """An `Operator` (services.plans) for collections and documents of one owner."""

    def __init__(self, knowledge: KnowledgeService) -> None:
        self._knowledge = knowledge

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call; what is refused is raised with a `response` whose code is the error's class name."""
        raise NotImplementedError
