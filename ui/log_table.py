"""Lines of a log as a table, the newest above; the one that is chosen whole, with what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from services.logs import Level, LogLine
from services.logs.filters import blocks
from ui.escape import literal
from ui.log_words import Asked

TALL, HEAD, ROW, WRAPPED = 460, 38, 28, 54  # pixels
AROUND = 15  # lines of the same stream on each side of the one that is chosen
DAY = 86_400
CHIPS: dict[Level, tuple[str, str]] = {
    Level.ERROR: ("Error", "red"),
    Level.WARNING: ("Warning", "orange"),
    Level.INFO: ("Info", "blue"),
    Level.DEBUG: ("Debug", "gray"),
}


def show(lines: Sequence[LogLine], asked: Asked, key: str, now: float) -> None:
    """Write the table. A click on a line shows it whole, and holds a live tail still."""
    rows = newest_first(lines)
    day = now - lines[0].at > DAY
    several = len({line.stream for line in lines}) > 1
    levels = [level for level in CHIPS if any(line.level is level for line in lines)] or [Level.INFO]
    columns: dict[str, Any] = {
        "UTC": st.column_config.TextColumn(width=115 if day else 78),
        "Level": st.column_config.MultiselectColumn(
            options=[CHIPS[each][0] for each in levels], color=[CHIPS[each][1] for each in levels], width=76
        ),
        "Instance": st.column_config.TextColumn(width=72),
        "Line": st.column_config.TextColumn(width="large" if asked.wrap else 1_600),
    }
    table = f"{key}.table.{st.session_state.get(f'{key}.turn', 0)}.{asked.group.name}.{asked.span}.{asked.wanted}"

    def hold() -> None:
        if not asked.span:
            st.session_state[f"{key}.paused"] = True

    chosen = st.dataframe(
        _columns(rows, day=day, several=several),
        hide_index=True,
        height=_height(len(rows), wrap=asked.wrap),
        row_height=WRAPPED if asked.wrap else ROW,
        key=table,
        on_select=hold,
        selection_mode="single-cell",
        column_config=columns,
        alt="Lines of the log, the newest first",
    )
    cells = chosen["selection"]["cells"]
    if cells and cells[0][0] < len(rows):
        whole(rows[cells[0][0]], lines, wrap=asked.wrap)


def begin_anew(key: str) -> None:
    """Forget what was chosen and where it was scrolled to; for a button's callback."""
    st.session_state[f"{key}.turn"] = st.session_state.get(f"{key}.turn", 0) + 1


def newest_first(lines: Sequence[LogLine]) -> list[LogLine]:
    """The newest above; lines that belong together stay in the order they are read in."""
    return [line for block in reversed(blocks(lines)) for line in block]


def whole(line: LogLine, lines: Sequence[LogLine], *, wrap: bool) -> None:
    """Write one line whole, what belongs to it, and what its container wrote before and after."""
    block = next((each for each in blocks(lines) if any(line is one for one in each)), [line])
    with st.container(border=True, key="log-line"):
        st.markdown(f"**{moment(line.at, '%Y-%m-%d %H:%M:%S.%f')[:23]} UTC** · {literal(line.stream)}")
        st.code("\n".join(each.text for each in block) or " ", language=None, wrap_lines=True)
        cut = sum(each.cut for each in block)
        if cut:
            st.markdown(f":gray[{cut:,} more characters are left out here; the download has them.]")
        of_stream = [each for each in lines if each.stream == line.stream]
        place = next((number for number, each in enumerate(of_stream) if each is line), 0)
        around = of_stream[max(0, place - AROUND) : place + AROUND + 1]
        if len(around) > len(block):
            with st.expander("What was written before and after"):
                text = "\n".join(f"{moment(each.at)}  {each.brief}" for each in around)
                st.code(text, language=None, wrap_lines=wrap)


def moment(at: float, form: str = "%H:%M:%S") -> str:
    """A time in UTC."""
    try:
        return datetime.fromtimestamp(at, UTC).strftime(form)
    except (OverflowError, ValueError, OSError):
        return "—"


def _columns(rows: Sequence[LogLine], *, day: bool, several: bool) -> dict[str, list[object]]:
    """The table by its columns, which is made twice as fast as by its rows."""
    form = "%b %d %H:%M:%S" if day else "%H:%M:%S"
    times = {second: moment(second, form) for second in {int(line.at) for line in rows}}
    none: list[str] = []
    words = {level: [CHIPS[level][0]] if level in CHIPS else none for level in Level}
    columns: dict[str, list[object]] = {
        "UTC": [times[int(line.at)] for line in rows],
        "Level": [none if line.continues else words[line.level] for line in rows],
    }
    if several:
        columns["Instance"] = [_ending(line.stream) for line in rows]
    columns["Line"] = [f"  {line.brief}" if line.continues else line.brief for line in rows]
    return columns


def _ending(stream: str) -> str:
    """The end of a stream's name, which tells two instances apart."""
    return f"…{stream[-5:]}" if len(stream) > 6 else stream


def _height(rows: int, *, wrap: bool) -> int:
    return min(TALL, rows * (WRAPPED if wrap else ROW) + HEAD)
