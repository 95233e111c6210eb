from __future__ import annotations

import gzip
import io
import struct
from datetime import UTC, datetime
from typing import Any

import pytest

from services.batch import (
    JobStatus,
    TransformJob,
    TransformRequest,
    explained,
    suggested_name,
    suggestion,
    usual_machine,
)
from services.batch.costs import ceiling, spent
from services.batch.following import matched
from services.batch.gateway import BatchGateway
from services.batch.inputs import Inputs
from services.batch.models import HostedModel
from services.batch.preview import previewed
from services.batch.results import as_lines, paired
from services.catalog import Price
from services.objects import Entry, ObjectsService, Peek, Uri
from services.objects.gateway import ObjectsGateway
from services.pace import Pace
from tests.services.batch.conftest import asked

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _peek(head: bytes, size: int | None = None) -> Peek:
    return Peek(Uri("batches", "in/a"), len(head) if size is None else size, head)


class _Gigabyte:
    """A client that holds one object of 1 GiB under any key that is no folder, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, service: str) -> Any:
        return self

    def get_object(self, **given: Any) -> dict[str, Any]:
        self.asked.append(f"get_object {given['Range']}")
        return {"Body": io.BytesIO(b"1,2,3\n" * 40_000), "ContentRange": f"bytes 0-262143/{1 << 30}"}

    def list_objects_v2(self, **given: Any) -> dict[str, Any]:
        self.asked.append("list_objects_v2")
        return {"Contents": [{"Key": f"{given['Prefix']}a.csv", "Size": 1 << 30}]}


def test_a_gigabyte_shows_its_first_records_after_one_read() -> None:
    client = _Gigabyte()
    request = asked(
        "a", input="s3://batches/large.csv", content_type="text/csv", accept="text/csv", strategy="MultiRecord"
    )
    seen = Inputs(ObjectsService(ObjectsGateway(client))).preview(request)
    assert client.asked == ["get_object bytes=0-262143"]
    assert seen.records[0] == b"1,2,3"
    assert len(seen.records) == 20
    assert seen.rows == pytest.approx((1 << 30) / 6)
    assert seen.problems == ()


def test_a_folder_takes_one_list_more() -> None:
    client = _Gigabyte()
    seen = Inputs(ObjectsService(ObjectsGateway(client))).preview(asked("a", input="s3://batches/folder/"))
    assert client.asked == ["list_objects_v2", "get_object bytes=0-262143"]
    assert (seen.objects, seen.total) == (1, 1 << 30)


def test_what_is_wrong_with_the_records_is_seen_in_their_beginning() -> None:
    def fields(head: bytes, size: int | None = None, **change: Any) -> set[str]:
        return {each.field for each in previewed(asked("a", **change), _peek(head, size)).problems}

    assert fields(b'{"a": 1}\n{"b": 2}\n') == set()
    assert fields(b'{"a": 1}\nno json\n') == {"input"}
    assert fields(b"") == {"input"}
    assert fields(gzip.compress(b'{"a": 1}\n')) >= {"compression"}
    assert fields(b'{"a": 1}\n', compression="Gzip") == {"compression"}
    assert fields(gzip.compress(b'{"a": 1}\n'), compression="Gzip") == set()
    assert fields(b'{"a": 1}\n', strategy="MultiRecord") == {"strategy"}
    assert fields(b"x", size=7 << 20, split="", strategy="", assemble="", content_type="text/plain") == {"split"}
    assert fields(b"no record", split="TFRecord", content_type="application/x-tfrecord") == {"split"}


def test_binary_records_are_taken_apart() -> None:
    one = struct.pack("<Q", 3) + b"crc!" + b"abc" + b"crc!"
    assert previewed(asked("a", split="TFRecord", content_type="x/y"), _peek(one * 2)).records == (b"abc", b"abc")
    two = struct.pack("<II", 0xCED7230A, 5) + b"hello" + b"\0\0\0"
    assert previewed(asked("a", split="RecordIO", content_type="x/y"), _peek(two * 2)).records == (b"hello", b"hello")


@pytest.mark.parametrize(
    ("head", "header"),
    [(b"a,b\n1,2\n3,4\n", True), (b"1,2\n3,4\n", False), (b"x,y\nz,w\n", False), (b"name,age\nbo,3\n", True)],
)
def test_a_header_is_told_and_plain_rows_are_not(head: bytes, header: bool) -> None:
    request = asked("a", content_type="text/csv", accept="text/csv", strategy="MultiRecord")
    assert any("header" in note for note in previewed(request, _peek(head)).notes) is header


def _entry(key: str, size: int = 10, modified: datetime = WHEN) -> Entry:
    uri = Uri("batches", key)
    return Entry(uri.name, uri, size=size, modified=modified)


def test_outputs_are_matched_to_their_inputs() -> None:
    request = asked("a", input="s3://batches/in/", output="s3://batches/out")
    inputs = [_entry("in/a.csv"), _entry("in/x/a.csv"), _entry("in/b.csv", 30)]
    outputs = [_entry("out/a.csv.out"), _entry("out/x/a.csv.out"), _entry("out/stray.txt"), _entry("out/other.out")]
    found = matched(request, inputs, outputs)
    assert [(one.uri.key, two.uri.key) for one, two in found.outputs] == [
        ("in/a.csv", "out/a.csv.out"), ("in/x/a.csv", "out/x/a.csv.out"),
    ]  # fmt: skip
    assert [each.uri.key for each in found.missing] == ["in/b.csv"]
    assert found.share == pytest.approx(0.4)
    whole = matched(request, [_entry("in/deep/c.csv")], [_entry("out/in/deep/c.csv.out")])
    assert whole.done == 1  # as AWS's guide shows it, with the prefix in the path
    assert matched(request, inputs, outputs, since=datetime(2026, 11, 21, tzinfo=UTC)).done == 0


def test_what_the_log_says_goes_to_the_object_it_names() -> None:
    request = asked("a", input="s3://batches/in/", output="s3://batches/out/")
    found = matched(request, [_entry("in/a.csv"), _entry("in/b.csv")], [])
    told = explained(found, ["batches/in/b.csv: Bad HTTP status received from algorithm: 400", "unrelated"])
    assert [(each.source.name, each.words) for each in told] == [
        ("a.csv", ()), ("b.csv", ("Bad HTTP status received from algorithm: 400",)),
    ]  # fmt: skip


def _paired(request: TransformRequest, records: bytes, answers: bytes, *, whole: bool = True) -> Any:
    return paired(request, Uri("batches", "a"), Uri("batches", "a.out"), records, answers, whole=whole)


def test_answers_are_paired_with_their_records() -> None:
    lines = _paired(asked("a"), b"1\n\n2\n", b'{"x": 1}\n{"x": 2}\n')
    assert [(row.record, row.answer) for row in lines.rows] == [("1", '{"x": 1}'), ("2", '{"x": 2}')]
    assert as_lines(lines) == b'{"record": 1, "answer": {"x": 1}}\n{"record": 2, "answer": {"x": 2}}\n'
    glued = _paired(asked("a", assemble="None"), b"1\n2\n", b'{"x": 1}{"x": 2}')
    assert [row.answer for row in glued.rows] == ['{"x": 1}', '{"x": 2}']
    cut = _paired(asked("a"), b"1\n2\n3", b"a\nb\nc", whole=False)
    assert len(cut.rows) == 2
    assert "cannot be paired" in _paired(asked("a"), b"1\n2\n", b"a\n").note
    whole = _paired(asked("a", split="", strategy="", assemble=""), b"all of it", b"one answer")
    assert (whole.rows[0].record, whole.rows[0].answer) == ("all of it", "one answer")
    joined = _paired(asked("a", join=True), b"", b'{"id": 7, "SageMakerOutput": [1]}\n')
    assert (joined.rows[0].record, joined.rows[0].answer) == ('{"id": 7}', "[1]")


def test_costs_are_guessed_counted_and_never_made_up() -> None:
    request = asked("a", content_type="text/csv", accept="text/csv", strategy="MultiRecord")
    seen = previewed(request, _peek(b"1,2\n" * 1000))
    price = Price("us-east-1", "ml.m5.xlarge", 0.36, "observed")
    found = ceiling(price, 2, seen, 10.0)
    assert found.seconds_likely == pytest.approx(240 + 50)
    assert found.usd_likely == pytest.approx(0.72 * 290 / 3600)
    assert found.usd_most is None
    assert "guess" in found.basis
    unknown = Price("us-east-1", "ml.m5.xlarge", None, "unknown")
    assert ceiling(unknown, 1, seen, 10.0).usd_likely is None
    assert ceiling(price, 1, None, 10.0).usd_likely is None
    job = TransformJob("a", JobStatus.IN_PROGRESS, WHEN, started=WHEN, request=request)
    now = WHEN.timestamp() + 3600
    half = spent(job, price, now, 0.5)
    assert (half.usd, half.usd_per_hour, half.usd_likely) == (0.36, 0.36, 0.72)
    waiting = TransformJob("a", JobStatus.IN_PROGRESS, WHEN, request=request)
    assert spent(waiting, price, now).usd == 0.0
    assert spent(job, unknown, now).usd is None
    assert spent(TransformJob("a", JobStatus.COMPLETED, WHEN), None, now).usd is None


def test_a_model_of_tables_wants_rows_and_one_of_series_whole_objects() -> None:
    def of(image: str) -> Any:
        return suggestion(HostedModel("m", containers=({"Image": image},)))

    table = of("1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3")
    assert (table.content_type, table.split, table.strategy) == ("text/csv", "Line", "MultiRecord")
    assert of("1.dkr.ecr.us-east-1.amazonaws.com/autopilot-forecasting:1.0-cpu-py3").split == ""
    assert of("example/unheard-of:1").content_type == ""
    assert suggestion(HostedModel("m")).kind == ""


def test_a_suggested_name_is_one_that_is_taken() -> None:
    for model in ("m", "Ünï_cöde model", "x" * 80, "---"):
        name = suggested_name(model, 1_795_000_000.0)
        assert not {problem.field for problem in _problems(name)}


def test_a_model_for_gpus_is_given_one_to_begin_with() -> None:
    image = "1.dkr.ecr.us-east-1.amazonaws.com/huggingface-pytorch-tgi-inference:2.4.0-gpu-py311-cu124"
    assert usual_machine(HostedModel("m", containers=({"Image": image},))).startswith("ml.g")
    assert usual_machine(HostedModel("m")) == usual_machine(None) == "ml.m5.xlarge"


def test_a_suggested_name_holds_one_time_only() -> None:
    assert suggested_name("llm-20261121-010842", 1_795_000_000.0) == suggested_name("llm", 1_795_000_000.0)


def _problems(name: str) -> Any:
    from services.batch import request_problems

    return [each for each in request_problems(asked(name)) if each.field == "name"]


class _Fleet:
    """A client that lists 500 jobs, and counts its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def get(self, service: str) -> Any:
        return self

    def list_transform_jobs(self, **given: Any) -> dict[str, Any]:
        self.calls.append("list")
        start = int(given.get("NextToken", "0"))
        rows = [
            {"TransformJobName": f"job-{n}", "TransformJobArn": f"arn:{n}", "CreationTime": WHEN,
             "TransformJobStatus": "Completed"}
            for n in range(start, start + given["MaxResults"])
        ]  # fmt: skip
        return {"TransformJobSummaries": rows, "NextToken": str(start + len(rows))}


def test_five_hundred_jobs_are_five_calls_at_the_polite_rate() -> None:
    fleet, slept = _Fleet(), []
    clock = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pace = Pace(20.0, clock=lambda: clock[0], sleep=sleep)
    jobs = BatchGateway(fleet, pace).jobs(500)
    assert len(jobs) == len({job.name for job in jobs}) == 500
    assert fleet.calls == ["list"] * 5
    assert sum(slept) == pytest.approx(4 / 20)
