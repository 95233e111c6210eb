"""AWS event-stream frames, cut where no reader would like them.

Layout of a frame (all integers big-endian): total length, header length, CRC-32 of those two, headers, payload, CRC-32
of all before. As of botocore 1.44's `eventstream` module, which parses what this writes.
"""

import json
import struct
import zlib

_STRING = 7  # header value type: a string with a 16-bit length


def _header(name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return bytes([len(key)]) + key + bytes([_STRING]) + struct.pack("!H", len(text)) + text


def _frame(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack("!II", len(headers) + len(payload) + 16, len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack("!I", zlib.crc32(message))


def payload_part(payload: bytes) -> bytes:
    """Return one PayloadPart event carrying `payload`."""
    headers = (
        _header(":message-type", "event")
        + _header(":event-type", "PayloadPart")
        + _header(":content-type", "application/octet-stream")
    )
    return _frame(headers, payload)


def model_stream_error(message: str, code: str) -> bytes:
    """Return the frame boto3 raises as EventStreamError; `code` is ModelInvocationTimeExceeded or StreamBroken."""
    headers = (
        _header(":message-type", "exception")
        + _header(":exception-type", "ModelStreamError")
        + _header(":content-type", "application/json")
    )
    return _frame(headers, json.dumps({"Message": message, "ErrorCode": code}).encode())


class Cutter:
    """Puts a container's chunks into frames that do not align with its events, as the real service does.

    Of three chunks one goes out whole, one is cut in its middle (through a character, if one lies there), and one keeps
    its last byte for the next frame. The first chunk is never held back, so the first token is never late.
    """

    def __init__(self) -> None:
        self._kept = b""
        self._count = 0

    def frames(self, chunk: bytes) -> list[bytes]:
        """Return the frames that carry `chunk`, but for a byte that may be kept for the next call."""
        waiting = self._kept + chunk
        self._kept = b""
        turn = self._count % 3
        self._count += 1
        if turn == 2 and len(waiting) > 1:
            waiting, self._kept = waiting[:-1], waiting[-1:]
        if turn == 0 or len(waiting) < 2:
            return [payload_part(waiting)] if waiting else []
        middle = len(waiting) // 2
        return [payload_part(waiting[:middle]), payload_part(waiting[middle:])]

    def rest(self) -> list[bytes]:
        """Return the frame of what was kept, if anything was."""
        kept, self._kept = self._kept, b""
        return [payload_part(kept)] if kept else []
