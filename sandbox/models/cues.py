"""What kind of answer a question wants (a person, a place, a time, a number), and whether a sentence has one."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of answer that can be told by their form."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    REASON = "reason"
    ANY = "any"


_ASKS = (
    (
        Kind.NUMBER,
        r"\bhow (?:many|much|far|long|old|tall|large|big|often|deep|high)\b|\bcombien\b|\bwie ?viele?\b|多少|几|いくつ",
    ),
    (
        Kind.TIME,
        r"\bwhen\b|\bwhat (?:year|century|decade|date|day|month|time)\b|\bquand\b|\bwann\b|\bcuándo\b|何时|いつ",
    ),
    (
        Kind.PLACE,
        r"\bwhere\b|\b(?:what|which) (?:\w+ )?(?:country|cit(?:y|ies)|towns?|region|river|place|state)\b"
        r"|\bwo\b|\bdónde\b|哪里|どこ",
    ),
    (Kind.PERSON, r"\bwho(?:m|se)?\b|\bqui\b|\bwer\b|\bquién\b|谁|誰"),
    (Kind.REASON, r"\bwhy\b|\bpourquoi\b|\bwarum\b|\bpor qué\b|为什么|なぜ"),
)
_ASKS_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKS)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty|hundred|thousand|"
    "million|billion|half|several|both|first|second|third|once|twice"
)
_NUMBER = re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b1\d{3}\b|\b20\d{2}\b|\b\d{3}\b|\b\d+(?:st|nd|rd|th)\b|\bcentur|\bdecade|\b(?:night|morning|noon|evening|daily)\b|"
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday)\b|\d+年|\d+月"
)
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-ÞΑ-ΩА-Я][\w’'-]+")
_SITED = re.compile(r"\b(?:in|at|near|from|to|of|by|on|within|between)\b (?:the )?[A-ZÀ-Þ]")
_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|so that|in order to|therefore|to \w+|as a result|caused by)\b", re.IGNORECASE
)


def kind_of(question: str) -> Kind:
    """Return the kind of answer `question` asks for."""
    for kind, pattern in _ASKS_COMPILED:
        if pattern.search(question):
            return kind
    return Kind.ANY


def offers(sentence: str, kind: Kind, question: str) -> bool:
    """Return whether `sentence` holds something of `kind` that `question` does not name itself."""
    if kind is Kind.NUMBER:
        return any(match[0] not in question for match in _NUMBER.finditer(sentence))
    if kind is Kind.TIME:
        return any(match[0] not in question for match in _TIME.finditer(sentence))
    if kind is Kind.PERSON:
        names = (match[0] for match in _NAME.finditer(sentence))
        return any(name not in question and not _TIME.search(name) for name in names)
    if kind is Kind.PLACE:
        return _SITED.search(sentence) is not None
    if kind is Kind.REASON:
        return _REASON.search(sentence) is not None
    return False
