"""The other ways to cut: at headings, by pages, by rows of tables."""

from __future__ import annotations

import random

import pytest

from services.documents import ChunkSettings, Method, Page, Section, chunk, estimate_tokens

WORDS = "Something is said about this at some length. "


def headed(number: int, *parts: tuple[str, int, str], label: str = "") -> Page:
    """A page of sections: title, level, text."""
    text, sections = "", []
    for title, level, words in parts:
        if title:
            sections.append(Section(len(text), title, level))
        text += (f"{title}\n\n" if title else "") + (f"{words}\n\n" if words else "")
    return Page(number, text.rstrip(), label, tuple(sections))


def table(*rows: str, header: str = "Name | Price", before: str = "", after: str = "", shown: bool = False) -> Page:
    """A page with a table between other text; the column names stand in the text where they are `shown`."""
    text, places = before + (f"{header}\n" if shown else ""), []
    for row in rows:
        places.append((len(text), len(text) + len(row)))
        text += row + "\n"
    return Page(1, (text + after).rstrip(), rows=tuple(places), header=header)


def by_heading(*pages: Page, size: int = 300) -> list[tuple[str, str]]:
    chunks = chunk(pages, ChunkSettings(size, 0, method=Method.HEADING))
    return [(each.section, each.text) for each in chunks]


def test_every_method_keeps_section_and_label() -> None:
    page = headed(1, ("Boats", 1, WORDS * 4), ("Prices", 2, WORDS * 4), label="Slide 3")
    for method in Method:
        chunks = chunk([page], ChunkSettings(250, 0, method=method))
        assert {each.label for each in chunks} == {"Slide 3"}
        assert {each.section for each in chunks} == {"Boats", "Boats › Prices"}


def test_a_passage_that_overlaps_belongs_to_the_section_of_what_is_new_in_it() -> None:
    page = headed(1, ("One", 1, "First it rains. " * 20), ("Two", 1, "Then it snows. " * 20))
    chunks = chunk([page], ChunkSettings(340, 100))
    assert [each.section for each in chunks if "Two" in each.text] == ["Two"]


def test_a_section_is_a_passage() -> None:
    page = headed(1, ("Boats", 1, WORDS * 5), ("Prices", 2, WORDS * 5), ("Hours", 2, WORDS * 5))
    assert [section for section, _ in by_heading(page)] == ["Boats", "Boats › Prices", "Boats › Hours"]
    assert all(text.startswith(section.rsplit(" › ")[-1]) for section, text in by_heading(page))


def test_small_neighbours_under_the_same_parent_go_together() -> None:
    small = "Few words."
    page = headed(1, ("Boats", 1, WORDS * 5), ("Prices", 2, small), ("Hours", 2, small), ("Cats", 1, WORDS * 6))
    found = by_heading(page, size=240)
    assert [section for section, _ in found][:2] == ["Boats", "Boats"]
    assert found[1][1].startswith("Prices")
    assert "Hours" in found[1][1]


def test_small_sections_of_different_parents_stay_apart() -> None:
    page = headed(1, ("A", 1, WORDS * 6), ("A1", 2, "Few words."), ("B", 1, "Few words."), ("B1", 2, WORDS * 6))
    assert [section for section, _ in by_heading(page, size=280)] == ["A", "A › A1", "B", "B › B1"]


def test_a_heading_without_text_goes_with_what_follows() -> None:
    page = headed(1, ("Part One", 1, ""), ("Chapter", 2, WORDS * 6))
    assert [text.split("\n")[0] for _, text in by_heading(page)] == ["Part One"]


def test_a_long_section_is_cut_and_keeps_its_path() -> None:
    found = by_heading(headed(1, ("Boats", 1, WORDS * 30)))
    assert len(found) > 3
    assert {section for section, _ in found} == {"Boats"}


def test_a_section_goes_on_over_pages_until_the_next_heading() -> None:
    pages = headed(1, ("A", 1, WORDS), ("A1", 2, WORDS)), headed(2, ("", 0, WORDS * 5), ("A2", 2, WORDS * 5))
    assert [section for section, _ in by_heading(*pages)][1:] == ["A › A1", "A › A2"]


def test_a_place_after_the_heading_means_the_same_as_one_before_it() -> None:
    text = f"Boats\n\n{WORDS * 5}\n\nPrices\n\n{WORDS * 5}".replace(" \n", "\n")
    sections = tuple(Section(text.index(title) + len(title) + 2, title) for title in ("Boats", "Prices"))
    assert [text.split("\n")[0] for _, text in by_heading(Page(1, text, sections=sections))] == ["Boats", "Prices"]


def test_where_a_file_names_no_heading_short_lines_that_stand_alone_are_headings() -> None:
    text = f"The Boats\n\n{WORDS * 5}\n\nThe Prices\n\n{WORDS * 5}"
    assert [section for section, _ in by_heading(Page(1, text))] == ["The Boats", "The Prices"]
    assert {each.section for each in chunk([Page(1, text)])} == {""}


def test_a_path_stays_short_however_deep_the_headings_are() -> None:
    page = headed(1, *((f"Level {level} " + "x" * 300, level, WORDS) for level in range(1, 60)), label="y" * 500)
    chunks = chunk([page], ChunkSettings(300, 0, method=Method.HEADING))
    assert max(len(each.section) for each in chunks) <= 1000
    assert {len(each.label) for each in chunks} == {120}
    assert chunks[-1].section.count(" › ") == 7


def test_a_page_is_a_passage_and_a_long_one_is_cut() -> None:
    pages = [Page(1, WORDS * 5), Page(2, WORDS * 40)]
    chunks = chunk(pages, ChunkSettings(1000, 100, method=Method.PAGE))
    assert chunks[0].text == (WORDS * 5).strip()
    assert [each.page for each in chunks] == [1, 2, 2]


def test_a_row_is_a_passage_with_the_column_names_in_front() -> None:
    page = table("Oar | 9", "Rope | 4", "Lamp | 30")
    chunks = chunk([page], ChunkSettings(method=Method.ROW))
    assert [each.text for each in chunks] == [
        "Name | Price\nOar | 9",
        "Name | Price\nRope | 4",
        "Name | Price\nLamp | 30",
    ]
    assert [page.text[each.start : each.end] for each in chunks] == ["Oar | 9", "Rope | 4", "Lamp | 30"]


def test_other_methods_put_as_many_whole_rows_together_as_fit() -> None:
    page = table(*(f"Thing {number} | {number}" for number in range(100)))
    for method in (Method.RECURSIVE, Method.HEADING, Method.PAGE):
        chunks = chunk([page], ChunkSettings(200, 50, method=method))
        assert all(each.text.startswith("Name | Price\nThing") and len(each.text) <= 200 for each in chunks)
        rows = [row for each in chunks for row in each.text.split("\n")[1:]]
        assert rows == page.text.split("\n")


def test_column_names_that_stand_in_the_text_are_there_once() -> None:
    page = table("Oar | 9", "Rope | 4", shown=True, before="Our prices:\n", after="Ask at the pier.")
    chunks = chunk([page], ChunkSettings(method=Method.ROW))
    assert [each.text for each in chunks][1:3] == ["Name | Price\nOar | 9", "Name | Price\nRope | 4"]
    assert chunks[-1].text == "Ask at the pier."
    assert sum(each.text.count("Our prices:") for each in chunks) == 1


def test_a_row_longer_than_a_passage_is_cut_with_the_column_names_before_each_part() -> None:
    page = table("Oar | " + WORDS * 20)
    chunks = chunk([page], ChunkSettings(300, 0, token_cap=60, method=Method.ROW))
    assert len(chunks) > 3
    assert all(each.text.startswith("Name | Price\n") and len(each.text) <= 300 for each in chunks)
    assert all(estimate_tokens(each.text) <= 60 for each in chunks)


def test_column_names_that_would_fill_the_passage_are_left_to_the_text() -> None:
    page = table("Oar | 9", header="Column " * 40)
    assert [each.text for each in chunk([page], ChunkSettings(200, 0, method=Method.ROW))] == ["Oar | 9"]


def test_a_table_whose_columns_have_no_names_is_text_except_by_row() -> None:
    page = table("Light | For", "green | tea", "blue | soup", header="", before="Press the key.\n")
    assert [each.text for each in chunk([page], ChunkSettings(method=Method.ROW))] == [
        "Press the key.",
        "Light | For\ngreen | tea",
        "Light | For\nblue | soup",
    ]
    for method in (Method.RECURSIVE, Method.HEADING, Method.PAGE):
        assert [each.text for each in chunk([page], ChunkSettings(method=method))] == [page.text]


@pytest.mark.parametrize("method", list(Method))
def test_all_text_is_in_a_passage_whatever_the_page_looks_like(method: Method) -> None:
    for seed in range(150):
        chance = random.Random(seed)
        text = "".join(chance.choice((WORDS, "\n\n", "Title\n\n", "a | b\n", "字" * 9, " ")) for _ in range(60)).strip()
        lines = [(place, text.find("\n", place)) for place in range(len(text)) if text.startswith("a | b", place)]
        rows = tuple((start, end if end > 0 else len(text)) for start, end in lines if chance.random() < 0.8)
        starts = sorted(chance.sample(range(len(text) + 1), 4))
        sections = tuple(Section(start, chance.choice(("A", "Title", "")), chance.randrange(1, 4)) for start in starts)
        page = Page(1, text, sections=sections, rows=rows, header=chance.choice(("", "x | y", "a | b")))
        settings = ChunkSettings(chance.randrange(40, 400), 20, chance.choice((None, 40)), method)
        chunks = chunk([page], settings)
        covered = bytearray(len(text))
        for each in chunks:
            assert each.text.endswith(text[each.start : each.end])
            assert len(each.text) <= settings.size
            covered[each.start : each.end] = b"\1" * (each.end - each.start)
        left = "".join(sign for sign, there in zip(text, covered, strict=True) if not there)
        before = "".join(each.text for each in chunks)
        assert all(word in before for word in left.split())
        assert method is Method.ROW or not left.replace(page.header or "\0", "").strip()
