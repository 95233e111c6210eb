"""Reads what an account holds in one region: the lists, tags in bulk, and one resource's description and tags."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from services.aws_errors import code_and_message, could_not_find, translate
from services.clients import ClientSource
from services.errors import NotFound, SagedeckError
from services.pace import Pace
from services.resources.describing import DESCRIBINGS, with_configuration
from services.resources.listing import Listing
from services.resources.models import Kind, Place, Resource

TAG_STREAMS: tuple[tuple[str, ...], ...] = (
    ("sagemaker:endpoint",),
    ("sagemaker:endpoint-config",),
    ("sagemaker:model",),
    (
        *(
            f"sagemaker:{each}"
            for each in (
                "inference-component", "notebook-instance", "notebook-instance-lifecycle-config", "domain",
                "user-profile", "space", "app", "studio-lifecycle-config", "training-job", "transform-job",
                "automl-job", "processing-job",
            )
        ),
        "sns", "logs:log-group", "cloudwatch:alarm", "application-autoscaling",
    ),
)  # fmt: skip
"""Tags come a hundred resources a call, one call after the other: kinds that may be many have a stream of their own."""
ALL_TAGGED = ("sagemaker", "sns", "logs:log-group", "cloudwatch:alarm", "application-autoscaling")
TAG_SHARE = 0.75  # of the pace: the tags of all have a limit of their own, of 15 calls a second
_OLD_NAMES = {"EU": "eu-west-1"}
_WITHOUT_TAGS = frozenset({"NoSuchTagSet"})
_GONE = frozenset({"RecordNotFound"})
Found = TypeVar("Found")
Page = tuple[tuple[Resource, ...], str]


class ResourcesGateway:
    """Reads with the connection's clients. `pace` is waited for before every call to SageMaker's control plane."""

    def __init__(self, clients: ClientSource, place: Place, pace: Pace) -> None:
        self._clients, self.place, self.pace = clients, place, pace
        self.tag_pace = Pace(pace.rate * TAG_SHARE)
        self._configs: dict[str, Mapping[str, Any]] = {}  # read for an endpoint, and not yet for themselves
        self._types: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def page(self, listing: Listing, token: str = "") -> Page:
        """One page of a kind's list, and what the next is asked with, "" after the last. Raises what listing raises."""
        ask_with, told_as = listing.tokens
        asked = {**listing.asked, **({ask_with: token} if token else {})}
        try:
            found = self._call(listing.service, listing.operation, asked)
        except Exception as error:
            raise translate(error, f"listing {listing.kind}s") from error
        read = (listing.read(row, self._region_of(row) if listing.kind is Kind.BUCKET else self.place)
                for row in found.get(listing.rows, []))  # fmt: skip
        return tuple(each for each in read if each is not None), found.get(told_as) or ""

    def _region_of(self, row: Mapping[str, Any]) -> Place:
        """A bucket's own region, for a list that does not tell it."""
        if row.get("BucketRegion"):
            return self.place
        try:
            found = self._call("s3", "get_bucket_location", {"Bucket": row["Name"]}).get("LocationConstraint")
        except Exception:  # noqa: BLE001 - then it is taken to be here, and its description says if it is not
            return self.place
        return replace(self.place, region=_OLD_NAMES.get(found, found) if found else "us-east-1")

    def tags(self, kinds: tuple[str, ...], token: str = "") -> tuple[Mapping[str, Mapping[str, str]], str]:
        """A page of the tags of what is of these kinds and has or had some, by ARN, and what the next is asked with.

        Raises what reading them raises, InvalidRequest for a kind that this region does not know.
        """
        asked = {"ResourceTypeFilters": list(kinds), "ResourcesPerPage": 100, "PaginationToken": token}
        try:
            self.tag_pace.wait()
            found = self._call("resourcegroupstaggingapi", "get_resources", asked)
        except Exception as error:
            raise translate(error, "reading the tags of everything") from error
        rows = found.get("ResourceTagMappingList", [])
        tags = {row["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])} for row in rows}
        return tags, found.get("PaginationToken") or ""

    def described(self, resource: Resource) -> Resource:
        """The resource with what it uses and holds. Raises NotFound when it is gone, and what reading raises."""
        describing = DESCRIBINGS[resource.kind]
        if resource.kind is Kind.ENDPOINT_CONFIG:
            return describing.read(resource, self._own_configuration(resource))
        found = self._describe(describing.operation, resource, describing.asked(resource), describing.service)
        read = describing.read(resource, found)
        if resource.kind is Kind.ENDPOINT and any(not each.memory_mb for each in read.machines):
            return with_configuration(read, self._variants(read))
        return self._weighed(read) if resource.kind is Kind.BUCKET and read.stored is None else read

    def _own_configuration(self, resource: Resource) -> Mapping[str, Any]:
        with self._lock:
            found = self._configs.pop(resource.name, None)
        if found is None:
            asked = {"EndpointConfigName": resource.name}
            found = self._describe("describe_endpoint_config", resource, asked)
            self._remember(resource.name, found)
        return found

    def _remember(self, name: str, found: Mapping[str, Any]) -> None:
        members = ("ProductionVariants", "ShadowProductionVariants")
        told = ("VariantName", "InstanceType")
        self._types[name] = {
            member: [{each: variant.get(each, "") for each in told} for variant in found[member]]
            for member in members
            if member in found
        }

    def _variants(self, endpoint: Resource) -> Mapping[str, Any]:
        """What an endpoint's configuration says of its variants; it never changes and is read once."""
        name = next((key.name for key in endpoint.uses if key.kind is Kind.ENDPOINT_CONFIG), "")
        if name and name not in self._types:
            asked = {"EndpointConfigName": name}
            try:
                found = self._describe("describe_endpoint_config", endpoint, asked)
            except NotFound:  # a configuration may be deleted under its endpoint
                return {}
            self._remember(name, found)
            with self._lock:
                self._configs[name] = found
        return self._types.get(name, {})

    def changed(self, resource: Resource) -> None:
        """Another resource has taken the name: what was read of the former is forgotten."""
        if resource.kind is Kind.ENDPOINT_CONFIG:
            with self._lock:
                self._types.pop(resource.name, None)
                self._configs.pop(resource.name, None)

    def _weighed(self, bucket: Resource) -> Resource:
        """With the size that CloudWatch last noted of it, in bytes; it may be two days old, or not be there."""
        now = datetime.now(UTC)
        names = [{"Name": "BucketName", "Value": bucket.name}, {"Name": "StorageType", "Value": "StandardStorage"}]
        try:
            found = self._call("cloudwatch", "get_metric_statistics", {
                "Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": names, "Period": 86400,
                "StartTime": now - timedelta(days=3), "EndTime": now, "Statistics": ["Average"],
            })  # fmt: skip
        except Exception:  # noqa: BLE001 - the size is a help, not a condition
            return bucket
        points = sorted(found.get("Datapoints", []), key=lambda each: each["Timestamp"])
        return replace(bucket, stored=int(points[-1]["Average"])) if points else bucket

    def with_tags(self, resource: Resource) -> Resource:
        """The resource with its own tags, for one that the tags of all do not hold. Raises what reading raises."""
        try:
            return replace(resource, tags=self._own_tags(resource))
        except Exception as error:
            # an app that failed is described but has no tags to ask for; what is really gone, the next list leaves out
            if could_not_find(error) or code_and_message(error)[0] in _WITHOUT_TAGS:
                return replace(resource, tags={})
            raise translate(error, f"reading the tags of the {resource.kind} {resource.name}") from error

    def _own_tags(self, resource: Resource) -> dict[str, str]:
        service = resource.arn.split(":")[2]
        if service == "sagemaker":
            found, token = [], ""
            while True:
                asked = {"ResourceArn": resource.arn, **({"NextToken": token} if token else {})}
                page = self._call("sagemaker", "list_tags", asked)
                found += page.get("Tags", [])
                token = page.get("NextToken", "")
                if not token:
                    return {tag["Key"]: tag["Value"] for tag in found}
        if service == "s3":
            rows = self._call("s3", "get_bucket_tagging", {"Bucket": resource.name}).get("TagSet", [])
            return {tag["Key"]: tag["Value"] for tag in rows}
        member = {"cloudwatch": "ResourceARN", "application-autoscaling": "ResourceARN", "sns": "ResourceArn"}
        asked = {member.get(service, "resourceArn"): resource.arn}
        page = self._call(service, "list_tags_for_resource", asked)
        told = page.get("Tags", page.get("tags", []))
        return dict(told) if isinstance(told, Mapping) else {tag["Key"]: tag["Value"] for tag in told}

    def _describe(
        self, operation: str, resource: Resource, asked: Mapping[str, str], service: str = "sagemaker"
    ) -> Mapping[str, Any]:
        try:
            return self._call(service, operation, asked)
        except Exception as error:
            if could_not_find(error) or code_and_message(error)[1].strip() in _GONE:
                raise NotFound(f"The {resource.kind} {resource.name} is gone.", "", "Look again.") from error
            raise translate(error, f"looking at the {resource.kind} {resource.name}") from error

    def _call(self, service: str, operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        if service == "sagemaker":
            self.pace.wait()
        found: Mapping[str, Any] = getattr(self._clients.get(service), operation)(**asked)
        return found

    def alias(self) -> str:
        """The account's alias, "" where it has none or it may not be read."""
        return _or_nothing(lambda: next(iter(
            self._clients.get("iam").list_account_aliases().get("AccountAliases", [])), ""), "")  # fmt: skip

    def regions(self) -> tuple[str, ...]:
        """The regions enabled for the account; () where that may not be asked."""
        return _or_nothing(self._listed_regions, ()) or _or_nothing(self._described_regions, ())

    def _listed_regions(self) -> tuple[str, ...]:
        pages = self._clients.get("account").get_paginator("list_regions").paginate(
            RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"]
        )  # fmt: skip
        return tuple(sorted(row["RegionName"] for page in pages for row in page.get("Regions", [])))

    def _described_regions(self) -> tuple[str, ...]:
        rows = self._clients.get("ec2").describe_regions().get("Regions", [])
        return tuple(sorted(row["RegionName"] for row in rows))


def _or_nothing(ask: Callable[[], Found], nothing: Found) -> Found:
    try:
        return ask()
    except Exception as error:
        if isinstance(translate(error, "looking at the account"), SagedeckError):
            return nothing
        raise
