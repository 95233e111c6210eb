"""Every figure against a sum worked out by hand."""

import math
from dataclasses import replace

import pytest

from services.evaluation import Figure, Item, Outcome, Seen, setting_id, settings_of
from services.evaluation.intervals import interval, paired
from services.evaluation.measures import groundedness, holds, ndcg, plain, ranks, reciprocal_rank, statements, value_of
from services.evaluation.models import Grid
from services.evaluation.results import as_good, duel, ordered, scored, usd_per_thousand
from services.knowledge import Citation, Passage, SearchMode


def found(*relevant: int, expected: int = 1, **more: object) -> Outcome:
    """An outcome of ten passages of which those at the ranks `relevant` are expected ones."""
    seen = tuple(
        Seen(rank, "a.txt", "a" * 64, 1, 0, 9, 1.0, 0.5, 0.5, "text", rank in relevant) for rank in range(1, 11)
    )
    facts = {"contained": None, "evidence": True, "search_seconds": 0.01} | more
    return Outcome("q1", seen, expected, **facts)  # type: ignore[arg-type]


def test_hits_count_the_first_expected_passage_within_the_depth() -> None:
    outcome = found(4)
    assert [value_of(f"hit{depth}", outcome, False) for depth in (1, 3, 5, 10)] == [0.0, 0.0, 1.0, 1.0]
    assert value_of("hit10", found(), False) == 0.0
    assert value_of("hit5", outcome, True) is None


def test_the_reciprocal_rank_is_that_of_the_first() -> None:
    assert reciprocal_rank([4, 9]) == 0.25
    assert reciprocal_rank([]) == 0.0
    assert value_of("mrr", found(2, 3), False) == 0.5
    assert ranks(found(2, 7)) == (2, 7)


def test_ndcg_is_held_against_the_best_order_there_could_be() -> None:
    # two expected, found at 2 and 5: (1/log2 3 + 1/log2 6) / (1/log2 2 + 1/log2 3)
    by_hand = (1 / math.log2(3) + 1 / math.log2(6)) / (1 + 1 / math.log2(3))
    assert ndcg([2, 5], 2) == pytest.approx(by_hand)
    assert ndcg([2, 5], 2) == pytest.approx(0.6241, abs=1e-4)
    assert ndcg([1, 2, 3], 3) == 1.0
    assert ndcg([1], 0) == 0.0
    assert ndcg(range(1, 11), 40) == 1.0  # more are expected than ten places hold


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("The tower is 330 metres tall.", "330 METRES", True),
        ("The tower is 3300 metres tall.", "330", False),  # as whole words
        ("Der Café-Besitzer", "cafe", True),
        ("埃菲尔铁塔高 330 米。", "铁塔", True),  # anywhere in a script without spaces
        ("パリの塔", "ロンドン", False),
        ("สวัสดีชาวโลก", "ชาวโลก", True),
        ("العَرَبِيَّة لغة", "العربية", True),  # vowel points aside
        ("İSTANBUL büyük", "istanbul", True),  # Turkish dotted capital
        ("Η Αθήνα είναι", "αθηνα", True),
        ("मैं हिन्दी बोलता हूँ", "हिन्दी", True),
        ("anything", "—", False),
    ],
)
def test_an_answer_is_held_in_any_script(text: str, answer: str, held: bool) -> None:
    assert holds(plain(text), (plain(answer),)) is held


def cites(number: int, text: str) -> Citation:
    return Citation(number, Passage("p", text, "a.txt", "a" * 64, 1, 0, len(text), 1.0))


def test_statements_are_sentences_with_the_citations_that_follow_them() -> None:
    assert statements("Refunds take 30 days. [1] Badges are yellow [2][3]. Yes.") == (
        ("Refunds take 30 days .", (1,)),
        ("Badges are yellow .", (2, 3)),
        ("Yes.", ()),
    ) or [numbers for _, numbers in statements("Refunds take 30 days. [1] Badges are yellow [2][3].")] == [(1,), (2, 3)]


def test_groundedness_is_the_share_of_statements_their_passages_support() -> None:
    passages = (cites(1, "Refunds for flights are paid within 30 days."), cites(2, "Visitors wear a yellow badge."))
    assert groundedness("Refunds are paid within 30 days [1]. Visitors wear a yellow badge [2].", passages) == 1.0
    # another number is no support, and a statement is held against what it cites itself
    assert groundedness("Refunds are paid within 60 days [1]. Visitors wear a yellow badge [2].", passages) == 0.5
    assert groundedness("Visitors wear a yellow badge [1].", passages) == 0.0
    # where it cites nothing, all that the answer cites counts; without any citation nothing supports it
    assert groundedness("Visitors wear a yellow badge.", passages) == 1.0
    assert groundedness("Visitors wear a yellow badge.", ()) == 0.0
    assert groundedness("—", passages) is None


def test_groundedness_counts_letters_pairs_where_words_are_not_parted() -> None:
    passages = (cites(1, "退款将在三十天内支付给客户。"),)
    assert groundedness("退款在三十天内支付[1]。", passages) == 1.0
    assert groundedness("访客必须佩戴黄色徽章[1]。", passages) == 0.0


def test_refusals_are_the_answers_and_without_an_answer_the_evidences() -> None:
    assert value_of("refused_right", found(evidence=False), True) == 1.0
    assert value_of("refused_wrong", found(evidence=False), False) == 1.0
    assert value_of("refused_right", found(evidence=True, refused=True), True) == 1.0
    assert value_of("refused_wrong", found(evidence=False, refused=False), False) == 0.0
    assert value_of("refused_wrong", found(), True) is None


def test_what_failed_counts_only_as_failed() -> None:
    failed = Outcome("q1", (), 1, None, False, 0.1, error="It broke.")
    assert value_of("errors", failed, False) == 1.0
    assert value_of("hit5", failed, False) is None


def test_an_interval_holds_the_mean_narrows_with_more_questions_and_is_the_same_each_time() -> None:
    few, many = interval([0.0, 1.0] * 10), interval([0.0, 1.0] * 200)
    assert few.value == many.value == 0.5
    assert few == interval([0.0, 1.0] * 10)
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert few.low < many.low < 0.5 < many.high < few.high
    # of 20 coin tosses the standard error is .112, and 1.96 times that .219
    assert few.high - few.low == pytest.approx(0.438, abs=0.06)


def test_of_few_questions_or_none_there_is_no_interval() -> None:
    assert interval([]) == Figure(None)
    assert interval([1.0, 0.0]) == Figure(0.5, None, None, 2)
    assert interval([1.0] * 9) == Figure(1.0, 1.0, 1.0, 9)


def test_a_paired_difference_sees_what_two_intervals_would_hide() -> None:
    base = [0.0, 1.0] * 50
    better = [min(1.0, value + (number % 10 == 0)) for number, value in enumerate(base)]
    difference = paired(better, base)
    assert difference.value == pytest.approx(0.1)
    assert difference.low is not None
    assert difference.low > 0
    with pytest.raises(ValueError, match="same questions"):
        paired([1.0], [1.0, 2.0])


def three() -> tuple[list[Item], dict[str, dict[str, Outcome]], tuple[object, ...]]:
    settings = settings_of(Grid(("embed",), modes=(SearchMode.VECTOR, SearchMode.KEYWORD, SearchMode.HYBRID)))
    items = [Item(f"q{number}", "?", ("x",)) for number in range(40)]
    hits = {SearchMode.VECTOR: 20, SearchMode.KEYWORD: 39, SearchMode.HYBRID: 40}
    outcomes = {
        setting_id(each): {
            item.id: replace(found(*([1] if number < hits[each.search.mode] else [])), question=item.id)
            for number, item in enumerate(items)
        }
        for each in settings
    }  # fmt: skip
    return items, outcomes, settings


def test_a_setting_that_is_behind_by_one_question_is_no_worse_than_noise() -> None:
    items, outcomes, settings = three()
    rows = scored(settings, items, outcomes, {"embed": 1.8})  # type: ignore[arg-type]
    assert [row.label for row in ordered(rows, "hit5")] == ["hybrid 0.5", "keyword", "vector"]
    equal = {row.label for row in rows if row.id in as_good(rows, "hit5", items, outcomes)}
    assert equal == {"hybrid 0.5", "keyword"}
    vector, keyword, hybrid = rows
    lost = duel("hit5", vector, hybrid, items, outcomes)
    assert lost.difference.value == -0.5
    assert not lost.noise
    assert lost.lost == tuple(f"q{number}" for number in range(20, 40))
    assert lost.won == ()
    assert duel("hit5", keyword, hybrid, items, outcomes).noise


def test_money_is_seconds_at_the_hourly_price_and_unknown_where_that_is() -> None:
    (setting,) = settings_of(Grid(("embed",), languages=("talk",)))
    outcome = found(1, search_seconds=0.5, seconds=4.0)
    # (0.5 s x 3.6 + 4 s / 4 side by side x 7.2) / 3600 x 1000
    assert usd_per_thousand(outcome, setting, {"embed": 3.6, "talk": 7.2}) == pytest.approx(2.5)
    assert usd_per_thousand(outcome, setting, {"embed": 3.6, "talk": None}) is None
