"""What a call is about: the name and the ARN of the resource its request names, and what a call to S3 is called."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from sandbox.scope import ACCOUNT, partition_of

_VERB = re.compile(r"^[A-Z][a-z]+")
_NO_NAMES = ("NameContains", "NextToken")
_GLOBAL = {"iam": "iam::{account}:{kind}/{name}", "s3": "s3:::{name}"}
_ONE_COLON = frozenset({"logs", "budgets", "sns"})  # kind:name rather than kind/name
_KINDS = {"logs": "log-group", "budgets": "budget"}


def resource_name(operation: str, request: Mapping[str, Any]) -> str:
    """Return the name a request is about, "" if it names none."""
    member = _member(operation, request)
    return str(request[member]) if member else ""


def resource_arn(service: str, operation: str, region: str, request: Mapping[str, Any]) -> str:
    """Return the ARN of what a request is about, or * as AWS says of lists."""
    member = _member(operation, request)
    if not member:
        return "*"
    name = str(request[member])
    if name.startswith("arn:"):
        return name
    kind = _KINDS.get(service) or _kebab(member)
    start = f"arn:{partition_of(region)}:"
    if service in _GLOBAL:
        return start + _GLOBAL[service].format(account=ACCOUNT, kind=kind, name=name)
    service = "sagemaker" if service == "sagemaker-runtime" else service
    return f"{start}{service}:{region}:{ACCOUNT}:{kind}{':' if service in _ONE_COLON else '/'}{name}"


def s3_call(method: str, path: str, query: str, headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return operation and request (`Name`: bucket or bucket/key) of a call to S3, as far as its address tells."""
    bucket, _, key = unquote(path.strip("/")).partition("/")
    host = headers.get("host", "").partition(":")[0]
    if host.endswith(".localhost"):
        bucket, key = host.removesuffix(".localhost"), unquote(path.lstrip("/"))
    asked = parse_qs(query, keep_blank_values=True)
    about = {"Name": f"{bucket}/{key}" if key else bucket} if bucket else {}
    if not bucket:
        return "ListBuckets", about
    if key:
        return _object_call(method, asked, headers), about
    plain = {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "HEAD": "HeadBucket", "POST": "DeleteObjects"}
    subresource = next((name for name in asked if re.fullmatch(r"[a-z]+[A-Z]?[a-z]*", name) and not asked[name][0]), "")
    if subresource and method != "POST":
        return f"{method.title()}Bucket{subresource[0].upper()}{subresource[1:]}", about
    return plain.get(method, "ListObjectsV2" if "list-type" in asked else "ListObjects"), about


def _object_call(method: str, asked: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    if "uploads" in asked:
        return "CreateMultipartUpload"
    if "uploadId" in asked:
        return {"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload"}.get(
            method, "ListParts"
        )
    if method == "PUT" and "x-amz-copy-source" in headers:
        return "CopyObject"
    return {"PUT": "PutObject", "DELETE": "DeleteObject", "HEAD": "HeadObject"}.get(method, "GetObject")


def _member(operation: str, request: Mapping[str, Any]) -> str:
    """The member with the name: that of what the operation is called after, else the first that looks like one."""
    noun = _VERB.sub("", operation)
    likely = [f"{noun}Name", f"{noun}Arn", "Name"]
    found = [each for each in likely if isinstance(request.get(each), str)]
    others = [
        each
        for each, value in request.items()
        if isinstance(value, str) and each not in _NO_NAMES and re.search(r"(?:Name|Arn|ARN|Identifier)$", each)
    ]
    return (found + others or [""])[0]


def _kebab(member: str) -> str:
    bare = re.sub(r"(?:Name|Arn|Identifier)$", "", member) or "resource"
    return re.sub(r"(?<!^)(?=[A-Z][a-z])", "-", bare).lower()
