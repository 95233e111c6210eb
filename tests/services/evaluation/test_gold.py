"""The expected passage is a place in the document, however the document is cut."""

import pytest

from services.documents import Page
from services.evaluation import Item, Place, Source
from services.evaluation.gold import Expected, Span, at_place, gold_of
from services.evaluation.scratch import entries_of
from services.knowledge import ChunkPlan, Entry

SOURCE = Source("a" * 64, "Handbook.pdf")
OTHER = Source("b" * 64, "folder/other.txt")
FACT = "Refunds are paid within 30 days."
FILLER = "The handbook is read by everybody who joins the team. "
PAGES = {
    SOURCE.sha256: (Page(1, FILLER * 30), Page(2, FILLER * 10 + FACT + " " + FILLER * 10)),
    OTHER.sha256: (Page(1, "Nobody is paid within 30 days here. " + FILLER * 5),),
}


def entry(start: int, end: int, page: int = 2) -> Entry:
    return Entry("id", "x" * (end - start), document=SOURCE.sha256, page=page, start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "there"),
    [
        (0, 1000, True),  # around it
        (510, 520, True),  # inside it
        (400, 516, True),  # holds half of it
        (400, 510, False),  # touches its edge
        (600, 700, False),
    ],
)
def test_a_passage_is_at_a_place_when_they_share_half_of_the_shorter(start: int, end: int, there: bool) -> None:
    assert at_place(entry(start, end), Span(SOURCE.sha256, 2, 500, 532)) is there
    assert not at_place(entry(start, end, page=1), Span(SOURCE.sha256, 2, 500, 532))


@pytest.mark.parametrize("size", [120, 400, 1000, 4000])
@pytest.mark.parametrize(
    "place",
    [
        Place("handbook", 2, FACT),
        Place("Handbook.pdf", None, FACT.replace(" ", "\n")),
        Place("", None, FACT.upper()),
        Place(SOURCE.sha256, 2, "", 540, 572),
    ],
)
def test_the_same_place_is_found_in_every_cut(size: int, place: Place) -> None:
    assert PAGES[SOURCE.sha256][1].text[540:572] == FACT
    sources = (SOURCE, OTHER)
    entries = entries_of(sources, PAGES, ChunkPlan(size, 0))
    gold = gold_of(Item("q", "When?", ("30 days",), place), sources, PAGES)
    found = Expected(entries).ids(gold)
    assert 1 <= len(found) <= 2
    assert all("efunds" in each.text or "30 days" in each.text for each in entries if each.id in found)


def test_with_the_answer_alone_every_passage_that_holds_it_is_expected() -> None:
    entries = entries_of((SOURCE, OTHER), PAGES, ChunkPlan(400, 0))
    found = Expected(entries).ids(gold_of(Item("q", "?", ("30 DAYS",)), (SOURCE, OTHER), PAGES))
    assert {each.document for each in entries if each.id in found} == {SOURCE.sha256, OTHER.sha256}


def test_a_page_is_narrowed_to_the_passages_that_hold_the_answer_where_any_does() -> None:
    entries = entries_of((SOURCE, OTHER), PAGES, ChunkPlan(400, 0))
    expected = Expected(entries)
    narrow = expected.ids(gold_of(Item("q", "?", ("30 days",), Place("Handbook.pdf", 2)), (SOURCE, OTHER), PAGES))
    whole = expected.ids(gold_of(Item("q", "?", ("a month",), Place("Handbook.pdf", 2)), (SOURCE, OTHER), PAGES))
    assert len(narrow) == 1
    assert whole == {each.id for each in entries if each.page == 2}


def test_a_document_or_passage_that_is_not_there_is_expected_nowhere() -> None:
    for place in (Place("missing.pdf", 1), Place("", None, "Not a word of this is there.")):
        gold = gold_of(Item("q", "?", ("30 days",), place), (SOURCE, OTHER), PAGES)
        assert gold.nowhere
        assert Expected(entries_of((SOURCE,), PAGES, ChunkPlan())).ids(gold) == frozenset()
