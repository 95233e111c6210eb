"""Who asks for what and where: the credential scope of a signed request (AWS Signature Version 4)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.errors import AwsError

ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"

_SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9_.-]+)/aws4_request", re.IGNORECASE)
_PRESIGNED = re.compile(
    r"X-Amz-Credential=([^&]*?)(?:%2F|/)\d{8}(?:%2F|/)([a-z0-9-]+)(?:%2F|/)([a-z0-9-]+)(?:%2F|/)aws4", re.I
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Region, signing name and access key ("" if unsigned). There is one account."""

    region: str = DEFAULT_REGION
    service: str = ""
    account: str = ACCOUNT
    access_key: str = ""


def scope_of(headers: Iterable[tuple[bytes, bytes]], query: bytes = b"") -> Scope:
    """Read the scope from raw ASGI headers, or from a presigned URL's query string."""
    for name, value in headers:
        if name == b"authorization":
            found = _SCOPE.search(value.decode("latin-1"))
            return Scope(found[2], found[3].lower(), access_key=found[1]) if found else Scope()
    found = _PRESIGNED.search(query.decode("latin-1")) if query else None
    return Scope(found[2], found[3].lower(), access_key=found[1]) if found else Scope()


def check_region(scope: Scope) -> None:
    """Refuse a region that no partition of AWS has. Raises AwsError in the words of the services."""
    if scope.region in _regions():
        return
    if scope.service == "s3":
        message = f"The authorization header is malformed; the region '{scope.region}' is wrong"
        raise AwsError("AuthorizationHeaderMalformed", message)
    raise AwsError("InvalidSignatureException", f"Credential should be scoped to a valid region, not '{scope.region}'.")


@cache
def _regions() -> frozenset[str]:
    """The regions of botocore's partitions."""
    import botocore

    path = Path(botocore.__file__).parent / "data" / "partitions.json"
    return frozenset(name for each in json.loads(path.read_bytes())["partitions"] for name in each["regions"])


def partition_of(region: str) -> str:
    """Return the ARN partition of a region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
