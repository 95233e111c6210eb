"""The doctor sees every table before it is planned; a repaired copy is launched instead of what had to be repaired."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from services.autopilot import (
    AutopilotRequest,
    Held,
    ImageClasses,
    LocalFile,
    ProblemKind,
    S3Data,
    Tabular,
    TextClasses,
    request_problems,
)
from services.autopilot.launching import examining as looked_at
from services.autopilot.launching.examining import Examiner, resolved
from services.errors import NotFound
from services.objects import Entry, Listing, ObjectsService, Peek, Uri
from services.tables import examined
from services.tables.kept import KeptTables
from tests.services.autopilot.launching.samples import SERIES, full, plain, plan_for


class Shelves:
    """S3, as an ObjectsService is asked for it: what lies there by its key in the bucket `mine`."""

    def __init__(self, **lying: bytes) -> None:
        self.lying, self.reads, self.times = dict(lying), 0, dict[str, datetime]()

    def put(self, key: str, content: bytes) -> str:
        self.lying[key] = content
        self.times[key] = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=len(self.times), days=self.reads)
        return f"s3://mine/{key}"

    def below(self, prefix: str, most: int) -> Listing:
        start = Uri.parse(prefix).key
        found = [Entry(Uri("mine", key).name, Uri("mine", key), size=len(self.lying[key]), modified=self.times[key])
                 for key in sorted(self.lying) if key.startswith(start)]  # fmt: skip
        return Listing(tuple(found[:most]), len(found) <= most)

    def peek(self, uri: Uri, at_most: int) -> Peek:
        return Peek(uri, len(self._at(uri)), self._at(uri)[:at_most])

    def open(self, uri: Uri) -> Iterator[bytes]:
        self.reads += 1
        yield self._at(uri)

    def read(self, uri: str) -> bytes:
        return self._at(Uri.parse(uri))

    def _at(self, uri: Uri) -> bytes:
        if uri.key not in self.lying:
            raise NotFound(f"There is no {uri}.")
        return self.lying[uri.key]


@pytest.fixture
def shelves() -> Shelves:
    return Shelves()


@pytest.fixture
def examiner(shelves: Shelves, tmp_path: Path) -> Examiner:
    kept = KeptTables(tmp_path / "home")
    return Examiner("ada", lambda: cast(ObjectsService, shelves), lambda: kept)


def rows(count: int = 600, delimiter: str = ",", header: bool = True) -> str:
    lines = [delimiter.join(("age", "plan", "Churn?"))] if header else []
    plans = ("basic", "full", "none")
    lines += [
        delimiter.join((str(18 + n * 7 % 60), plans[n * 5 % 3], "yes" if n * 7 % 60 > 29 else "no"))
        for n in range(count)
    ]
    return "\n".join(lines) + "\n"


def written(folder: Path, content: str | bytes, name: str = "churn.csv") -> LocalFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return LocalFile(str(path))


def problems(examiner: Examiner, request: AutopilotRequest) -> str:
    seen = examiner.see(request)
    return " ".join(each.words for each in request_problems(resolved(request, seen), None, seen))


def test_a_good_table_is_launched_as_it_is(examiner: Examiner, tmp_path: Path) -> None:
    request = plain(training=written(tmp_path, rows()))
    seen = examiner.see(request)["training"]
    assert (seen.path, seen.changes, seen.problems) == (str(tmp_path / "churn.csv"), (), ())
    assert (seen.rows, seen.content_type, seen.compression) == (600, "text/csv;header=present", "None")


def test_what_can_be_repaired_is_repaired_on_a_copy(examiner: Examiner, tmp_path: Path) -> None:
    given = written(tmp_path, rows(delimiter=";").encode("utf-16"))
    seen = examiner.see(plain(training=given))["training"]
    assert seen.problems == ()
    assert seen.changes
    assert Path(seen.path).read_text(encoding="utf-8").startswith("age,plan,Churn?\n")
    assert Path(given.path).read_bytes() == rows(delimiter=";").encode("utf-16")


def test_of_a_table_without_header_the_target_is_an_index(examiner: Examiner, tmp_path: Path) -> None:
    request = plain(training=written(tmp_path, rows(header=False)), settings=Tabular(target="2"))
    seen = examiner.see(request)
    found = resolved(request, seen)
    assert found.target in seen["training"].columns
    assert found.target != "2"
    assert request_problems(found, None, seen) == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (rows(499), "499"),
        ("age,Churn?\n" + "1,yes\n" * 600, "same value"),
        (rows().replace("Churn?", "Left"), "Churn?"),
        ("", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 600, ""),
    ],
)
def test_what_must_be_refused_is_a_problem_of_the_data(
    examiner: Examiner, tmp_path: Path, content: str | bytes, words: str
) -> None:
    found = problems(examiner, plain(training=written(tmp_path, content)))
    assert found
    assert words in found


def test_a_file_that_is_not_there_is_told_at_the_data(examiner: Examiner, tmp_path: Path) -> None:
    assert "cannot be read" in problems(examiner, plain(training=LocalFile(str(tmp_path / "none.csv"))))
    assert "is a folder" in problems(examiner, plain(training=LocalFile(str(tmp_path))))


def test_a_verdict_at_hand_is_taken_only_of_a_file_of_its_size(
    examiner: Examiner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = written(tmp_path, rows())
    known = examined(Path(given.path), "Churn?")
    asked: list[Path] = []

    class Counting:
        def examined(self, path: Path, target: str, **more: Any) -> Any:
            asked.append(path)
            return examined(path, target, **more)

    monkeypatch.setattr(examiner, "_doctor", Counting())
    assert examiner.see(plain(training=given), {"training": known})["training"].verdict == known.verdict
    assert asked == []
    written(tmp_path, rows(700))
    assert examiner.see(plain(training=given), {"training": known})["training"].rows == 700
    assert len(asked) == 1
    examiner.see(plain(training=given))
    assert len(asked) == 1, "what stays the same is looked at once"


def test_a_table_in_s3_is_read_once_and_stays_where_it_is(examiner: Examiner, shelves: Shelves) -> None:
    request = plain(training=S3Data(uri=shelves.put("d/churn.csv", rows().encode())))
    seen = examiner.see(request)["training"]
    assert (seen.path, seen.rows, seen.problems) == ("", 600, ())
    examiner.see(request)
    assert shelves.reads == 1
    shelves.put("d/churn.csv", rows(499).encode())
    assert "499" in problems(examiner, request)


def test_a_table_in_s3_that_has_to_be_repaired_becomes_an_upload(examiner: Examiner, shelves: Shelves) -> None:
    request = plain(training=S3Data(uri=shelves.put("churn.tsv", rows(delimiter="\t").encode())))
    seen = examiner.see(request)["training"]
    assert seen.changes
    assert seen.name == "churn.csv"
    assert Path(seen.path).read_text().startswith("age,plan,Churn?")


def test_files_below_a_prefix_have_to_have_the_same_columns(examiner: Examiner, shelves: Shelves) -> None:
    shelves.put("d/1.csv", rows(300).encode())
    shelves.put("d/2.csv", rows(300).encode())
    request = plain(training=S3Data(uri="s3://mine/d/"))
    seen = examiner.see(request)["training"]
    assert (seen.problems, seen.objects, seen.rows) == ((), 2, None)
    shelves.put("d/3.csv", b"other,columns\n1,2\n")
    assert "3.csv has other columns" in problems(examiner, request)
    shelves.put("d/1.csv", rows(300, ";").encode())
    assert "to a single file only" in problems(examiner, request)


def test_nothing_at_an_address_is_a_problem(examiner: Examiner) -> None:
    assert "Nothing lies at s3://mine/none" in problems(examiner, plain(training=S3Data(uri="s3://mine/none")))
    assert "There is no" in problems(examiner, plain(training=S3Data(uri="s3://mine/no.manifest", held=Held.MANIFEST)))


def test_a_manifest_is_read_and_its_first_file_looked_at(examiner: Examiner, shelves: Shelves) -> None:
    shelves.put("d/1.csv", rows(300).encode())
    shelves.put("d/2.csv", rows(300).encode())
    listed = json.dumps([{"prefix": "s3://mine/d/"}, "1.csv", "2.csv"]).encode()
    request = plain(training=S3Data(uri=shelves.put("a.manifest", listed), held=Held.MANIFEST))
    seen = examiner.see(request)["training"]
    assert (seen.problems, seen.objects, seen.size) == ((), 2, None)
    shelves.put("a.manifest", b'{"no": "manifest"}')
    assert "is no ManifestFile" in problems(examiner, request)
    shelves.put("a.manifest", b'[{"prefix": "s3://mine/d/"}]')
    assert "lists nothing" in problems(examiner, request)


def test_of_what_is_too_large_to_be_fetched_the_beginning_is_looked_at(
    examiner: Examiner, shelves: Shelves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looked_at, "MOST_BYTES", 10_000)
    monkeypatch.setattr(looked_at, "HEAD_BYTES", 9_000)
    request = plain(training=S3Data(uri=shelves.put("large.csv", rows(5_000).encode())))
    seen = examiner.see(request)["training"]
    assert (seen.problems, seen.whole, seen.rows) == ((), False, None)
    assert seen.columns == ("age", "plan", "Churn?")
    monkeypatch.setattr(looked_at, "MOST_BYTES", 500)
    packed = plain(training=S3Data(uri=shelves.put("large.csv.gz", gzip.compress(rows(90_000).encode()))))
    assert any("was not looked at" in each for each in examiner.see(packed)["training"].warnings)


def test_images_lie_in_folders_named_after_their_class(examiner: Examiner, shelves: Shelves) -> None:
    request = full(ProblemKind.IMAGE, training=S3Data(uri="s3://mine/pets/"), validation=None)
    assert "Nothing lies" in problems(examiner, request)
    shelves.put("pets/cat/1.png", b"x")
    assert "only one class" in problems(examiner, request)
    shelves.put("pets/dog/1.png", b"x")
    seen = examiner.see(request)["training"]
    assert (seen.problems, seen.content_type, seen.objects) == ((), "image/png", 2)
    shelves.put("pets/dog/2.jpg", b"x")
    assert examiner.see(request)["training"].content_type == "image/*"
    listed = "\n".join(json.dumps({"source-ref": f"s3://mine/pets/cat/{n}.png"}) for n in range(3)).encode()
    told = S3Data(uri=shelves.put("pets.manifest", listed), held=Held.AUGMENTED)
    assert examiner.see(replace(request, training=told))["training"].objects == 3
    assert isinstance(request.settings, ImageClasses)


def test_rules_of_tables_do_not_hold_for_texts_and_series(examiner: Examiner, tmp_path: Path) -> None:
    texts = "review,mood\n" + "".join(f'"text number {n}, and more",{"good" if n % 2 else "bad"}\n' for n in range(90))
    request = full(
        ProblemKind.TEXT,
        training=written(tmp_path, texts, "texts.csv"),
        validation=None,
        settings=TextClasses(content="review", label="mood"),
    )
    assert problems(examiner, request) == ""
    days = "".join(f"2026-01-{1 + n % 28:02d},{n % 3},a,{n}.5,{n * 2}\n" for n in range(120))
    series = written(tmp_path, f"day,item,store,price,demand\n{days}", "series.csv")
    assert problems(examiner, full(ProblemKind.FORECAST, training=series, settings=SERIES)) == ""


def test_validation_data_may_be_few(examiner: Examiner, tmp_path: Path) -> None:
    request = plain(training=written(tmp_path, rows()), validation=written(tmp_path, rows(90), "held.csv"))
    assert problems(examiner, request) == ""


def test_what_is_packed_is_unpacked_where_only_tables_may_be(examiner: Examiner, tmp_path: Path) -> None:
    texts = "review,mood\n" + "".join(f'"text {n}, and more",{"good" if n % 2 else "bad"}\n' for n in range(90))
    given = written(tmp_path, gzip.compress(texts.encode()), "texts.csv.gz")
    settings = TextClasses(content="review", label="mood")
    seen = examiner.see(full(ProblemKind.TEXT, training=given, validation=None, settings=settings))["training"]
    assert (seen.problems, seen.compression, seen.name) == ((), "None", "texts.csv")
    assert Path(seen.path).read_text().startswith("review,mood\n")
    table = examiner.see(plain(training=written(tmp_path, gzip.compress(rows().encode()), "churn.csv.gz")))["training"]
    assert (table.problems, table.compression, table.changes) == ((), "Gzip", ())


def test_a_file_is_sent_under_a_name_without_reserved_signs(examiner: Examiner, tmp_path: Path) -> None:
    seen = examiner.see(plain(training=written(tmp_path, rows(), "a b?c\n.csv")))["training"]
    assert seen.name == "a b_c_.csv"


def test_a_file_is_sent_under_the_name_it_came_with(examiner: Examiner, tmp_path: Path) -> None:
    path = written(tmp_path, rows(), "table.csv").path
    request = plain(training=LocalFile(path, "June: calls*.v2.csv"))
    seen = examiner.see(request)
    assert plan_for(request, seen=seen).step("upload-training").parameters["Key"].endswith("/June_ calls_.v2.csv")
    mended = written(tmp_path, rows(delimiter=";"), "table.csv").path
    request = plain(training=LocalFile(mended, "calls.v2.tsv"))
    assert examiner.see(request)["training"].name == "calls.v2.csv"
