"""Reads what stands in the way of a deployment: an endpoint that has the name."""

from __future__ import annotations

from services.aws_errors import found_or_none
from services.clients import ClientSource
from services.deploy.models import FoundEndpoint


class DeployGateway:
    """Reads endpoints with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def endpoint(self, name: str) -> FoundEndpoint | None:
        """The endpoint of this exact name, or None where SageMaker says that it could not find it."""
        answer = found_or_none(
            lambda: self._clients.get("sagemaker").describe_endpoint(EndpointName=name),
            f"looking for an endpoint named {name}",
        )
        if answer is None:
            return None
        return FoundEndpoint(answer["EndpointName"], answer["EndpointStatus"], answer.get("EndpointConfigName", ""))
