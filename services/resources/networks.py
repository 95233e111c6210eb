"""The VPCs of a region with their subnets and security groups: what a notebook instance or a domain can stand in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet: `public` gives what is made in it an address of the internet; `zone` is its availability zone."""

    id: str
    zone: str
    name: str = ""
    cidr: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group of a VPC."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC. `default` is the one AWS makes with the account, which has a public subnet in every zone."""

    vpc_id: str
    default: bool = False
    name: str = ""
    subnets: tuple[Subnet, ...] = ()
    groups: tuple[SecurityGroup, ...] = ()

    def one_a_zone(self, most: int = 16) -> tuple[Subnet, ...]:
        """The first subnet of each zone, public ones first: what a domain spreads over. SageMaker takes 16."""
        found: dict[str, Subnet] = {}
        for subnet in sorted(self.subnets, key=lambda each: (not each.public, each.id)):
            found.setdefault(subnet.zone, subnet)
        return tuple(sorted(found.values(), key=lambda each: each.zone))[:most]


def default_of(networks: tuple[Network, ...]) -> Network | None:
    """The default VPC, None where the region has none."""
    return next((each for each in networks if each.default), None)
