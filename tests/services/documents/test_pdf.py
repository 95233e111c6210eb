from __future__ import annotations

import io

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import LimitReachedError

from services.documents.limits import DEFAULT_LIMITS, Limits
from services.documents.pdf import PAGES_FOR_PYPDF, read_pdf
from services.errors import DocumentRefused
from tests.services.documents.samples import (
    assemble_pdf,
    column,
    make_pdf,
    make_scanned_pdf,
    make_two_column_pdf,
    stream,
)


def refusal(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(DocumentRefused) as refused:
        read_pdf(data, limits)
    assert refused.value.hint.endswith(".")
    return refused.value.reason


def encrypted(user: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(["Nothing to hide"]))))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_pages_keep_their_numbers_and_the_title_is_found() -> None:
    pages, title = read_pdf(make_pdf(["First", b"", "Third"], title="Three pages"), DEFAULT_LIMITS)
    assert [(page.number, page.text) for page in pages] == [(1, "First"), (2, ""), (3, "Third")]
    assert title == "Three pages"


def test_lines_and_words_that_the_margin_broke_are_put_together() -> None:
    lines = [
        "The console shows what it will do before it spends any money on the account, exam-",
        "ple by example, and the plan that is shown is the very same well-known plan which it",
        "carries out afterwards.",
        "A second paragraph is here, and its well-",
        "known word keeps the hyphen.",
    ]
    ((page,), _) = read_pdf(make_pdf([column(lines, 60, 740)]), DEFAULT_LIMITS)
    assert page.text.split("\n") == [
        "The console shows what it will do before it spends any money on the account, example by example, and the plan "
        "that is shown is the very same well-known plan which it carries out afterwards.",
        "A second paragraph is here, and its well-known",
        "word keeps the hyphen.",
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = "left words stand here. " * 12, "right words stand there. " * 12
    ((page,), _) = read_pdf(make_two_column_pdf(left, right), DEFAULT_LIMITS)
    assert page.text.rindex("left") < page.text.index("right")


def test_a_long_book_is_read_as_well_as_a_short_one() -> None:
    pages, _ = read_pdf(make_pdf([f"This is leaf {n}" for n in range(PAGES_FOR_PYPDF + 5)]), DEFAULT_LIMITS)
    assert len(pages) == PAGES_FOR_PYPDF + 5
    assert pages[803].text == "This is leaf 803"


def test_a_page_that_pypdf_cannot_read_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_the_second(page: PageObject) -> str:
        if page.page_number == 1:
            raise LimitReachedError("too many operations")
        return "plain"

    monkeypatch.setattr(PageObject, "extract_text", refuse_the_second)
    pages, _ = read_pdf(make_pdf(["plain", "rare words"]), DEFAULT_LIMITS)
    assert [page.text for page in pages] == ["plain", "rare words"]


@pytest.mark.parametrize(
    ("seen", "read"), [("\uf001nal", "final"), ("\uf001 שלום", "\uf001 שלום"), ("\uf0b7 item", "• item")]
)
def test_signs_without_meaning_are_looked_up_another_way(monkeypatch: pytest.MonkeyPatch, seen: str, read: str) -> None:
    monkeypatch.setattr(PageObject, "extract_text", lambda page: seen)
    ((page,), _) = read_pdf(make_pdf(["final"]), DEFAULT_LIMITS)
    assert page.text == read


def test_scripts_in_a_pdf_are_neither_run_nor_read() -> None:
    script = {60: b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"}
    data = make_pdf(["Safe text"], extra=script).replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction 60 0 R")
    ((page,), _) = read_pdf(data, DEFAULT_LIMITS)
    assert page.text == "Safe text"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_password_is_needed_only_where_viewers_need_it(algorithm: str) -> None:
    assert refusal(encrypted("secret", algorithm)) == "The PDF is protected by a password."
    ((opened,), _) = read_pdf(encrypted("secret", algorithm), DEFAULT_LIMITS, "secret")
    assert opened.text == "Nothing to hide"
    with pytest.raises(DocumentRefused, match="does not open") as refused:
        read_pdf(encrypted("secret", algorithm), DEFAULT_LIMITS, "another")
    assert refused.value.locked
    ((page,), _) = read_pdf(encrypted("", algorithm), DEFAULT_LIMITS)
    assert page.text == "Nothing to hide"


def test_a_scanned_pdf_is_told_from_one_with_no_text() -> None:
    assert refusal(make_scanned_pdf()) == "The PDF holds pictures of pages, no text."
    assert refusal(make_pdf([b"0 0 m 100 100 l S"])) == "The PDF holds no text."


@pytest.mark.parametrize("part", [0.3, 0.6, 0.99])
def test_a_truncated_pdf_is_refused(part: float) -> None:
    whole = make_pdf(["word " * 200] * 20)
    assert refusal(whole[: int(len(whole) * part)]) == "The PDF is cut off: its end is missing."


def test_a_pdf_whose_middle_is_missing_keeps_what_is_there_and_says_what_is_not() -> None:
    whole, warnings = make_pdf(["word " * 200] * 20), list[str]()
    pages, _ = read_pdf(whole[:300] + whole[len(whole) // 2 :], DEFAULT_LIMITS, warnings=warnings)
    assert len(pages) == 20
    assert 5 < sum(bool(page.text) for page in pages) < 15
    assert "pages are damaged and could not be read: 1, 2, 3" in warnings[0]


def test_a_page_without_its_content_is_named_and_the_others_are_read() -> None:
    whole, warnings = make_pdf(["One", "Two", "Three"]), list[str]()
    start = whole.index(b"13 0 obj")
    broken = whole[:start] + whole[whole.index(b"14 0 obj") :]
    pages, _ = read_pdf(broken, DEFAULT_LIMITS, warnings=warnings)
    assert [page.text for page in pages] == ["One", "", "Three"]
    assert warnings == ["Page 2 is damaged and could not be read."]


def test_a_page_that_is_gone_keeps_its_number() -> None:
    whole, warnings = make_pdf(["One", "Two", "Three"]), list[str]()
    start = whole.index(b"12 0 obj")
    broken = whole[:start] + whole[whole.index(b"13 0 obj") :]
    pages, _ = read_pdf(broken, DEFAULT_LIMITS, warnings=warnings)
    assert [(page.number, page.text) for page in pages] == [(1, "One"), (2, ""), (3, "Three")]
    assert warnings == ["Page 2 is damaged and could not be read."]


def test_a_pdf_all_of_whose_pages_are_lost_is_refused() -> None:
    whole = make_pdf(["One"])
    start = whole.index(b"11 0 obj")
    assert "pages are missing" in refusal(whole[:start] + whole[whole.index(b"xref") :])


def test_bookmarks_are_headings_where_their_titles_stand() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(["Some words.\nThe Start\nmore", "Two", "Three"]))))
    first = writer.add_outline_item(title="The start", page_number=0)
    writer.add_outline_item(title="Details", page_number=2, parent=first)
    writer.write(out := io.BytesIO())
    pages, _ = read_pdf(out.getvalue(), DEFAULT_LIMITS)
    found = [
        (page.number, each.title, each.level, page.text[each.start :][:5]) for page in pages for each in page.sections
    ]
    assert found == [(1, "The start", 1, "The S"), (3, "Details", 2, "Three")]


def tree(kids: int, leaf: bytes) -> bytes:
    """Ten levels, each of which names the next `kids` times."""
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 12: leaf}
    for number in range(2, 12):
        names = b" ".join([b"%d 0 R" % (number + 1)] * kids)
        objects[number] = b"<< /Type /Pages /Kids [%s] /Count 1 >>" % names
    return assemble_pdf(objects)


def test_page_trees_that_loop_or_multiply_are_refused() -> None:
    loop = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
    loop[3] = b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"
    assert "runs in a circle" in refusal(assemble_pdf(loop))
    assert refusal(tree(10, b"<< /Type /Page /MediaBox [0 0 9 9] >>")) == "The PDF has more than 5,000 pages."
    assert "damaged" in refusal(tree(10, b"<< /Type /Pages /Kids [] >>"))


def test_a_count_that_lies_does_no_harm() -> None:
    pages, _ = read_pdf(make_pdf(["one page"]).replace(b"/Count 1", b"/Count 99999999"), DEFAULT_LIMITS)
    assert len(pages) == 1


def test_too_many_pages_or_characters_are_refused() -> None:
    assert refusal(make_pdf(["p"] * 8), Limits(pages=7)) == "The PDF has more than 7 pages."
    assert refusal(make_pdf(["word " * 30] * 8), Limits(characters=500)) == "The PDF holds more than 500 characters."


def test_forms_that_draw_each_other_are_cut_short() -> None:
    names = b" ".join([b"/Im1 Do"] * 20)
    header = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99]"
    forms = {
        number: stream(names, header + b" /Resources << /XObject << /Im1 %d 0 R >> >>" % (number + 1))
        for number in range(40, 52)
    }
    forms[5] = stream(names, header + b" /Resources << /XObject << /Im1 40 0 R >> >>")
    forms[52] = stream(b"BT /F1 11 Tf (boo) Tj ET", header)
    assert refusal(make_pdf([b"/Im1 Do"], extra=forms)) == "The PDF holds no text."
