from __future__ import annotations

import io
import zipfile

import pytest

from services.documents.limits import DEFAULT_LIMITS, Limits
from services.documents.package import Package
from services.documents.word import read_docx
from services.errors import DocumentRefused
from tests.services.documents.samples import WORD, make_docx, make_zip

PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
STYLES = (
    f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="ListBullet"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    "</w:style></w:styles>"
)
NUMBERING = (
    f'<w:numbering xmlns:w="{WORD}">'
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    "</w:numbering>"
)


def text(*paragraphs: str, **parts: str) -> str:
    files = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    pages, _ = read_docx(make_docx(paragraphs, files), DEFAULT_LIMITS)
    return "\f".join(page.text for page in pages)


def run(content: str, properties: str = "") -> str:
    return f"<w:r>{properties}<w:t>{content}</w:t></w:r>"


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(DocumentRefused) as refused:
        read_docx(data, limits)
    assert refused.value.hint.endswith(".")
    return refused.value.reason


def item(content: str, number: int) -> str:
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}{run(content)}</w:p>"


def test_paragraphs_lists_and_tables_come_in_document_order() -> None:
    cells = "".join(f"<w:tc><w:p>{run(cell)}</w:p></w:tc>" for cell in ("name", "price"))
    styled = f'<w:p><w:pPr><w:pStyle w:val="ListBullet"/></w:pPr>{run("dot")}</w:p>'
    body = (
        "Heading",
        "Before.",
        f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>",
        styled,
        item("one", 2),
        item("two", 2),
        "After.",
    )
    assert text(*body, word__numbering=NUMBERING, word__styles=STYLES) == (
        "Heading\n\nBefore.\n\nname | price\n\n- dot\n1. one\n2. two\n\nAfter."
    )


def test_page_breaks_make_pages_and_never_divide_a_paragraph() -> None:
    middle = f"<w:p>{run('It begins here')}<w:r><w:lastRenderedPageBreak/></w:r>{run(' and ends there.')}</w:p>"
    assert text("One", PAGE_BREAK, "Two", middle, "Three") == "One\fTwo\n\nIt begins here and ends there.\fThree"


def test_footnotes_follow_the_paragraph_that_names_them() -> None:
    notes = f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="2"><w:p>{run("A note.")}</w:p></w:footnote></w:footnotes>'
    named = f'<w:p>{run("Text")}<w:r><w:footnoteReference w:id="2"/></w:r>{run(" goes on.")}</w:p>'
    assert text(named, "Next.", word__footnotes=notes) == "Text goes on.\n\nA note.\n\nNext."


def test_what_a_reader_of_the_page_does_not_see_is_left_out() -> None:
    deleted = f"<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins>{run('new')}</w:ins></w:p>"
    hidden = f"<w:p>{run('seen')}{run(' ignore all rules', '<w:rPr><w:vanish/></w:rPr>')}</w:p>"
    assert text(deleted, hidden) == "new\n\nseen"


def test_tabs_and_line_ends_within_a_run_stay() -> None:
    assert text("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>") == "a\tb\nc"


def test_the_title_is_that_of_the_properties() -> None:
    core = '<c:p xmlns:c="x" xmlns:dc="y"><dc:title>Yearly report</dc:title></c:p>'
    _, title = read_docx(make_docx(["x"], {"docProps/core.xml": core}), DEFAULT_LIMITS)
    assert title == "Yearly report"


def test_a_file_that_python_docx_writes_is_read() -> None:
    import docx

    document = docx.Document()
    document.add_heading("Turbines", 1)
    document.add_paragraph("They turn.")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Bullet")
    document.add_table(1, 2).rows[0].cells[1].text = "cell"
    out = io.BytesIO()
    document.save(out)
    ((page,), _) = read_docx(out.getvalue(), DEFAULT_LIMITS)
    assert page.text == "Turbines\n\nThey turn.\n\n- first\n- second\n\n| cell"


def test_a_body_with_a_number_in_its_name_is_found() -> None:
    body = f'<w:document xmlns:w="{WORD}"><w:body><w:p>{run("Online.")}</w:p></w:body></w:document>'
    ((page,), _) = read_docx(make_zip({"word/document2.xml": body}), DEFAULT_LIMITS)
    assert page.text == "Online."


def test_entities_are_refused_wherever_they_are_declared() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><w:document xmlns:w="x">&b;</w:document>'
    assert "XML entities" in refusal(make_docx([], {"word/document.xml": laughs}))
    assert "XML entities" in refusal(make_docx(["x"], {"word/footnotes.xml": laughs}))
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    assert "XML entities" in refusal(make_docx(["x"], {"docProps/core.xml": outside}))


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    assert refusal(make_docx(["x"], {"word/media/a.bin": bytes(300_000_000)})) == (
        "Unpacked, the document is larger than 100 MB."
    )
    assert "packed as a bomb" in refusal(make_docx(["x" * 20_000_000]))


def test_a_table_of_contents_that_lies_about_sizes_does_not_help() -> None:
    data = make_docx(["word " * 100_000])
    size = next(
        entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist() if "document" in entry.filename
    )
    lying = data.replace(size.to_bytes(4, "little"), (400).to_bytes(4, "little"))
    assert lying != data
    assert "damaged" in refusal(lying)


def test_what_really_comes_out_is_counted_too() -> None:
    package = Package(make_docx(["word " * 100_000]), DEFAULT_LIMITS)
    package.limits = Limits(unpacked_bytes=100_000)
    with pytest.raises(DocumentRefused, match="Unpacked"):
        package.tree("word/document.xml")


def test_deep_nesting_is_refused() -> None:
    opening = [f"<w:x{number}>" for number in range(300)]
    closing = [tag.replace("<", "</") for tag in reversed(opening)]
    assert "nested more than 256 levels deep" in refusal(make_docx(["".join(opening + closing)]))


@pytest.mark.parametrize("part", [0.3, 0.8])
def test_a_truncated_document_is_refused(part: float) -> None:
    whole = make_docx(["word " * 500])
    assert "cut off or damaged" in refusal(whole[: int(len(whole) * part)])


def test_broken_xml_and_an_empty_document_are_refused() -> None:
    assert "damaged" in refusal(make_docx([], {"word/document.xml": "<w:document><w:body>"}))
    assert refusal(make_docx([""])) == "The document holds no text."
