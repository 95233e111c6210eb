"""CBOR (RFC 8949) as AWS's rpc-v2-cbor uses it: numbers, texts, bytes, lists, maps, tag 1 for a time."""

import struct
from typing import Any

_EPOCH = 1  # the tag of seconds since the epoch
_DEEPEST = 64
_BREAK = object()


class Moment(float):
    """A number to be written as a time."""


def dumps(value: Any) -> bytes:
    """Write a value of dicts, lists, texts, bytes, numbers, booleans and None. TypeError for anything else."""
    out = bytearray()
    _write(value, out)
    return bytes(out)


def loads(raw: bytes) -> Any:
    """Read one value; a tagged time becomes its number. ValueError if it is not CBOR."""
    try:
        value, end = _read(raw, 0, 0)
    except (IndexError, struct.error, ValueError, TypeError):
        raise ValueError("not CBOR") from None
    if end != len(raw) or value is _BREAK:
        raise ValueError("not one value of CBOR")
    return value


def _write(value: Any, out: bytearray) -> None:
    if value is None or value is True or value is False:
        out.append({None: 0xF6, True: 0xF5, False: 0xF4}[value])
    elif isinstance(value, str):
        raw = value.encode()
        _head(3, len(raw), out)
        out += raw
    elif isinstance(value, Moment):
        _head(6, _EPOCH, out)
        out += b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, float):
        out += b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, int):
        _head(*((0, value) if value >= 0 else (1, -1 - value)), out)
    elif isinstance(value, bytes | bytearray):
        _head(2, len(value), out)
        out += value
    elif isinstance(value, dict):
        _head(5, len(value), out)
        for key, item in value.items():
            _write(key, out)
            _write(item, out)
    elif isinstance(value, list | tuple):
        _head(4, len(value), out)
        for item in value:
            _write(item, out)
    else:
        raise TypeError(f"cannot write a {type(value).__name__} as CBOR")


def _head(major: int, number: int, out: bytearray) -> None:
    if number < 24:
        out.append(major << 5 | number)
    elif number < 1 << 8:
        out += bytes((major << 5 | 24, number))
    elif number < 1 << 16:
        out += struct.pack(">BH", major << 5 | 25, number)
    elif number < 1 << 32:
        out += struct.pack(">BI", major << 5 | 26, number)
    else:
        out += struct.pack(">BQ", major << 5 | 27, number)


def _read(raw: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    major, info = raw[at] >> 5, raw[at] & 31
    at += 1
    if major == 7:
        return _simple(raw, at, info)
    if info == 31:
        return _open_ended(raw, at, major, depth)
    number, at = _number(raw, at, info)
    if major < 2:
        return (number if major == 0 else -1 - number), at
    if major < 4:
        if at + number > len(raw):
            raise ValueError("cut off")
        part = raw[at : at + number]
        return (part if major == 2 else part.decode()), at + number
    if major == 6:
        return _read(raw, at, depth + 1)
    items = []
    for _ in range(number * (major - 3)):
        item, at = _read(raw, at, depth + 1)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2], strict=True))), at


def _open_ended(raw: bytes, at: int, major: int, depth: int) -> tuple[Any, int]:
    items = []
    while True:
        item, at = _read(raw, at, depth + 1)
        if item is _BREAK:
            break
        items.append(item)
    if major in (2, 3):
        return (b"" if major == 2 else "").join(items), at
    return (items if major == 4 else dict(zip(items[::2], items[1::2], strict=True))), at


def _number(raw: bytes, at: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, at
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info)
    if size is None or at + size > len(raw):
        raise ValueError("not CBOR")
    return int.from_bytes(raw[at : at + size], "big"), at + size


def _simple(raw: bytes, at: int, info: int) -> tuple[Any, int]:
    if info in (25, 26, 27):
        size = {25: 2, 26: 4, 27: 8}[info]
        return struct.unpack({25: ">e", 26: ">f", 27: ">d"}[info], raw[at : at + size])[0], at + size
    plain = {20: False, 21: True, 22: None, 23: None, 31: _BREAK}
    if info not in plain:
        raise ValueError("not CBOR")
    return plain[info], at
