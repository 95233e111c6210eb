"""Addresses in S3 and what is seen at them."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import datetime

from services.errors import InvalidRequest

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MOST_KEY_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Uri:
    """An address in S3: a bucket with a key, which is a prefix where it ends in a slash; "" is the whole bucket."""

    bucket: str
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> Uri:
        """The address "s3://bucket/key". Raises InvalidRequest in words for the field where it was typed."""
        rest = text.strip()
        if not rest.startswith("s3://"):
            raise InvalidRequest("This is no S3 address.", "It does not begin with s3://.", "Write s3://bucket/key.")
        bucket, _, key = rest.removeprefix("s3://").partition("/")
        if not bucket:
            raise InvalidRequest("The S3 address names no bucket.", "", "Write s3://bucket/key.")
        if not _BUCKET.fullmatch(bucket):
            raise InvalidRequest(
                f"{bucket} cannot be the name of a bucket.",
                "It has 3 to 63 small letters, digits, dots and hyphens.",
                "Correct it.",
            )
        if len(key.encode()) > MOST_KEY_BYTES:
            raise InvalidRequest("The S3 key is too long.", f"It has at most {MOST_KEY_BYTES} bytes.", "Shorten it.")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in key):
            raise InvalidRequest("The S3 key has a character that does not print.", "", "Remove it.")
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def folder(self) -> bool:
        """Whether it is a prefix that ends where a folder does."""
        return not self.key or self.key.endswith("/")

    @property
    def name(self) -> str:
        """The last part of the key, or the bucket's name."""
        return self.key.rstrip("/").rpartition("/")[2] or self.bucket

    @property
    def parent(self) -> Uri:
        """The folder it lies in; a bucket's own is itself."""
        head, slash, _ = self.key.rstrip("/").rpartition("/")
        return Uri(self.bucket, head + slash)

    @property
    def copying(self) -> str:
        """The command that copies the object to where one is. A key may hold what a shell acts on, so it is quoted."""
        return f"aws s3 cp {shlex.quote(str(self))} ."

    def under(self, name: str) -> Uri:
        """`name` inside this folder."""
        start = self.key if self.folder else f"{self.key}/"
        return Uri(self.bucket, start + name)


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder or an object. `size` in bytes; it and `modified` are None for a folder."""

    name: str
    uri: Uri
    folder: bool = False
    size: int | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of a folder; `more` asks for the next and is "" at the end."""

    entries: tuple[Entry, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """Everything below a prefix, as far as it was read; `complete` is false where there is more."""

    entries: tuple[Entry, ...]
    complete: bool = True

    @property
    def size(self) -> int:
        """Bytes of what was read."""
        return sum(entry.size or 0 for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Peek:
    """The beginning of an object, `head`, and what its answer tells of the whole; `size` is the object's, in bytes."""

    uri: Uri
    size: int
    head: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: datetime | None = None

    @property
    def whole(self) -> bool:
        """Whether `head` is all of it."""
        return len(self.head) >= self.size
