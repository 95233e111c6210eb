"""S3's rules for bucket names, which moto takes more lightly (S3 user guide, "General purpose bucket naming rules")."""

import re

from sandbox.errors import AwsError

_NAME = re.compile(r"(?!xn--|sthree-)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


def check_bucket_name(method: str, path: str, query: bytes) -> None:
    """Refuse to create a bucket (PUT of a path of one part, and nothing asked) whose name S3 would not take."""
    name = path.strip("/")
    if method == "PUT" and name and "/" not in name and not query and not allowed(name):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.")


def allowed(name: str) -> bool:
    """Tell whether S3 would take this name for a new bucket."""
    return bool(_NAME.fullmatch(name)) and not _ADDRESS.fullmatch(name)
