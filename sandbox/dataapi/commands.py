"""The commands on a collection: each takes the command's body and returns the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.dataapi import filters, vectors
from sandbox.dataapi.collection import Collection, Document, page_state, position
from sandbox.dataapi.refusals import MAX_DOCUMENTS_PER_INSERT, PAGE_SIZE, Refusal

Command = Mapping[str, Any]
Answer = dict[str, Any]


def insert_one(collection: Collection, command: Command) -> Answer:
    """insertOne: one document."""
    return {"status": {"insertedIds": [collection.insert(command.get("document"))]}}


def insert_many(collection: Collection, command: Command) -> Answer:
    """insertMany: up to 100 documents; ordered stops at the first refusal, unordered goes on."""
    documents, options = command.get("documents"), command.get("options") or {}
    if not isinstance(documents, list) or not documents:
        raise Refusal("COMMAND_FIELD_VALUE_INVALID", "Command field 'documents' value not valid: must not be empty.")
    if len(documents) > MAX_DOCUMENTS_PER_INSERT:
        message = (
            f"amount of documents to insert is over the max limit ({len(documents)} vs {MAX_DOCUMENTS_PER_INSERT})."
        )
        raise Refusal("COMMAND_FIELD_VALUE_INVALID", message)
    responses: list[Answer] = []
    refusals: list[Refusal] = []
    for document in documents:
        if refusals and options.get("ordered"):
            responses.append({"_id": _id_of(document), "status": "SKIPPED"})
            continue
        try:
            responses.append({"_id": collection.insert(document), "status": "OK"})
        except Refusal as refusal:
            responses.append({"_id": _id_of(document), "status": "ERROR", "errorsIdx": len(refusals)})
            refusals.append(refusal)
    if options.get("returnDocumentResponses"):
        status: Answer = {"documentResponses": responses}
    else:
        status = {"insertedIds": [response["_id"] for response in responses if response["status"] == "OK"]}
    return {"status": status} | ({"errors": [refusal.body() for refusal in refusals]} if refusals else {})


def _id_of(document: Any) -> Any:
    return document.get("_id") if isinstance(document, dict) else None


def find(collection: Collection, command: Command) -> Answer:
    """find: a page of documents."""
    documents, state = collection.find(command)
    answer: Answer = {"data": {"documents": documents, "nextPageState": state}}
    by_vector = "$vector" in (command.get("sort") or {})
    if by_vector and (command.get("options") or {}).get("includeSortVector"):
        answer["status"] = {"sortVector": [float(x) for x in vectors.decode(command["sort"]["$vector"])]}
    return answer


def find_one(collection: Collection, command: Command) -> Answer:
    """findOne: the first document, or null."""
    options = {**(command.get("options") or {}), "limit": 1}
    documents, _ = collection.find({**command, "options": options})
    return {"data": {"document": documents[0] if documents else None}}


def count_documents(collection: Collection, command: Command) -> Answer:
    """countDocuments: up to the cap, and whether there are more."""
    return {"status": collection.count(command.get("filter"))}


def estimated_document_count(collection: Collection, _command: Command) -> Answer:
    """estimatedDocumentCount: here it is exact."""
    return {"status": {"count": len(collection.documents)}}


def delete_one(collection: Collection, command: Command) -> Answer:
    """deleteOne: the first that matches."""
    with collection.lock:
        return {"status": {"deletedCount": collection.remove(_first(collection, command))}}


def delete_many(collection: Collection, command: Command) -> Answer:
    """deleteMany: a batch of those that match, and whether there are more; all at once (-1) without a filter."""
    with collection.lock:
        if not command.get("filter"):
            collection.remove(list(collection.documents))
            return {"status": {"deletedCount": -1}}
        keys = collection.select(command["filter"])
        gone = collection.remove(keys[:PAGE_SIZE])
    return {"status": {"deletedCount": gone} | ({"moreData": True} if len(keys) > PAGE_SIZE else {})}


def update_one(collection: Collection, command: Command) -> Answer:
    """updateOne: change the first that matches, or insert with `upsert`."""
    with collection.lock:
        return {"status": _update(collection, _first(collection, command), command)}


def update_many(collection: Collection, command: Command) -> Answer:
    """updateMany: change a page of those that match; `nextPageState` tells that there are more."""
    options = command.get("options") or {}
    with collection.lock:
        done = position(options.get("pageState"))
        keys = collection.select(command.get("filter"))
        status = _update(collection, keys[done : done + PAGE_SIZE], command)
    more = done + PAGE_SIZE < len(keys)
    return {"status": status | ({"moreData": True, "nextPageState": page_state(done + PAGE_SIZE)} if more else {})}


def _update(collection: Collection, keys: list[str], command: Command) -> Answer:
    change = command.get("update") or {}
    if not keys and (command.get("options") or {}).get("upsert"):
        identity = collection.insert(filters.update(_seed(command), change, inserting=True))
        return {"matchedCount": 0, "modifiedCount": 0, "upsertedId": identity}
    changed = sum(collection.replace(key, filters.update(collection.whole(key), change)) for key in keys)
    return {"matchedCount": len(keys), "modifiedCount": changed}


def _seed(command: Command) -> Document:
    """What an upsert starts from: the equalities of its filter."""
    seed: Document = {}
    for path, wanted in (command.get("filter") or {}).items():
        if not path.startswith("$") and (not isinstance(wanted, dict) or filters.plain(wanted) is not wanted):
            filters.put(seed, path, wanted)
    return seed


def find_one_and_update(collection: Collection, command: Command) -> Answer:
    """findOneAndUpdate: change the first and return it as it was, or as it is ("after")."""
    return _change_one(collection, command, lambda old: filters.update(old, command.get("update") or {}))


def find_one_and_replace(collection: Collection, command: Command) -> Answer:
    """findOneAndReplace: put another document in the first one's place."""
    return _change_one(collection, command, lambda _old: dict(command.get("replacement") or {}))


def _change_one(collection: Collection, command: Command, change: Callable[[Document], Document]) -> Answer:
    options, projection = command.get("options") or {}, command.get("projection")
    after = options.get("returnDocument") == "after"
    with collection.lock:
        keys = _first(collection, command)
        if not keys:
            if not options.get("upsert"):
                return {"data": {"document": None}, "status": {"matchedCount": 0, "modifiedCount": 0}}
            new = {**_seed(command), **change(_seed(command))}
            identity = collection.insert(new)
            document = filters.project({**new, "_id": identity}, projection) if after else None
            status = {"matchedCount": 0, "modifiedCount": 0, "upsertedId": identity}
            return {"data": {"document": document}, "status": status}
        before = filters.project(collection.whole(keys[0]), projection)
        changed = collection.replace(keys[0], change(collection.whole(keys[0])))
        document = filters.project(collection.whole(keys[0]), projection) if after else before
    return {"data": {"document": document}, "status": {"matchedCount": 1, "modifiedCount": int(changed)}}


def find_one_and_delete(collection: Collection, command: Command) -> Answer:
    """findOneAndDelete: remove the first and return it."""
    with collection.lock:
        keys = _first(collection, command)
        document = filters.project(collection.whole(keys[0]), command.get("projection")) if keys else None
        gone = collection.remove(keys)
    return {"data": {"document": document}, "status": {"deletedCount": gone}}


def _first(collection: Collection, command: Command) -> list[str]:
    by_vector = "$vector" in (command.get("sort") or {})
    return [key for key, _ in collection.ordered(command, 1 if by_vector else 0)[:1]]


COMMANDS: Mapping[str, Callable[[Collection, Command], Answer]] = {
    "insertOne": insert_one,
    "insertMany": insert_many,
    "find": find,
    "findOne": find_one,
    "countDocuments": count_documents,
    "estimatedDocumentCount": estimated_document_count,
    "deleteOne": delete_one,
    "deleteMany": delete_many,
    "updateOne": update_one,
    "updateMany": update_many,
    "findOneAndUpdate": find_one_and_update,
    "findOneAndReplace": find_one_and_replace,
    "findOneAndDelete": find_one_and_delete,
}
