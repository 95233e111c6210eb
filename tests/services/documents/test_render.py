from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from services.documents import Reader
from services.documents.render import MARK, WINDOW, find_passage
from services.errors import DocumentRefused
from tests.services.documents.samples import column, make_docx, make_pdf

LINES = ["Some words come first on this page.", "Then follows the exam-", "ple that is looked for.", "Others end it."]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "page.pdf"
    path.write_bytes(make_pdf(["First page.", column(LINES, 60, 740)]))
    return path


def drawn(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def marked_rows(picture: Image.Image) -> list[int]:
    """Return the rows that hold the colour of the marker."""
    pixels = picture.load()
    assert pixels is not None
    return [row for row in range(picture.height) if any(pixels[x, row] == MARK for x in range(0, picture.width, 3))]


def test_a_page_is_drawn_as_wide_as_asked(reader: Reader, pdf: Path) -> None:
    picture = drawn(reader.draw(pdf, 2, width=612))
    assert picture.size == (612, 792)
    assert marked_rows(picture) == []
    assert picture.getextrema() != ((255, 255),) * 3


def test_a_passage_is_marked_although_its_lines_and_hyphens_differ(reader: Reader, pdf: Path) -> None:
    rows = marked_rows(drawn(reader.draw(pdf, 2, "follows the example that is looked for", width=612)))
    top = 792 - 740
    assert rows
    assert top < rows[0]
    assert 20 < rows[-1] - rows[0] < 40


def test_a_passage_that_is_not_there_marks_nothing(reader: Reader, pdf: Path) -> None:
    assert marked_rows(drawn(reader.draw(pdf, 2, "zebra crossing at midnight in the rain", width=612))) == []


def test_a_page_on_its_side_is_marked_where_its_words_are(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    path.write_bytes(make_pdf([column(LINES, 60, 740)]).replace(b"/Type /Page /P", b"/Rotate 90 /Type /Page /P"))
    picture = drawn(reader.draw(path, 1, "Others end it", width=792))
    rows = marked_rows(picture)
    assert picture.size == (792, 612)
    assert 55 < rows[0] < 65


def test_a_page_that_is_not_there_and_a_file_that_is_no_pdf_are_refused(
    reader: Reader, pdf: Path, tmp_path: Path
) -> None:
    for number in (0, 3, -1):
        with pytest.raises(DocumentRefused, match="no page"):
            reader.draw(pdf, number)
    other = tmp_path / "other.docx"
    other.write_bytes(make_docx(["x"]))
    with pytest.raises(DocumentRefused, match="cannot be drawn"):
        reader.draw(other, 1)


def test_a_page_as_large_as_a_field_is_drawn_small(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "field.pdf"
    path.write_bytes(make_pdf(["x"]).replace(b"[0 0 612 792]", b"[0 0 14 14400]"))
    picture = drawn(reader.draw(path, 1, width=4000))
    assert picture.width * picture.height <= 8_100_000


def test_a_passage_is_found_in_stretches_where_it_differs_in_the_middle() -> None:
    text = "a" * 10 + "thequickbrownfoxjumpsoverthelazydogandrests"
    passage = "thequickbrownfoxjumpsoverthelazyXdogandrests"
    found = find_passage(text, passage)
    assert found >= set(range(10, 10 + WINDOW))
    assert not found & set(range(10))
    assert find_passage(text, "") == find_passage("", passage) == set()
