"""Small writers of PPTX, XLSX, ODT, EPUB, EML, RTF and locked files, for tests: plain Python, but for the ciphers."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from xml.sax.saxutils import escape, quoteattr

from tests.services.documents.samples import make_docx, make_pdf, make_zip

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
Parts = dict[str, str | bytes]


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    """Return a part of relations: by id, the last word of the type and the target."""
    each = (
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
        for name, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{RELATIONS}">{"".join(each)}</Relationships>'


def cell(reference: str, value: object, style: int = 0) -> str:
    """Return a cell's XML: text inline, numbers and booleans as they are; what begins with "<" is ready XML."""
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'
    text = str(value)
    if text.startswith("<"):
        return text
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def sheet_xml(rows: Sequence[Sequence[object]]) -> str:
    """Return a sheet whose first cell is A1; None is an empty cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(row) if value is not None
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{SHEET}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def make_xlsx(
    sheets: Mapping[str, Sequence[Sequence[object]] | str], parts: Parts | None = None, hidden: Sequence[str] = ()
) -> bytes:
    """Return a workbook; a sheet is rows of values or ready XML."""
    content: Parts = {"[Content_Types].xml": "<Types/>"}
    named, targets = "", {}
    for number, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        named += f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"{state}/>'
        targets[f"rId{number}"] = ("worksheet", f"worksheets/sheet{number}.xml")
        content[f"xl/worksheets/sheet{number}.xml"] = rows if isinstance(rows, str) else sheet_xml(rows)
    content["xl/workbook.xml"] = f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>'
    content["xl/_rels/workbook.xml.rels"] = relations(targets)
    return make_zip({**content, **(parts or {})})


def shape(text: str, kind: str = "body") -> str:
    """Return a shape with a paragraph for each line of `text`."""
    lines = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in text.split("\n"))
    return f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>'


def slide_xml(shapes: str, name: str = "sld", attributes: str = "") -> str:
    """Return a slide, or notes, with these shapes."""
    return (
        f'<p:{name} xmlns:p="{SLIDES}" xmlns:a="{DRAWING}"{attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>'
        f"</p:{name}>"
    )


def make_pptx(slides: Sequence[str], notes: Mapping[int, str] | None = None, parts: Parts | None = None) -> bytes:
    """Return a presentation; a slide is a title, a line end and text, or ready XML of the slide; `notes` by number."""
    content: Parts = {"[Content_Types].xml": "<Types/>"}
    named, targets = "", {}
    for number, slide in enumerate(slides, 1):
        title, _, body = slide.partition("\n")
        ready = slide if slide.startswith("<") else slide_xml(shape(title, "title") + shape(body))
        content[f"ppt/slides/slide{number}.xml"] = ready
        named += f'<p:sldId id="{255 + number}" r:id="rId{number}"/>'
        targets[f"rId{number}"] = ("slide", f"slides/slide{number}.xml")
        if notes and number in notes:
            content[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
                {"rId1": ("notesSlide", f"../notesSlides/notesSlide{number}.xml")}
            )
            said = shape("7", "sldNum") + shape(notes[number])
            content[f"ppt/notesSlides/notesSlide{number}.xml"] = slide_xml(said, "notes")
    content["ppt/presentation.xml"] = (
        f'<p:presentation xmlns:p="{SLIDES}" xmlns:r="{OFFICE}"><p:sldIdLst>{named}</p:sldIdLst></p:presentation>'
    )
    content["ppt/_rels/presentation.xml.rels"] = relations(targets)
    return make_zip({**content, **(parts or {})})


def make_odt(body: str, parts: Parts | None = None) -> bytes:
    """Return an OpenDocument text with this XML in its body (prefixes text, table, office)."""
    names = "".join(
        f' xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "text", "table")
    )
    content = (
        f"<office:document-content{names}><office:automatic-styles/><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    mime = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    return make_zip({**mime, **(parts or {})})


def make_epub(chapters: Sequence[str], title: str = "A book", parts: Parts | None = None) -> bytes:
    """Return an e-book with a chapter for each body of HTML; the files are named against their order."""
    count = len(chapters)
    items = "".join(f'<item id="c{n}" href="text/{count - n}%20x.xhtml"/>' for n in range(count))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(count))
    content: Parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OEBPS/a.opf"/></rootfiles></container>',
        "OEBPS/a.opf": f"<package><metadata><title>{title}</title></metadata><manifest>{items}</manifest>"
        f"<spine>{spine}</spine></package>",
    }
    for number, body in enumerate(chapters):
        content[f"OEBPS/text/{count - number} x.xhtml"] = f"<html><body>{body}</body></html>"
    return make_zip({**content, **(parts or {})})


def make_eml(
    text: str, attachments: Mapping[str, bytes] | None = None, html: str = "", subject: str = "Hello"
) -> bytes:
    """Return an e-mail of `text`, also as HTML where given, with attachments by name."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ada <ada@example.com>", "bob@example.com", subject
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def make_rtf(body: str) -> bytes:
    """Return a rich-text file with this source after its font table."""
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Mincho;}}"
    styles = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}}"
    return (r"{\rtf1\ansi\ansicpg1252\uc1" + fonts + styles + r"{\info{\title Report}}" + body + "}").encode("ascii")


def lock_office(data: bytes, password: str) -> bytes:
    """Return an Office file enciphered with a password, as Office does it (agile encryption)."""
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    with zipfile.ZipFile(out := io.BytesIO(data), "a") as archive:
        archive.writestr("docProps/filler.bin", random.Random(1).randbytes(8192))  # its writer fails with small files
    locked: bytes = ECMA376Agile.encrypt(password, io.BytesIO(out.getvalue()))
    return locked


def lock_pdf(data: bytes, password: str, algorithm: str = "AES-256") -> bytes:
    """Return a PDF that opens with a password."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def one_of_each() -> dict[str, bytes]:
    """Return a small good file of every kind by its name; each says "words"."""
    return {
        "a.pdf": make_pdf(["Good words here.", "And words there."]),
        "a.docx": make_docx(["Good words here."]),
        "a.pptx": make_pptx(["Title\nGood words here."], {1: "words to say"}),
        "a.xlsx": make_xlsx({"Prices": [["name", "price"], ["words", 3]]}),
        "a.csv": b"name,price\nwords,3\nmore,4\n",
        "a.tsv": b"name\tprice\nwords\t3\n",
        "a.md": b"# Title\n\nGood **words** here.\n",
        "a.html": b"<html><body><h1>Title</h1><p>Good words here.</body></html>",
        "a.txt": b"Good words here.",
        "a.epub": make_epub(["<h1>One</h1><p>Good words here.", "<p>More words."]),
        "a.eml": make_eml("Good words here.", {"b.txt": b"attached words"}),
        "a.rtf": make_rtf(r"Good words here.\par"),
        "a.odt": make_odt("<text:p>Good words here.</text:p>"),
    }
