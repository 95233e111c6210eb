"""Small writers of PDF, DOCX and HTML files, for tests and benchmarks: plain Python, no writer library.

Sizes are in PDF points. Text of a PDF is Latin-1, set in Helvetica.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

LINE, WIDTH_OF_LETTER, FONT_SIZE = 14, 5.6, 11


def assemble_pdf(objects: Mapping[int, bytes], root: int = 1, trailer: bytes = b"") -> bytes:
    """Return a PDF file of numbered objects (the bytes between `obj` and `endobj`) with a correct table."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table, size = out.tell(), max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        out.write(b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f"))
    out.write(b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, table))
    return out.getvalue()


def stream(data: bytes, entries: bytes = b"", compress: bool = True) -> bytes:
    """Return a stream object's body, packed with FlateDecode unless `compress` is False."""
    if compress:
        data, entries = zlib.compress(data, 9), entries + b" /Filter /FlateDecode"
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


def pdf_string(text: str) -> bytes:
    """Return a PDF string literal in Latin-1."""
    data = text.encode("latin-1", "replace")
    return b"(" + data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


def wrap(text: str, letters: int = 85) -> list[str]:
    """Return `text` as lines of at most `letters` characters, keeping its own line ends."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > letters:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        lines.append(line)
    return lines


def column(lines: Iterable[str], x: float, top: float) -> bytes:
    """Return the content that sets `lines` below each other, beginning at (x, top)."""
    shown = [b"%s Tj T*" % pdf_string(line) for line in lines]
    return b"BT /F1 %d Tf %d TL %g %g Td\n" % (FONT_SIZE, LINE, x, top) + b"\n".join(shown) + b"\nET\n"


def make_pdf(pages: Sequence[str | bytes], title: str = "", extra: Mapping[int, bytes] | None = None) -> bytes:
    """Return a PDF with one page for each text (wrapped at 85 letters), or for each ready content stream."""
    first = 10
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Title %s >>" % pdf_string(title),
    }
    for number, page in enumerate(pages):
        content = page if isinstance(page, bytes) else column(wrap(page), 60, 740)
        objects[first + 2 * number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> /XObject << /Im1 5 0 R >> >> >>" % (first + 2 * number + 1)
        )
        objects[first + 2 * number + 1] = stream(content)
    return assemble_pdf({**objects, **(extra or {})}, trailer=b"/Info 4 0 R")


def make_two_column_pdf(left: str, right: str) -> bytes:
    """Return a one-page PDF with two columns of 40 letters, the left one written first."""
    return make_pdf([column(wrap(left, 40), 60, 740) + column(wrap(right, 40), 320, 740)])


def make_scanned_pdf(pages: int = 2) -> bytes:
    """Return a PDF whose pages hold a picture each and no text."""
    picture = stream(
        bytes(100), b"/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray /BitsPerComponent 8"
    )
    return make_pdf([b"q 612 0 0 792 0 0 cm /Im1 Do Q"] * pages, extra={5: picture})


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def make_docx(paragraphs: Sequence[str], parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a DOCX. An item that begins with "<" is taken as ready XML of the body; `parts` adds or replaces parts."""
    body = "".join(
        item if item.startswith("<") else f'<w:p><w:r><w:t xml:space="preserve">{escape(item)}</w:t></w:r></w:p>'
        for item in paragraphs
    )
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    )
    content: dict[str, str | bytes] = {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": document}
    return make_zip({**content, **(parts or {})})


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a ZIP file of these parts, packed as hard as possible."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def make_html(body: str, title: str = "A page") -> bytes:
    """Return an HTML document in UTF-8."""
    head = f"<head><meta charset=utf-8><title>{title}</title></head>"
    return f"<!DOCTYPE html><html>{head}<body>{body}</body></html>".encode()
