"""Metric math gives what CloudWatch gives, and refuses what is none."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.cloudwatch.grammar import parsed
from sandbox.cloudwatch.rules import rule_of
from sandbox.cloudwatch.search import searched
from sandbox.errors import AwsError
from sandbox.telemetry.metrics import Metric
from sandbox.world import World
from tests.sandbox.cloudwatch.asking import ask, expression, metric, put, values
from tests.sandbox.telemetry.conftest import NOW, a_world

WORDS = (
    "m1", "m2", "SUM", "FILL", "IF", "METRICS", "SEARCH", "RATE", "SORT", "REPEAT", "DESC", "(", ")", "[", "]", ",",
    "+", "-", "*", "/", "^", "==", "<", "&&", "OR", "1", "0", "2.5", "'Sum'", "\"x\"", "TIME_SERIES", "AVG", "SLICE",
)  # fmt: skip


def two(world: World) -> tuple[dict[str, object], dict[str, object]]:
    """m1: 1 2 4 (two minutes ago, one, now), m2: 10 and 40, of now and two minutes ago."""
    for minutes, value in ((2, 1.0), (1, 2.0), (0, 4.0)):
        put(world, "a", value, at=NOW - minutes * 60)
    for minutes, value in ((2, 10.0), (0, 40.0)):
        put(world, "b", value, at=NOW - minutes * 60)
    return (
        {**metric("a", namespace="own", of={}), "ReturnData": False},
        {**metric("b", id="m2", namespace="own", of={}), "ReturnData": False},
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("m1 + m2", [11, 44]),
        ("m2 / m1 - 1", [9, 9]),
        ("-m1 * 2 ^ 2", [-4, -8, -16]),
        ("100 * (m1 / m2)", [10, 10]),
        ("m1 / (m1 - 2)", [-1, 2]),
        ("SUM([m1, m2])", [11, 2, 44]),
        ("AVG(METRICS())", [5.5, 2, 22]),
        ("MAX(METRICS())", [10, 2, 40]),
        ("m1 - MIN(m1)", [0, 1, 3]),
        ("m1 > 1 && m1 < 4", [0, 1, 0]),
        ("IF(m1 >= 2, m1, 0)", [0, 2, 4]),
        ("IF(m1 > 3, m2)", [40]),
        ("DIFF(m1)", [1, 2]),
        ("RATE(m1) * 60", [1, 2]),
        ("RUNNING_SUM(m1)", [1, 3, 7]),
        ("m1 / PERIOD(m1) * 60", [1, 2, 4]),
        ("CEIL(m1 / 3)", [1, 1, 2]),
        ("FIRST(SORT([m1, m2], SUM, DESC))", [10, 40]),
        ("FIRST(SLICE([m1, m2], 1, 2))", [10, 40]),
        ("LAST(REMOVE_EMPTY([m1, FILL(m2, REPEAT)]))[0]", None),
        ("m1 * DATAPOINT_COUNT(m1)", [3, 6, 12]),
    ],
)
def test_an_expression_is_worth_what_cloudwatch_says(world: World, text: str, wanted: list[float] | None) -> None:
    queries = (*two(world), expression(text))
    if wanted is None:
        with pytest.raises(AwsError, match="Invalid syntax"):
            values(world, *queries)
    else:
        assert values(world, *queries) == [wanted]


@pytest.mark.parametrize(("by", "wanted"), [("0", [10, 0, 40]), ("REPEAT", [10, 10, 40]), ("LINEAR", [10, 25, 40])])
def test_gaps_are_filled(world: World, by: str, wanted: list[float]) -> None:
    assert values(world, *two(world), expression(f"FILL(m2, {by})"), back=120) == [wanted]


def test_a_metric_without_data_is_filled_over_the_whole_range(world: World) -> None:
    absent = {**metric("none", namespace="own", of={}), "ReturnData": False}
    assert values(world, absent, expression("FILL(m1, 0)"), back=240, ahead=0) == [[0.0, 0.0, 0.0, 0.0]]


def test_a_search_finds_metrics_by_schema_property_and_word(world: World) -> None:
    for name in ("chat-a", "chat-b", "embed"):
        put(world, "Latency", 1.0, EndpointName=name)
    put(world, "Latency", 1.0, Other="chat-c")
    search = "SEARCH('{own,EndpointName} MetricName=\"Latency\" chat', 'Sum', 60)"
    labels = sorted(result["Label"] for result in ask(world, expression(search, Label="x")))
    assert labels == ["x Latency", "x Latency"]
    assert values(world, expression(f"SUM({search})")) == [[2.0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("{own,EndpointName}", True),
        ("{own,VariantName}", False),
        ("{other}", False),
        ('EndpointName="myChat-1"', True),
        ('EndpointName="myChat"', False),
        ("my", True),
        ("chat 1", True),
        ("NOT chat", False),
        ("(nothing OR chat) latency", True),
        ('EndpointName=("myChat-1" OR "x")', True),
        ("cha", False),
    ],
)
def test_search_terms_fit_whole_words_of_names(text: str, found: bool) -> None:
    assert searched(text)(Metric("own", "ModelLatency", (("EndpointName", "myChat-1"),))) is found


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
@settings(deadline=None, max_examples=300)
def test_any_text_is_an_expression_a_search_and_a_rule_or_is_refused(text: str) -> None:
    for read in (parsed, searched, rule_of):
        refused = ""
        try:
            read(text)
        except AwsError as error:
            refused = error.code
        assert refused in ("", "ValidationError")


def test_any_expression_of_known_words_has_a_worth_or_is_refused() -> None:
    world = a_world()
    queries = two(world)

    @given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
    @settings(deadline=None, max_examples=300)
    def has_a_worth(text: str) -> None:
        refused, results = "", []
        try:
            results = ask(world, *queries, expression(text), back=600)
        except AwsError as error:
            refused = error.code
        assert refused in ("", "ValidationError", "InvalidParameterValue")
        assert all(math.isfinite(value) for result in results for value in result["Values"])

    has_a_worth()
    world.close()


def test_nesting_without_end_is_refused() -> None:
    for text in ("(" * 1000 + "m1" + ")" * 1000, "-" * 2000 + "m1", "2^" * 1000 + "2"):
        with pytest.raises(AwsError, match="Invalid syntax"):
            parsed(text)
