"""Who an access key belongs to, as CloudTrail tells it."""

import sys
from typing import Any

from sandbox.scope import ACCOUNT, partition_of

Identity = dict[str, str]


def identity(access_key: str, region: str) -> Identity:
    """Return a userIdentity: an IAM user or an assumed role of the sandbox's, else the account itself."""
    partition = partition_of(region)
    user = _user_of(access_key, partition) if access_key else None
    if user is not None:
        return {
            "type": "IAMUser",
            "principalId": user.id,
            "arn": user.arn,
            "accountId": ACCOUNT,
            "accessKeyId": access_key,
            "userName": user.name,
        }
    role = _role_of(access_key, partition) if access_key else None
    if role is not None:
        return {**assumed(role.role_arn, role.session_name), "accessKeyId": access_key}
    root = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:{partition}:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
    return {**root, "accessKeyId": access_key} if access_key else root


def assumed(role_arn: str, session: str) -> Identity:
    """Return the userIdentity of a session of a role."""
    partition, name = role_arn.split(":")[1], role_arn.rpartition("/")[2]
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:{partition}:sts::{ACCOUNT}:assumed-role/{name}/{session}",
        "accountId": ACCOUNT,
    }


def name_of(who: Identity) -> str:
    """Return the Username that LookupEvents tells and filters by."""
    return who.get("userName") or who["arn"].rpartition("/")[2].rpartition(":")[2]


def _user_of(access_key: str, partition: str) -> Any:
    """Nobody has spoken to IAM as long as moto's is not loaded, so there are no users."""
    backends: Any = getattr(sys.modules.get("moto.iam.models"), "iam_backends", None)
    if backends is None:  # not loaded, or just being loaded for another call
        return None
    backend = backends[ACCOUNT][partition]
    key = backend.access_keys.get(access_key)
    return next((user for user in backend.users.values() if key and user.name == key.user_name), None)


def _role_of(access_key: str, partition: str) -> Any:
    backends: Any = getattr(sys.modules.get("moto.sts.models"), "sts_backends", None)
    if backends is None or access_key[:4] != "ASIA" or len(access_key) != 20:
        return None
    return backends[ACCOUNT][partition].get_assumed_role_from_access_key(access_key)
