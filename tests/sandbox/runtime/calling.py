"""Calling an endpoint of the sandbox by real boto3."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def call(runtime: Any, endpoint: str, payload: Any, content_type: str = "application/json", **more: Any) -> Any:
    body = payload if isinstance(payload, bytes) else json.dumps(payload)
    answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType=content_type, **more)
    return json.loads(answer["Body"].read())


def refused(runtime: Any, endpoint: str, payload: Any, content_type: str = "application/json", **more: Any) -> Any:
    with pytest.raises(ClientError) as caught:
        call(runtime, endpoint, payload, content_type, **more)
    return caught.value.response
