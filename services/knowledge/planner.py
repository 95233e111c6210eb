"""Plans that change what the knowledge room keeps: make a collection, remove documents, remove what an owner holds.

Adding documents is a job (`ingest`), not a plan. Pure: request + state -> Plan.
"""

from __future__ import annotations

import re
from dataclasses import replace

from services.errors import InUse
from services.knowledge.files import DocumentRecord, HeldCollection, LibraryState
from services.knowledge.models import CollectionRequest, StoreKind
from services.plans import ErrorMatch, Plan, Proof, Read, Step

SERVICES = {StoreKind.LOCAL: "library", StoreKind.ASTRA: "astra"}
ABSENT = ErrorMatch("NotFound")


def plan_collection(request: CollectionRequest) -> Plan:
    """Make one collection; taken back by deleting it."""
    step = replace(_create(request), undo=(delete_collection(request.store, request.name, after=()),))
    return Plan(title=f"Make the collection {request.name}", steps=(step,))


def _create(request: CollectionRequest) -> Step:
    service = SERVICES[request.store]
    whose = f" of {request.model}" if request.model else ""
    return Step(
        id=step_id("create-collection", request.name),
        service=service,
        operation="create_collection",
        reason=f"Make the collection {request.name} for vectors of {request.dimension} numbers{whose}.",
        parameters={"name": request.name, "dimension": request.dimension, "metric": request.metric}
        | ({"model": request.model} if request.model else {}),
        proof=Proof(
            read=Read(service, "describe_collection", {"name": request.name}),
            absent=(ABSENT,),
            expect={"dimension": request.dimension, "metric": request.metric},
        ),
    )


def plan_empty_collection(held: HeldCollection) -> Plan:
    """Remove everything of this owner from a collection, which stays; what others put there stays too."""
    name, service = held.collection.name, SERVICES[held.collection.store]
    step = Step(
        id=step_id("empty-collection", name),
        service=service,
        operation="empty_collection",
        reason=f"Remove {_content(held)} from {name}.",
        parameters={"name": name},
        proof=Proof(read=Read(service, "count_collection", {"name": name}), found="passages", gone=True),
    )
    stays = f"What others put into {name} stays, and so does the model it is bound to."
    free = f"{name} takes any embedding model of {held.collection.dimension} numbers then."
    return Plan(
        title=f"Empty the collection {name}",
        steps=(step,),
        warnings=(*_for_good(held), stays if held.others else free),
    )


def plan_delete_collection(held: HeldCollection) -> Plan:
    """Remove a collection with everything in it. InUse when something in it is not this owner's."""
    name, store = held.collection.name, held.collection.store
    if held.others:
        raise InUse(
            f"The collection {name} holds documents of others.",
            "They would be gone with it, and they are not yours to remove.",
            "Empty it: that removes your own documents and leaves theirs.",
        )
    filled = bool(held.documents or held.collection.passages)
    step = delete_collection(store, name, after=())
    if filled:
        parameters = {"name": name, "filled": True}
        step = replace(step, reason=f"Remove the collection {name} with {_content(held)}.", parameters=parameters)
    else:
        request = CollectionRequest(
            name, held.collection.dimension, store, held.collection.metric, next(iter(held.collection.models), "")
        )
        step = replace(step, reason=f"Remove the collection {name}, which is empty.", undo=(_create(request),))
    foreign = () if held.collection.made_here else (f"This console did not make {name}.",)
    return Plan(title=f"Delete the collection {name}", steps=(step,), warnings=(*foreign, *_for_good(held)))


def _content(held: HeldCollection) -> str:
    """What of a collection is this owner's, in words."""
    if not held.documents:
        return "what you put there"
    return "1 document" if len(held.documents) == 1 else f"{len(held.documents)} documents"


def _for_good(held: HeldCollection) -> tuple[str, ...]:
    if not (held.documents or held.collection.passages):
        return ()
    return (
        "This cannot be taken back: the passages are removed, and the files you gave that no other collection holds."
        " Your own copies stay; they would have to be read in again.",
    )


def plan_delete_documents(documents: tuple[DocumentRecord, ...]) -> Plan:
    """Remove documents: their passages by id, their entries in the list, their originals."""
    steps = tuple(delete_document(document) for document in documents)
    title = f"Remove {documents[0].name}" if len(documents) == 1 else f"Remove {len(documents)} documents"
    return Plan(title=title, steps=steps, warnings=_warnings(documents))


def plan_removal(state: LibraryState) -> Plan:
    """Take down everything `state` holds: documents by id, then each collection we made if nothing else is in it."""
    steps: list[Step] = []
    warnings: list[str] = [state.unreachable] if state.unreachable else []
    for held in state.collections:
        gone = tuple(delete_document(document) for document in held.documents)
        steps += gone
        if held.collection.made_here and not held.others:
            collection = held.collection
            steps.append(delete_collection(collection.store, collection.name, tuple(step.id for step in gone)))
        elif held.others:
            warnings.append(f"The collection {held.collection.name} stays: it holds documents of others.")
        else:
            warnings.append(f"The collection {held.collection.name} stays: this console did not make it.")
    return Plan(title="Remove documents and collections", steps=tuple(steps), warnings=tuple(warnings))


def delete_document(document: DocumentRecord) -> Step:
    """The step that removes one document from one collection."""
    where = {"store": str(document.store), "collection": document.collection, "document": document.document}
    passages = "1 passage" if document.chunks == 1 else f"{document.chunks} passages"
    return Step(
        id=step_id("delete-document", document.collection, document.model, document.document[:12]),
        service="library",
        operation="delete_document",
        reason=f"Remove {document.name} ({passages}) from {document.collection}.",
        parameters={**where, "model": document.model},
        proof=Proof(
            read=Read("library", "describe_document", {**where, "model": document.model}),
            absent=(ABSENT,),
            gone=True,
        ),
    )


def delete_collection(store: StoreKind, name: str, after: tuple[str, ...]) -> Step:
    """The step that removes a collection; it refuses while anything is in it."""
    service = SERVICES[store]
    return Step(
        id=step_id("delete-collection", name),
        service=service,
        operation="delete_collection",
        reason=f"Remove the collection {name}, which is empty by then.",
        parameters={"name": name},
        after=after,
        proof=Proof(read=Read(service, "describe_collection", {"name": name}), absent=(ABSENT,), gone=True),
    )


def step_id(*parts: str) -> str:
    """A readable id made of words, safe to use as a name."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", "-".join(parts)).lower()


def _warnings(documents: tuple[DocumentRecord, ...]) -> tuple[str, ...]:
    if not documents:
        return ()
    return ("The files you gave are kept by this console and are removed with them; your own copies stay.",)
