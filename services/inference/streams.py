"""Streamed answers, decoded piece by piece from bytes that may be cut anywhere, inside a UTF-8 character included.

Accepted: server-sent events (`data:` lines), JSON lines, JSON objects without a newline between or after them, a whole
answer sent as a stream, the last chunk with `choices: []`, null content, `[DONE]`, and errors inside the stream.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.errors import SagedeckError, StreamBroken
from services.inference.families import (
    answer_of,
    finish_in,
    plain,
    printable,
    refuse_errors,
    text_in,
    unknown,
    usage_in,
)
from services.inference.models import Delta, Usage

_FIELDS = (b":", b"event:", b"id:", b"retry:")  # lines of server-sent events that carry no data
_AFTER_STOP = 8  # parts read after a stop string: a container that heeds it sends its usage in these


@dataclass(slots=True)
class StreamDecoder:
    """Bytes in, text out. After `finish`, `usage` and `ended` (the container's reason) say how it went.

    Raises ModelFailed for an error object, StreamBroken where the bytes end inside an object, UnknownAnswer where no
    line was ever understood.
    """

    usage: Usage = field(default_factory=Usage)
    ended: str = ""
    _rest: bytearray = field(default_factory=bytearray)
    _loose: bytearray = field(default_factory=bytearray)  # lines that are no JSON by themselves: part of a larger one
    _spoke: bool = False
    _understood: bool = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The texts that these bytes complete, message by message, so that an error loses none before it."""
        self._rest += data
        if b"\n" not in data:  # a line that never ends is not looked through again and again
            return
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            yield from self._line(bytes(line))

    def finish(self) -> Iterator[str]:
        """The text of what was left when the stream ended: a last line without its newline, or one long document."""
        rest = bytes(self._rest).strip()
        self._rest.clear()
        if not self._understood:
            yield from self._line(rest)
            if self._loose and not self._understood:
                yield self._whole()
            return
        value = rest.removeprefix(b"data:").strip()
        if not rest or rest.startswith(_FIELDS) or (value and b"[DONE]".startswith(value)):
            return
        if not value or _documents(value) is None:
            raise _cut_off()
        yield from self._line(rest)

    def _whole(self) -> str:
        """The text of a stream that was one document laid out over several lines."""
        loose = bytes(self._loose)
        try:
            return self._document(json.loads(loose))
        except (ValueError, RecursionError):
            if loose[:1] in (b"{", b"["):
                raise _cut_off() from None
            raise unknown(loose) from None

    def _line(self, line: bytes) -> Iterator[str]:
        line = line.strip()
        if line.startswith(_FIELDS):
            return
        line = line.removeprefix(b"data:").strip()
        if line == b"[DONE]":
            self._understood = True
            return
        documents = None if self._loose else _documents(line)
        if documents is not None:
            for each in documents:
                yield self._document(each)
        elif not self._understood:
            self._loose += b"\n" + line if self._loose else line
        elif line[:1] in (b"{", b"["):
            raise _cut_off()
        # else it is no message at all: a server's own chatter between them

    def _document(self, document: Any) -> str:
        """The text one JSON value adds."""
        refuse_errors(document)
        self._understood = True
        if isinstance(document, list):
            return "".join(self._document(each) for each in document)
        if not isinstance(document, Mapping):
            return ""
        if isinstance(document.get("body"), Mapping | list):
            return self._say(answer_of(document["body"]).text)
        usage = usage_in(document)
        if usage != Usage():
            self.usage = usage
        self.ended = finish_in(document) or self.ended
        return self._say(self._delta(document))

    def _delta(self, one: Mapping[str, Any]) -> str:
        choices, token = one.get("choices"), one.get("token")
        if isinstance(choices, list):
            delta = choices[0].get("delta") if choices and isinstance(choices[0], Mapping) else None
            if isinstance(delta, Mapping):
                return plain(delta.get("content"))
            return (text_in(one) or "") if choices else ""
        if isinstance(token, Mapping):
            return "" if token.get("special") else plain(token.get("text"))
        if isinstance(one.get("generated_text"), str) and self._spoke:
            return ""  # the whole text once more, after its tokens
        return text_in(one) or ""

    def _say(self, text: str) -> str:
        text = printable(text)
        if not self._spoke:  # Llama 2 and LMI begin with a space
            text = text.lstrip()
        self._spoke = self._spoke or bool(text)
        return text


def _documents(line: bytes) -> list[Any] | None:
    """The JSON values on one line, usually one; None if the line is not made of whole values."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    decoder, position, found = json.JSONDecoder(), 0, []
    try:
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            found.append(value)
            while text[position : position + 1].isspace():
                position += 1
    except (ValueError, RecursionError):
        return None
    return found


def _cut_off() -> StreamBroken:
    return StreamBroken("The answer broke off.", "The stream ended in the middle of a message.", "Ask again.")


@dataclass(slots=True)
class StopCutter:
    """Ends the text at the first stop string, which may arrive in pieces; holds back what could become one.

    White space is held back as well until more text follows, so that a streamed answer ends like a whole one.
    """

    stops: tuple[str, ...]
    met: bool = False
    _held: str = ""

    def feed(self, text: str) -> str:
        """The text that is certain to belong to the answer."""
        if self.met:
            return ""
        text, self._held = self._held + text, ""
        found = [position for position in (text.find(stop) for stop in self.stops) if position >= 0]
        if found:
            self.met = True
            return text[: min(found)].rstrip()
        begun = (size for stop in self.stops for size in range(1, len(stop)) if text.endswith(stop[:size]))
        certain = text[: len(text) - max(begun, default=0)].rstrip()
        self._held = text[len(certain) :]
        return certain

    def finish(self) -> str:
        """What was held back for nothing."""
        held, self._held = self._held.rstrip(), ""
        return "" if self.met else held


def cut(text: str, stops: tuple[str, ...]) -> str:
    """A whole text, ended at its first stop string."""
    cutter = StopCutter(tuple(stop for stop in stops if stop))
    return cutter.feed(text) + cutter.finish()


def decode_stream(parts: Iterable[bytes], stops: tuple[str, ...] = ()) -> Iterator[Delta]:
    """Deltas of a stream of byte parts; the last has `done`, usage and finish, and no timing.

    Whatever goes wrong after text has arrived is raised as StreamBroken whose `partial` is that text.
    """
    decoder, cutter, said, late = StreamDecoder(), StopCutter(tuple(stop for stop in stops if stop)), "", 0
    try:
        for part in parts:
            for text in map(cutter.feed, decoder.feed(part)):
                if text:
                    said += text
                    yield Delta(text)
            late += cutter.met
            if late > _AFTER_STOP:
                break
        else:
            for text in map(cutter.feed, decoder.finish()):
                if text:
                    said += text
                    yield Delta(text)
    except SagedeckError as error:
        raise _broken(error, said + cutter.finish()) from error
    if held := cutter.finish():
        yield Delta(held)
    yield Delta(done=True, usage=decoder.usage, finish="stop" if cutter.met else decoder.ended)


def _broken(error: SagedeckError, said: str) -> SagedeckError:
    """The error as it is if nothing had arrived; else StreamBroken, so that what had is not lost."""
    if isinstance(error, StreamBroken):
        return StreamBroken(error.what, error.why, error.next, partial=error.partial or said)
    if not said:
        return error
    return StreamBroken("The answer broke off.", f"{error.what} {error.why}".strip(), error.next, partial=said)
