"""JumpStart's own buckets: read-only, in every region, made from facts; they lie in front of the account's buckets."""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

from sandbox.errors import AwsError
from sandbox.moto_bridge import Answer, shaped
from sandbox.sagemaker.hub import catalog
from sandbox.sagemaker.hub.specifications import MIN_SDK, specification
from sandbox.wire import Head

MANIFEST, SOLD = "models_manifest.json", "proprietary-sdk-manifest.json"
LISTED = 1000  # keys of a list, as S3 has it

_BUCKET = re.compile(r"jumpstart-(private-)?cache-prod-([a-z0-9-]+)")
_SPEC = re.compile(r"(?:community_models|proprietary-models)/([^/]+)/specs_v[^/]+\.json")
_WEIGHTS = b"Simulated by Sagedeck's sandbox: there are no weights here.\n"
_DATE = b"Fri, 20 Nov 2026 00:00:00 GMT"


def answer(head: Head) -> Answer | None:
    """Answer a request to one of JumpStart's buckets; None if it is to another one."""
    bucket, key = _place(head)
    found = _BUCKET.fullmatch(bucket)
    if not found:
        return None
    try:
        if head.method not in ("GET", "HEAD") or found[1]:
            raise AwsError("AccessDenied", "Access Denied", 403)
        if not key:
            return _listing(bucket, found[2], head)
        content = _content(found[2], key)
        if content is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        return _object(head, content)
    except AwsError as error:
        refused = shaped(error, dict(head.headers), "s3")
        return Answer(refused.status, refused.headers, b"") if head.method == "HEAD" else refused


def holds(bucket: str, key: str) -> bool:
    """Tell whether JumpStart has an object, or something under a prefix, as SageMaker sees it (gated ones too)."""
    found = _BUCKET.fullmatch(bucket)
    return bool(found) and any(held == key or held.startswith(key) for held in _keys())


def _place(head: Head) -> tuple[str, str]:
    host = head.headers.get("host", "").partition(":")[0]
    path = unquote(head.path).lstrip("/")
    if host.endswith(".localhost") and host not in ("s3.localhost", "localhost"):
        return host.removesuffix(".localhost").removesuffix(".s3"), path
    bucket, _, key = path.partition("/")
    return bucket, key


@lru_cache(64)
def _content(region: str, key: str) -> bytes | None:
    if key in (MANIFEST, SOLD):
        return json.dumps(manifest(sold=key == SOLD)).encode()
    if found := _SPEC.fullmatch(key):
        model = catalog.models().get(found[1])
        if model is None or key != spec_key(model):
            return None
        return json.dumps(specification(model, region)).encode()
    if key in _licences():
        return f"Simulated by Sagedeck's sandbox. The licence's text is at {_licences()[key]}\n".encode()
    return _WEIGHTS if key in _keys() else None


def manifest(*, sold: bool = False) -> list[dict[str, str]]:
    """Return JumpStart's list of its models, or of those that are sold through Marketplace."""
    return [
        {"model_id": model.id, "version": model.version, "min_version": MIN_SDK, "spec_key": spec_key(model)}
        for model in catalog.models().values()
        if model.marketplace == sold
    ]


def spec_key(model: catalog.Model) -> str:
    """Return the key under which a model's specification lies."""
    folder = "proprietary-models" if model.marketplace else "community_models"
    return f"{folder}/{model.id}/specs_v{model.version}.json"


@lru_cache(1)
def _licences() -> dict[str, str]:
    return {
        model.known["eula_key"]: model.known.get("source_url", "")
        for model in catalog.models().values()
        if model.known.get("eula_key")
    }


@lru_cache(1)
def _keys() -> frozenset[str]:
    return frozenset(_all_keys())


def _all_keys() -> Iterator[str]:
    yield from (MANIFEST, SOLD, *_licences())
    for model in catalog.models().values():
        yield spec_key(model)
        yield f"{model.artifacts}config.json"
        yield f"{model.artifacts}model.safetensors"
        yield f"source-directory-tarballs/{model.framework}/inference/v1.0.0/sourcedir.tar.gz"
        if model.tunable:
            yield f"{model.framework}/{model.id}/artifacts/train/v1.0.0/model.safetensors"
            scripts = f"source-directory-tarballs/{model.framework}/transfer_learning"
            yield f"{scripts}/v1.0.0/sourcedir.tar.gz"
            yield f"{scripts}/prepack/v1.0.0/sourcedir.tar.gz"


def _object(head: Head, content: bytes) -> Answer:
    tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'.encode()
    headers = [
        (b"content-type", b"application/json" if content[:1] in b"[{" else b"binary/octet-stream"),
        (b"etag", tag),
        (b"last-modified", _DATE),
        (b"accept-ranges", b"bytes"),
    ]
    ranged = re.fullmatch(r"bytes=(\d+)-(\d*)", head.headers.get("range", ""))
    size, status = len(content), 200
    if ranged and int(ranged[1]) < size:
        start, end = int(ranged[1]), min(int(ranged[2] or size - 1), size - 1)
        content, status = content[start : end + 1], 206
        headers.append((b"content-range", f"bytes {start}-{end}/{size}".encode()))
    headers.append((b"content-length", str(len(content)).encode()))
    return Answer(status, tuple(headers), b"" if head.method == "HEAD" else content)


def _listing(bucket: str, region: str, head: Head) -> Answer:
    kind = (b"content-type", b"application/xml")
    where = (b"x-amz-bucket-region", region.encode())
    asked = parse_qs(head.query, keep_blank_values=True)
    if "location" in asked:
        place = "" if region == "us-east-1" else region
        body = f"<?xml version='1.0' encoding='UTF-8'?><LocationConstraint>{place}</LocationConstraint>"
        return Answer(200, (kind, where), body.encode())
    prefix, most = asked.get("prefix", [""])[0], int(asked.get("max-keys", [str(LISTED)])[0])
    after = asked.get("continuation-token", asked.get("start-after", asked.get("marker", [""])))[0]
    keys = sorted(key for key in _keys() if key.startswith(prefix) and key > after)
    page = keys[: min(most, LISTED)]
    more = len(keys) > len(page)
    rows = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>2026-11-20T00:00:00.000Z</LastModified>"
        f"<Size>{len(_content(region, key) or b'')}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        for key in page
    )
    then = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more and page else ""
    body = (
        f"<?xml version='1.0' encoding='UTF-8'?><ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}"
        f"</Prefix><KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{then}{rows}"
        "</ListBucketResult>"
    )
    return Answer(200, (kind, where), b"" if head.method == "HEAD" else body.encode())
