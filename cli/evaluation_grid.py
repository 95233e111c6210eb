"""The grid of `sagedeck evaluate` as it is typed: --grid "size=500,1000; mode=hybrid,vector"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services.errors import InvalidRequest

if TYPE_CHECKING:
    from services.evaluation import Grid

GRID_HELP = (
    'What is tried: "size=500,1000; overlap=0,150; method=recursive,heading,page,row; mode=hybrid,vector,keyword; '
    'weight=0.3,0.5; k=3,5; diversity=0,0.3; embedding=NAME; language=NAME; rerank=NAME; prompt=NAME". '
    "May be given several times; without a language endpoint only what is found is measured."
)
_FIELDS = {
    "size": "sizes", "overlap": "overlaps", "method": "methods", "mode": "modes", "weight": "weights", "k": "ks",
    "diversity": "diversities", "rerank": "reranks", "embedding": "embeddings", "language": "languages",
    "prompt": "prompts", "threshold": "threshold",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A grid whose embedding endpoint may still be missing."""

    grid: Grid

    @property
    def embeddings(self) -> tuple[str, ...]:
        """The embedding endpoints that were named."""
        return self.grid.embeddings

    def on(self, endpoint: str) -> Told:
        """The same on this embedding endpoint."""
        return Told(replace(self.grid, embeddings=(endpoint,)))


def grid_of(given: Sequence[str], prompt: Callable[[str], Any]) -> Told:
    """The grid that was typed; `prompt` finds a template by its name. InvalidRequest names the part that is wrong."""
    from services.evaluation import Grid

    values: dict[str, Any] = {}
    for part in (each.strip() for text in given for each in text.split(";") if each.strip()):
        name, sign, rest = (each.strip() for each in part.partition("="))
        field = _FIELDS.get(name.lower())
        words = tuple(word.strip() for word in rest.split(",") if word.strip())
        if not (field and sign and words):
            raise InvalidRequest(
                f"“{part[:60]}” is no part of a grid.", f"Its parts are {', '.join(_FIELDS)}.", 'Write "size=500,1000".'
            )
        values[field] = _values(field, words, part, prompt)
    return Told(Grid(**{"embeddings": (), **values}))


def _values(field: str, words: tuple[str, ...], part: str, prompt: Callable[[str], Any]) -> Any:
    from services.documents import Method
    from services.knowledge import SearchMode

    if field == "prompts":
        found = [(word, prompt(word).draft.text) if word != "usual" else ("", "") for word in words]
        return tuple(found)
    kinds: dict[str, Callable[[str], Any]] = {
        "sizes": int, "overlaps": int, "ks": int, "weights": float, "diversities": float, "threshold": float,
        "methods": Method, "modes": SearchMode,
    }  # fmt: skip
    try:
        made = tuple(kinds.get(field, str)(word) for word in words)
    except ValueError:
        raise InvalidRequest(f"“{part[:60]}” cannot be understood.", "", "See sagedeck evaluate run --help.") from None
    _check(field, made, part)
    if field == "reranks":
        return tuple("" if word == "none" else word for word in made)
    return made[0] if field == "threshold" else made


def _check(field: str, made: Sequence[Any], part: str) -> None:
    most = {"sizes": (20, 20_000), "overlaps": (0, 10_000), "ks": (1, 50), "weights": (0, 10), "diversities": (0, 1),
            "threshold": (0, 1)}.get(field)  # fmt: skip
    if most and not all(most[0] <= value <= most[1] for value in made):
        raise InvalidRequest(f"“{part[:60]}” is out of bounds.", f"From {most[0]} to {most[1]:,}.", "Choose others.")
