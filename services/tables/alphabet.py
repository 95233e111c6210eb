"""Which encoding the bytes of a table are in: what they say of themselves first, then what makes letters of them."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from itertools import pairwise

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("gb18030", "shift_jis", "euc_jp", "big5", "euc_kr")
NARROW = (
    "cp1252",
    "cp1251",
    "cp1250",
    "koi8_r",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "iso8859_2",
    "cp874",
    "cp1257",
)
SAMPLE = 64 * 1024  # bytes of lines that are not ASCII
LAST_RESORT = "latin-1"  # every byte is a letter in it


def marked(head: bytes) -> tuple[str, int]:
    """The encoding a byte order mark names and the length of that mark; ("", 0) without one."""
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "", 0


def encoding_of(head: bytes, *, whole: bool, word: str = "") -> str:
    """The encoding of a file that begins with `head`; "" where it is not text.

    whole  the head is the whole file; word: a word that its first lines should hold, as the target is called
    """
    said, _ = marked(head)
    if said:
        return said
    if b"\0" in head:
        return _two_bytes(head)
    if is_utf8(head, whole=whole):
        return "utf-8"
    return _likeliest(head, word)


def is_utf8(data: bytes, *, whole: bool) -> bool:
    """Whether the bytes are UTF-8; the last letter may be cut where they are not the whole file."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, whole)
    except UnicodeDecodeError:
        return False
    return True


def fallback(data: bytes) -> str:
    """The likeliest encoding of bytes that turned out not to be UTF-8."""
    return _likeliest(data, "")


def _two_bytes(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: mostly ASCII letters with zero bytes between; "" for anything else."""
    sample = head[: 16 * 1024]
    quarter, zeros = len(sample) // 4, [sample[at::4].count(0) for at in range(4)]
    if quarter < 4:
        return ""
    often, seldom = quarter * 0.7, quarter * 0.2
    shapes = {
        "utf-32-le": (False, True, True, True),
        "utf-32-be": (True, True, True, False),
        "utf-16-le": (False, True, False, True),
        "utf-16-be": (True, False, True, False),
    }
    for encoding, shape in shapes.items():
        if all(count > often if zero else count < seldom for count, zero in zip(zeros, shape, strict=True)):
            return encoding
    return "utf-8" if 0 < sample.count(0) <= max(2, len(sample) // 1000) and is_utf8(head, whole=False) else ""


def _likeliest(data: bytes, word: str) -> str:
    holding = () if word.isascii() else tuple(each for each in (*WIDE, *NARROW) if _holds(data, word, each))
    foreign = b"\n".join(_foreign(data.split(b"\n")))[:SAMPLE]
    readings = []
    for encoding in holding or (*WIDE, *NARROW):
        text = _read(foreign, encoding)
        if text is not None:
            readings.append((_likelihood(text, encoding), encoding))
    best = max(readings, key=lambda each: each[0], default=(0.0, LAST_RESORT))
    return best[1] if best[0] > 0 or holding else LAST_RESORT


def _holds(data: bytes, word: str, encoding: str) -> bool:
    """Whether the first line holds a word, were it in this encoding."""
    try:
        return word.strip().encode(encoding) in data[: data.find(b"\n") + 1 or len(data)]
    except UnicodeEncodeError:
        return False


def _foreign(lines: Iterable[bytes]) -> list[bytes]:
    kept, size = [], 0
    for line in lines:
        if not line.isascii():
            kept.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    return kept


def _read(data: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, False)
    except UnicodeDecodeError:
        return None


_RANGES = {
    "gb18030": ((0x4E00, 0x9FFF),),
    "big5": ((0x4E00, 0x9FFF),),
    "shift_jis": ((0x3040, 0x30FF), (0x4E00, 0x9FFF)),
    "euc_jp": ((0x3040, 0x30FF), (0x4E00, 0x9FFF)),
    "euc_kr": ((0xAC00, 0xD7A3),),
    "cp1251": ((0x0410, 0x044F),),
    "koi8_r": ((0x0410, 0x044F),),
    "cp1253": ((0x0386, 0x03CE),),
    "cp1255": ((0x05D0, 0x05EA),),
    "cp1256": ((0x0621, 0x064A),),
    "cp874": ((0x0E01, 0x0E5B),),
}
_KANA = (0x3040, 0x30FF)
_COMMON_HAN = (
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小"
    "么心多天而能好都然没日于起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已老从动两长知民"
)
_LOWER_CYRILLIC = {"cp1251", "koi8_r"}


def _likelihood(text: str, encoding: str) -> float:
    """How much of what is not ASCII is as one writes in that alphabet: letters beside letters."""
    foreign = [each for each in text if each > "\x7f"]
    if not foreign:
        return 0.0
    if encoding in _RANGES:
        inside = sum(any(low <= ord(each) <= high for low, high in _RANGES[encoding]) for each in foreign)
        score = inside / len(foreign)
        score *= 1.0 - (0.5 if encoding in NARROW else 0.3) * _mixed(text)
        if encoding in _LOWER_CYRILLIC:
            score *= 0.6 + 0.4 * sum("а" <= each <= "я" for each in foreign) / len(foreign)
            return score * (0.95 if _together(text) else 0.5)
        if encoding in ("shift_jis", "euc_jp"):
            kana = sum(_KANA[0] <= ord(each) <= _KANA[1] and not 0xFF61 <= ord(each) <= 0xFF9F for each in foreign)
            return score * (1.05 if kana > 0.2 * len(foreign) else 0.6)
        if encoding == "gb18030":
            return score * (1.0 if sum(each in _COMMON_HAN for each in foreign) > 0.1 * len(foreign) else 0.75)
        return score * {"big5": 0.8, "euc_kr": 1.02}.get(encoding, 0.85)
    letters = sum(each.isalpha() for each in foreign)
    usual = sum(each in "äöüßÄÖÜéèêëàâçîïôùûáíóúñÁÉÍÓÚÑãõåæøÅÆØìòº°€£–—’‘“”©®½²³·" for each in foreign)
    alone = 0.0 if _together(text) else 0.15
    if encoding == "cp1252":
        return 0.3 * letters / len(foreign) + 0.5 * usual / len(foreign) + alone
    central = sum(each in "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČŘŠŽőűÖÜáéíóúýäöüôğışçİŞ" for each in foreign)
    return (0.3 * letters + 0.45 * central) / len(foreign) * 0.95 + alone * 0.9


def _together(text: str) -> bool:
    """Whether letters that are not ASCII mostly stand beside one another, as in alphabets other than Latin."""
    pairs = sum(a > "\x7f" and b > "\x7f" for a, b in pairwise(text))
    return pairs > 0.4 * sum(each > "\x7f" for each in text)


def _mixed(text: str) -> float:
    """The share of letters that are not ASCII beside one that is: few words are half Greek, half Latin."""
    beside = ("", *text), (*text[1:], "")
    foreign = [at for at, each in enumerate(text) if each > "\x7f"]
    mixed = sum(any(side[at].isascii() and side[at].isalpha() for side in beside) for at in foreign)
    return mixed / max(1, len(foreign))
