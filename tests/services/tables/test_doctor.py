from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import autopilot_checking  # noqa: F401 - adds the command
from cli.opening import app
from services.jobs import JobCancelled
from services.tables import ColumnKind, Verdict, check, examined, previewed, samples, statistics


def _table(folder: Path, head: str, lines: list[str]) -> Path:
    path = folder / "table.csv"
    path.write_text(f"{head}\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def _codes(verdict: Verdict) -> dict[str, tuple[str, ...]]:
    return {each.code: each.columns for each in verdict.findings}


def test_columns_that_give_the_target_away_are_named_and_never_stop(tmp_path: Path) -> None:
    chance = random.Random(1)
    lines = []
    for _ in range(900):
        grade = chance.randint(0, 2)
        score, fair = grade * 10 + chance.random(), grade + chance.gauss(0, 0.8)
        lines.append(f"{grade},{'lmh'[grade]},{score:.3f},{fair:.3f},{grade}")
    verdict = check(_table(tmp_path, "copy,word,score,fair,grade", lines), "grade")
    assert verdict.accepted
    assert _codes(verdict)["leak_copy"] == ("copy",)
    assert _codes(verdict)["leak"] == ("word", "score")


def test_a_target_that_is_the_sum_of_two_columns_is_noticed(tmp_path: Path) -> None:
    chance = random.Random(2)
    pairs = [(chance.randint(0, 90), chance.randint(0, 300)) for _ in range(800)]
    verdict = check(_table(tmp_path, "casual,registered,z,cnt", [f"{a},{b},{a % 3},{a + b}" for a, b in pairs]), "cnt")
    assert verdict.problem_type == "Regression"
    assert _codes(verdict)["leak_sum"] == ("casual", "registered")


def test_strong_but_honest_columns_are_no_leaks(tmp_path: Path) -> None:
    chance = random.Random(3)
    lines = []
    for _ in range(900):
        x = chance.gauss(0, 1)
        y = "yes" if x + chance.gauss(0, 0.4) > 0 else "no"
        lines.append(f"{x:.4f},{chance.choice('abc')},{y}")
    assert not any(code.startswith("leak") for code in _codes(check(_table(tmp_path, "x,k,y", lines), "y")))


def test_statistics_are_those_of_the_column(tmp_path: Path) -> None:
    lines = [f"{at},{'' if at % 10 == 0 else at % 4},{'ab'[at % 2]},{2 * at + 1}.5" for at in range(1000)]
    found = statistics(_table(tmp_path, "x,few,word,y", lines), "y")
    x, few, word, y = found.columns
    assert (x.low, x.high, x.mean, x.distinct, x.kind) == (0, 999, 499.5, 1000, ColumnKind.IDENTIFIER)
    assert x.deviation == pytest.approx(math.sqrt((1000**2 - 1) / 12))
    assert (few.missing, few.distinct, few.whole) == (100, 4, True)
    assert sum(each.count for each in few.histogram) == 900
    assert dict(word.top) == {"a": 500, "b": 500}
    assert y.quantiles[0] == (0.0, 1.5)
    strengths = {each.column: each for each in found.associations}
    assert strengths["x"].signed == pytest.approx(1.0)
    assert strengths["word"].strength < 0.1
    assert (found.rows, found.sampled, len(found.sample)) == (1000, 1000, 200)


def test_many_distinct_values_are_estimated_and_said_to_be(tmp_path: Path) -> None:
    lines = [f"{at * 7919 % 60013},id{at},{at % 2}" for at in range(60_000)]
    numbers, texts, _ = statistics(_table(tmp_path, "n,t,y", lines), "y").columns
    for column in (numbers, texts):
        assert not column.distinct_exact
        assert column.distinct == pytest.approx(60_000, rel=0.1)


def test_weights_must_be_numbers_of_zero_or_more(tmp_path: Path) -> None:
    lines = [f"{at % 7},{at % 3 - 1},{at % 5},{at % 2}" for at in range(600)]
    path = _table(tmp_path, "x,below,my weight,y", lines)
    assert "weight_numbers" in _codes(check(path, "y", weight="below"))
    assert "weight_name" in _codes(check(path, "y", weight="my weight"))
    assert "weight_absent" in _codes(check(path, "y", weight="nothing"))
    assert check(path, "y", weight="x").weight == "x"


def test_another_problem_than_the_inferred_one_is_held_against_the_values(tmp_path: Path) -> None:
    path = _table(tmp_path, "x,y,word", [f"{at},{at % 3},{'abc'[at % 3]}" for at in range(600)])
    assert not check(path, "y", problem="BinaryClassification").accepted
    assert check(path, "y", problem="Regression").accepted
    assert not check(path, "word", problem="Regression").accepted


def test_a_reading_can_be_stopped_and_tells_how_far_it_is(tmp_path: Path) -> None:
    path = _table(tmp_path, "x,y", [f"{at},{at % 2}" for at in range(5000)])
    told: list[tuple[int, int]] = []
    examined(path, "y", progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    with pytest.raises(JobCancelled):
        examined(path, "y", cancelled=lambda: True)


def test_a_preview_needs_the_first_bytes_only() -> None:
    head = "a;b;y\n" + "".join(f"{at};x{at};{at % 2}\n" for at in range(40)) + "41;x4"
    shown = previewed(head.encode("utf-16"), "t.csv")
    assert (shown.layout.delimiter, shown.columns, shown.rows[0]) == (";", ("a", "b", "y"), ["0", "x0", "0"])
    assert len(shown.rows) == 40
    assert previewed(b"PAR1...", "t.parquet").problem
    assert previewed(b"", "t.csv").problem


def test_the_samples_are_fit_and_named(tmp_path: Path) -> None:
    kinds = {each.kind: check(each.path, each.target) for each in samples()}
    assert all(verdict.accepted for verdict in kinds.values())
    assert kinds["TabularJobConfig"].problem_type == "BinaryClassification"
    assert kinds["TextClassificationJobConfig"].problem_type == "MulticlassClassification"


def test_the_command_prints_one_json_value(tmp_path: Path) -> None:
    lines = [f"{at % 11},\u202ee\x1b[31m,{at % 2}" for at in range(499)]
    path = str(_table(tmp_path, "x,k,y", lines))
    done = CliRunner().invoke(app, ["autopilot", "check", path, "--target", "y", "--json"])
    told = json.loads(done.stdout)
    assert (told["accepted"], told["rows"], told["problem_type"]) == (False, 499, "BinaryClassification")
    assert told["findings"][0]["code"] == "rows"
    assert "\x1b" not in done.stdout


def test_a_file_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["autopilot", "check", str(tmp_path / "none.csv"), "--target", "y", "--json"])
    assert done.exit_code == 1
    assert set(json.loads(done.stdout)["error"]) == {"what", "why", "next"}
