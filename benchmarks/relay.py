"""A relay on loopback that notes when an endpoint's first token leaves for the console.

    python -m benchmarks.relay SANDBOX_URL

It passes bytes through unread but for the request line: of an answer of invoke-endpoint-with-response-stream, the
time (Unix, milliseconds) at which its first body bytes were sent is printed as a line of JSON. The first line is its
own address.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

STREAM = b"/invocations-response-stream"
BLOCK = 65536


@dataclass(slots=True)
class Exchange:
    """One connection: whether the answer under way is a stream, and what of its head has come."""

    streaming: bool = False
    head: bytearray = field(default_factory=bytearray)

    def asked(self, data: bytes) -> None:
        """Look at bytes from the console: a request line begins an exchange, its body does not."""
        line = data.split(b"\r\n", 1)[0]
        if line.endswith(b"HTTP/1.1"):
            self.streaming = STREAM in line
            self.head.clear()

    def first_token(self, data: bytes) -> bool:
        """Whether these bytes of the answer are the first of its body that hold a token."""
        if not self.streaming:
            return False
        self.head += data
        _, found, body = bytes(self.head).partition(b"\r\n\r\n")
        if not found or b"PayloadPart" not in body:
            return False
        self.streaming = False
        return True


class Relay:
    """Connections from the console, each with one to the sandbox behind it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on both ways until either side closes."""
        there_reader, there_writer = await asyncio.open_connection(self._host, self._port)
        exchange = Exchange()
        ways = (self._asks(reader, there_writer, exchange), self._answers(there_reader, writer, exchange))
        tasks = [asyncio.create_task(way) for way in ways]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for each in (writer, there_writer):
            with contextlib.suppress(ConnectionError):
                each.close()

    async def _asks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, exchange: Exchange) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(BLOCK):
                exchange.asked(data)
                writer.write(data)
                await writer.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, exchange: Exchange) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(BLOCK):
                first = exchange.first_token(data)
                writer.write(data)
                if first:
                    print(json.dumps({"sent": time.time() * 1000}), flush=True)
                await writer.drain()


async def main(url: str) -> None:
    """Relay until ended."""
    server = await asyncio.start_server(Relay(url).connection, "127.0.0.1", 0)
    print(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
