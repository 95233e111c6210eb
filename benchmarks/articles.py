"""24 articles in the file kinds people have, the same at every run: about 900 passages of 1000 characters in all.

Each article holds one sentence nothing else says, so that a question can be asked whose answer is known. Like English,
the text has about 4.9 characters a token of the sandbox's embedding model.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.services.documents.samples import make_docx, make_html, make_pdf


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


SEED = 24
PARAGRAPHS = 39  # of about 650 characters: 37 or 38 passages an article at the usual settings
PARAGRAPHS_A_PAGE = 6
NOUNS = _words(
    "river harbour council railway engine garden library winter market teacher window mountain village letter machine",
    "island bridge forest painter captain museum valley station factory theatre hospital kitchen orchard palace",
    "monastery season archive treaty colony harvest journal lantern festival quarry lighthouse",
)
VERBS = _words(
    "crossed restored described measured abandoned rebuilt visited painted governed supplied surveyed protected",
    "recorded divided opened financed inspected designed preserved repaired",
)
ADJECTIVES = _words(
    "old narrow quiet northern wooden early famous remote modest royal stone abandoned southern private large distant",
    "public ancient hidden prosperous",
)
CONNECTING = ("In the following years", "During the war", "According to the records", "After the flood", "By then")
NAMES = _words(
    "Alder Birkin Corvale Dunmore Eastmere Farley Gorse Hallam Inverness Jarrow Kestrel Linden Marlow Northam Oakley",
    "Penrith Quenby Rowan Selby Thornton Ulver Vernham Wexcombe Yarrow",
)
SYLLABLES = _words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")


@dataclass(frozen=True, slots=True)
class Article:
    """A file as it is dropped, and the question whose answer only it holds."""

    name: str
    data: bytes
    question: str
    answer: str


def articles() -> tuple[Article, ...]:
    """All of them, in mixed kinds: pdf, docx, md, html, txt in turn."""
    kinds = ("pdf", "docx", "md", "html", "txt")
    return tuple(_article(place, kinds[number % len(kinds)], number) for number, place in enumerate(NAMES))


def book(pages: int) -> Article:
    """A PDF of so many pages of about 2,600 characters, the question answered in its middle."""
    chance = random.Random(SEED)
    texts = ["\n\n".join(_paragraph(chance, chance.choice(NAMES)) for _ in range(4)) for _ in range(pages)]
    texts[pages // 2] += "\n\nThe clock tower of Yarnwick was finished in 1687."
    data = make_pdf(texts, title="A book")
    return Article("book.pdf", data, "When was the clock tower of Yarnwick finished?", "1687")


def _article(place: str, kind: str, number: int) -> Article:
    chance = random.Random(SEED * 1000 + number)
    year = 1500 + 17 * number
    paragraphs = [_paragraph(chance, place) for _ in range(PARAGRAPHS)]
    paragraphs[PARAGRAPHS // 2] += f" The clock tower of {place} was finished in {year}."
    data = _file(kind, place, paragraphs)
    return Article(f"{place}.{kind}", data, f"When was the clock tower of {place} finished?", str(year))


def _paragraph(chance: random.Random, place: str) -> str:
    return " ".join(_sentence(chance, place) for _ in range(6))


def _sentence(chance: random.Random, place: str) -> str:
    subject = f"the {chance.choice(ADJECTIVES)} {chance.choice(NOUNS)} of {place}"
    thing = f"the {chance.choice(NOUNS)} and the {chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"
    person = "".join(chance.choices(SYLLABLES, k=3)).capitalize()
    return f"{chance.choice(CONNECTING)} {subject} {chance.choice(VERBS)} {thing} for {person}."


def _file(kind: str, title: str, paragraphs: list[str]) -> bytes:
    if kind == "pdf":
        starts = range(0, len(paragraphs), PARAGRAPHS_A_PAGE)
        return make_pdf(["\n\n".join(paragraphs[start : start + PARAGRAPHS_A_PAGE]) for start in starts], title=title)
    if kind == "docx":
        return make_docx(paragraphs)
    if kind == "html":
        return make_html("".join(f"<p>{each}</p>" for each in paragraphs), title)
    text = "\n\n".join(paragraphs)
    return (f"# {title}\n\n{text}" if kind == "md" else text).encode()
