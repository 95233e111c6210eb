"""Reads an endpoint as far as it may be read, for a page that shows the rest and names what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from services.clients import RegionalClients
from services.endpoints.gateway import EndpointsGateway
from services.endpoints.models import ModelFacts
from services.errors import PermissionDenied

Read = TypeVar("Read")


class ForgivingGateway(EndpointsGateway):
    """For one endpoint: `endpoint` raises PermissionDenied only where the endpoint itself may not be read.

    denied   what may not be, in words that name the action
    """

    def __init__(self, clients: RegionalClients) -> None:
        super().__init__(clients)
        self.denied: list[str] = []

    def tags(self, arn: str) -> tuple[tuple[str, str], ...]:
        """The tags, () where they may not be read."""
        return self._as_far(lambda: EndpointsGateway.tags(self, arn), ())

    def _config(self, name: str, version: str) -> Mapping[str, Any]:
        return self._as_far(lambda: EndpointsGateway._config(self, name, version), {})

    def _model(self, name: str, version: str) -> ModelFacts | None:
        return self._as_far(lambda: EndpointsGateway._model(self, name, version), None)

    def _components(self, name: str) -> tuple[str, ...]:
        return self._as_far(lambda: EndpointsGateway._components(self, name), ())

    def _as_far(self, read: Callable[[], Read], otherwise: Read) -> Read:
        try:
            return read()
        except PermissionDenied as denied:
            words = f"{denied.what} {denied.why}".strip()
            if words not in self.denied:
                self.denied.append(words)
            return otherwise
