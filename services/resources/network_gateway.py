"""Reads the networks of a region from EC2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.aws_errors import translate
from services.clients import ClientSource
from services.resources.networks import Network, SecurityGroup, Subnet

MOST = 1_000  # of each kind: a VPC has five groups and six subnets unless somebody asked for more


class NetworkGateway:
    """Reads with the connection's EC2 client."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def networks(self) -> tuple[Network, ...]:
        """Every VPC of the region with what lies in it, the default one first: three paged calls.

        Raises PermissionDenied and the like.
        """
        subnets, groups = (
            list(self._rows("describe_subnets", "Subnets")),
            list(self._rows("describe_security_groups", "SecurityGroups")),
        )
        found = [_network(row, subnets, groups) for row in self._rows("describe_vpcs", "Vpcs")]
        return tuple(sorted(found, key=lambda each: (not each.default, each.vpc_id)))

    def _rows(self, operation: str, member: str) -> Iterator[Mapping[str, Any]]:
        try:
            pages = self._clients.get("ec2").get_paginator(operation)
            for page in pages.paginate(PaginationConfig={"MaxItems": MOST}):
                yield from page.get(member, [])
        except Exception as error:
            raise translate(error, f"listing the {member.lower()} of the region") from error


def _network(row: Mapping[str, Any], subnets: list[Mapping[str, Any]], groups: list[Mapping[str, Any]]) -> Network:
    vpc = row["VpcId"]
    return Network(
        vpc_id=vpc,
        default=bool(row.get("IsDefault")),
        name=_name(row),
        subnets=tuple(
            Subnet(
                id=each["SubnetId"], zone=each.get("AvailabilityZone", ""), name=_name(each),
                cidr=each.get("CidrBlock", ""), public=bool(each.get("MapPublicIpOnLaunch")),
            )
            for each in subnets if each.get("VpcId") == vpc
        ),
        groups=tuple(
            SecurityGroup(each["GroupId"], each.get("GroupName", "")) for each in groups if each.get("VpcId") == vpc
        ),
    )  # fmt: skip


def _name(row: Mapping[str, Any]) -> str:
    return next((str(tag.get("Value", "")) for tag in row.get("Tags", []) if tag.get("Key") == "Name"), "")
