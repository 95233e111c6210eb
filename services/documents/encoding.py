"""Bytes of unknown encoding read as text."""

from __future__ import annotations

import codecs
import re

from services.errors import DocumentRefused

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE_BYTES = 64 * 1024
"""What the encoding is guessed from: enough letters for any language, a quarter of a second at most."""

NOT_WESTERN = re.compile("[^\\x00-\\x7fàâäáçéèêëíîïñóôöúùûüßœÀÂÄÁÇÉÈÊËÍÎÏÑÓÔÖÚÙÛÜŒ‘’“”„–—…€«»°§£©®™·¿¡\\xa0]")
"""Letters that French, Spanish, Italian or German do not use: short texts in them are often guessed as Czech."""

MOST_ACCENTED = 0.2
"""Share of letters beyond ASCII in such a text at most; in French it is a twentieth, in Russian nearly all."""

VALID_FOR_ONE_BAD = 4
"""A text with this many letters of valid UTF-8 for each bad byte is damaged UTF-8 (a log cut within a letter)."""

CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
BINARY = DocumentRefused(
    "The file holds binary data, not text.", "Drop it as PDF, Word (.docx), Markdown, HTML or text."
)


def decode(data: bytes, declared: str = "") -> str:
    """Return `data` as text, in the encoding its mark, itself, or `declared` says, or the likeliest one.

    Raises DocumentRefused where the bytes are not text in any encoding.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _checked(data.decode(encoding, "replace"))
    text = _strictly(data, "utf-8")
    if text is not None and "\0" not in text:
        return _checked(text)
    if b"\0" in data[:SAMPLE_BYTES]:
        return _checked(data.decode(_wide(data), "replace"))
    if declared:
        text = _strictly(data, declared)
        if text is not None:
            return _checked(text)
    return _checked(_guessed(data))


def _strictly(data: bytes, encoding: str) -> str | None:
    """Return `data` decoded, or None if a byte does not fit or Python does not know the encoding."""
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(data: bytes) -> str:
    """Return which UTF-16 has its zeros where these bytes have them; text with zeros elsewhere is not text."""
    sample = data[:SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    raise BINARY


def _guessed(data: bytes) -> str:
    """Return `data` in the encoding that makes the likeliest language of it."""
    import charset_normalizer

    sample = data if len(data) <= SAMPLE_BYTES else data[: data.rfind(b"\n", 0, SAMPLE_BYTES) + 1 or SAMPLE_BYTES]
    if _is_damaged_utf8(sample):
        return data.decode("utf-8", "replace")
    western = _strictly(data, "cp1252") if _is_western(sample) else None
    if western is not None:
        return western
    best = charset_normalizer.from_bytes(sample).best()
    if best is None:
        raise BINARY
    text = _strictly(data, best.encoding)
    return text if text is not None else data.decode(best.encoding, "replace")


def _is_western(sample: bytes) -> bool:
    """Whether the bytes read well as Windows' western alphabet."""
    text = _strictly(sample, "cp1252")
    if text is None or NOT_WESTERN.search(text):
        return False
    return sum(not sign.isascii() for sign in text) <= MOST_ACCENTED * len(text)


def _is_damaged_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(not sign.isascii() for sign in text) - bad >= VALID_FOR_ONE_BAD * max(bad, 1)


def _checked(text: str) -> str:
    """Return `text` unless it holds what no text holds: more than one control character in two hundred."""
    sample = text[:SAMPLE_BYTES]
    if len(CONTROLS.findall(sample)) > max(2, len(sample) / 200) or sample.count("\ufffd") > max(20, len(sample) / 10):
        raise BINARY
    return text


def decode_short(data: bytes) -> str:
    """Return a few bytes, such as a file's name, as text; never raises."""
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    try:
        return _guessed(data)
    except DocumentRefused:
        return data.decode("cp437")
