"""Plans as data: frozen, compared by value, written down and read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.plans import (
    Cost,
    Estimate,
    Frozen,
    Json,
    Plan,
    Ref,
    Secret,
    Step,
    Text,
    Until,
    codec,
    freeze,
    graph,
    merge,
)
from services.plans.secrecy import Concealed
from services.plans.values import Values, matches, resolve
from services.plans.views import StepStatus


def named(name: str, *after: str) -> Step:
    return Step(id=name, service="library", operation="x", reason="r", after=after)


def test_a_plan_cannot_be_changed() -> None:
    frozen = Frozen({"a": [1, {"b": 2}]})
    assert frozen == {"a": (1, {"b": 2})}
    with pytest.raises(TypeError, match="frozen"):
        frozen["a"] = 1
    with pytest.raises(TypeError, match="frozen"):
        frozen.update({"a": 1})
    assert hash(frozen) == hash(Frozen({"a": [1, {"b": 2}]}))


def test_whatever_a_plan_holds_is_written_and_read_back_equal() -> None:
    value = freeze(
        {
            "text": Text(("a", Ref("s", "A.B"), Secret("x"))),
            "json": Json({"$": "not a kind", "list": [1, 2.5, None, True]}),
            "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "day": date(2026, 1, 2),
            "bytes": b"\x00\xff",
            "wait": Until(path="Status", done=("Ready",), expect={"a": Ref("s", "b")}),
        }
    )
    assert codec.read(codec.write(value)) == value


def test_a_literal_secret_is_never_written() -> None:
    with pytest.raises(TypeError, match="secret"):
        codec.write({"a": Concealed("x")})
    with pytest.raises(TypeError, match="object"):
        codec.write(object())


def test_a_higher_price_is_not_the_same_work_and_a_lower_one_is() -> None:
    def priced(usd: float | None) -> Plan:
        return Plan("t", (replace(named("a"), cost=Cost(usd)),), estimate=Estimate(usd))

    assert priced(1.0).same_work(priced(0.9))
    assert priced(1.0).same_work(priced(1.005))
    assert not priced(1.0).same_work(priced(1.1))
    assert not priced(1.0).same_work(priced(None))
    assert priced(-3.0).same_work(priced(-3.0))
    assert not priced(-3.0).same_work(priced(-1.0))


def test_merged_plans_add_up_and_an_unknown_price_stays_unknown() -> None:
    one = Plan("a", (named("a"),), ("careful",), Estimate(1.0, source="list"))
    two = Plan("b", (named("b"),), ("careful",), Estimate(2.0, source="list"))
    merged = merge("both", one, two)
    assert (merged.estimate.usd_per_hour, merged.warnings, len(merged.steps)) == (3.0, ("careful",), 2)
    assert merge("x", one, replace(two, estimate=Estimate(None))).estimate.usd_per_hour is None


def test_ready_and_blocked_steps_follow_from_what_is_done() -> None:
    steps = (named("a"), named("b", "a"), named("c", "b"), named("d"))
    statuses = dict.fromkeys("abcd", StepStatus.WAITING)
    assert [step.id for step in graph.ready(steps, statuses)] == ["a", "d"]
    statuses["a"] = StepStatus.ALREADY_THERE
    assert [step.id for step in graph.ready(steps, statuses)] == ["b", "d"]
    statuses["b"] = StepStatus.UNKNOWN
    assert [(step.id, culprit) for step, culprit in graph.blocked(steps, statuses)] == [("c", "b")]
    assert graph.before(steps)["c"] == {"a", "b"}


def test_what_is_there_matches_when_it_holds_at_least_what_was_wanted() -> None:
    assert matches({"a": (1, {"b": 2})}, {"a": [1, {"b": 2, "more": 3}], "other": 1})
    assert not matches({"a": (1, 2)}, {"a": [2, 1]})
    assert not matches({"a": 1}, None)
    assert matches(Json({"Statement": [{"Effect": "Allow"}]}), '{"Statement": [{"Effect": "Allow", "Sid": "x"}]}')
    assert matches(Json({"a": 1}), {"a": 1})
    assert not matches(Json({"a": 1}), "no json")


def test_values_are_sent_as_plain_python() -> None:
    known = Values({"s": {"A": freeze({"list": [1]})}}, {"x": "secret"})
    sent = resolve(freeze({"a": Ref("s", "A"), "t": Text(("<", Secret("x"), ">")), "n": [1, {"b": 2}]}), known)
    assert sent == {"a": {"list": [1]}, "t": "<secret>", "n": [1, {"b": 2}]}
    assert type(sent["a"]) is dict
    assert type(sent["n"]) is list
    assert "secret" not in repr(known)
