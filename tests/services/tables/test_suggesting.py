"""Which column a table is probably about."""

from __future__ import annotations

import pytest

from services.tables.models import Layout, Preview
from services.tables.previewing import previewed
from services.tables.suggesting import suggested


def preview(columns: str, *rows: str) -> Preview:
    return Preview(Layout(), tuple(columns.split(",")), [row.split(",") for row in rows])


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        ("State,Account Length,Int'l Plan,Churn?", "Churn?"),
        ("age,y,job", "y"),
        ("Survived,Pclass,Name", "Survived"),
        ("a,b,c", "c"),
        ("median_house_value,rooms,ocean", "median_house_value"),
    ],
)
def test_a_column_whose_name_says_so_is_the_target_else_the_last(columns: str, target: str) -> None:
    found = suggested(preview(columns, ",".join("1" for _ in columns.split(","))))
    assert found.target == target
    assert found.reason


def test_the_roles_of_a_series_are_told_from_names_and_cells() -> None:
    found = suggested(preview("store,when,units sold,demand", "north,2026-01-01,3,4", "south,2026-01-02,5,6"))
    assert (found.time, found.item, found.target) == ("when", "store", "demand")


def test_the_text_is_the_column_of_the_longest_cells() -> None:
    found = suggested(preview("id,what they wrote,label", "1,It broke on the second day of use,bad", "2,Fine,good"))
    assert (found.text, found.target) == ("what they wrote", "label")


def test_a_table_without_columns_suggests_nothing() -> None:
    assert suggested(Preview(Layout(), (), [])).target == ""


def test_a_column_named_like_a_time_that_holds_none_is_no_time() -> None:
    assert suggested(preview("time,x,y", "12,1,2", "13,3,4")).time == ""


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("Kunde;Größe;Charge", "cp1252"),
        ("Nom;Prénom;Café", "cp1252"),
        ("Όνομα;Μέγεθος;x", "cp1253"),
        ("Имя;Размер;x", "cp1251"),
        ("产品;iPhone手机;x", "gb18030"),
    ],
)
def test_one_foreign_word_is_enough_to_tell_the_encoding(head: str, encoding: str) -> None:
    found = previewed((head + "\n" + "K1;S;3.2\n" * 50).encode(encoding))
    assert (found.layout.encoding, found.columns) == (encoding, tuple(head.split(";")))


def test_a_header_longer_than_the_records_below_is_read_all_the_same() -> None:
    found = previewed(b"a;b;c;d\n" + b"1;2;3\n" * 50)
    assert found.rows or found.problem
