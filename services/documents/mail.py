"""E-mails (EML, RFC 5322 and MIME) read as their headers and words, then what is attached, where it can be read."""

from __future__ import annotations

import email
import email.header
import email.utils
from collections.abc import Callable
from email.message import Message

from services.documents.encoding import decode, decode_short
from services.documents.html import page_of
from services.documents.limits import Limits
from services.documents.marks import compose, foreign, titled
from services.documents.models import Page, Reading
from services.errors import DocumentRefused

HEADERS = ("From", "To", "Cc", "Date")
LONGEST_HEADER = 2_000
ATTACHMENTS = 100
"""Read of one e-mail; more are named only."""

EMPTY = DocumentRefused("The e-mail holds no text.", "If its words are a picture, run text recognition (OCR) on it.")
ReadAttachment = Callable[[bytes, str], Reading]


def read_eml(
    data: bytes, limits: Limits, warnings: list[str], read_attachment: ReadAttachment
) -> tuple[tuple[Page, ...], str]:
    """Return the e-mail as a page and each page of its attachments, and the subject."""
    message = email.message_from_bytes(data)
    parts = _leaves(message)
    attached = [part for part in parts if _is_attached(part)]
    body = _body([part for part in parts if not _is_attached(part)])
    subject = _header(message, "Subject")
    lines = [f"{name}: {value}" for name in HEADERS if (value := _header(message, name))]
    names = [_name_of(part) for part in attached]
    if names:
        lines.append("Attachments: " + ", ".join(names))
    if not body.strip() and not subject and not names:
        raise EMPTY
    head = titled(1, subject) + "\n\n" if subject else ""
    pages = [compose(1, head + "\n".join(lines) + "\n\n" + body, "E-mail")]
    for part, name in list(zip(attached, names, strict=True))[:ATTACHMENTS]:
        _attach(pages, _payload(part), name, warnings, read_attachment)
    if sum(len(page.text) for page in pages) > limits.characters or len(pages) > limits.pages:
        raise DocumentRefused("The e-mail and its attachments hold too much text.", "Drop the attachments themselves.")
    return tuple(pages), subject[:200]


def _attach(pages: list[Page], data: bytes, name: str, warnings: list[str], read: ReadAttachment) -> None:
    """Add the pages of an attachment, or a word about why it has none."""
    reading = read(data, name)
    if reading.refusal is not None:
        warnings.append(f"The attachment “{name}” was not read: {reading.refusal.reason}")
        return
    for page in reading.pages:
        label = f"Attachment {name}, {page.label or f'page {page.number}'}"
        pages.append(Page(len(pages) + 1, page.text, label, page.sections, page.rows, page.header))
    warnings += [f"The attachment “{name}”: {warning}" for warning in reading.warnings]


def _leaves(message: Message) -> list[Message]:
    """Return the parts that hold something; an e-mail within the e-mail is one of them."""
    leaves: list[Message] = []
    stack: list[Message] = [message]
    while stack:
        part = stack.pop()
        payload = part.get_payload()
        if part.is_multipart() and part.get_content_type() != "message/rfc822" and isinstance(payload, list):
            stack += [each for each in reversed(payload) if isinstance(each, Message)]
        else:
            leaves.append(part)
    return leaves


def _body(parts: list[Message]) -> str:
    """Return the words: plain ones where there are any, else those of the HTML."""
    plain = [decode(_payload(part), _charset(part)) for part in parts if part.get_content_type() == "text/plain"]
    if any(text.strip() for text in plain):
        return foreign("\n\n".join(plain))
    pages = [page_of(_payload(part), 1, "", _charset(part))[0] for part in parts if _is_html(part)]
    return "\n\n".join(page.text for page in pages)


def _is_html(part: Message) -> bool:
    return part.get_content_type() == "text/html"


def _is_attached(part: Message) -> bool:
    encloses = part.get_content_type() == "message/rfc822"
    return encloses or part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _name_of(part: Message) -> str:
    return _file_name(part) or ("message.eml" if part.get_content_type() == "message/rfc822" else "unnamed")


def _payload(part: Message) -> bytes:
    enclosed = part.get_payload()
    if isinstance(enclosed, list):
        return b"".join(each.as_bytes() for each in enclosed[:1] if isinstance(each, Message))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    """Return the encoding a part declares; one that Python does not know is left to be found out."""
    return str(part.get_content_charset(""))


def _file_name(part: Message) -> str:
    return _one_line(part.get_filename(""))[:200].replace("/", "_").replace("\\", "_")


def _header(message: Message, name: str) -> str:
    raw = (value for key, value in message.raw_items() if key.casefold() == name.casefold())
    return _one_line(str(next(raw, "")))


def _one_line(raw: str) -> str:
    """Return a header's words, decoded where they are encoded, without what could end its line."""
    raw = raw[:LONGEST_HEADER]
    try:
        pieces = email.header.decode_header(raw)
        text = "".join(_word(word, charset) for word, charset in pieces)
    except (ValueError, LookupError, email.errors.HeaderParseError):
        text = raw
    return " ".join(foreign(text).split())


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word if word.isascii() else decode_short(word.encode("utf-8", "surrogateescape"))
    return decode(word, charset or "") if word.strip() else word.decode("ascii", "replace")
