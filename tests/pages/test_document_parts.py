"""What the page Documents is made of: finding, figures of passages, their colours in a text, places to part them at."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from services.documents import Chunk, estimate_tokens
from tests.pages.conftest import Open
from tests.pages.fake_console import document
from tests.pages.test_documents import button, library, said
from ui.document_filters import FEWEST


def many(count: int) -> list[Any]:
    kinds = ("pdf", "docx", "markdown")
    return [
        replace(
            document(f"report {number}.x"), document=f"{number:064x}", kind=kinds[number % 3], chunks=number + 1,
            size=1000 * (number + 1), added=time.time() - number,
        )
        for number in range(count)
    ]  # fmt: skip


def test_documents_are_found_by_words_and_kind(open_page: Open) -> None:
    console = library(records=many(60))
    at = open_page("playground/documents", console, "Documents")
    assert "60 documents" in said(at)
    at.text_input(key="documents.text").set_value("report 11").run()
    assert "1 document · 12 passages · of 60" in said(at).replace("**", "")
    at.text_input(key="documents.text").set_value("").run()
    at.selectbox(key="documents.kind").set_value("PDF").run()
    assert "20 documents" in said(at)
    at.text_input(key="documents.text").set_value("nowhere").run()
    assert "No document is like that." in said(at)
    button(at, "Show all").click().run()
    assert "60 documents" in said(at)


def test_a_few_documents_have_no_search(open_page: Open) -> None:
    console = library(records=many(FEWEST - 1))
    at = open_page("playground/documents", console, "Documents")
    assert not [each for each in at.text_input if each.key == "documents.text"]


def test_estimates_of_tokens_are_what_the_figures_count() -> None:
    from ui.chunk_figures import figures, histogram

    tokens = [estimate_tokens("word " * count) for count in (10, 100, 400)]
    told = figures(tokens, 256)
    assert (told.count, told.over, told.longest) == (3, 1, max(tokens))
    assert "over the limit" in histogram(tokens, 256)
    assert "over the limit" not in histogram(tokens, None)


def test_spans_mark_where_passages_overlap_and_escape_every_character() -> None:
    from ui.chunk_text import Span, markup, parts

    text = "ab<b>cd</b>"
    spans = (Span(0, 6, 1), Span(4, 11, 2))
    assert [(part.start, part.end, len(part.spans)) for part in parts(len(text), spans)] == [
        (0, 4, 1),
        (4, 6, 2),
        (6, 11, 1),
    ]
    shown = markup(text, spans, 'a "label"')
    assert "<b>" not in shown
    assert 'class="tint-2 both" title="Passage 1 and 2">&gt;c' in shown
    assert "&quot;label&quot;" in shown


def test_a_place_to_part_a_passage_is_before_a_sentence_or_a_line() -> None:
    from ui.chunk_editing import parting_places

    text = "One. Two!\nThree。四"
    assert [text[place:].split()[0] for place in parting_places(text)] == ["Two!", "Three。四"]
    assert Chunk(0, text, 1, 0, len(text)).text == text
