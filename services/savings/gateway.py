"""Reads what lists do not tell: when somebody last worked in a Studio app."""

from __future__ import annotations

from collections.abc import Callable

from services.aws_errors import could_not_find, translate
from services.clients import ClientSource
from services.resources import Resource
from services.resources.describing import app_parameters
from services.savings.workspaces import LastUsed


class SavingsGateway:
    """Reads with the connection's clients; `turn` is waited for before every call to SageMaker's control plane."""

    def __init__(self, clients: Callable[[str], ClientSource], turn: Callable[[], None] = lambda: None) -> None:
        self._clients, self._turn = clients, turn

    def last_used(self, app: Resource) -> LastUsed | None:
        """When an app was last used, None when it is gone. Raises PermissionDenied, Throttled, Unreachable."""
        try:
            self._turn()
            found = self._clients(app.key.region).get("sagemaker").describe_app(**app_parameters(app))
        except Exception as error:
            if could_not_find(error):
                return None
            raise translate(error, f"looking at the app {app.name}") from error
        return LastUsed(found.get("LastUserActivityTimestamp"), found.get("LastHealthCheckTimestamp"))
