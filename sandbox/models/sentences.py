"""Sentences and the words in them, in scripts with spaces and without."""

import re
import unicodedata
from collections.abc import Iterator

# A sentence ends at . ! ? before a space and a capital or a digit, at 。！？, at a blank line, and before a list item.
_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-ZÀ-ÞΑ-ΩА-Я0-9\u0900-\u0fff])"
    r"|(?<=[。！？｡])|\n\s*\n|\n(?=\s*[-*•#|]\s)"
)
_ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Fig|Inc|Ltd|approx|c|ca|d|b)|\b[A-Z])\.$")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_ENDING = re.compile(r"(?<=\w{3})(?:['’]s|ations?|ments?|ings?|ions?|ers?|ies|ed|es|ly|s|e)$")
_STOPPED = """
    a an the of in on at to for from by with and or but not no is are was were be been being am do does did have has had
    it its this that these those there here as if then than so such what which who whom whose when where why how can
    could will would shall should may might must also into about over under between he she they them his her their we
    you i me my our your much many any some all each other name called known der die das und ist ein eine le la les un
    une et est de des du el los las y es en que
"""
_STOP = frozenset(re.findall(r"\w+", _STOPPED))


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences of `text`, verbatim but for white space, which becomes single spaces."""
    start = 0
    for end in _END.finditer(text):
        piece = text[start : end.end()].strip()
        if _ABBREVIATED.search(piece):
            continue
        start = end.end()
        if piece:
            yield " ".join(piece.split())
    rest = text[start:].strip()
    if rest:
        yield " ".join(rest.split())


def stem(word: str) -> str:
    """Return `word` without its commonest English endings; at least three letters stay."""
    return _ENDING.sub("", word, count=1)


def terms(text: str) -> list[str]:
    """Return the content words of `text` as stems without accents; of scripts without spaces, pairs of letters."""
    found = []
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if letter not in _ACCENTS)
    for word in _WORD.findall(unicodedata.normalize("NFC", plain)):
        if _DENSE.search(word):
            found += [word[place : place + 2] for place in range(max(len(word) - 1, 1))]
        elif word not in _STOP and (len(word) > 1 or word.isdigit()):
            found.append(stem(word))
    return found
