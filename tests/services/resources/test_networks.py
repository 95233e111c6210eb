"""Networks of a region: the default one first, and one subnet for each zone."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from services.errors import PermissionDenied
from services.resources.network_gateway import NetworkGateway
from services.resources.networks import Network, Subnet, default_of


class Clients:
    """One stubbed client."""

    def __init__(self) -> None:
        self.ec2 = boto3.client("ec2", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")

    def get(self, service: str) -> Any:
        assert service == "ec2"
        return self.ec2


def test_of_several_subnets_in_a_zone_the_public_one_is_taken() -> None:
    network = Network("vpc-1", subnets=(Subnet("s-3", "b"), Subnet("s-1", "a"), Subnet("s-2", "a", public=True)))
    assert [each.id for each in network.one_a_zone()] == ["s-2", "s-3"]
    assert len(Network("vpc-1", subnets=tuple(Subnet(f"s-{n}", f"z-{n}") for n in range(20))).one_a_zone()) == 16


def test_without_a_default_network_there_is_none() -> None:
    assert default_of((Network("vpc-1"),)) is None
    assert default_of((Network("vpc-1"), Network("vpc-2", default=True))) == Network("vpc-2", default=True)


def test_three_calls_tell_every_network_with_what_lies_in_it() -> None:
    clients = Clients()
    with Stubber(clients.ec2) as stub:
        stub.add_response("describe_subnets", {"Subnets": [
            {"SubnetId": "subnet-1", "VpcId": "vpc-2", "AvailabilityZone": "us-east-1a", "MapPublicIpOnLaunch": True},
            {"SubnetId": "subnet-2", "VpcId": "vpc-1", "AvailabilityZone": "us-east-1a",
             "Tags": [{"Key": "Name", "Value": "private"}]},
        ]})  # fmt: skip
        groups = [{"GroupId": "sg-1", "GroupName": "default", "VpcId": "vpc-2"}]
        stub.add_response("describe_security_groups", {"SecurityGroups": groups})
        vpcs = [{"VpcId": "vpc-1", "IsDefault": False}, {"VpcId": "vpc-2", "IsDefault": True}]
        stub.add_response("describe_vpcs", {"Vpcs": vpcs})
        default, own = NetworkGateway(clients).networks()
    assert (default.vpc_id, default.default, [each.name for each in default.groups]) == ("vpc-2", True, ["default"])
    assert [(each.name, each.public) for each in own.subnets] == [("private", False)]


def test_a_right_that_is_missing_is_named() -> None:
    clients = Clients()
    with Stubber(clients.ec2) as stub:
        stub.add_client_error(
            "describe_subnets", "UnauthorizedOperation", "You are not authorized to perform: ec2:DescribeSubnets"
        )
        with pytest.raises(PermissionDenied):
            NetworkGateway(clients).networks()
