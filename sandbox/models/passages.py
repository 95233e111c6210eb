"""The prompt of a question over numbered passages, found inside whatever a chat template or a client put around it."""

import re
from dataclasses import dataclass

BLOCK = re.compile(r'(?ms)^\[(\d+)\] \((.*?), p\. (\d+)\)\n"""\n(.*?)\n"""$')
_QUESTION = re.compile(r"(?m)^Question: (.*)$")
_OPENING = re.compile(r"(?m)^Passages:\s*$")


@dataclass(frozen=True, slots=True)
class Passage:
    """One numbered passage of the prompt."""

    number: int
    source: str
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the passages it is to be answered from, best first."""

    question: str
    passages: tuple[Passage, ...]


def find_asked(text: str) -> Asked | None:
    """Return the last block of passages in `text` with its question, or None if there is none.

    Layout: a line `Passages:`, then for each passage a header `[1] (name, p. 3)`, a line of three quotation marks, the
    text, a line of three quotation marks; then a line `Question: …`. What stands inside a passage is never layout.
    """
    blocks = list(BLOCK.finditer(text))
    inside = [(block.start(), block.end()) for block in blocks]
    headings = [match.end() for match in _OPENING.finditer(text)]
    openings = [place for place in headings if not any(start < place < end for start, end in inside)]
    if not openings:
        return None
    blocks = [block for block in blocks if block.start() >= openings[-1]]
    after = blocks[-1].end() if blocks else openings[-1]
    question = _QUESTION.search(text, after)
    if question is None:
        return None
    found = tuple(Passage(int(block[1]), block[2], int(block[3]), block[4]) for block in blocks)
    return Asked(question[1].strip(), found)
