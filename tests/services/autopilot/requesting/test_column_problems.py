"""What the columns of series and texts have to be is held against them without a page."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from services.autopilot import Forecast, LocalFile, ProblemKind, TextClasses, request_problems
from services.autopilot.launching.examining import Examiner
from services.autopilot.requesting.column_problems import column_problems
from services.errors import InvalidRequest
from services.objects import ObjectsService
from services.tables.kept import KeptTables
from services.tables.models import Column, ColumnKind
from tests.services.autopilot.launching.samples import SERIES, full, plan_for


def shops(target: str = "{n}", day: str = "2026-{month:02}-{day:02}", mood: str = "good") -> str:
    lines = ["day,item,store,price,demand,mood"]
    for n in range(600):
        told = {"n": n, "month": 1 + n // 28 % 12, "day": 1 + n % 28}
        lines.append(f"{day.format(**told)},tea,north,{n % 7}.5,{target.format(**told)},{mood}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "settings", "words"),
    [
        (shops("many"), SERIES, "only numbers can be forecast"),
        (shops(day="noon"), SERIES, "should hold dates or times"),
        (shops(day="{day}"), SERIES, "should hold dates or times"),
        (shops(), TextClasses(content="item", label="mood"), "no classes to tell"),
        (shops(), TextClasses(content="price", label="item"), "holds numbers, no texts"),
    ],
)
def test_columns_that_make_no_forecast_and_no_classes_are_refused_without_a_page(
    tmp_path: Path, content: str, settings: Forecast | TextClasses, words: str
) -> None:
    kind = ProblemKind.FORECAST if isinstance(settings, Forecast) else ProblemKind.TEXT
    path, kept = tmp_path / "shops.csv", KeptTables(tmp_path / "home")
    path.write_text(content)
    request = full(kind, training=LocalFile(str(path)), validation=None, settings=settings)
    seen = Examiner("ada", lambda: cast(ObjectsService, None), lambda: kept).see(request)
    assert words in " ".join(each.words for each in request_problems(request, None, seen))
    with pytest.raises(InvalidRequest, match=words):
        plan_for(request, seen=seen)


def test_of_the_beginning_of_a_table_nobody_says_that_there_is_one_class() -> None:
    label = Column("mood", ColumnKind.CATEGORICAL, rows=600, distinct=1)
    texts = TextClasses(content="review", label="mood")
    assert [each.field for each in column_problems(texts, (label,))] == ["settings.label"]
    assert list(column_problems(texts, (label,), whole=False)) == []
    assert list(column_problems(texts, ())) == []
