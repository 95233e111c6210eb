"""Which rows of a space hold a value of a metadata key; read in when it is first filtered by, then kept up to date."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Postings:
    """Row ids by value for one key. Ids are added in ascending order; those of removed rows stay and mean nothing."""

    def __init__(self) -> None:
        self.last_id = 0
        self._ids: dict[tuple[str, Any], list[int]] = {}
        self._arrays: dict[tuple[str, Any], NDArray[np.int64]] = {}

    def add(self, row: int, value: Any, kind: str) -> None:
        """Note a row's value as SQLite's json_each tells it. A list holds each of its values."""
        values = json.loads(value) if kind == "array" else [_plain(value, kind)]
        for one in dict.fromkeys(map(_name, values)):
            self._ids.setdefault(one, []).append(row)

    def holding(self, wanted: Any) -> NDArray[np.int64]:
        """The ids, ascending, of rows that hold `wanted`, or any of a list of values."""
        import numpy as np

        values = wanted if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
        found = [self._array(name) for name in dict.fromkeys(map(_name, values)) if name in self._ids]
        if len(found) == 1:
            return found[0]
        if not found:
            return np.empty(0, np.int64)
        rows = np.sort(np.concatenate(found), kind="stable")  # runs in order are only merged; np.unique would hash them
        return rows[np.diff(rows, prepend=-1) > 0]

    def _array(self, name: tuple[str, Any]) -> NDArray[np.int64]:
        import numpy as np

        rows, kept = self._ids[name], self._arrays.get(name)
        if kept is None or len(kept) != len(rows):
            kept = self._arrays[name] = np.asarray(rows, np.int64)
        return kept


def rows_of(postings: Mapping[str, Postings], wanted: Mapping[str, Any]) -> NDArray[np.int64]:
    """The ids, ascending, of rows that hold what is wanted of every key."""
    import numpy as np

    found = sorted((postings[key].holding(value) for key, value in wanted.items()), key=len)
    rows = found[0]
    for more in found[1:]:
        if not len(rows):
            break
        at = np.minimum(np.searchsorted(more, rows), len(more) - 1)  # the fewest are looked up among the more
        rows = rows[more[at] == rows]
    return rows


def _plain(value: Any, kind: str) -> Any:
    if kind in ("true", "false"):
        return kind == "true"
    return json.loads(value) if kind == "object" else value


def _name(value: Any) -> tuple[str, Any]:
    """A value so that equal ones are found: true is not 1, and an object is its text."""
    if isinstance(value, bool) or value is None:
        return "fixed", str(value)
    if isinstance(value, int | float):
        return "number", value
    return ("text", value) if isinstance(value, str) else ("json", json.dumps(value, sort_keys=True, default=str))
