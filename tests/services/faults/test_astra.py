"""Faults of the Data API, in the console's words."""

import numpy as np
import pytest

from sandbox.faults import Kind
from services.console import Console
from services.errors import (
    InvalidCredentials,
    SagedeckError,
    StoreProblem,
    Throttled,
)
from services.knowledge.gateway import AstraStore
from services.knowledge.models import CollectionRequest, Entry, Space
from services.sandbox_control import SandboxControl
from tests.sandbox.dataapi.serving import closing_clients
from tests.services.faults.told import (
    fitting,
)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ASTRA_UNAUTHORIZED, InvalidCredentials),
        (Kind.ASTRA_RATE_LIMIT, Throttled),
        (Kind.ASTRA_HIBERNATED, StoreProblem),
    ],
)
def test_a_database_that_refuses_is_told_in_our_words(
    console: Console, faults: SandboxControl, kind: Kind, expected: type[SagedeckError]
) -> None:
    astra = console.connection.astra
    assert astra is not None
    with closing_clients():
        store = AstraStore(astra, sleep=lambda _: None)
        store.create_collection("me", CollectionRequest("notes", 4))
        faults.set_fault(kind)
        passage = Entry("1", "a passage", "file.txt", "sha", 1, 0, 9, 0, {})
        with pytest.raises(SagedeckError) as caught:
            store.add(Space("me", "notes", "model", 4), [passage], np.ones((1, 4)))
    assert isinstance(fitting(caught.value), expected), caught.value


def test_too_many_collections_are_told_as_a_limit(console: Console, faults: SandboxControl) -> None:
    astra = console.connection.astra
    assert astra is not None
    faults.set_fault(Kind.ASTRA_TOO_MANY_COLLECTIONS)
    with closing_clients(), pytest.raises(SagedeckError) as caught:
        AstraStore(astra, sleep=lambda _: None).create_collection("me", CollectionRequest("another", 4))
    assert "collections" in f"{fitting(caught.value).what} {caught.value.why}"
