"""Reads what stands in the way of a deployment, or carries it: an endpoint that has the name, a component likewise."""

from __future__ import annotations

from dataclasses import replace

from services.aws_errors import found_or_none
from services.clients import ClientSource
from services.deploy.models import FoundComponent, FoundEndpoint


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
        counts = [each.get("CurrentInstanceCount", 0) for each in answer.get("ProductionVariants", [])]
        return FoundEndpoint(
            answer["EndpointName"], answer["EndpointStatus"], answer.get("EndpointConfigName", ""), count=sum(counts)
        )

    def host(self, name: str) -> FoundEndpoint | None:
        """The same with what its configuration says of its first variant: what a component is put onto."""
        found = self.endpoint(name)
        if found is None or not found.config_name:
            return found
        answer = found_or_none(
            lambda: self._clients.get("sagemaker").describe_endpoint_config(EndpointConfigName=found.config_name),
            f"reading the configuration of {name}",
        )
        if answer is None or not answer["ProductionVariants"]:
            return found
        first = answer["ProductionVariants"][0]
        pools = sorted(first.get("InstancePools", []), key=lambda pool: int(pool["Priority"]))
        return replace(
            found,
            variant=first["VariantName"],
            instance_type=first.get("InstanceType") or (pools[0]["InstanceType"] if pools else ""),
            most=first.get("ManagedInstanceScaling", {}).get("MaxInstanceCount", found.count),
            takes_components=not any(each.get("ModelName") for each in answer["ProductionVariants"]),
        )

    def component(self, name: str) -> FoundComponent | None:
        """The inference component of this exact name, or None where SageMaker says that it could not find it."""
        answer = found_or_none(
            lambda: self._clients.get("sagemaker").describe_inference_component(InferenceComponentName=name),
            f"looking for an inference component named {name}",
        )
        return FoundComponent(answer["EndpointName"], answer["InferenceComponentStatus"]) if answer else None
