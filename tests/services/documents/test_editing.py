from __future__ import annotations

from collections.abc import Sequence

from services.documents import (
    Chunk,
    ChunkSettings,
    Page,
    change_passage,
    chunk,
    drop_passage,
    merge_passages,
    split_passage,
    too_long,
)

PAGES = (Page(1, "The heron waits. The eel sleeps. The otter swims."), Page(2, "The pike hunts."))
CHUNKS = chunk(PAGES, ChunkSettings(20, 0))


def texts(chunks: Sequence[Chunk]) -> list[str]:
    return [each.text for each in chunks]


def stands(chunks: Sequence[Chunk]) -> bool:
    return all(PAGES[each.page - 1].text[each.start : each.end] == each.text for each in chunks if not each.edited)


def test_a_text_of_ones_own_is_marked_and_keeps_its_page() -> None:
    changed = change_passage(CHUNKS, 1, "The eel dreams.\ud800\u202e", PAGES)
    assert changed[1].text == "The eel dreams.\ufffd"
    assert (changed[1].edited, changed[1].page, changed[1].start) == (True, 1, CHUNKS[1].start)
    assert changed[0] == CHUNKS[0]


def test_a_text_that_still_stands_in_the_page_keeps_its_place() -> None:
    longer = change_passage(CHUNKS, 0, "The heron waits. The eel sleeps.", PAGES)
    assert (longer[0].start, longer[0].end, longer[0].edited) == (0, 32, False)
    back = change_passage(change_passage(CHUNKS, 1, "Nothing", PAGES), 1, CHUNKS[1].text, PAGES)
    assert back == CHUNKS


def test_a_passage_without_text_goes() -> None:
    assert texts(change_passage(CHUNKS, 0, " \n", PAGES)) == texts(CHUNKS)[1:]
    assert [each.ordinal for each in drop_passage(CHUNKS, 1)] == list(range(len(CHUNKS) - 1))


def test_a_passage_is_parted_and_put_together_again() -> None:
    parted = split_passage(CHUNKS, 0, 9, PAGES)
    assert texts(parted)[:2] == ["The heron", "waits."]
    assert stands(parted)
    assert merge_passages(parted, 0, PAGES) == CHUNKS


def test_overlapping_passages_share_their_text_once_when_they_are_put_together() -> None:
    overlapping = chunk(PAGES, ChunkSettings(36, 17))
    joined = merge_passages(overlapping, 0, PAGES)
    assert joined[0].text.count("The eel sleeps.") == 1
    assert stands(joined)
    assert merge_passages(CHUNKS, len(CHUNKS) - 1, PAGES) == CHUNKS


def test_passages_of_two_pages_are_put_together_as_text() -> None:
    [*_, last] = joined = merge_passages(CHUNKS, len(CHUNKS) - 2, PAGES)
    assert (last.text, last.page, last.edited) == ("The otter swims.\n\nThe pike hunts.", 1, True)
    assert len(joined) == len(CHUNKS) - 1


def test_passages_of_which_a_model_would_not_read_the_end_are_named() -> None:
    long = change_passage(CHUNKS, 1, "eel " * 50, PAGES)
    assert too_long(long, 20) == (1,)
    assert too_long(long, None) == ()
