"""S3 from the inside: what jobs and asynchronous calls read and write lies in the same buckets a client sees."""

from collections.abc import Iterator
from typing import Any

from sandbox.moto_bridge import Moto
from sandbox.scope import ACCOUNT, partition_of


class Objects:
    """Buckets of the one account. Safe for threads as moto is; loads moto's S3 at first need."""

    def __init__(self, moto: Moto) -> None:
        self._moto = moto

    def region_of(self, bucket: str) -> str | None:
        """Return the region of a bucket, or None if there is no such bucket."""
        found = self._backend().buckets.get(bucket)
        return found.region_name if found else None

    def size(self, bucket: str, key: str) -> int | None:
        """Return an object's bytes, or None if there is no such object."""
        found = self._find(bucket, key)
        return int(found.size) if found is not None else None

    def read(self, bucket: str, key: str, most: int | None = None) -> bytes | None:
        """Return an object's content, its first `most` bytes at the most; None if there is no such object."""
        found = self._find(bucket, key)
        if found is None:
            return None
        content: bytes = found.value
        return content if most is None else content[:most]

    def keys(self, bucket: str, prefix: str = "") -> Iterator[str]:
        """Yield the keys under a prefix, in order; none if there is no such bucket."""
        found = self._backend().buckets.get(bucket)
        if found is not None:
            yield from sorted(key for key in tuple(found.keys) if key.startswith(prefix))

    def write(self, bucket: str, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Put an object. KeyError if there is no such bucket."""
        backend = self._backend()
        if bucket not in backend.buckets:
            raise KeyError(bucket)
        backend.put_object(bucket, key, content, request_content_type=content_type)

    def _find(self, bucket: str, key: str) -> Any:
        backend = self._backend()
        return backend.get_object(bucket, key) if bucket in backend.buckets else None

    def _backend(self) -> Any:
        return self._moto.backend("s3", ACCOUNT, partition_of(""))


def split(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key. ValueError if it is no S3 address."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise ValueError(f"not an S3 address: {uri}")
    return bucket, key
