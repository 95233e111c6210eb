"""Files of a ZIP archive that open with a password: the old cipher, and AES as WinZip and 7-Zip write it.

AES follows WinZip's published format AE-1 and AE-2 (https://www.winzip.com/en/support/aes-encryption/): a salt, two
bytes that tell a wrong password, the data under AES in counter mode (little-endian, from 1), ten bytes of HMAC-SHA1.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib
from typing import IO

AES_METHOD, AES_FIELD = 99, 0x9901
SALT_BYTES = {1: 8, 2: 12, 3: 16}
CHECK_BYTES, TAG_BYTES, ROUNDS, BLOCK = 2, 10, 1000, 16
COUNTED = 4096
"""Blocks of the key stream made at once."""


class WrongPassword(Exception):
    """The password is missing or does not open the file."""


def open_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: str) -> IO[bytes]:
    """Return a file of an archive for reading; raises WrongPassword, and what zipfile raises for a damaged one."""
    if not entry.flag_bits & 1:
        return archive.open(entry)
    if not password:
        raise WrongPassword
    if entry.compress_type == AES_METHOD:
        return io.BytesIO(_aes(archive, entry, password.encode("utf-8")))
    try:
        return archive.open(entry, pwd=password.encode("utf-8"))
    except RuntimeError:
        raise WrongPassword from None


def _aes(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: bytes) -> bytes:
    strength, method = _aes_field(entry.extra)
    packed = _packed(archive, entry)
    salt_bytes = SALT_BYTES[strength]
    salt, packed = packed[:salt_bytes], packed[salt_bytes:]
    check, body, tag = packed[:CHECK_BYTES], packed[CHECK_BYTES:-TAG_BYTES], packed[-TAG_BYTES:]
    key_bytes = 2 * salt_bytes
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, ROUNDS, 2 * key_bytes + CHECK_BYTES)
    if not hmac.compare_digest(keys[-CHECK_BYTES:], check):
        raise WrongPassword
    if not hmac.compare_digest(hmac.digest(keys[key_bytes : 2 * key_bytes], body, "sha1")[:TAG_BYTES], tag):
        raise zipfile.BadZipFile("the file was changed after it was packed")
    plain = _decipher(keys[:key_bytes], body)
    if method == zipfile.ZIP_STORED:
        return plain
    if method != zipfile.ZIP_DEFLATED:
        raise NotImplementedError("another compression under AES")
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    return unpacking.decompress(plain, entry.file_size + 1)


def _aes_field(extra: bytes) -> tuple[int, int]:
    """Return the strength (1, 2, 3: 128, 192, 256 bits) and the compression below it; raises KeyError without them."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == AES_FIELD and length >= 7 and len(extra) >= 11:
            _, _, strength, method = struct.unpack_from("<H2sBH", extra, 4)
            return strength, method
        extra = extra[4 + length :]
    raise KeyError("the field that says how it is enciphered")


def _packed(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return a file's bytes as they lie in the archive."""
    file = archive.fp
    assert file is not None
    file.seek(entry.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no file where the table of contents says")
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(name + extra, io.SEEK_CUR)
    packed = file.read(entry.compress_size)
    if len(packed) < entry.compress_size:
        raise EOFError
    return packed


def _decipher(key: bytes, body: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # the counter's blocks, enciphered, are the stream
    out = bytearray()
    for start in range(0, len(body), COUNTED * BLOCK):
        part = body[start : start + COUNTED * BLOCK]
        first = start // BLOCK + 1
        count = -(-len(part) // BLOCK)
        stream = cipher.update(b"".join(number.to_bytes(BLOCK, "little") for number in range(first, first + count)))
        mixed = int.from_bytes(part, "little") ^ int.from_bytes(stream[: len(part)], "little")
        out += mixed.to_bytes(len(part), "little")
    return bytes(out)
