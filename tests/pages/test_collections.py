"""Collections: listed with what they are for, made and removed by plans that are confirmed by their name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from services.clients import Hidden
from services.connection import Astra
from services.knowledge import Collection, CollectionRequest, Entry, KnowledgeService, Space, StoreKind
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole
from tests.services.knowledge.fakes import DIMENSION, make_service

NAME = f"sagedeck_{DIMENSION}"


def said(at: AppTest) -> str:
    return " ".join(str(each.value) for each in (*at.markdown, *at.warning, *at.error, *at.subheader))


def console_of(knowledge: KnowledgeService) -> FakeConsole:
    console = FakeConsole()
    console.knowledge = knowledge  # type: ignore[assignment]
    return console


@pytest.fixture
def knowledge(tmp_path: Path) -> KnowledgeService:
    service = make_service(tmp_path)
    service.create_collection(CollectionRequest(NAME, DIMENSION, StoreKind.LOCAL, model="maker/words-v2"))
    return service


def filled(service: KnowledgeService) -> KnowledgeService:
    space = Space("me", NAME, "maker/words-v2", DIMENSION)
    service.store(StoreKind.LOCAL).add(space, [Entry("a", "text")], np.ones((1, DIMENSION)))
    return service


def test_a_collection_shows_its_size_metric_model_and_content(open_page: Open, knowledge: KnowledgeService) -> None:
    at = open_page("playground/collections", console_of(filled(knowledge)), "Collections")
    shown = said(at)
    assert NAME in shown
    assert f"1 passage · {DIMENSION} numbers a vector · cosine" in shown
    assert "maker/words-v2" in shown
    assert "another is refused" in shown
    assert "Made here" in shown


def test_deleting_is_confirmed_by_typing_the_name(open_page: Open, knowledge: KnowledgeService) -> None:
    at = open_page("playground/collections", console_of(filled(knowledge)), "Collections")
    at.button(key=f"collection.local.{NAME}.delete").click().run()
    assert "cannot be taken back" in said(at)
    assert at.button(key="collection.local-delete-confirm").disabled
    at.text_input(key="collection.local-delete-typed").set_value(NAME).run()
    assert not at.button(key="collection.local-delete-confirm").disabled
    assert not at.exception


def test_a_new_collection_is_a_plan_with_the_usual_name(open_page: Open, knowledge: KnowledgeService) -> None:
    at = open_page("playground/collections", console_of(knowledge), "Collections")
    at.session_state["collection.new"] = True
    at.run()
    at.number_input(key="collection.dimension").set_value(768).run()
    at.selectbox(key="collection.metric").set_value("euclidean").run()
    assert "Make the collection sagedeck\\_768\\_euclidean" in said(at)
    assert not at.exception


def test_what_others_put_into_a_shared_collection_keeps_it(
    open_page: Open, knowledge: KnowledgeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = Collection(StoreKind.ASTRA, "theirs", 4, "dot_product", passages=1000, at_least=True, others=True)
    monkeypatch.setattr(knowledge, "survey", lambda _store: (shared,))
    monkeypatch.setattr(knowledge, "collection", lambda _store, _name: shared)
    console = console_of(knowledge)
    console.connection = replace(console.connection, astra=Astra("http://127.0.0.1:1", Hidden("AstraCS:none")))
    at = open_page("playground/collections", console, "Collections")
    at.session_state["collections.store"] = StoreKind.ASTRA
    at.run()
    assert "at least 1,000 passages" in said(at)
    assert "Documents of others are in it too" in said(at)
    assert "Made elsewhere" in said(at)
    at.button(key="collection.astra.theirs.delete").click().run()
    assert "not yours to remove" in said(at)
    assert not at.exception
