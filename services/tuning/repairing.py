"""A repaired copy of a text: in UTF-8, one row a line, without what cannot be learned from. The original stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from services.errors import InvalidRequest
from services.tuning.findings import Layout, TextReport
from services.tuning.models import Format
from services.tuning.tally import MOST_HASHED
from services.tuning.templates import Template, placeholders, rendered, template_problems
from services.tuning.text_doctor import turns_fit
from services.tuning.text_reading import opened, rows_of


def repaired(path: Path, report: TextReport, into: Path, codes: Collection[str] = ()) -> Path:
    """Write a copy with the repairs of these codes; none: all that are safe. Returns `into`.

    Raises InvalidRequest for a repair the report does not offer, or where nothing would be left. OSError as it comes.
    """
    offered = {each.code: each for each in report.repairs}
    unknown = [code for code in codes if code not in offered]
    if unknown:
        raise InvalidRequest(f"There is no repair {unknown[0]} for this text.", "", f"There is {', '.join(offered)}.")
    chosen = set(codes) or {code for code, each in offered.items() if each.safe}
    if report.format is Format.DOMAIN and report.layout is Layout.TEXT:
        _as_it_is(path, report.encoding, into)
        return into
    _table(path, report, into) if report.layout is Layout.TABLE and report.format is Format.DOMAIN else _lines(
        path, report, into, chosen
    )
    return into


def _as_it_is(path: Path, encoding: str, into: Path) -> None:
    with opened(path, encoding) as source, into.open("w", encoding="utf-8", newline="") as target:
        while piece := source.read(1 << 20):
            target.write(piece)


def _table(path: Path, report: TextReport, into: Path) -> None:
    _as_it_is(path, report.encoding, into)


def _lines(path: Path, report: TextReport, into: Path, chosen: Collection[str]) -> None:
    whole, written = _wholeness(report), 0
    seen: set[bytes] = set()
    with into.open("w", encoding="utf-8", newline="\n") as target:
        for row in rows_of(path, report.encoding, report.layout):
            content = row.content
            if content is not None and "dialog" in chosen and "dialog" not in content and "messages" in content:
                content = {"dialog": content["messages"]} | {
                    name: value for name, value in content.items() if name != "messages"
                }
            if "drop-broken" in chosen and (content is None or not whole(content)):
                continue
            if content is None:
                continue  # it cannot be written anew
            line = json.dumps(content, ensure_ascii=False)
            if "drop-duplicates" in chosen:
                key = hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=8).digest()
                if key in seen:
                    continue
                if len(seen) < MOST_HASHED:
                    seen.add(key)
            target.write(line.encode("utf-8", "replace").decode() + "\n")
            written += 1
    if not written:
        raise InvalidRequest("Nothing would be left of this text.", "No row of it can be used.", "Choose another file.")


def _wholeness(report: TextReport) -> Callable[[Mapping[str, Any]], bool]:
    """What tells whether a row can be learned from."""
    if report.format is Format.CHAT:

        def dialog(content: Mapping[str, Any]) -> bool:
            turns = content.get("dialog")
            return isinstance(turns, list) and bool(turns) and turns_fit(turns)

        return dialog
    template = report.template
    if report.format is Format.DOMAIN or template is None or template_problems(template, ()):
        return lambda content: any(str(value).strip() for value in content.values())
    return lambda content: _fills(template, content)


def _fills(template: Template, content: Mapping[str, Any]) -> bool:
    named = placeholders(template.prompt)
    if any(name not in content for name in (*named, *placeholders(template.completion))):
        return False
    asked = any(str(content[name] or "").strip() for name in named)
    return asked and bool(rendered(template.completion, content).strip())
