"""A domain's network and home directories: what it makes in EC2 and EFS, and what stays there after it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.errors import invalid
from sandbox.moto_bridge import Moto
from sandbox.scope import ACCOUNT

MANAGED = "ManagedByAmazonSageMakerResource"  # the tag by which a domain's file system says whose it is


class Home:
    """File systems and security groups lie in moto, where EFS's and EC2's own operations show and remove them."""

    def __init__(self, moto: Moto) -> None:
        self._moto = moto

    def check(self, region: str, vpc_id: str, subnet_ids: Sequence[str]) -> None:
        """Raise ValidationException unless the subnets lie in that VPC."""
        ec2 = self._moto.backend("ec2", ACCOUNT, region)
        if vpc_id not in ec2.vpcs:
            raise invalid(f"The vpc ID '{vpc_id}' does not exist")
        held = {subnet.id: subnet for subnet in _subnets(ec2)}
        for subnet_id in subnet_ids:
            if subnet_id not in held:
                raise invalid(f"The subnet ID '{subnet_id}' does not exist")
            if held[subnet_id].vpc_id != vpc_id:
                raise invalid(f"The subnet '{subnet_id}' does not belong to the VPC '{vpc_id}'")

    def make(self, region: str, domain_id: str, arn: str, request: Mapping[str, Any]) -> dict[str, str]:
        """Make what a new domain gets; return the members of DescribeDomain that name it."""
        ec2, efs = self._moto.backend("ec2", ACCOUNT, region), self._moto.backend("efs", ACCOUNT, region)
        groups = {}
        for way in ("inbound", "outbound"):
            name = f"security-group-for-{way}-nfs-{domain_id}"
            tags = {MANAGED: arn}
            groups[way] = ec2.create_security_group(name, f"[DO NOT DELETE] {name}", request["VpcId"], tags=tags)
        self._moto.changed("ec2")
        made = {"SecurityGroupIdForDomainBoundary": groups["outbound"].id}
        if request.get("HomeEfsFileSystemCreation") == "Disabled":
            return made
        system = efs.create_file_system(
            creation_token=domain_id,
            performance_mode="generalPurpose",
            encrypted=True,
            kms_key_id=request.get("HomeEfsFileSystemKmsKeyId"),
            throughput_mode="bursting",
            provisioned_throughput_in_mibps=0,
            availability_zone_name=None,
            backup=False,
            tags=[{"Key": MANAGED, "Value": arn}],
        )
        zones = set()
        for subnet in (subnet for subnet in _subnets(ec2) if subnet.id in request["SubnetIds"]):
            if subnet.availability_zone not in zones:  # EFS takes one mount target a zone
                zones.add(subnet.availability_zone)
                efs.create_mount_target(system.file_system_id, subnet.id, security_groups=[groups["inbound"].id])
        self._moto.changed("efs")
        return {**made, "HomeEfsFileSystemId": system.file_system_id}

    def remove(self, region: str, file_system_id: str) -> None:
        """Remove a file system with its mount targets; nothing happens if somebody else was faster."""
        efs = self._moto.backend("efs", ACCOUNT, region)
        system = efs.file_systems_by_id.get(file_system_id)
        if system is None:
            return
        for target in tuple(efs.mount_targets_by_id.values()):
            if target.file_system_id == file_system_id:
                efs.delete_mount_target(target.mount_target_id)
        efs.delete_file_system(file_system_id)
        self._moto.changed("efs")


def _subnets(ec2: Any) -> list[Any]:
    return [subnet for zone in ec2.subnets.values() for subnet in zone.values()]
