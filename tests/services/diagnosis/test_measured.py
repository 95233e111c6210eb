"""How well real messages are understood: balanced accuracy, each cause weighed alike and both advices alike."""

from __future__ import annotations

from collections import Counter

import pytest

from services.diagnosis import Cause
from tests.services.diagnosis.measured import is_aside, of_advice, of_causes, part_of, rows

AT_LEAST = {"train": 0.95, "held": 0.90, "developed": 0.97, "recalled": 0.97, "aside": 0.90}


@pytest.mark.parametrize("part", sorted(AT_LEAST))
def test_causes_and_advice_are_right_on_every_part(part: str) -> None:
    causes, missed = of_causes(part)
    advice, missed_advice = of_advice(part)
    assert causes >= AT_LEAST[part], missed
    assert advice >= AT_LEAST[part], missed_advice


def test_the_split_is_by_hash_and_cannot_be_chosen() -> None:
    earlier = [*rows("train"), *rows("held")]
    assert [each for each in earlier if each.part != part_of(each.source)] == []
    assert 0.2 < len(rows("held")) / len(earlier) < 0.45
    assert [each for each in rows("aside") if not is_aside(each)] == []
    assert [each for each in rows("developed") if is_aside(each)] == []
    assert 0.2 < len(rows("aside")) / len([*rows("aside"), *rows("developed")]) < 0.45


def test_no_message_is_in_two_parts() -> None:
    told = Counter((" ".join(each.message.lower().split()), each.log) for each in rows())
    assert [text for (text, _), times in told.items() if times > 1 and text] == []


def test_the_collection_is_large_labelled_and_says_where_from() -> None:
    causes = Counter(each.cause for each in rows())
    assert len(rows()) >= 800
    assert set(causes) == {str(cause) for cause in Cause}
    assert min(causes.values()) >= 8, causes
    assert {each.retry for each in rows()} == {"true", "false"}
    assert all(each.source for each in rows())
