"""Documents: files become pages of text, pages become passages, originals are kept.

A file is hostile until read: it is opened only in a worker process with limits (`Reader`), which also draws the
pages of a PDF (`render_page`). Nothing here speaks to the network. May import the root files only. Tested in
tests/services/documents with files made in code.
"""

from services.documents.chunking import Chunk, ChunkSettings, Method, chunk, estimate_tokens
from services.documents.editing import change_passage, drop_passage, merge_passages, split_passage, too_long
from services.documents.kinds import SUFFIXES
from services.documents.limits import DEFAULT_LIMITS, Limits
from services.documents.models import Member, Page, Reading, Refusal, Section, read_payload
from services.documents.originals import Original, Originals, clean_name
from services.documents.reader import Reader, render_page, shared_reader

__all__ = [
    "DEFAULT_LIMITS",
    "SUFFIXES",
    "Chunk",
    "ChunkSettings",
    "Limits",
    "Member",
    "Method",
    "Original",
    "Originals",
    "Page",
    "Reader",
    "Reading",
    "Refusal",
    "Section",
    "change_passage",
    "chunk",
    "clean_name",
    "drop_passage",
    "estimate_tokens",
    "merge_passages",
    "read_payload",
    "render_page",
    "shared_reader",
    "split_passage",
    "too_long",
]
