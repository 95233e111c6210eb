"""How well real messages are understood: balanced accuracy, each cause weighed alike and both advices alike."""

from __future__ import annotations

from collections import Counter

import pytest

from services.diagnosis import Cause
from tests.services.diagnosis.measured import of_advice, of_causes, part_of, rows

AT_LEAST = {"train": 0.95, "held": 0.90}


@pytest.mark.parametrize("part", sorted(AT_LEAST))
def test_causes_and_advice_are_right_on_both_parts(part: str) -> None:
    causes, missed = of_causes(part)
    advice, missed_advice = of_advice(part)
    assert causes >= AT_LEAST[part], missed
    assert advice >= AT_LEAST[part], missed_advice


def test_the_split_is_by_source_and_cannot_be_chosen() -> None:
    assert [each for each in rows() if each.part != part_of(each.source)] == []
    assert 0.2 < len(rows("held")) / len(rows()) < 0.45
    texts = Counter(" ".join(each.message.lower().split()) for each in rows())
    assert [text for text, times in texts.items() if times > 1 and text] == []


def test_the_collection_is_large_labelled_and_says_where_from() -> None:
    assert len(rows()) >= 240
    assert {each.cause for each in rows()} == {str(cause) for cause in Cause}
    assert {each.retry for each in rows()} == {"true", "false"}
    assert all(each.source for each in rows())
