"""What is read of presentations, workbooks, tables, e-books, e-mails, rich text and OpenDocument."""

from __future__ import annotations

import pytest

from services.documents import Page, Reading
from services.documents.excel_values import read_format, show_number
from services.documents.limits import DEFAULT_LIMITS
from services.documents.parse import read_data
from tests.services.documents.office_samples import (
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
from tests.services.documents.samples import make_docx


def reading(data: bytes, name: str, password: str = "") -> Reading:
    found = read_data(data, name, DEFAULT_LIMITS, password)
    assert found.refusal is None, found.refusal
    return found


def rows(page: Page) -> list[str]:
    return [page.text[start:end] for start, end in page.rows]


def titles(page: Page) -> list[tuple[str, int]]:
    return [(each.title, each.level) for each in page.sections]


def test_a_slide_is_a_page_with_its_title_and_notes_and_hidden_ones_are_named() -> None:
    hidden = slide_xml("", attributes=' show="0"')
    found = reading(make_pptx(["First\nOne\nTwo", hidden, "Last\nEnd"], {3: "Say goodbye"}), "a.pptx")
    assert [(page.number, page.label) for page in found.pages] == [(1, "Slide 1"), (3, "Slide 3")]
    assert found.pages[0].text == "First\n\nOne\nTwo"
    assert found.pages[1].text == "Last\n\nEnd\n\nNotes: Say goodbye"
    assert titles(found.pages[1]) == [("Last", 1)]
    assert found.warnings == ("Slide 2 is hidden and was left out.",)


def test_a_sheet_is_a_table_with_its_columns_names_and_hidden_ones_are_named() -> None:
    sheets: dict[str, list[list[object]]] = {
        "Prices": [["Price list"], ["name", "price"], ["a", 1.5], ["b", True]],
        "Secret": [["x", "y"]],
    }
    found = reading(make_xlsx(sheets, hidden=["Secret"]), "a.xlsx")
    (page,) = found.pages
    assert (page.label, page.header, rows(page)) == ("Sheet Prices", "name | price", ["a | 1.5", "b | TRUE"])
    assert page.text.startswith("Price list\n\nname | price\n")
    assert found.warnings == ("The sheet “Secret” is hidden and was left out.",)


def test_a_long_sheet_is_several_pages_each_of_which_knows_the_columns() -> None:
    found = reading(make_xlsx({"S": [["name", "price"], *(["x", number] for number in range(450))]}), "a.xlsx")
    assert [len(page.rows) for page in found.pages] == [199, 200, 51]
    assert {page.header for page in found.pages} == {"name | price"}
    assert rows(found.pages[2])[-1] == "x | 449"


@pytest.mark.parametrize(
    ("written", "code", "shown"),
    [
        ("45352", "yyyy-mm-dd", "2024-03-01"),
        ("45352.5", "d.m.yyyy h:mm", "2024-03-01 12:00"),
        ("0.5", "h:mm AM/PM", "12:00"),
        ("1.25", "[h]:mm:ss", "30:00:00"),
        ("0.125", "0.0%", "12.5%"),
        ("12.5", "[$€-407] #,##0.00", "12.5 €"),
        ("1E+20", "General", "1e+20"),
        ("59", "dd/mm/yy", "1900-02-28"),
        ("-3", "yyyy", "-3"),
        ("x", "0", "x"),
    ],
)
def test_a_number_is_shown_as_its_format_says(written: str, code: str, shown: str) -> None:
    assert show_number(written, read_format(code), since_1904=False) == shown


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_table_is_found(delimiter: str) -> None:
    lines = [["name", "note"], ["a", '"x, y; z"'], ["b", "1.5"]]
    found = reading("\n".join(delimiter.join(line) for line in lines).encode(), "a.csv")
    assert found.pages[0].header == "name | note"
    assert rows(found.pages[0]) == ["a | x, y; z", "b | 1.5"]


def test_chapters_come_in_the_order_of_the_spine() -> None:
    found = reading(make_epub(["<h1>One</h1><p>first", "<h1>Two</h1><p>second"]), "a.epub")
    assert [(page.label, page.text) for page in found.pages] == [
        ("Chapter 1", "One\n\nfirst"),
        ("Chapter 2", "Two\n\nsecond"),
    ]
    assert found.title == "A book"


def test_an_email_gives_its_headers_its_words_and_what_is_attached() -> None:
    attachments = {"a.pptx": make_pptx(["T\nslide words"]), "b.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    found = reading(make_eml("plain words", attachments, html="<p>html words", subject="Grüße"), "a.eml")
    assert [page.label for page in found.pages] == ["E-mail", "Attachment a.pptx, Slide 1"]
    text = found.pages[0].text
    assert text.startswith("Grüße\n\nFrom: Ada <ada@example.com>\n")
    assert "Attachments: a.pptx, b.png\n\nplain words" in text
    assert "html words" not in text
    assert found.pages[1].text == "T\n\nslide words"
    assert "“b.png” was not read" in found.warnings[0]


def test_an_email_in_html_only_is_read_as_text() -> None:
    data = b"From: a@b.c\nSubject: x\nContent-Type: text/html; charset=koi8-r\n\n" + "<p>Привет".encode("koi8-r")
    assert reading(data, "a.eml").pages[0].text.endswith("Привет")


def test_rich_text_in_several_alphabets_keeps_headings_and_tables() -> None:
    body = (
        r"\pard\s1 Top\par\pard\plain\f1 \'cf\'f0\'e8\'e2\'e5\'f2 \f2 \'93\'fa\par"
        r"\f0 gr\u252?n {\v hidden}\u-10179?\u-8704?\par"
        r"\trowd\intbl name\cell price\cell\row\trowd\intbl a\cell 1\cell\row\pard end\page next\par"
    )
    found = reading(make_rtf(body), "a.rtf")
    assert found.pages[0].text == "Top\n\nПривет 日\n\ngrün 😀\n\nname | price\na | 1\n\nend"
    assert titles(found.pages[0]) == [("Top", 1)]
    assert (found.pages[0].header, rows(found.pages[0])) == ("name | price", ["a | 1"])
    assert (found.pages[1].text, found.title) == ("next", "Report")


def test_an_opendocument_text_keeps_headings_lists_and_tables() -> None:
    cells = "".join(f"<table:table-cell><text:p>{each}</text:p></table:table-cell>" for each in ("name", "price"))
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Head</text:h>'
        "<text:p>One<text:s text:c='3'/>two<text:line-break/>three<text:note><text:note-body><text:p>A note.</text:p>"
        "</text:note-body></text:note> end</text:p><text:list><text:list-item><text:p>item</text:p></text:list-item>"
        f"</text:list><table:table><table:table-row>{cells}</table:table-row></table:table>"
    )
    (page,) = reading(make_odt(body), "a.odt").pages
    assert page.text == "Head\n\nOne two\nthree end\n\nA note.\n\n- item\n\nname | price"
    assert titles(page) == [("Head", 2)]


def test_phonetic_guides_leave_the_letters_they_stand_over() -> None:
    ruby = (
        "<w:p><w:r><w:t>東</w:t></w:r><w:r><w:ruby><w:rt><w:r><w:t>きょう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>京"
        "</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>都</w:t></w:r></w:p>"
    )
    code = "EQ \\* jc2 \\* hps10 \\o\\ad(\\s\\up 9(かん),漢)"
    field = (
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>字</w:t></w:r></w:p>'
    )
    assert reading(make_docx([ruby, field]), "a.docx").pages[0].text == "東京都\n\n漢字"


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.pdf"])
def test_a_locked_file_opens_with_its_password_only(name: str) -> None:
    good, word = one_of_each()[name], "pässwörd"
    locked = lock_pdf(good, word) if name == "a.pdf" else lock_office(good, word)
    for password in ("", "wrong"):
        refusal = read_data(locked, name, DEFAULT_LIMITS, password).refusal
        assert refusal is not None
        assert refusal.locked
        assert word not in refusal.reason + refusal.hint
    assert [page.text for page in reading(locked, name, word).pages] == [
        page.text for page in reading(good, name).pages
    ]
