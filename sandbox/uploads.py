"""A large upload on its way to S3: taken from the wire into a file of its own, never whole in memory.

Chunked uploads are decoded here (S3 API reference, "Signature calculations for the Authorization header: transferring
payload in multiple chunks"), and the checksums a client sent are compared with what came.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from sandbox.bodies import BLOCK, Bodies, Body
from sandbox.errors import AwsError

LARGE = 1024 * 1024  # bytes; below, moto reads it as it is


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that came whole, and the checksum headers that came after it."""

    body: Body
    trailers: Mapping[str, str]


def receive(bodies: Bodies, file: IO[bytes], headers: Mapping[str, str]) -> Upload:
    """Take an upload in. Raises AwsError (BadDigest, IncompleteBody) if it is not what its sender said it is."""
    chunked = headers.get("x-amz-content-sha256", "").startswith("STREAMING-")
    trailers: dict[str, str] = {}
    sums = _Sums({name: value for name, value in headers.items() if name.startswith("x-amz-checksum-")})
    trailing = headers.get("x-amz-trailer", "")
    if trailing:
        sums.add(trailing)
    body = bodies.keep_blocks(sums.over(_dechunked(file, trailers) if chunked else _plain(file)))
    said = headers.get("x-amz-decoded-content-length", "")
    if chunked and said.isdigit() and int(said) != body.size:
        raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
    sums.compare(trailers)
    md5 = headers.get("content-md5")
    if md5 and md5 != base64.b64encode(bytes.fromhex(body.md5)).decode():
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    return Upload(body, trailers)


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _dechunked(file: IO[bytes], trailers: dict[str, str]) -> Iterator[bytes]:
    while True:
        line = file.readline()
        try:
            left = int(line.partition(b";")[0].strip(), 16)
        except ValueError:
            raise AwsError("IncompleteBody", "The request body terminated unexpectedly") from None
        if left == 0:
            break
        while left:
            block = file.read(min(left, BLOCK))
            if not block:
                raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
            left -= len(block)
            yield block
        file.readline()
    while line := file.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        trailers[name.strip().lower()] = value.strip()


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, block: bytes) -> None:
        self._value = zlib.crc32(block, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


# Others are believed.
_KNOWN: dict[str, Callable[[], Any]] = {"crc32": _Crc32, "sha1": hashlib.sha1, "sha256": hashlib.sha256}


@dataclass(slots=True)
class _Sums:
    """The checksums of a body by header name, as said and as computed."""

    said: dict[str, str]
    _computed: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in tuple(self.said):
            self.add(name)

    def add(self, header: str) -> None:
        make = _KNOWN.get(header.strip().lower().removeprefix("x-amz-checksum-"))
        if make:
            self._computed[header.strip().lower()] = make()

    def over(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            for each in self._computed.values():
                each.update(block)
            yield block

    def compare(self, trailers: Mapping[str, str]) -> None:
        for name, computed in self._computed.items():
            said = self.said.get(name) or trailers.get(name)
            if said and binascii.a2b_base64(said) != computed.digest():
                kind = name.removeprefix("x-amz-checksum-").upper()
                raise AwsError("BadDigest", f"The {kind} you specified did not match the calculated checksum.")
