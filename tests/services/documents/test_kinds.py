from __future__ import annotations

import pytest

from services.documents.kinds import recognise
from services.errors import DocumentRefused
from tests.services.documents.office_samples import make_eml, make_epub, make_odt, make_pptx, make_rtf, make_xlsx
from tests.services.documents.samples import make_docx, make_html, make_pdf, make_zip

ODS = "application/vnd.oasis.opendocument.spreadsheet"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (make_pdf(["x"]), "report.pdf", "pdf"),
        (make_pdf(["x"]), "report.PDF", "pdf"),
        (make_pdf(["x"]), "report", "pdf"),
        (b"mail header\r\n" + make_pdf(["x"]), "report.2024", "pdf"),
        (make_docx(["x"]), "letter.docx", "docx"),
        (b"# Title", "notes.md", "markdown"),
        (b"<p>a part of a page", "part.html", "html"),
        (make_html("<p>x"), "page.txt", "html"),
        (b"\xef\xbb\xbf<!-- saved --> <!DOCTYPE html><p>x", "page", "html"),
        (b"a,b\n1,2\n", "table.csv", "csv"),
        (b"A PDF begins with %PDF-1.4.", "notes.md", "markdown"),
        (b"GIF8 and ID3 are signatures.", "notes.txt", "text"),
        (b"MZ is how this line begins", "notes.txt", "text"),
        ("Привет".encode("cp1251"), "letter.txt", "text"),
        (make_pptx(["x"]), "talk.pptx", "pptx"),
        (make_xlsx({"x": [["x"]]}), "prices.xlsm", "xlsx"),
        (make_epub(["x"]), "book.epub", "epub"),
        (make_odt("x"), "letter", "odt"),
        (make_rtf("x"), "letter.txt", "rtf"),
        (make_eml("x"), "mail", "email"),
        (make_eml("x"), "prompt.txt", "text"),
        (b"Note: one\n\ntwo", "note", "text"),
        (make_zip({"a.txt": "x"}), "many.zip", "zip"),
    ],
)
def test_a_file_is_recognised_by_what_it_holds_and_then_by_its_name(data: bytes, name: str, kind: str) -> None:
    assert recognise(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (PNG, "report.pdf", "a PNG picture"),
        (b"MZ\x90\0" + bytes(50), "report.docx", "a Windows program"),
        (make_zip({"a.txt": "x"}), "report.pdf", "a ZIP archive"),
        (make_docx(["x"]), "report.txt", "a Word document"),
        (make_pdf(["x"]), "report.txt", "a PDF"),
        (make_pdf(["x"]), "report.docx", "a PDF"),
        (b"just words", "report.pdf", "plain text"),
        (b"just words", "picture.png", "plain text"),
        (make_html("x"), "report.pdf", "an HTML page"),
        (make_zip({"xl/workbook.xml": "x"}), "report.docx", "an Excel workbook"),
    ],
)
def test_a_renamed_file_is_refused_with_what_it_really_is(data: bytes, name: str, says: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        recognise(data, name)
    assert refused.value.reason == f"The name ends in .{name.rpartition('.')[2]}, but the file holds {says}."
    assert refused.value.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PNG, "a PNG picture"),
        (make_zip({"xl/workbook.bin": "x"}), "a binary Excel workbook"),
        (make_zip({"Index/Document.iwa": "x"}), "an Apple Pages"),
        (make_zip({"mimetype": ODS, "content.xml": "x"}), "an OpenDocument spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Office file (Word 97-2003 or alike)"),
        (bytes(257) + b"ustar" + b"x" * 100, "a tar archive"),
        (b"BM\x00\x01\x00\x00\0\0\0\0" + bytes(60), "a BMP picture"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_kind(data: bytes, says: str) -> None:
    with pytest.raises(DocumentRefused, match="not read here") as refused:
        recognise(data, "thing")
    assert says in refused.value.reason


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t", bytes(1000)])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentRefused, match="The file is empty"):
        recognise(data, "report.pdf")
