"""What a model said, in pieces, as far as stop sequences and token limits let it go: at once, or as it comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.models.pieces import split
from sandbox.runtime.asks import Ask


@dataclass(frozen=True, slots=True)
class Said:
    """What the model said: `pieces` in order, and why it ended ("stop", "length" or "stop_sequence")."""

    pieces: tuple[str, ...]
    finish: str
    number: int = 0

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


def limited(text: str, ask: Ask, number: int) -> Said:
    """Return `text` as far as the stop sequences and the token limit of `ask` let it go."""
    places = [place for stop in ask.stop if stop and (place := text.find(stop)) >= 0]
    finish = "stop_sequence" if places else "stop"
    pieces = split(text[: min(places)] if places else text)
    if len(pieces) > ask.max_tokens:
        return Said(tuple(pieces[: ask.max_tokens]), "length", number)
    return Said(tuple(pieces), finish, number)


class Speaking:
    """Pieces that are passed on as they come; `said` holds all of them once they have been iterated over.

    `finish` is asked for at the end: why the speaker stopped.
    """

    def __init__(self, pieces: Iterable[str], number: int) -> None:
        self.pieces = pieces
        self._number = number
        self.finish = "stop"
        self.said = Said((), "stop", number)

    def __iter__(self) -> Iterator[str]:
        heard: list[str] = []
        for piece in self.pieces:
            heard.append(piece)
            yield piece
        self.said = Said(tuple(heard), self.finish, self._number)
