"""Broken and hostile files by name: damaged from good ones with a fixed seed, and made to do harm."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator

from tests.services.documents.office_samples import (
    SHEET,
    lock_office,
    lock_pdf,
    make_eml,
    make_epub,
    make_odt,
    make_pptx,
    make_rtf,
    make_xlsx,
    one_of_each,
    slide_xml,
)
from tests.services.documents.samples import assemble_pdf, make_docx, make_html, make_pdf, make_zip, stream

SEED = 20261120
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FOREIGN = '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/stolen"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


def with_xml(xml: str) -> dict[str, bytes]:
    """Return a package of each kind in whose main part this XML stands."""
    return {
        "docx": make_docx([], {"word/document.xml": xml}),
        "pptx": make_pptx([], parts={"ppt/presentation.xml": xml}),
        "xlsx": make_xlsx({"S": xml or " "}),
        "odt": make_odt("", {"content.xml": xml}),
        "epub": make_epub(["x"], parts={"OEBPS/a.opf": xml}),
    }


def damaged() -> Iterator[tuple[str, bytes]]:
    """Yield good files of every kind, cut off at several places, with bytes changed, and with a hole."""
    chance = random.Random(SEED)
    for name, data in one_of_each().items():
        for share in (0.1, 0.5, 0.9):
            yield f"cut-{share}-{name}", data[: int(len(data) * share)]
        for number in range(3):
            changed = bytearray(data)
            for _ in range(1 + len(data) // 100):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield f"changed-{number}-{name}", bytes(changed)
        start = chance.randrange(len(data) // 2)
        yield f"hole-{name}", data[:start] + bytes(len(data) // 4) + data[start + len(data) // 4 :]
        yield f"nulls-{name}", bytes(1 + len(data))
        yield f"noise-{name}", chance.randbytes(5_000)


def renamed() -> Iterator[tuple[str, bytes]]:
    """Yield good files under the names of others."""
    good = one_of_each()
    for name, other in (("a.pdf", "b.docx"), ("a.docx", "b.xlsx"), ("a.xlsx", "b.pdf"), ("a.epub", "b.odt")):
        yield f"renamed-{name}-{other}", good[name]
    for name in ("b.pdf", "b.docx", "b.pptx", "b.xlsx", "b.epub", "b.eml", "b.rtf", "b.odt", "b.csv"):
        yield f"picture-{name}", b"\x89PNG\r\n\x1a\n" + bytes(200)
        yield f"words-{name}", b"just words, nothing else"


def hostile_xml() -> Iterator[tuple[str, bytes]]:
    """Yield packages whose XML declares entities, asks for others' files, nests without end or is not closed."""
    deep = "<a>" * 5_000 + "</a>" * 5_000
    wholes = {
        "laughs": f"{LAUGHS}<x>&c;</x>",
        "foreign": f"{FOREIGN}<x>&a;&f;</x>",
        "deep": f"<x>{deep}</x>",
        "open": "<x><y>words",
        "surrogate": "<x>&#xD800;</x>",
        "nothing": "",
    }
    for name, xml in wholes.items():
        for kind, data in with_xml(xml).items():
            yield f"{name}.{kind}", data


def sheets() -> Iterator[tuple[str, bytes]]:
    """Yield workbooks that are small and would be large."""

    def sheet(rows: str, before: str = "") -> str:
        return f'<worksheet xmlns="{SHEET}">{before}<sheetData>{rows}</sheetData></worksheet>'

    dimension = '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols>'
    last = '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
    yield "dimension.xlsx", make_xlsx({"S": sheet(last, dimension)})
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield "merged.xlsx", make_xlsx({"S": sheet('<row r="1"><c r="A1"><v>7</v></c></row>') + merged})
    yield "column.xlsx", make_xlsx({"S": sheet('<row r="1"><c r="ZZZZZZZZ1"><v>7</v></c></row>')})
    diagonal = "".join(f'<row><c r="{_letters(n)}{n}"><v>{n}</v></c></row>' for n in range(1, 3_000))
    yield "diagonal.xlsx", make_xlsx({"S": sheet(diagonal)})
    shared = f'<sst xmlns="{SHEET}"><si><t>{"x" * 30_000}</t></si></sst>'
    many = '<row><c t="s"><v>0</v></c></row>' * 60_000
    yield "shared.xlsx", make_xlsx({"S": sheet(many)}, {"xl/sharedStrings.xml": shared})
    yield "bomb.xlsx", make_xlsx({"S": sheet('<row r="1"/>' * 9_000_000)})
    wrong = '<row><c s="99999999999"><v>1e999</v></c><c t="s"><v>-1</v></c></row>'
    yield "numbers.xlsx", make_xlsx({"S": sheet(wrong)})
    yield "loop.xlsx", make_xlsx({f"S{n}": [["x"]] for n in range(3)}, {"xl/worksheets/sheet2.xml": b"\0" * 99})


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def pdfs() -> Iterator[tuple[str, bytes]]:
    """Yield PDFs whose page trees loop, multiply or lie, and streams that unfold."""
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    loop = {1: catalog, 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: b"<< /Type /Pages /Kids [2 0 R] >>"}
    yield "loop.pdf", assemble_pdf(loop)
    tree = {1: catalog, 12: b"<< /Type /Page /MediaBox [0 0 9 9] >>"}
    for number in range(2, 12):
        tree[number] = b"<< /Type /Pages /Kids [%s] /Count 1 >>" % b" ".join([b"%d 0 R" % (number + 1)] * 10)
    yield "ten-to-the-tenth.pdf", assemble_pdf(tree)
    yield "count.pdf", make_pdf(["one page"]).replace(b"/Count 1", b"/Count 99999999999")
    yield "self.pdf", make_pdf(["x"]).replace(b"/Kids [10 0 R]", b"/Kids [2 0 R]")
    yield "bomb.pdf", make_pdf([b"BT /F1 9 Tf (x) Tj ET\n" * 3_000_000])
    nested = b"[" * 50_000 + b"]" * 50_000
    yield "brackets.pdf", make_pdf(["x"], extra={5: nested}).replace(b"/Im1 5 0 R", b"/Im1 5 0 R /Q 5 0 R")
    yield "huge.pdf", make_pdf(["big page"]).replace(b"612 792", b"99999999 99999999")
    outline = {60: b"<< /First 61 0 R /Last 61 0 R >>", 61: b"<< /Title (loop) /Next 61 0 R /First 61 0 R >>"}
    looped = make_pdf(["words"], extra=outline)
    yield "outline.pdf", looped.replace(b"/Type /Catalog", b"/Type /Catalog /Outlines 60 0 R")
    yield "filter.pdf", make_pdf(["x"], extra={5: stream(b"x", b"/Filter [" + b"/FlateDecode " * 999 + b"]", False)})
    yield "locked.pdf", lock_pdf(make_pdf(["secret"]), "password")
    yield "no-pages.pdf", assemble_pdf({1: b"<< /Type /Catalog >>"})


def texts() -> Iterator[tuple[str, bytes]]:
    """Yield marked-up and plain texts that are long, deep, wide, or of no encoding."""
    yield "deep.html", b"<html>" + b"<div>" * 300_000 + b"words"
    yield "attributes.html", make_html(f"<p {'a=b ' * 300_000}>words")
    yield "table.html", make_html("<table>" * 20_000 + "words")
    yield "entity.html", make_html("&#xD800; &#x110000; &#0; words &bogus;" * 1_000)
    yield "stars.md", b"*" * 200_000 + b" words"
    yield "brackets.md", b"[" * 200_000 + b"](" * 1_000 + b" words"
    yield "quotes.md", b">" * 200_000 + b" words"
    yield "accents.txt", ("z" + "\u0301" * 1_000_000).encode()
    yield "surrogates.txt", "words \ud800\udfff".encode("utf-8", "surrogatepass") * 500
    yield "line.txt", b"x" * 3_000_000
    yield "feeds.txt", b"\f" * 100_000 + b"words"
    yield "quote.csv", b'a,b\n"' + b"x," * 500_000
    yield "wide.csv", b"," * 3_000_000 + b"words"
    yield "nulls.csv", b"name,pr\0ice\n" + b"words,2\n" * 50
    yield "deep.rtf", b"{\\rtf1 " + b"{" * 100_000 + b"words"
    yield "binary.rtf", b"{\\rtf1 words\\bin99999999999 x}"
    yield "numbers.rtf", make_rtf(r"\u99999999 \u-99999 \'zz \uc999999 words\ansicpg99999 \f9999999999 more\par")
    yield "rows.rtf", make_rtf(r"\trowd\intbl a\cell" * 5_000 + r"\row words\par")


def mails() -> Iterator[tuple[str, bytes]]:
    """Yield e-mails within e-mails, without boundaries, and with headers that never end."""
    inner = make_eml("innermost words")
    for _ in range(30):
        inner = b"From: a@example.com\nTo: b\nSubject: s\nContent-Type: message/rfc822\n\n" + inner
    yield "nested.eml", inner
    parts = b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (n, n + 1) for n in range(2_000))
    yield "parts.eml", b"From: a\nTo: b\nSubject: s\nContent-Type: multipart/mixed; boundary=0\n\n" + parts
    yield "headers.eml", b"From: a\nSubject: " + b"=?utf-8?q?x?= " * 100_000 + b"\nDate: x\n\nwords"
    yield "charset.eml", b'From: a\nTo: b\nSubject: =?bogus?b?////?=\nContent-Type: text/plain; charset="\0x"\n\nwords'
    yield "bomb-attached.eml", make_eml("words", {"b.zip": make_zip({"x": bytes(50_000_000)}), "c.xlsx": b"PK\3\4"})
    yield "slip.eml", make_eml("words", {"../../etc/passwd": b"words"})


def books() -> Iterator[tuple[str, bytes]]:
    """Yield presentations and books that point at themselves, at others and at nothing."""
    loop = {"ppt/_rels/presentation.xml.rels": "<Relationships/>"}
    yield "unrelated.pptx", make_pptx(["T\nx"], parts=dict(loop))
    yield "outside.pptx", make_pptx(["T\nx"], parts={"ppt/slides/slide1.xml": slide_xml("")})
    spine = "<package><manifest><item id='a' href='../../../etc/passwd'/></manifest><spine>"
    parts = {"OEBPS/a.opf": spine + "<itemref idref='a'/>" * 50_000 + "</spine></package>"}
    yield "spine.epub", make_epub(["words"], parts=dict(parts))
    cipher = '<encryption><EncryptionMethod Algorithm="urn:drm"/></encryption>'
    yield "drm.epub", make_epub(["words"], parts={"META-INF/encryption.xml": cipher})
    sealed = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    yield "locked.odt", make_odt("<text:p>x</text:p>", {"META-INF/manifest.xml": sealed})
    yield "locked.docx", lock_office(make_docx(["secret"]), "password")
    yield "bomb.docx", make_docx(["x" * 20_000_000])
    yield "bomb.odt", make_odt("<text:p>" + "x" * 20_000_000 + "</text:p>")
    yield "spaces.odt", make_odt('<text:p>a<text:s text:c="99999999999"/>b</text:p>')


def archives() -> Iterator[tuple[str, bytes]]:
    """Yield ZIP archives that slip out, unfold, nest, lie and are locked."""
    yield "slip.zip", make_zip({"../../../tmp/evil.txt": "words", "C:\\Windows\\evil.txt": "more", "/etc/x.txt": "x"})
    yield "bomb.zip", make_zip({"a.txt": bytes(40_000_000), "b.txt": "words"})
    yield "many.zip", make_zip({f"{number}.txt": "x" for number in range(1_200)})
    inner = make_zip({"a.txt": "words"})
    for number in range(8):
        inner = make_zip({f"{number}.zip": inner})
    yield "nested.zip", inner
    yield "link.zip", _with_link()
    good = make_zip({"a.txt": "words " * 100, "b.txt": "more " * 100})
    yield "cut.zip", good[: len(good) // 2]
    yield "lying.zip", good.replace(struct.pack("<I", 600), struct.pack("<I", 5), 1)
    yield "nothing.zip", make_zip({})
    yield "flagged.zip", good.replace(b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\x01\0")


def _with_link() -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w") as archive:
        link = zipfile.ZipInfo("passwd.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("\ud800.txt".encode("utf-8", "replace").decode(), "words")
    return out.getvalue()


def corpus() -> dict[str, bytes]:
    """Return all of them by name, archives left out."""
    files: dict[str, bytes] = {}
    for made in (damaged(), renamed(), hostile_xml(), sheets(), pdfs(), texts(), mails(), books()):
        for name, data in made:
            assert name not in files
            files[name] = data
    return files
