"""Reads what a deployment would meet: endpoints that hold instances, images, artefacts, networks, keys, topics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from services.aws_errors import code_and_message, found_or_none, translate
from services.clients import RegionalClients
from services.deploy import FoundEndpoint
from services.errors import NotFound
from services.preflight.found import Bucket, FoundImage, Held, HeldByEndpoint, Key, Listed, Network, Objects

T = TypeVar("T")
MOST_ENDPOINTS = 2_000  # names that are listed, 100 a call; more are counted as not looked at
FEW_OBJECTS = 1_000  # of an artefact's prefix; its size is at least theirs


class PreflightGateway:
    """Reads with the connection's clients; changes nothing."""

    def __init__(self, clients: RegionalClients) -> None:
        self._clients = clients

    def endpoints(self) -> tuple[Listed, ...]:
        """Every endpoint that may hold instances, newest first."""

        def ask() -> tuple[Listed, ...]:
            pages = (
                self._clients.get("sagemaker")
                .get_paginator("list_endpoints")
                .paginate(PaginationConfig={"MaxItems": MOST_ENDPOINTS, "PageSize": 100})
            )
            return tuple(
                Listed(row["EndpointName"], row["EndpointStatus"], _moment(row["LastModifiedTime"]))
                for page in pages
                for row in page["Endpoints"]
                if row["EndpointStatus"] not in ("Failed", "Deleting", "OutOfService")
            )

        return self._told(ask, "listing endpoints")

    def endpoint(self, name: str) -> FoundEndpoint | None:
        """The endpoint of this exact name, or None where there is none."""
        row = found_or_none(
            lambda: self._clients.get("sagemaker").describe_endpoint(EndpointName=name),
            f"looking for an endpoint named {name}",
        )
        return row and FoundEndpoint(row["EndpointName"], row["EndpointStatus"], row.get("EndpointConfigName", ""))

    def held_by(self, name: str) -> HeldByEndpoint:
        """The instances by type, and the serverless concurrency, that one endpoint holds; nothing once it is gone."""
        sagemaker = self._clients.get("sagemaker")
        doing = f"reading the endpoint {name}"
        row = found_or_none(lambda: sagemaker.describe_endpoint(EndpointName=name), doing)
        if row is None:
            return HeldByEndpoint((), 0, 0)
        config = found_or_none(
            lambda: sagemaker.describe_endpoint_config(EndpointConfigName=row["EndpointConfigName"]), doing
        )
        return _held(row, config or {})

    def image(self, repository: str, reference: str) -> FoundImage | None:
        """An image of this account's own registry by tag or digest; None where there is none."""
        which = {"imageDigest": reference} if reference.startswith("sha256:") else {"imageTag": reference}

        def ask() -> FoundImage | None:
            ecr = self._clients.get("ecr")
            try:
                row = ecr.describe_images(repositoryName=repository, imageIds=[which])["imageDetails"][0]
            except Exception as error:
                if code_and_message(error)[0] in ("ImageNotFoundException", "RepositoryNotFoundException"):
                    return None
                raise
            return FoundImage(row.get("imageSizeInBytes", 0), row.get("imageManifestMediaType", ""))

        return self._told(ask, f"looking for the image {repository}")

    def objects(self, bucket: str, key: str) -> Objects:
        """How many objects lie below a prefix and their bytes, of the first thousand; of a key, that one."""

        def ask() -> Objects:
            s3 = self._clients.get("s3")
            if key and not key.endswith("/"):
                return Objects(1, s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
            page = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=FEW_OBJECTS)
            rows = page.get("Contents", [])
            return Objects(len(rows), sum(row["Size"] for row in rows), complete=not page.get("IsTruncated"))

        try:
            return self._told(ask, f"looking at s3://{bucket}/{key}")
        except NotFound:
            return Objects(0, 0)

    def bucket(self, name: str) -> Bucket | None:
        """Where a bucket is; None where there is none. Its region is told even where reading it is refused."""
        try:
            answer = self._clients.get("s3").head_bucket(Bucket=name)
        except Exception as error:
            code, headers = code_and_message(error)[0], _headers(error)
            if code in ("404", "NoSuchBucket", "NotFound"):
                return None
            if headers.get("x-amz-bucket-region"):  # 301 from elsewhere, 403 without the right to look
                return Bucket(headers["x-amz-bucket-region"], readable=code not in ("403", "AccessDenied"))
            raise translate(error, f"looking at the bucket {name}") from error
        return Bucket(answer.get("BucketRegion", "") or _headers_of(answer).get("x-amz-bucket-region", ""))

    def networks(self, subnets: tuple[str, ...]) -> Mapping[str, Network]:
        """The VPC and free addresses of each subnet that is there."""

        def ask() -> Mapping[str, Network]:
            bound = [{"Name": "subnet-id", "Values": list(subnets)}]  # a filter finds what is there and refuses nothing
            rows = self._clients.get("ec2").describe_subnets(Filters=bound)["Subnets"]
            return {row["SubnetId"]: Network(row["VpcId"], row.get("AvailableIpAddressCount", 0)) for row in rows}

        return self._told(ask, "reading the subnets")

    def groups(self, groups: tuple[str, ...]) -> Mapping[str, str]:
        """The VPC of each security group that is there."""

        def ask() -> Mapping[str, str]:
            bound = [{"Name": "group-id", "Values": list(groups)}]
            rows = self._clients.get("ec2").describe_security_groups(Filters=bound)["SecurityGroups"]
            return {row["GroupId"]: row.get("VpcId", "") for row in rows}

        return self._told(ask, "reading the security groups")

    def key(self, key: str) -> Key | None:
        """A KMS key by id, ARN or alias; None where there is none."""
        try:
            row = self._told(lambda: self._clients.get("kms").describe_key(KeyId=key), f"reading the key {key}")
        except NotFound:
            return None
        found = row["KeyMetadata"]
        return Key(found["Arn"], found.get("KeyState", ""))

    def topic(self, arn: str) -> bool:
        """Whether an SNS topic is there."""
        try:
            self._told(lambda: self._clients.get("sns").get_topic_attributes(TopicArn=arn), f"reading the topic {arn}")
        except NotFound:
            return False
        return True

    @staticmethod
    def _told(ask: Callable[[], T], doing: str) -> T:
        try:
            return ask()
        except Exception as error:
            if code_and_message(error)[0] in ("NotFoundException", "NotFound", "404", "NoSuchKey", "NoSuchBucket"):
                raise NotFound(f"It was not found while {doing}.") from error
            raise translate(error, doing) from error


def _moment(when: datetime) -> str:
    return when.isoformat()


def _headers(error: BaseException) -> Mapping[str, str]:
    return _headers_of(getattr(error, "response", None) or {})


def _headers_of(answer: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return found


def _held(row: Mapping[str, Any], config: Mapping[str, Any]) -> HeldByEndpoint:
    """An endpoint on its way to more instances holds those it was asked for: the larger of the two numbers."""
    live = {each["VariantName"]: each for each in row.get("ProductionVariants", [])}
    live |= {each["VariantName"]: each for each in row.get("ShadowProductionVariants", [])}
    held: list[Held] = []
    serverless = concurrency = 0
    for spec in (*config.get("ProductionVariants", []), *config.get("ShadowProductionVariants", [])):
        now = live.get(spec["VariantName"], {})
        if "ServerlessConfig" in spec:
            serverless += 1
            concurrency += spec["ServerlessConfig"].get("MaxConcurrency", 0)
        elif now.get("InstancePools"):
            held += [Held(pool["InstanceType"], pool.get("CurrentInstanceCount", 0)) for pool in now["InstancePools"]]
        elif spec.get("InstanceType"):
            initial = spec.get("InitialInstanceCount", 0)
            count = max(now.get("CurrentInstanceCount", initial), now.get("DesiredInstanceCount", initial))
            held.append(Held(spec["InstanceType"], count))
    return HeldByEndpoint(tuple(held), serverless, concurrency)
