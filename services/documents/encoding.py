"""Bytes of unknown encoding read as text.

First what they say of themselves (a mark, valid UTF-8, escapes of ISO 2022, a declared name), then which encoding
makes the likeliest words of them. What is read on a weak guess is said to be: `decoded` tells.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from services.documents.alphabets import CENTRAL, LETTERS, WESTERN, WIDE, best
from services.errors import DocumentRefused

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
SAMPLE_BYTES = 16 * 1024
"""What the encoding is guessed from: enough letters for any language, some hundredths of a second."""

CYRILLIC = ("russian", "ukrainian", "bulgarian")
CANDIDATES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("gb18030", ("simplified",), 0.0),
    ("cp950", ("traditional",), 0.0),
    ("big5hkscs", ("traditional",), -0.02),
    ("gb18030", ("traditional",), -0.05),
    ("euc_jp", ("japanese",), 0.0),
    ("cp932", ("japanese",), 0.0),
    ("cp949", ("korean",), 0.0),
    ("cp1251", CYRILLIC, 0.01),
    ("koi8_r", ("russian", "bulgarian"), 0.0),
    ("koi8_u", ("ukrainian",), -0.01),
    ("cp866", CYRILLIC, 0.0),
    ("iso8859_5", CYRILLIC, -0.02),
    ("mac_cyrillic", CYRILLIC, 0.0),
    ("cp1253", ("greek",), 0.0),
    ("iso8859_7", ("greek",), 0.0),
    ("cp1255", ("hebrew",), 0.0),
    ("cp1256", ("arabic",), 0.0),
    ("iso8859_6", ("arabic",), -0.01),
    ("cp874", ("thai",), 0.0),
    ("cp1252", WESTERN, 0.05),
    ("cp1250", CENTRAL, 0.0),
    ("iso8859_2", CENTRAL, -0.01),
    ("cp1254", ("turkish",), 0.03),
    ("cp1257", ("lithuanian", "latvian", "estonian"), -0.02),
    ("cp850", WESTERN, -0.05),
    ("mac_roman", WESTERN, -0.05),
)
"""Encodings, the languages written in them, and how much likelier than their letters say: the commoner ones are."""

ESCAPED = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_2"), (b"\x1b(", "iso2022_jp_2"))
SURE = 0.4
"""A guess with a lower score than this, which words of a language reach with a dozen letters, is said to be one."""

LIKELY = 0.5
"""From here on bytes are taken for letters of two bytes each; bytes at random reach 0.3."""

NO_WORDS = -0.5
"""Below this nothing reads as words at all."""

VALID_FOR_ONE_BAD = 4
"""A text with this many letters of valid UTF-8 for each bad byte is damaged UTF-8 (a log cut within a letter)."""

CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
BINARY = DocumentRefused("The file holds binary data, not text.", "Drop it in a format that the page names.")
GUESSED = (
    "The file does not say how its letters are coded; they were read as {}. If words look wrong, save it as UTF-8."
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was read in, and whether that is known or at least likely."""

    text: str
    encoding: str
    sure: bool = True

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence for the reader where the encoding is a weak guess."""
        return () if self.sure else (GUESSED.format(self.encoding),)


def decode(data: bytes, declared: str = "") -> str:
    """Return `data` as text; see `decoded`."""
    return decoded(data, declared).text


def decoded(data: bytes, declared: str = "") -> Decoded:
    """Return `data` as text, in the encoding its mark, itself, or `declared` says, or the likeliest one.

    Raises DocumentRefused where the bytes are not text in any encoding.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _checked(Decoded(data.decode(encoding, "replace").lstrip("\ufeff"), encoding))
    if b"\x1b" in data[:SAMPLE_BYTES] and (escaped := _escaped(data)):
        return escaped
    text = _strictly(data, "utf-8")
    if text is not None and "\0" not in text and not _is_strewn(text[:SAMPLE_BYTES]):
        return _checked(Decoded(text, "utf-8"))
    if text is not None or b"\0" in data[:SAMPLE_BYTES]:
        wide = _wide(data)
        if wide is None and 0 < data.count(0) <= max(2, len(data) // 200):  # left between letters by a fault
            return decoded(data.replace(b"\0", b""), declared)
        if wide is None:
            raise BINARY
        return _checked(wide)
    if declared:
        text = _strictly(data, declared)
        if text is not None:
            return _checked(Decoded(text, declared))
    return _checked(_guessed(data))


def decode_short(data: bytes) -> str:
    """Return a few bytes, such as a file's name, as text; never raises."""
    try:
        return decode(data)
    except DocumentRefused:
        return data.decode("cp437")


def _strictly(data: bytes, encoding: str) -> str | None:
    """Return `data` decoded, or None if a byte does not fit or Python does not know the encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _escaped(data: bytes) -> Decoded | None:
    """Return text in an encoding that changes alphabets by escapes, as Japanese and Korean e-mails do."""
    for mark, encoding in ESCAPED:
        if mark in data[:SAMPLE_BYTES] and (text := _strictly(data, encoding)) is not None:
            return Decoded(text, encoding)
    return None


def _wide(data: bytes) -> Decoded | None:
    """Return text of two or four bytes a letter without a mark, None where it is not."""
    sample = data[:SAMPLE_BYTES]
    for encoding in ("utf-32-le", "utf-32-be"):
        text = _strictly(data, encoding) if len(data) % 4 == 0 else None
        if text is not None and _wide_points(text[:SAMPLE_BYTES]) > 0:
            return Decoded(text, encoding)
    found: tuple[float, str] = (LIKELY, "")
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
        points = _wide_points(text)
        if points > found[0]:
            found = (points, encoding)
    return Decoded(data.decode(found[1], "replace"), found[1]) if found[1] else None


def _wide_points(text: str) -> float:
    """Return how likely a text of two bytes a letter is one: 1 for letters of ASCII, else as its language has it."""
    plain = sum(sign.isascii() and (sign.isprintable() or sign in "\n\r\t") for sign in text)
    other = len(text) - sum(sign.isascii() for sign in text)
    if not text or "\0" in text:
        return 0.0
    if not other:
        return plain / len(text)
    points = max(best(text, (*LETTERS, *WIDE)), best(text, (*WESTERN, *CENTRAL, "turkish")))
    return (plain + points * other) / len(text) if points > 0 or plain > 0.9 * len(text) else 0.0


def _guessed(data: bytes) -> Decoded:
    """Return `data` in the encoding that makes the likeliest words of it."""
    sample = data if len(data) <= SAMPLE_BYTES else data[: data.rfind(b"\n", 0, SAMPLE_BYTES) + 1 or SAMPLE_BYTES]
    if _is_damaged_utf8(sample):
        return Decoded(data.decode("utf-8", "replace"), "utf-8")
    found: tuple[float, str] = (-9.0, "")
    for encoding, languages, prior in CANDIDATES:
        text = _sampled(sample, encoding, len(sample) < len(data))
        if text is None or _is_strewn(text):
            continue
        points = best(text, languages) + prior
        if points > found[0]:
            found = (points, encoding)
    if found[0] < SURE and len(data) % 2 == 0 and (wide := _wide(data)) is not None:
        return wide
    if found[0] < NO_WORDS:
        return _by_library(data, sample)
    return Decoded(data.decode(found[1], "replace"), found[1], found[0] >= SURE)


def _sampled(sample: bytes, encoding: str, cut: bool) -> str | None:
    """Return a sample decoded, None if a byte does not fit; a letter that the end has cut may."""
    text = _strictly(sample, encoding)
    if text is None and cut:
        text = next((found for end in (1, 2, 3) if (found := _strictly(sample[:-end], encoding)) is not None), None)
    return text


def _by_library(data: bytes, sample: bytes) -> Decoded:
    """Return what charset-normalizer makes of bytes that are words of no language known here."""
    import charset_normalizer

    found = charset_normalizer.from_bytes(sample).best()
    if found is None:
        raise BINARY
    return Decoded(data.decode(found.encoding, "replace"), found.encoding, sure=False)


def _is_damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not sign.isascii() for sign in text) - bad >= VALID_FOR_ONE_BAD * max(bad, 1)


def _is_strewn(text: str) -> bool:
    """Whether a text holds more control characters than any text does."""
    return len(CONTROLS.findall(text)) > max(2, len(text) / 200)


def _checked(found: Decoded) -> Decoded:
    """Return a text unless it holds what no text holds: more than one control character in two hundred."""
    sample = found.text[: 64 * 1024]
    if _is_strewn(sample) or sample.count("\ufffd") > max(20, len(sample) / 10):
        raise BINARY
    return found
