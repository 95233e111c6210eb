"""Documents one can ask: passages with vectors in the embedded store or in Astra DB, hybrid search, cited answers.

local and gateway are the two stores; file_reading and ingest fill them, previews shows a cut before that; ranking
orders what they find, answer speaks to the model. It imports the root files, plans, documents and inference; gateway
alone speaks to astrapy, langchain holds the adapters for LangChain users. Nothing here loads NumPy, astrapy or
LangChain until it is used. Tested in tests/services/knowledge with fakes, and against the Data API stand-in of the
sandbox.
"""

from services.knowledge.collaborators import Chat, Embedder, Embedding, EmbeddingFactory, Store
from services.knowledge.events import AnswerEvent, Citation, Finished, NotInDocuments, Retrieved, TextDelta
from services.knowledge.files import (
    ChunkPlan,
    DocumentRecord,
    FileProgress,
    FileStatus,
    HeldCollection,
    IngestRequest,
    IngestView,
    LibraryState,
    Upload,
)
from services.knowledge.models import (
    AskRequest,
    Collection,
    CollectionRequest,
    Entry,
    Evidence,
    Found,
    Passage,
    Question,
    SearchMode,
    SearchSettings,
    Space,
    StoreKind,
)
from services.knowledge.operator import LibraryOperator
from services.knowledge.planner import plan_collection, plan_delete_documents, plan_removal
from services.knowledge.previews import ChunkPreview
from services.knowledge.samples import (
    SampleEntry,
    SampleQuestion,
    SampleSet,
    list_samples,
    preview_sample,
    sample_request,
    sample_uploads,
)
from services.knowledge.service import KnowledgeService

__all__ = [
    "AnswerEvent",
    "AskRequest",
    "Chat",
    "ChunkPlan",
    "ChunkPreview",
    "Citation",
    "Collection",
    "CollectionRequest",
    "DocumentRecord",
    "Embedder",
    "Embedding",
    "EmbeddingFactory",
    "Entry",
    "Evidence",
    "FileProgress",
    "FileStatus",
    "Finished",
    "Found",
    "HeldCollection",
    "IngestRequest",
    "IngestView",
    "KnowledgeService",
    "LibraryOperator",
    "LibraryState",
    "NotInDocuments",
    "Passage",
    "Question",
    "Retrieved",
    "SampleEntry",
    "SampleQuestion",
    "SampleSet",
    "SearchMode",
    "SearchSettings",
    "Space",
    "Store",
    "StoreKind",
    "TextDelta",
    "Upload",
    "list_samples",
    "plan_collection",
    "plan_delete_documents",
    "plan_removal",
    "preview_sample",
    "sample_request",
    "sample_uploads",
]
