"""Reads what stands in the way of a deployment: an endpoint that has the name."""

from __future__ import annotations

from services.aws_errors import could_not_find, translate
from services.clients import ClientSource
from services.deploy.models import FoundEndpoint


class DeployGateway:
    """Reads endpoints with the connection's SageMaker client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def endpoint(self, name: str) -> FoundEndpoint | None:
        """The endpoint of this exact name, or None where SageMaker says that it could not find it."""
        try:
            answer = self._clients.get("sagemaker").describe_endpoint(EndpointName=name)
        except Exception as error:
            if could_not_find(error):
                return None
            raise translate(error, f"looking for an endpoint named {name}") from error
        return FoundEndpoint(answer["EndpointName"], answer["EndpointStatus"], answer.get("EndpointConfigName", ""))
