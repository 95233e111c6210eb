"""S3 from the inside: what jobs and asynchronous calls read and write lies in the same buckets a client sees."""

from collections.abc import Iterator
from typing import IO, Any

from sandbox.moto_bridge import Moto
from sandbox.moto_s3 import body_of_key
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

    def read(self, bucket: str, key: str, start: int = 0, end: int | None = None) -> bytes | None:
        """Return an object's bytes from `start` up to `end` (exclusive), all of it if nothing is said; None if absent.

        Only what is asked for is read into memory.
        """
        found = self._find(bucket, key)
        return body_of_key(found).read(start, end) if found is not None else None

    def open(self, bucket: str, key: str) -> IO[bytes] | None:
        """Open an object for reading, for content that is not wanted in memory whole; None if absent."""
        found = self._find(bucket, key)
        return body_of_key(found).open() if found is not None else None

    def keys(self, bucket: str, prefix: str = "") -> Iterator[str]:
        """Yield the keys under a prefix, in order; none if there is no such bucket."""
        found = self._backend().buckets.get(bucket)
        if found is not None:
            held = found.keys
            yield from sorted(key for key in tuple(held) if key.startswith(prefix) and hasattr(held[key], "value"))

    def write(self, bucket: str, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Put an object. KeyError if there is no such bucket."""
        backend = self._backend()
        if bucket not in backend.buckets:
            raise KeyError(bucket)
        made = backend.put_object(bucket, key, content)
        made.set_metadata({"Content-Type": content_type})
        self._moto.changed("s3")

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object, if it is there."""
        backend = self._backend()
        if bucket in backend.buckets and key in backend.buckets[bucket].keys:
            backend.delete_object(bucket, key)
            self._moto.changed("s3")

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
