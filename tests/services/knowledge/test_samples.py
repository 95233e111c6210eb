from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.documents import Method, Reader
from services.errors import NotFound
from services.jobs import JobStatus
from services.knowledge import (
    ChunkPlan,
    FileStatus,
    SampleSet,
    SearchMode,
    SearchSettings,
    list_samples,
    preview_sample,
    sample_request,
    sample_uploads,
)
from tests.services.knowledge.fakes import make_service, wait


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def test_each_answer_stands_in_the_document_that_is_said_to_hold_it() -> None:
    for sample in list_samples():
        for question in sample.questions:
            assert bool(question.answer) == bool(question.source)
            if question.source:
                assert question.answer in preview_sample(sample.id, question.source)
        assert any(not question.answer for question in sample.questions)


def test_the_sets_are_small_and_hold_what_they_list() -> None:
    assert [sample.id for sample in list_samples()] == ["handbook", "kettle", "museum"]
    assert sum(sample.size for sample in list_samples()) < 60_000
    for sample in list_samples():
        assert [len(file.data) for file in sample_uploads(sample.id)] == [entry.size for entry in sample.entries]


def test_what_there_is_not_is_said() -> None:
    with pytest.raises(NotFound, match="no sample set"):
        sample_uploads("nothing")
    with pytest.raises(NotFound, match="no document"):
        preview_sample("kettle", "../index.json")


@pytest.mark.parametrize("sample", list_samples(), ids=lambda sample: sample.id)
@pytest.mark.parametrize("method", [Method.RECURSIVE, Method.HEADING, Method.ROW])
def test_a_sample_set_is_read_in_and_its_questions_find_their_documents(
    sample: SampleSet, method: Method, tmp_path: Path, reader: Reader
) -> None:
    service = make_service(tmp_path, reader=reader)
    job = service.ingest(sample_request(sample.id, "embed", chunks=ChunkPlan(600, 50, method)))
    assert wait(service, job).status is JobStatus.DONE
    view = service.follow(job)
    assert view is not None
    assert {file.status for file in view.files} == {FileStatus.READY}
    asked = [question for question in sample.questions if question.source]
    settings = SearchSettings(k=5, mode=SearchMode.KEYWORD)
    found = [{each.source for each in service.retrieve(question.question, "embed", settings)} for question in asked]
    assert sum(question.source in sources for question, sources in zip(asked, found, strict=True)) >= len(asked) - 1
