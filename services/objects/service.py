"""Looking at S3 for every room: browse, peek, stream, count. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator

from services.errors import LimitExceeded
from services.objects.gateway import ObjectsGateway
from services.objects.models import Entry, Listing, Peek, Shelf, Uri

PEEK_BYTES = 1 << 20
MOST_OBJECTS = 20_000  # that are counted below a prefix: twenty calls, some seconds
MOST_READ = 64 << 20  # of an object that is read as a whole


class ObjectsService:
    """What lies in S3. Every method raises errors of `services.errors`; a refusal names the missing permission."""

    def __init__(self, gateway: ObjectsGateway, *, account: str = "") -> None:
        self._gateway, self._account = gateway, account

    def buckets(self) -> tuple[str, ...]:
        """The names of the account's buckets, of all regions."""
        return self._gateway.buckets()

    def exists(self, bucket: str, *, own: bool = False) -> bool:
        """Whether the bucket is there; with `own` one of another account is refused (PermissionDenied)."""
        return self._gateway.exists(bucket, self._account if own else "")

    def browse(self, uri: Uri | str, more: str = "") -> Shelf:
        """One page of a folder by one call: folders first, then objects. `more` is the shelf before's."""
        return self._gateway.shelf(_uri(uri), more)

    def peek(self, uri: Uri | str, at_most: int = PEEK_BYTES, *, start: int = 0) -> Peek:
        """The first `at_most` bytes (from `start`) and the whole size, by one ranged read however large it is."""
        return self._gateway.peek(_uri(uri), start, at_most)

    def open(self, uri: Uri | str) -> Iterator[bytes]:
        """The object in pieces of at most 1 MiB, one in memory at a time."""
        return self._gateway.stream(_uri(uri))

    def read(self, uri: Uri | str, at_most: int = MOST_READ) -> bytes:
        """The whole object; raises LimitExceeded when it has more than `at_most` bytes."""
        peek = self.peek(uri, at_most)
        if not peek.whole:
            raise LimitExceeded(
                f"{peek.uri} is too large to be read at once.",
                f"It has {peek.size:,} bytes; at most {at_most:,} are read.",
                "Look at its beginning, or download it.",
            )
        return peek.head

    def below(self, prefix: Uri | str, most: int = MOST_OBJECTS) -> Listing:
        """Objects below a prefix, at most `most` of them; the placeholders of folders are left out."""
        found = self._gateway.below(_uri(prefix), most)
        return Listing(tuple(entry for entry in found.entries if not _placeholder(entry)), found.complete)

    def stored(self, prefix: Uri | str) -> tuple[int, int]:
        """How many objects lie below a prefix and how many bytes they have, of at most 20,000."""
        found = self.below(prefix)
        return len(found.entries), found.size


def _uri(uri: Uri | str) -> Uri:
    return Uri.parse(uri) if isinstance(uri, str) else uri


def _placeholder(entry: Entry) -> bool:
    return entry.uri.folder and not entry.size
