"""Each page with nothing, with something, read-only, and with the services failing."""

import pytest

from services.errors import PermissionDenied
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole, document, pair

PAGES = {
    "home": "Home",
    "models": "Models",
    "deploy": "Deploy",
    "endpoints": "Endpoints",
    "endpoint": "Endpoint",
    "playground/documents": "Documents",
    "playground/ask": "Ask",
    "playground/chat": "Chat",
    "playground/prompts": "Prompts",
    "playground/evaluation": "Evaluation",
    "playground/collections": "Collections",
    "costs/bill": "Bill",
    "activity": "Activity",
    "take_down": "Take down",
    "access": "Access",
    "settings": "Settings",
    "sandbox": "Sandbox",
}


def texts(at: object) -> str:
    return " ".join(str(each.value) for each in at.markdown)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_a_page_of_an_empty_account_opens(open_page: Open, page: str, title: str) -> None:
    at = open_page(page, FakeConsole(), title)
    assert not at.error
    assert "Sandbox" in texts(at)


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_a_page_opens_when_things_run(open_page: Open, page: str, title: str) -> None:
    console = FakeConsole(*pair())
    console.knowledge.records = [document()]
    at = open_page(page, console, title)
    assert not at.error


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_a_refused_permission_is_explained_and_leaves_the_page_standing(
    open_page: Open, page: str, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = FakeConsole(*pair())

    def refused(*_: object, **__: object) -> None:
        raise PermissionDenied("You may not list endpoints.", "sagemaker:ListEndpoints is missing.", "Ask for it.")

    monkeypatch.setattr(console.endpoints, "list_endpoints", refused)
    at = open_page(page, console, title)
    said = [error.value.replace("\\", "") for error in at.error]
    assert all("You may not list endpoints" in each and "Ask for it" in each for each in said)
    needs_the_list = page in (
        "home",
        "endpoints",
        "playground/ask",
        "playground/chat",
        "playground/documents",
        "playground/evaluation",
        "settings",
    )
    assert bool(said) is needs_the_list


@pytest.mark.parametrize(("page", "title"), PAGES.items())
def test_an_account_that_is_no_sandbox_is_not_called_one(open_page: Open, page: str, title: str) -> None:
    from services.connection import Mode

    at = open_page(page, FakeConsole(mode=Mode.AWS), title)
    assert "A stand-in for AWS" not in texts(at)
