"""Clients whose answers a test writes down beforehand; whatever was not written down fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.stub import Stubber

ACCOUNT = "123456789012"


class StubbedClients:
    """Like the connection's clients, with a Stubber on each client asked for."""

    account, partition = ACCOUNT, "aws"

    def __init__(self, *services: str, region: str = "us-east-1") -> None:
        self.region = region
        session = boto3.Session("testing", "testing", region_name=region)
        self._clients = {service: session.client(service) for service in services}
        self.stubs = {service: Stubber(client) for service, client in self._clients.items()}

    def get(self, service: str) -> Any:
        """The client of a service that the test named."""
        return self._clients[service]

    def answer(self, service: str, operation: str, answer: Mapping[str, Any], asked: Mapping[str, Any] | None) -> None:
        """The next call must be this operation with these parameters."""
        self.stubs[service].add_response(operation, dict(answer), None if asked is None else dict(asked))

    def refuse(self, service: str, operation: str, code: str, message: str) -> None:
        """The next call must be this operation; it fails."""
        self.stubs[service].add_client_error(operation, service_error_code=code, service_message=message)

    @contextmanager
    def active(self) -> Iterator[None]:
        """Stubs answer inside, and at its end every one of them has been asked."""
        for stub in self.stubs.values():
            stub.activate()
        yield
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()
