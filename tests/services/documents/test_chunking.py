from __future__ import annotations

import random
from itertools import pairwise

import pytest

from services.documents import Chunk, ChunkSettings, Page, chunk, estimate_tokens

PIECES = (
    "word", "Sentence ends. ", "Ein Wort? ", "今天的天气非常好。", "これは文です。", "هل هذا سؤال؟ ", "यह वाक्य है। ",
    "ภาษาไทย",     "\n", "\n\n", " ", "   ", "\t", "A Heading\n\n", "- item\n", "a | b\n", "x" * 90,
    "é", "e\u0301", "👨\u200d👩\u200d👧", "3.14",
)  # fmt: skip


def made_up(seed: int) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(PIECES) + chance.choice(("", " ")) for _ in range(chance.randrange(0, 400)))


def check(pages: list[Page], chunks: tuple[Chunk, ...], settings: ChunkSettings) -> None:
    texts = {page.number: page.text for page in pages}
    covered = {number: bytearray(len(text)) for number, text in texts.items()}
    assert [piece.ordinal for piece in chunks] == list(range(len(chunks)))
    for piece in chunks:
        assert texts[piece.page][piece.start : piece.end] == piece.text
        assert piece.text == piece.text.strip() != ""
        assert len(piece.text) <= settings.size
        if settings.token_cap and len(piece.text) > 1:
            assert estimate_tokens(piece.text) <= settings.token_cap
        covered[piece.page][piece.start : piece.end] = b"\1" * len(piece.text)
    for before, after in pairwise(chunks):
        assert before.page < after.page or (before.start < after.start and before.end < after.end)
        if before.page == after.page:
            assert before.end - after.start <= settings.overlap
    for number, text in texts.items():
        assert all(sign.isspace() or there for sign, there in zip(text, covered[number], strict=True))


@pytest.mark.parametrize(
    "settings",
    [
        ChunkSettings(),
        ChunkSettings(200, 0),
        ChunkSettings(200, 100),
        ChunkSettings(20, 10),
        ChunkSettings(300, 150, 40),
        ChunkSettings(1000, 500, 8),
    ],
)
def test_passages_cover_all_text_in_order_and_know_where_they_stand(settings: ChunkSettings) -> None:
    for seed in range(60):
        pages = [Page(number, made_up(seed * 7 + number)) for number in (1, 2, 5)]
        chunks = chunk(pages, settings)
        check(pages, chunks, settings)
        assert chunks == chunk(pages, settings)


def test_a_page_without_text_has_no_passage() -> None:
    assert chunk([Page(1, ""), Page(2, " \n\t ")]) == ()


def test_a_passage_ends_at_a_paragraph_where_it_can() -> None:
    text = "One two three. " * 45 + "\n\n" + "Four five six. " * 45
    first, second = chunk([Page(1, text)], ChunkSettings(1000, 0))
    assert first.text.endswith("three.")
    assert second.text.startswith("Four")


@pytest.mark.parametrize("end", [". ", "? ", "。", "！", "؟ ", "। ", "… "])
def test_else_it_ends_at_a_sentence_of_any_script(end: str) -> None:
    text = ("字" * 30 + end) * 40
    for piece in chunk([Page(1, text)], ChunkSettings(200, 0)):
        assert piece.text.endswith(end.strip())


def test_else_it_ends_at_a_word() -> None:
    for piece in chunk([Page(1, "several " * 300)], ChunkSettings(200, 40)):
        assert set(piece.text.split()) == {"several"}


def test_a_heading_goes_with_the_text_that_follows_it() -> None:
    part = "Something is said at some length here. " * 12
    text = f"{part}\n\nThe Second Heading\n\n{part}"
    first, second = chunk([Page(1, text)], ChunkSettings(500, 0))
    assert first.text == part.strip()
    assert second.text.startswith("The Second Heading")


def test_neighbours_overlap_by_whole_sentences() -> None:
    text = " ".join(f"This is sentence number {number}." for number in range(200))
    chunks = chunk([Page(1, text)])
    for before, after in pairwise(chunks):
        assert 0 < before.end - after.start <= 150
        assert after.text.startswith("This is")


def test_accents_and_joined_signs_stay_together() -> None:
    family = "👨\u200d👩\u200d👧"
    for piece in chunk([Page(1, family * 50 + "e\u0301" * 100)], ChunkSettings(23, 0)):
        assert not piece.text.startswith(("\u200d", "\u0301"))
        assert not piece.text.endswith("\u200d")


def test_a_token_cap_shortens_passages_more_in_scripts_that_need_more_tokens() -> None:
    settings = ChunkSettings(token_cap=256)
    english = chunk([Page(1, "Some words of English. " * 300)], settings)
    chinese = chunk([Page(1, "今天的天气非常好，我们去公园散步吧。" * 300)], settings)
    assert 900 < len(english[0].text) < 1000
    assert 200 < len(chinese[0].text) <= 256


@pytest.mark.parametrize("wrong", [(10, 0, None), (100, 51, None), (100, -1, None), (100, 0, 7)])
def test_settings_that_make_no_sense_are_refused(wrong: tuple[int, int, int | None]) -> None:
    with pytest.raises(ValueError, match="at least"):
        ChunkSettings(*wrong)
