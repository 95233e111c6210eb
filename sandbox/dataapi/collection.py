"""One collection: its documents, its vectors, and what can be done with them. Its lock makes every command whole."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.dataapi import filters, identities, vectors
from sandbox.dataapi.refusals import (
    MAX_COUNT,
    MAX_DOCUMENT_CHARACTERS,
    MAX_INDEXED_STRING_BYTES,
    MAX_VECTOR_RESULTS,
    PAGE_SIZE,
    Refusal,
)

Document = dict[str, Any]


class Collection:
    """Documents by `_id` in the order they came; vectors stand apart, as rows of float32."""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name, self.options = name, dict(options)
        vector = self.options.get("vector")
        self.rows = vectors.Rows(vector["dimension"], vector.get("metric", "cosine")) if vector else None
        self.documents: dict[str, Document] = {}
        self.changed: dict[str, None] = {}  # keys of documents that were put or removed since the last `take_changed`
        self.lock = threading.RLock()
        indexing = self.options.get("indexing") or {}
        self._identities = str((self.options.get("defaultId") or {}).get("type", ""))
        self.listed: set[str] = set()  # keys of documents whose vector came as a list, and goes back as one
        self._allow, self._deny = indexing.get("allow"), indexing.get("deny") or []

    # -- what may be stored and asked

    def indexed(self, path: str) -> bool:
        """Whether a path can be filtered on, and its strings are therefore limited."""
        if path in ("_id", "$vector"):
            return True
        parts = path.split(".")
        prefixes = {".".join(parts[: count + 1]) for count in range(len(parts))} | {"*"}
        return not prefixes & set(self._deny) if self._allow is None else bool(prefixes & set(self._allow))

    def shred(self, document: Any) -> tuple[str, Document, Any]:
        """A document of a request as (key, document without vector, vector or None), refused where the server would."""
        if not isinstance(document, dict):
            raise Refusal("REQUEST_STRUCTURE_MISMATCH", "Bad document type to shred: document must be a JSON Object.")
        body = {key: value for key, value in document.items() if key != "$vector"}
        size = len(json.dumps(body, ensure_ascii=False))
        if size > MAX_DOCUMENT_CHARACTERS:
            raise _too_big(f"document size ({size} chars) exceeds maximum allowed ({MAX_DOCUMENT_CHARACTERS})")
        self._check_fields(body, "")
        body = {"_id": body["_id"] if "_id" in body else identities.new(self._identities)} | body
        raw = document.get("$vector")
        if "$vector" in document and raw is None:
            body["$vector"] = None
        key = key_of(body["_id"])
        (self.listed.add if isinstance(raw, list) else self.listed.discard)(key)
        return key, body, None if raw is None else self.vector(raw)

    def _check_fields(self, value: Any, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                if name.startswith("$") and name not in ("$date", "$uuid", "$objectId", "$binary"):
                    raise Refusal("SHRED_BAD_FIELD_NAME", f"Document field name not valid: '{name}' begins with '$'.")
                self._check_fields(inner, f"{path}.{name}" if path else name)
        elif isinstance(value, list):
            for inner in value:
                self._check_fields(inner, path)
        elif isinstance(value, str) and len(value) > MAX_INDEXED_STRING_BYTES // 4:
            size = len(value.encode())
            if size > MAX_INDEXED_STRING_BYTES and self.indexed(path):
                raise _too_big(
                    f"indexed String value (property '{path}') length ({size} bytes) exceeds maximum allowed"
                    f" ({MAX_INDEXED_STRING_BYTES} bytes)"
                )

    def vector(self, raw: Any) -> Any:
        """A vector of a request, of this collection's dimension."""
        if self.rows is None:
            raise Refusal("VECTOR_SEARCH_NOT_SUPPORTED", f"Vector search is not enabled for collection: {self.name}.")
        vector = vectors.decode(raw)
        if len(vector) != self.rows.dimension:
            raise Refusal(
                "INVALID_VECTOR_LENGTH",
                f"The vector has {len(vector)} numbers. The configured vector dimension is: {self.rows.dimension}.",
            )
        return vector

    # -- single documents

    def insert(self, document: Any) -> Any:
        """Store a new document and return its `_id`. Refused when there is one of that `_id`."""
        key, body, vector = self.shred(document)
        with self.lock:
            if key in self.documents:
                message = f"Cannot insert the document: a document already exists with given '_id' ({body['_id']})."
                raise Refusal("DOCUMENT_ALREADY_EXISTS", message)
            self._keep(key, body, vector)
        return body["_id"]

    def replace(self, key: str, document: Document) -> bool:
        """Put `document` in place of the one at `key`; False when they are equal."""
        old = self.whole(key)
        if "_id" in document and key_of(document["_id"]) != key:
            raise Refusal("DOCUMENT_REPLACE_DIFFERENT_DOCID", "The replace document has a different '_id'.")
        new = {"_id": self.documents[key]["_id"]} | document
        if new == old:
            return False
        _, body, vector = self.shred(new)
        self._keep(key, body, vector)
        return True

    def take_changed(self) -> list[tuple[str, Document | None, Any]]:
        """What has changed since it was last asked: key, document and vector, None for those it lacks."""
        with self.lock:
            taken = [(key, self.documents.get(key), _copied(self.rows, key)) for key in self.changed]
            self.changed.clear()
        return taken

    def put_back(self, key: str, body: Document, vector: Any, *, listed: bool) -> None:
        """Take up a document that was kept."""
        if listed:
            self.listed.add(key)
        self._keep(key, body, vector)
        self.changed.clear()

    def _keep(self, key: str, body: Document, vector: Any) -> None:
        self.documents[key] = body
        self.changed[key] = None
        if self.rows is not None:
            if vector is None:
                self.rows.drop(key)
            else:
                self.rows.put(key, vector)

    def remove(self, keys: Iterable[str]) -> int:
        """Remove documents; returns how many there were."""
        gone = 0
        for key in list(keys):
            gone += self.documents.pop(key, None) is not None
            self.changed[key] = None
            if self.rows is not None:
                self.rows.drop(key)
        return gone

    def whole(self, key: str) -> Document:
        """A document with its vector."""
        vector = self.rows.get(key) if self.rows is not None else None
        if vector is None:
            return dict(self.documents[key])
        shown = [float(number) for number in vector] if key in self.listed else vectors.encode(vector)
        return self.documents[key] | {"$vector": shown}

    # -- many documents

    def select(self, condition: Mapping[str, Any] | None) -> list[str]:
        """The keys of the documents a filter lets through, in the order they came."""
        condition = condition or {}
        filters.check(condition, self.indexed)
        wanted = condition.get("_id")
        if isinstance(wanted, dict) and set(wanted) == {"$in"}:
            among = [key_of(one) for one in wanted["$in"]]
        elif "_id" in condition and not isinstance(wanted, dict):
            among = [key_of(wanted)]
        else:
            among = list(self.documents)
        return [key for key in among if key in self.documents and filters.matches(self.documents[key], condition)]

    def ordered(self, command: Mapping[str, Any], limit: int) -> list[tuple[str, float | None]]:
        """The selected keys in the order asked for, with their similarity where it was by vector."""
        keys, sort = self.select(command.get("filter")), command.get("sort") or {}
        if "$vector" in sort:
            if len(sort) > 1:
                told = "Invalid sort clause: a sort by '$vector' cannot be combined with another."
                raise Refusal("INVALID_SORT_CLAUSE", told)
            if limit > MAX_VECTOR_RESULTS:
                raise Refusal(
                    "COMMAND_FIELD_VALUE_INVALID",
                    f"limit options should not be greater than {MAX_VECTOR_RESULTS} for vector search.",
                )
            query = self.vector(sort["$vector"])
            assert self.rows is not None
            return list(self.rows.nearest(query, keys, limit or MAX_VECTOR_RESULTS))
        for path, direction in reversed(sort.items()):
            keys.sort(key=lambda key, path=path: _sortable(self.documents[key], path), reverse=direction == -1)  # type: ignore[misc]
        return [(key, None) for key in keys]

    def find(self, command: Mapping[str, Any]) -> tuple[list[Document], str | None]:
        """A page of documents, and the state that gives the next one (None: there is none)."""
        options = command.get("options") or {}
        limit, skip, sort = options.get("limit") or 0, options.get("skip") or 0, command.get("sort") or {}
        by_vector = "$vector" in sort
        if skip and not sort:
            message = "Command field 'command' value not valid: skip options should be used with sort clause."
            raise Refusal("COMMAND_FIELD_VALUE_INVALID", message)
        with self.lock:
            found = self.ordered(command, limit)[skip:]
            found = found[:limit] if limit else found
            start = 0 if sort else position(options.get("pageState"))
            page = found if by_vector else found[start : start + PAGE_SIZE]
            documents = [self.shown(key, command.get("projection"), likeness, options) for key, likeness in page]
        more = not sort and start + PAGE_SIZE < len(found)  # what was sorted comes in one page, as it is held in memory
        return documents, page_state(start + PAGE_SIZE) if more else None

    def shown(
        self, key: str, projection: Mapping[str, Any] | None, likeness: float | None, options: Mapping[str, Any]
    ) -> Document:
        """A document as an answer carries it."""
        wants_vector = bool(projection) and any((projection or {}).get(name) for name in ("$vector", "*"))
        document = filters.project(self.whole(key) if wants_vector else self.documents[key], projection)
        if likeness is not None and options.get("includeSimilarity"):
            document["$similarity"] = likeness
        return document

    def count(self, condition: Mapping[str, Any] | None) -> dict[str, Any]:
        """How many documents match, up to the cap."""
        with self.lock:
            total = len(self.select(condition))
        return {"count": total} if total <= MAX_COUNT else {"count": MAX_COUNT, "moreData": True}


def key_of(identity: Any) -> str:
    """A document's `_id` as a key: a string, number, boolean, null, date, UUID or object id."""
    if isinstance(identity, list) or (isinstance(identity, dict) and filters.plain(identity) is identity):
        raise Refusal(
            "SHRED_BAD_DOCID_TYPE", "Bad type for '_id' field: must be a JSON String, Number, Boolean or null."
        )
    return json.dumps(identity, sort_keys=True)


def _too_big(detail: str) -> Refusal:
    return Refusal("SHRED_DOC_LIMIT_VIOLATION", f"Document size limitation violated: {detail}.")


def _sortable(document: Document, path: str) -> tuple[int, Any]:
    value = filters.plain(filters.at(document, path))
    if value is filters.MISSING or value is None:
        return (0, 0)
    if isinstance(value, bool | int | float):
        return (1, value)
    return (2, str(value))


def page_state(done: int) -> str:
    """What a client sends back to go on after so many documents."""
    return base64.urlsafe_b64encode(f"after:{done}".encode()).decode()


def position(state: Any) -> int:
    """After how many documents a page state says to go on. Refused if it is none of ours."""
    if not state:
        return 0
    try:
        return int(base64.urlsafe_b64decode(state).decode().removeprefix("after:"))
    except (ValueError, TypeError) as error:
        raise Refusal("COMMAND_FIELD_VALUE_INVALID", "The page state is not one this server gave.") from error


def _copied(rows: vectors.Rows | None, key: str) -> Any:
    """A document's vector by itself: its row may be another's soon."""
    found = rows.get(key) if rows is not None else None
    return None if found is None else found.copy()
