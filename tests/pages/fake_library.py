"""The library as the page Documents uses it: previews are cut by the real chunker, what is asked is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from services.documents import Reading, Refusal, chunk
from services.documents.models import Page
from services.knowledge import ChunkPlan, DocumentRecord, IngestRequest, Passage, Upload, plan_delete_documents
from services.knowledge.previews import ChunkPreview
from services.plans import Plan
from tests.pages.fake_console import FakeKnowledge
from ui.document_draft import sha256

TEXT = "The kettle boils in two minutes. It is made of steel.\n\nIts lid closes with a click. It is washed by hand.\n\n"
LOCKED = Refusal("The document opens with a password.", "Give its password.", locked=True)


@dataclass
class Library(FakeKnowledge):
    """Previews cut by the real chunker; what was asked of it is written down."""

    locked: Mapping[str, str] = field(default_factory=dict)  # name -> password
    resumed: list[tuple[str, Mapping[int, str]]] = field(default_factory=list)
    replaced: list[tuple[DocumentRecord, IngestRequest]] = field(default_factory=list)
    passages: tuple[Passage, ...] = ()
    cap: int | None = None

    def preview(
        self, source: Upload | DocumentRecord, plan: ChunkPlan | None = None, embedding: str = "", password: str = ""
    ) -> ChunkPreview:
        plan = plan or ChunkPlan()
        text = source.data.decode() if isinstance(source, Upload) else TEXT * 20
        name = sha256(source.data) if isinstance(source, Upload) else source.document
        if self.locked.get(source.name, "") != password:
            return ChunkPreview(name, source.name, (), (), Reading((), LOCKED), self.cap)
        reading = Reading((Page(1, text),), None, "text")
        return ChunkPreview(
            name, source.name, chunk(reading.pages, plan.settings(self.cap)), reading.pages, reading, self.cap
        )

    def upload_of(self, record: DocumentRecord) -> Upload:
        return Upload(record.name, (TEXT * 20).encode())

    def resume(self, job: str, passwords: Mapping[int, str] | None = None) -> str:
        self.resumed.append((job, passwords or {}))
        return "job-2"

    def replace_document(self, old: DocumentRecord, request: IngestRequest) -> str:
        self.replaced.append((old, request))
        return "job-3"

    def plan_delete_documents(self, documents: tuple[DocumentRecord, ...]) -> Plan:
        return plan_delete_documents(documents)

    def store(self, kind: Any) -> Any:
        held = {each.id: each for each in self.passages}
        return SimpleNamespace(
            ids=lambda space, document: tuple(held), get=lambda space, ids: tuple(held[each] for each in ids)
        )
