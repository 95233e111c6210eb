"""Reads what stands in the way of a deployment: an endpoint that has the name."""

from __future__ import annotations

from typing import Any, Protocol

from services.deploy.models import FoundEndpoint
from services.errors import code_and_message, translate


class HasClients(Protocol):
    """What is needed of the connection's clients."""

    def get(self, service: str) -> Any:
        """The boto3 client of a service."""


class DeployGateway:
    """Reads endpoints with the connection's SageMaker client."""

    def __init__(self, clients: HasClients) -> None:
        self._clients = clients

    def endpoint(self, name: str) -> FoundEndpoint | None:
        """The endpoint of this exact name, or None where SageMaker says that it could not find it."""
        try:
            answer = self._clients.get("sagemaker").describe_endpoint(EndpointName=name)
        except Exception as error:
            code, message = code_and_message(error)
            if code == "ValidationException" and "Could not find" in message:
                return None
            raise translate(error, f"looking for an endpoint named {name}") from error
        return FoundEndpoint(answer["EndpointName"], answer["EndpointStatus"], answer.get("EndpointConfigName", ""))
