"""Looking for endpoints among many: words, choices with counts, orders, and what is not read yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.endpoints import (
    EndpointDetail,
    EndpointOrder,
    EndpointQuery,
    EndpointRow,
    EndpointSummary,
    Variant,
    find_endpoints,
)

MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def row(
    name: str, status: str = "InService", owner: str = "ana", machine: str = "ml.g5.xlarge", task: str = "",
    usd: float | None = 1.0, age: int = 1, model: str = "some-model",
) -> EndpointRow:  # fmt: skip
    created = MOMENT - timedelta(hours=age)
    detail = EndpointDetail(
        name=name, arn=f"arn:{name}", url="", status=status, created=created, modified=created, config_name=name,
        tags=(("sagedeck:model-id", model), ("sagedeck:owner", owner)), usd_per_hour=usd,
        variants=(Variant(name="A", model_name="m", instance_type=machine, count=1, desired=1),),
    )  # fmt: skip
    return EndpointRow(summary=EndpointSummary(name, f"arn:{name}", status, created, created), detail=detail, task=task)


def unread(name: str, status: str = "InService") -> EndpointRow:
    return EndpointRow(summary=EndpointSummary(name, f"arn:{name}", status, MOMENT, MOMENT))


def names(query: EndpointQuery, *rows: EndpointRow) -> list[str]:
    return [each.summary.name for each in find_endpoints(query, rows, MOMENT.timestamp()).rows]


def test_all_words_have_to_occur_somewhere_in_any_case() -> None:
    rows = row("chat-one", model="Falcon-7B"), row("chat-two"), row("embed", owner="bob")
    assert names(EndpointQuery(text="CHAT falcon"), *rows) == ["chat-one"]
    assert names(EndpointQuery(text="bob"), *rows) == ["embed"]
    assert names(EndpointQuery(text=" "), *rows) == ["chat-one", "chat-two", "embed"]


def test_choices_narrow_together_and_each_counts_what_it_would_leave() -> None:
    rows = (
        row("a", owner="ana", task="text-generation"),
        row("b", owner="bob", machine="ml.m5.large"),
        row("c", owner="bob", status="Failed"),
    )
    found = find_endpoints(EndpointQuery(owner="bob", status="InService"), rows)
    assert [each.summary.name for each in found.rows] == ["b"]
    assert found.facets["owner"] == {"ana": 1, "bob": 1}
    assert found.facets["status"] == {"InService": 1, "Failed": 1}
    assert found.facets["machine"] == {"ml.m5.large": 1}


def test_what_is_not_read_matches_by_name_and_status_and_is_counted_where_it_might() -> None:
    rows = unread("a"), unread("b", status="Failed"), row("c", owner="ana")
    assert names(EndpointQuery(status="Failed"), *rows) == ["b"]
    found = find_endpoints(EndpointQuery(owner="ana"), rows)
    assert ([each.summary.name for each in found.rows], found.unread) == (["c"], 2)
    assert find_endpoints(EndpointQuery(owner="ana", status="Failed"), rows).unread == 1


def test_orders_put_trouble_or_cost_first_and_unknown_prices_last() -> None:
    rows = (
        row("calm", usd=1.0, age=100),
        row("odd", status="SomethingNew", usd=None),
        row("broken", status="Failed", usd=0.0),
        row("dear", usd=9.0, age=1),
    )
    assert names(EndpointQuery(order=EndpointOrder.TROUBLE), *rows) == ["broken", "odd", "calm", "dear"]
    assert names(EndpointQuery(order=EndpointOrder.PRICE), *rows) == ["dear", "calm", "broken", "odd"]
    assert names(EndpointQuery(order=EndpointOrder.SO_FAR), *rows) == ["calm", "dear", "broken", "odd"]
    assert names(EndpointQuery(order=EndpointOrder.NAME), *rows) == ["broken", "calm", "dear", "odd"]
    assert names(EndpointQuery(), *rows) == ["calm", "odd", "broken", "dear"]


def test_a_serverless_endpoint_is_found_as_such() -> None:
    assert names(EndpointQuery(machine="serverless"), row("a", machine=""), row("b")) == ["a"]
