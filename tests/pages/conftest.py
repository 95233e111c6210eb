"""Pages are opened through the main script, as a browser does; a page run alone would skip what comes before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.fake_console import FakeConsole

MAIN = Path(__file__).resolve().parent.parent.parent / "ui" / "main.py"
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _empty_caches() -> Iterator[None]:
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def open_page() -> Open:
    """`open_page("deploy", console, run="…")`: the page after its first run, its title checked."""

    def opened(page: str, console: FakeConsole, title: str, **query: str) -> AppTest:
        at = AppTest.from_file(str(MAIN), default_timeout=20)
        at.session_state["sagedeck.console"] = console
        at.run()
        assert not at.exception
        at.switch_page(f"../pages/{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        assert [each.value for each in at.title] == [title]
        return at

    return opened
