"""Reads what an account holds: the list of each kind, tags of all, and one resource's description."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from services.aws_errors import could_not_find, translate
from services.clients import ClientSource
from services.errors import NotFound, SagedeckError
from services.resources.describing import DESCRIBINGS, with_configuration
from services.resources.listing import Listing, Place
from services.resources.models import Kind, Resource

PAGE = 100  # what SageMaker's lists tell in a call at most
_TAGGED = ("sagemaker", "sns", "logs:log-group", "cloudwatch:alarm", "application-autoscaling", "s3")


class Regional(ClientSource, Protocol):
    """Clients that can speak to another region too."""

    def in_region(self, region: str) -> ClientSource:
        """The same identity's clients there."""
        ...


class ResourcesGateway:
    """Reads with the connection's clients; `turn` is waited for before every call to SageMaker's control plane."""

    def __init__(self, clients: ClientSource, place: Place, turn: Callable[[], None] = lambda: None) -> None:
        self._clients, self.place, self._turn = clients, place, turn
        self._configs: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def listed(self, listing: Listing) -> Iterator[tuple[Resource, ...]]:
        """A kind's resources, a page at a time. Raises what listing raises."""
        asked = dict(listing.asked)
        if listing.service == "sagemaker":
            asked["MaxResults"] = PAGE
        try:
            client = self._clients.get(listing.service)
            pages = client.get_paginator(listing.operation).paginate(**asked)
            for page in self._paced(pages, listing.service):
                read = (listing.read(row, self.place) for row in page.get(listing.rows, []))
                yield tuple(each for each in read if each is not None)
        except Exception as error:
            raise translate(error, f"listing {listing.kind}s") from error

    def _paced(self, pages: Any, service: str) -> Iterator[Mapping[str, Any]]:
        ahead = iter(pages)
        while True:
            if service == "sagemaker":
                self._turn()
            try:
                page = next(ahead)
            except StopIteration:
                return
            yield page

    def tags(self) -> Mapping[str, Mapping[str, str]]:
        """The tags of everything in the region that has or had some, by ARN. Raises what reading them raises."""
        try:
            client = self._clients.get("resourcegroupstaggingapi")
            pages = client.get_paginator("get_resources").paginate(
                ResourceTypeFilters=list(_TAGGED), PaginationConfig={"PageSize": 100}
            )
            rows = [row for page in pages for row in page.get("ResourceTagMappingList", [])]
        except Exception as error:
            raise translate(error, "reading the tags of everything") from error
        return {row["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])} for row in rows}

    def described(self, resource: Resource) -> Resource:
        """The resource with what it uses and holds. Raises NotFound when it is gone, and what reading raises."""
        describing = DESCRIBINGS[resource.kind]
        found = self._describe(describing.operation, resource, describing.asked(resource))
        if resource.kind is Kind.ENDPOINT_CONFIG:
            self._configs[resource.name] = found
        read = describing.read(resource, found)
        if resource.kind is Kind.ENDPOINT and any(not each.memory_mb for each in read.machines):
            read = with_configuration(read, self._config(read))
        return read

    def _config(self, endpoint: Resource) -> Mapping[str, Any]:
        """An endpoint's configuration, which never changes and is read once."""
        name = next((key.name for key in endpoint.uses if key.kind is Kind.ENDPOINT_CONFIG), "")
        if name and name not in self._configs:
            asked = {"EndpointConfigName": name}
            try:
                self._configs[name] = self._describe("describe_endpoint_config", endpoint, asked)
            except NotFound:  # a configuration may be deleted under its endpoint
                return {}
        return self._configs.get(name, {})

    def with_tags(self, resource: Resource) -> Resource:
        """The resource with its own tags, for one that the tags of all do not hold."""
        try:
            self._turn()
            pages = self._clients.get("sagemaker").get_paginator("list_tags").paginate(ResourceArn=resource.arn)
            found = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
        except Exception as error:
            if could_not_find(error):
                return resource
            raise translate(error, f"reading the tags of the {resource.kind} {resource.name}") from error
        return replace(resource, tags=found)

    def _describe(self, operation: str, resource: Resource, asked: Mapping[str, str]) -> Mapping[str, Any]:
        doing = f"looking at the {resource.kind} {resource.name}"
        try:
            self._turn()
            found: Mapping[str, Any] = getattr(self._clients.get("sagemaker"), operation)(**asked)
        except Exception as error:
            if could_not_find(error):
                raise NotFound(f"The {resource.kind} {resource.name} is gone.", "", "Look again.") from error
            raise translate(error, doing) from error
        return found

    def alias(self) -> str:
        """The account's alias, "" where it has none or it may not be read."""
        try:
            return next(iter(self._clients.get("iam").list_account_aliases().get("AccountAliases", [])), "")
        except Exception as error:
            if isinstance(translate(error, "reading the account's alias"), SagedeckError):
                return ""
            raise
