"""24 articles in the file kinds people have, the same at every run: about 900 passages of 1000 characters in all.

Each article holds one sentence nothing else says, so that a question can be asked whose answer is known.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.services.documents.samples import make_docx, make_html, make_pdf



def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


SEED = 24
PARAGRAPHS = 39  # of about 650 characters: 37 or 38 passages an article at the usual settings
PARAGRAPHS_A_PAGE = 6
NOUNS = words(
VERBS = words(
ADJECTIVES = words(
    "old narrow quiet northern wooden early famous remote modest royal stone abandoned southern private "
NAMES = words(
    "Alder Birkin Corvale Dunmore Eastmere Farley Gorse Hallam Inverness Jarrow Kestrel Linden Marlow "
    "Northam Oakley Penrith Quenby Rowan Selby Thornton Ulver Vernham Wexcombe Yarrow"
SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    "protected recorded divided opened financed inspected designed preserved repaired"
SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    "letter machine island bridge forest painter captain museum valley station factory theatre hospital "
    "kitchen orchard palace monastery season archive treaty colony harvest journal lantern festival "
    "quarry lighthouse"
SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
VERBS = ["crossed", "restored", "described", "measured", "abandoned", "rebuilt", "visited", "painted", "governed", "supplied", "surveyed", "protected", "recorded", "divided", "opened", "financed", "inspected", "designed", "preserved", "repaired"]
ADJECTIVES = ["old", "narrow", "quiet", "northern", "wooden", "early", "famous", "remote", "modest", "royal", "stone", "abandoned", "southern", "private", "large", "distant", "public", "ancient", "hidden", "prosperous"]
CONNECTING = ("In the following years", "During the war", "According to the records", "After the flood", "By then"SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
NAMES = ["Alder", "Birkin", "Corvale", "Dunmore", "Eastmere", "Farley", "Gorse", "Hallam", "Inverness", "Jarrow", "Kestrel", "Linden", "Marlow", "Northam", "Oakley", "Penrith", "Quenby", "Rowan", "Selby", "Thornton", "Ulver", "Vernham", "Wexcombe", "Yarrow"]


SYLLABLES = ["ka", "ber", "lund", "vor", "esk", "thal", "min", "gor", "ren", "wick", "dal", "fro", "hals", "mer", "quist", "rad", "sten", "tov", "ull", "vik"]


@dataclass(frozen=True, slots=TrueSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
class Article:
    """A file as it is dropped, and the question whose answer only it holds."""

    name: str
    data: bytes
    question: str
    answer: str


def articles(SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") -> tuple[Article, ...]:
    """All of them, in mixed kinds: pdf, docx, md, html, txt in turn."""
    kinds = ("pdf", "docx", "md", "html", "txt"SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    return tuple(_article(place, kinds[number % len(kindsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")], numberSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") for number, place in enumerate(NAMESSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")


def _article(place: str, kind: str, number: intSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") -> Article:
    chance = random.Random(SEED * 1000 + numberSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    year = 1500 + 17 * number
    paragraphs = [_paragraph(chance, placeSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") for _ in range(PARAGRAPHSSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")]
    paragraphs[PARAGRAPHS // 2] += f" The clock tower of {place} was finished in {year}."
    data = _file(kind, place, paragraphsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    return Article(f"{place}.{kind}", data, f"When was the clock tower of {place} finished?", str(yearSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")


def _paragraph(chance: random.Random, place: strSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") -> str:
    return " ".join(_sentence(chance, placeSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") for _ in range(6SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")


def _sentence(chance: random.Random, place: strSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") -> str:
    subject = f"the {chance.choice(ADJECTIVESSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} {chance.choice(NOUNSSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} of {place}"
    thing = f"the {chance.choice(NOUNSSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} and the {chance.choice(ADJECTIVESSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} {chance.choice(NOUNSSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")}"
    person = "".join(chance.choices(SYLLABLES, k=3SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik").capitalize(SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    return f"{chance.choice(CONNECTINGSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} {subject} {chance.choice(VERBSSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")} {thing} for {person}."


def _file(kind: str, title: str, paragraphs: list[str]SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") -> bytes:
    if kind == "pdf":
        starts = range(0, len(paragraphsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik"), PARAGRAPHS_A_PAGESYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
        return make_pdf(["\n\n".join(paragraphs[start : start + PARAGRAPHS_A_PAGE]SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik") for start in starts], title=titleSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    if kind == "docx":
        return make_docx(paragraphsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    if kind == "html":
        return make_html("".join(f"<p>{each}</p>" for each in paragraphsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik"), titleSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    text = "\n\n".join(paragraphsSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
    return (f"# {title}\n\n{text}" if kind == "md" else textSYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik").encode(SYLLABLES = words("ka ber lund vor esk thal min gor ren wick dal fro hals mer quist rad sten tov ull vik")
