"""Whether the policies of who signs a call allow it, if the sandbox was told to ask (`--enforce-iam`).

Only keys that the sandbox's own IAM or STS handed out are asked about; any other may do everything, as always.
"""

from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.moto_iam import decided, documents_of
from sandbox.named import resource_arn
from sandbox.refusing import Attempt, denied
from sandbox.scope import ACCOUNT, Scope, partition_of

if TYPE_CHECKING:
    from sandbox.world import World

_NEEDS_NOTHING = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})  # AWS allows them to everybody


def authorize(world: "World", attempt: Attempt, aws: Scope) -> None:
    """Raise AwsError (AccessDenied and the like) unless the signer's policies allow the call."""
    if not world.enforces_iam or not aws.access_key or attempt.action in _NEEDS_NOTHING:
        return
    if "iam" not in world.moto.loaded:
        return  # nobody was made
    holder, principal = _signer(world, aws)
    if holder is None:
        return
    arn = resource_arn(attempt.service, attempt.operation, attempt.region, attempt.request)
    backend = world.moto.backend("iam", ACCOUNT, partition_of(aws.region))
    decision = decided(documents_of(backend, holder), attempt.action, arn)["EvalDecision"]
    if decision != "allowed":
        raise denied(attempt, principal, explicitly=decision == "explicitDeny")


def _signer(world: "World", aws: Scope) -> tuple[str | None, str]:
    """The ARN of the user or role whose key it is, and what AWS calls the signer; None for a key nobody made."""
    backend: Any = world.moto.backend("iam", ACCOUNT, partition_of(aws.region))
    for user in backend.users.values():
        for key in user.access_keys:
            if key.access_key_id == aws.access_key:
                if key.status != "Active":
                    raise AwsError(
                        "InvalidClientTokenId", "The security token included in the request is invalid.", 403
                    )
                return user.arn, user.arn
    if "sts" in world.moto.loaded:
        sts: Any = world.moto.backend("sts", ACCOUNT, partition_of(aws.region))
        session = sts.get_assumed_role_from_access_key(aws.access_key)
        if session is not None:
            return session.role_arn, session.arn
    return None, ""
