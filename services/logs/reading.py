"""Events as lines: cleaned, with their levels, an event of several lines taken apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.logs.clean import cut
from services.logs.levels import MOST_TOGETHER, Flow, following, read
from services.logs.models import Event, LogLine

Flows = dict[str, Flow]  # where each stream stands


def lines_of(events: Iterable[Event], flows: Flows, secrets: Iterable[str] = ()) -> list[LogLine]:
    """The lines of events that are in order in each stream; `flows` is carried on."""
    known = tuple(secrets)
    return [line for event in events for line in _lines(event, flows, known)]


def _lines(event: Event, flows: Flows, secrets: tuple[str, ...]) -> list[LogLine]:
    text = event.text.rstrip("\r\n")
    if "\n" not in text:
        return [_line(event, text, flows, secrets)]
    parts = text.split("\n", MOST_TOGETHER)
    found = [_line(event, parts[0], flows, secrets)]
    head = found[0].level
    for part in parts[1:]:
        line = _line(event, part.replace("\n", " "), flows, secrets)
        belongs = line.continues or read(line.text).level is None
        found.append(replace(line, level=head if belongs else line.level, continues=belongs))
    return found


def _line(event: Event, text: str, flows: Flows, secrets: tuple[str, ...]) -> LogLine:
    kept, left = cut(text, secrets)
    level, continues, flows[event.stream] = following(kept, flows.get(event.stream, Flow()))
    words = read(kept).message if kept.startswith("{") else ""
    return LogLine(event.at, kept, event.stream, level, "" if words == kept else words, continues, left)
