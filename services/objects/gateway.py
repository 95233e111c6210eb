"""The calls to S3 that look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.aws_errors import code_and_message, translate
from services.clients import ClientSource
from services.objects.models import Entry, Listing, Peek, Shelf, Uri

CHUNK_BYTES = 1 << 20
PAGE = 1000  # S3 lists no more at a time


class ObjectsGateway:
    """Reads with the connection's S3 client. Every method raises errors of `services.errors`."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    def buckets(self) -> tuple[str, ...]:
        """The names of the account's buckets, of all regions."""
        with _doing("listing the buckets"):
            rows = self._clients.get("s3").list_buckets().get("Buckets", ())
        return tuple(row["Name"] for row in rows)

    def exists(self, bucket: str, account: str = "") -> bool:
        """Whether the bucket is there. Raises PermissionDenied where it may not be looked at, as another account's."""
        owner = {"ExpectedBucketOwner": account} if account else {}
        with _doing(f"looking at the bucket {bucket}"):
            try:
                self._clients.get("s3").head_bucket(Bucket=bucket, **owner)
            except Exception as error:
                if code_and_message(error)[0] in ("404", "NoSuchBucket"):
                    return False
                raise
        return True

    def shelf(self, folder: Uri, more: str) -> Shelf:
        """One page of a folder: what lies right below its prefix."""
        asked = {"ContinuationToken": more} if more else {}
        with _doing(f"listing {folder}"):
            answer = self._clients.get("s3").list_objects_v2(
                Bucket=folder.bucket, Prefix=folder.key, Delimiter="/", MaxKeys=PAGE, **asked
            )
        folders = (Uri(folder.bucket, row["Prefix"]) for row in answer.get("CommonPrefixes", ()))
        entries = [Entry(uri.name, uri, folder=True) for uri in folders]
        entries += [
            _entry(folder, row) for row in answer.get("Contents", ()) if row["Key"] != folder.key or not folder.folder
        ]
        return Shelf(tuple(entries), answer.get("NextContinuationToken", ""))

    def below(self, prefix: Uri, most: int) -> Listing:
        """Objects whose key begins with the prefix, at most `most` of them, 1,000 a call."""
        entries: list[Entry] = []
        more: dict[str, str] = {}
        while True:
            with _doing(f"listing {prefix}"):
                answer = self._clients.get("s3").list_objects_v2(
                    Bucket=prefix.bucket, Prefix=prefix.key, MaxKeys=min(PAGE, most - len(entries)), **more
                )
            entries += [_entry(prefix, row) for row in answer.get("Contents", ())]
            token = answer.get("NextContinuationToken", "")
            if not token or len(entries) >= most:
                return Listing(tuple(entries), not token)
            more = {"ContinuationToken": token}

    def peek(self, uri: Uri, start: int, length: int) -> Peek:
        """`length` bytes from `start` by one ranged read; an empty object has no range and is told as such."""
        asked = f"bytes={start}-{start + length - 1}"
        with _doing(f"reading the beginning of {uri}"):
            try:
                answer = self._clients.get("s3").get_object(Bucket=uri.bucket, Key=uri.key, Range=asked)
            except Exception as error:
                if code_and_message(error)[0] == "InvalidRange":
                    return Peek(uri, 0, b"")
                raise
            head = answer["Body"].read(length)
            answer["Body"].close()
        total = str(answer.get("ContentRange", "")).rpartition("/")[2]
        return Peek(
            uri=uri,
            size=int(total) if total.isdigit() else int(answer["ContentLength"]),
            head=head,
            content_type=answer.get("ContentType", ""),
            etag=answer.get("ETag", "").strip('"'),
            last_modified=answer.get("LastModified"),
        )

    def stream(self, uri: Uri) -> Iterator[bytes]:
        """The object in pieces of at most 1 MiB; the connection is given back when it ends or is left."""
        with _doing(f"reading {uri}"):
            body = self._clients.get("s3").get_object(Bucket=uri.bucket, Key=uri.key)["Body"]
            try:
                while piece := body.read(CHUNK_BYTES):
                    yield piece
            finally:
                body.close()


@contextmanager
def _doing(doing: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise translate(error, doing) from error


def _entry(folder: Uri, row: Mapping[str, Any]) -> Entry:
    uri = Uri(folder.bucket, row["Key"])
    return Entry(uri.name, uri, size=int(row["Size"]), modified=row.get("LastModified"))
