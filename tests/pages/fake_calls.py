"""Endpoints that are called for real by a client that lives in the test, and the tab Test over them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError
from streamlit.testing.v1 import AppTest

from services.endpoints import EndpointDetail
from services.inference import EndpointFacts, InferenceService
from services.state import State, home
from tests.pages.fake_console import FakeConsole, endpoint
from tests.services.inference.doubles import FakeClient

EVIL = "![x](https://evil.example/p.png) <script>alert(1)</script> :red[forged]"
CHAT = json.dumps({"choices": [{"message": {"content": EVIL}}], "usage": {"prompt_tokens": 1, "completion_tokens": 4}})


class Runtime(FakeClient):
    """The runtime and S3 in one; `objects` lie in S3."""

    def __init__(self, answer: Callable[[Any], Any], parts: Any = ()) -> None:
        super().__init__(answer, parts)
        self.objects: dict[str, bytes] = {}

    def invoke_endpoint_async(self, **request: Any) -> dict[str, str]:
        self.requests.append(request)
        return {"OutputLocation": "s3://bucket-a/out/1.out", "FailureLocation": "s3://bucket-a/bad/1.out"}

    def get_object(self, *, Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "No."}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key]), "ContentLength": len(self.objects[Key])}


class TestConsole(FakeConsole):
    """Endpoints that are really called, by a client that lives in the test."""

    __test__ = False

    def __init__(self, detail: EndpointDetail, client: Runtime, facts: dict[str, EndpointFacts] | None = None) -> None:
        super().__init__(detail)
        self._facts = facts or {"": detail.facts()}
        self.inference = InferenceService(  # type: ignore[assignment]
            lambda: client,
            State(home() / "state.db"),
            scope=("aws", "1", "us-east-1"),
            storage=lambda: client,
            owner="ana",
        )

    def facts(self, name: str, component: str = "") -> EndpointFacts:
        return self._facts[component]


def script(console, detail):  # type: ignore[no-untyped-def]
    from ui import test_view

    test_view.show(console, detail)


def opened(console: FakeConsole, detail: EndpointDetail) -> AppTest:
    at = AppTest.from_function(script, kwargs={"console": console, "detail": detail}, default_timeout=20).run()
    assert not at.exception
    return at


def chatting(**tags: str) -> EndpointDetail:
    detail = endpoint("talker", "text-generation")
    return replace(detail, tags=(*detail.tags, ("sagedeck:family", "messages"), *tags.items()))


def button(at: AppTest, label: str) -> Any:
    return next(each for each in at.button if each.label == label)


def area(at: AppTest) -> Any:
    return at.text_area[0]


def written(at: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*at.markdown, *at.error, *at.info))
