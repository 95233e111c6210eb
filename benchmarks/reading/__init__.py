"""Reading-comprehension sets: questions written for this project, over books that Debian packages carry."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
TWELVE = HERE.parent.parent / "tests/services/knowledge/reading/twelve.txt"
FOLDERS = {"de": "de-DE", "es": "es-ES", "ru": "ru-RU", "zh": "zh-CN", "ar": "ar-MA", "vi": "vi-VN", "tr": "tr-TR"}
SEED, ENTRIES = 11, 900
_ENGLISH = frozenset("the of and to is which that for this with".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the passage that answers it, and strings of which an answer must hold one (none: not known)."""

    question: str
    gold: str
    answers: tuple[str, ...] = ()
    aside: bool = False


@dataclass(slots=True)
class ReadingSet:
    """Passages by key, questions over them, and questions none of them answers."""

    passages: dict[str, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def twelve() -> dict[str, ReadingSet]:
    """The small set of the tests: six passages in each of twelve languages, and questions just beside them."""
    sets: dict[str, ReadingSet] = {}
    for line in _lines(TWELVE):
        if line.startswith("#"):
            continue
        language, passage, first, one, second, other, beside = line.split("|")
        made = sets.setdefault(language, ReadingSet())
        key = f"{language}{len(made.passages)}"
        made.passages[key] = passage
        made.asked += [Asked(first, key, (one,)), Asked(second, key, (other,))]
        made.unanswered.append(beside)
    return sets


def topics(elsewhere: Path) -> dict[str, ReadingSet]:
    """Seven topics in each of twelve languages, among up to 860 paragraphs of other texts; 21 questions a language.

    elsewhere   a JSON object: paragraphs by language, on whatever topic
    """
    sets: dict[str, ReadingSet] = {}
    others: dict[str, list[str]] = json.loads(elsewhere.read_text(encoding="utf-8"))
    topic, number = "", -1
    for line in _lines(HERE / "topics.txt")[2:]:
        if line.startswith("# "):
            topic, number = line[2:], number + 1
            continue
        language, passage, *asked = line.split("|")
        made = sets.setdefault(language, ReadingSet({f"other{n}": text for n, text in enumerate(others[language])}))
        made.passages[topic] = passage
        pairs = zip(asked[::2], asked[1::2], strict=True)
        made.asked += [Asked(question, topic, (answer,), number % 2 == 1) for question, answer in pairs]
    return sets


def xquad(path: Path, others: Sequence[str]) -> ReadingSet:
    """Paragraphs of XQuAD in `path` (its JSON, or a part of it) among others of that language."""
    made = ReadingSet({f"other{number}": text for number, text in enumerate(others)})
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    for number, paragraph in enumerate(each for article in articles for each in article["paragraphs"]):
        key = f"xquad{number}"
        made.passages[key] = paragraph["context"]
        made.asked += [
            Asked(each["question"], key, tuple(answer["text"] for answer in each["answers"]), number % 2 == 1)
            for each in paragraph["qas"]
        ]
    return made


def foldoc(path: Path) -> ReadingSet:
    """English: 900 entries of the dictionary in `path` (foldoc.dict.dz), 89 questions, 40 that it does not answer."""
    made, entries = ReadingSet(), list(_entries(path))
    random.Random(SEED).shuffle(entries)
    made.passages = {head: f"{head}. {text}" for head, text in entries[:ENTRIES]}
    for number, line in enumerate(line for line in _lines(HERE / "foldoc.txt") if not line.startswith("#")):
        head, question, *answers = line.split("|")
        if head:
            made.asked.append(Asked(question, head, tuple(answers), aside=number % 2 == 0))
        else:
            made.unanswered.append(question)
    return made


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        raw = file.read()
    for entry in re.split(r"\n(?=\S[^\n]*\n\n   )", raw):
        head, _, body = entry.partition("\n\n")
        body = re.sub(r"\n\s*\(\d{4}-\d\d-\d\d\)\s*$", "", re.sub(r"\{([^}]*)\}", r"\1", body).rstrip())
        text = " ".join(body.split())
        if 350 <= len(text) <= 950 and len(head.strip()) < 60 and text.count(". ") >= 2:
            yield head.strip(), text


def handbook(folder: Path) -> dict[str, ReadingSet]:
    """The handbook's paragraphs in seven languages as far as they are translated, 41 questions, 12 unanswered ones."""
    english = _paragraphs(folder / "en-US")
    sets = {}
    for language, name in FOLDERS.items():
        paragraphs, least = _paragraphs(folder / name), 60 if language == "zh" else 160
        kept = {key: text for key, text in paragraphs.items() if len(text) >= least and _translated(key, text, english)}
        sets[language] = ReadingSet({key: text[:1000] for key, text in kept.items()})
    aside = unanswered = False
    gold, answer = "", ""
    for line in _lines(HERE / "handbook.txt"):
        if line.startswith("# "):
            aside, unanswered = aside or line == "# put aside", line == "# not in it"
            gold, _, answer = line[2:].partition(" |")
            continue
        language, *questions = line.split("|")
        made = sets.get(language)
        if made is not None and unanswered:
            made.unanswered += questions
        elif made is not None and gold in made.passages:
            made.asked.append(Asked(questions[0], gold, (answer.strip(),) if answer.strip() else (), aside))
    return sets


def _paragraphs(folder: Path) -> dict[str, str]:
    """The innermost paragraphs and titles of a book's pages, by page and number."""
    from lxml import html  # type: ignore[import-untyped]

    wanted = "//*[(self::div or self::p) and {para}] | //*[(self::div or self::h1 or self::h2 or self::h3) and {title}]"
    holds = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"
    path = wanted.format(para=holds.format("para"), title=holds.format("title"))
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.html")):
        page = html.fromstring(file.read_bytes())
        for element in page.xpath(f"//ul[{holds.format('docnav')}] | //pre | //script | //style"):
            element.drop_tree()
        whole = (each for each in page.xpath(path) if not each.xpath(f".//div[{holds.format('para')}]"))
        found |= {f"{file.name}#{number}": " ".join(each.text_content().split()) for number, each in enumerate(whole)}
    return found


def _translated(key: str, text: str, english: dict[str, str]) -> bool:
    words = text.lower().split()
    return text != english.get(key) and sum(word in _ENGLISH for word in words) <= 0.12 * len(words)
