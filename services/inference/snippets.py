"""A call as code that another program can run: boto3, LangChain, the SageMaker SDK, cURL, and asynchronously.

Every value is written as a literal of its language, so nothing in a name or a request becomes code.
"""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from services.catalog import dns_suffix
from services.inference.calls import Call, request_of
from services.inference.models import Contract, Family, Kind

FILE = "request.bin"  # what a body that is no text is read from
_WIDTH = 100


class Language(StrEnum):
    """What code can be had in."""

    BOTO3 = "boto3"
    LANGCHAIN = "langchain"
    SAGEMAKER = "sagemaker"
    CURL = "curl"
    ASYNC = "async"

    @property
    def label(self) -> str:
        """As a tab is named."""
        return {"boto3": "boto3", "langchain": "LangChain", "sagemaker": "SageMaker SDK", "curl": "cURL"}.get(
            self.value, "boto3, asynchronous"
        )

    @property
    def highlighting(self) -> str:
        """The language it is written in."""
        return "bash" if self is Language.CURL else "python"


@dataclass(frozen=True, slots=True)
class Where:
    """Where the endpoint is. `address` "" is AWS's own; a sandbox has another."""

    region: str
    address: str = ""


def snippet(language: Language, call: Call, where: Where, contract: Contract | None = None) -> str:
    """The call as a program. LangChain's is of the contract's family; without one it speaks raw text."""
    made: Mapping[Language, Callable[[], str]] = {
        Language.BOTO3: lambda: _boto3(call, where),
        Language.LANGCHAIN: lambda: _langchain(call, where, contract),
        Language.SAGEMAKER: lambda: _sagemaker(call, where),
        Language.CURL: lambda: _curl(call, where),
        Language.ASYNC: lambda: _asynchronous(call, where),
    }
    return made[language]()


def _client(where: Where, service: str = "sagemaker-runtime") -> str:
    address = f", endpoint_url={where.address!r}" if where.address else ""
    return f"boto3.client({service!r}, region_name={where.region!r}{address})"


def _body(call: Call) -> tuple[str, str]:
    """Statements that make the body, and what it is called in them."""
    try:
        text = call.body.decode()
    except UnicodeDecodeError:
        return f"with open({FILE!r}, 'rb') as file:\n    body = file.read()", "body"
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return f"body = {text!r}", "body.encode()"
    if "json" not in call.content_type or not isinstance(document, dict | list):
        return f"body = {text!r}", "body.encode()"
    return f"payload = {pprint.pformat(document, sort_dicts=False, width=_WIDTH)}", "json.dumps(payload).encode()"


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _options(call: Call) -> dict[str, str]:
    return {name: value for name, value in request_of(call).items() if name not in ("EndpointName", "Body")}


def _arguments(named: Mapping[str, str], *, indent: str = "    ") -> str:
    return "".join(f"{indent}{name}={value!r},\n" for name, value in named.items())


def _boto3(call: Call, where: Where) -> str:
    made, body = _body(call)
    uses_json = "json." in body
    imports = "import json\n\nimport boto3\n" if uses_json else "import boto3\n"
    operation = "invoke_endpoint_with_response_stream" if call.stream else "invoke_endpoint"
    read = (
        'for event in answer["Body"]:\n'
        '    print(event["PayloadPart"]["Bytes"].decode(errors="replace"), end="", flush=True)\n'
        if call.stream
        else 'print(answer["Body"].read().decode(errors="replace"))\n'
    )
    return (
        f"{imports}\nclient = {_client(where)}\n{made}\n\n"
        f"answer = client.{operation}(\n    EndpointName={call.endpoint!r},\n    Body={body},\n"
        f"{_arguments(_options(call))})\n{read}"
    )


def _sagemaker(call: Call, where: Where) -> str:
    made, body = _body(call)
    names = {
        "ContentType": "content_type",
        "Accept": "accept",
        "CustomAttributes": "custom_attributes",
        "TargetModel": "target_model",
        "TargetVariant": "target_variant",
        "InferenceComponentName": "inference_component_name",
        "SessionId": "session_id",
    }
    options = {names[name]: value for name, value in _options(call).items()}
    operation = "invoke_with_response_stream" if call.stream else "invoke"
    read = (
        'for event in answer.body:\n    print(event["PayloadPart"]["Bytes"].decode(errors="replace"), end="")\n'
        if call.stream
        else 'print(answer.body.read().decode(errors="replace"))\n'
    )
    return (
        f"{'import json' if 'json.' in body else ''}\n\nfrom sagemaker.core.resources import Endpoint\n\n".lstrip()
        + f"endpoint = Endpoint.get(endpoint_name={call.endpoint!r}, region={where.region!r})\n{made}\n\n"
        f"answer = endpoint.{operation}(\n    body={body},\n{_arguments(options)}"
        f"    region={where.region!r},\n)\n{read}"
    )


_HANDLER = """
class Handler({base}):
    content_type = {content_type!r}
    accepts = {accept!r}

    def transform_input(self, prompt, model_kwargs):
        return json.dumps({request}).encode()

    def transform_output(self, output):
        answer = json.loads(output.read())
        return {answer}

"""
_IN_STYLE = {
    Family.TGI: ("{'inputs': prompt, 'parameters': model_kwargs}", "answer[0]['generated_text']"),
    Family.LMI: ("{'inputs': prompt, 'parameters': model_kwargs}", "answer['generated_text']"),
    Family.JUMPSTART_TEXT: ("{'inputs': prompt, 'parameters': model_kwargs}", "answer[0]['generation']"),
    Family.MESSAGES: (
        "{MODEL'messages': prompt, **model_kwargs}",
        "AIMessage(answer['choices'][0]['message']['content'] or '')",
    ),
    Family.LLAMA2_DIALOG: (
        "{'inputs': [prompt], 'parameters': model_kwargs}",
        "AIMessage(answer[0]['generation']['content'])",
    ),
}


def _langchain(call: Call, where: Where, contract: Contract | None) -> str:
    if contract is not None and contract.kind is Kind.EMBEDDING:
        return _langchain_embeddings(call, where)
    chat = contract is not None and contract.family in (Family.MESSAGES, Family.LLAMA2_DIALOG)
    request, answer = _IN_STYLE[contract.family] if contract else ("{'inputs': prompt}", "json.dumps(answer)")
    request = request.replace("MODEL", f"'model': {contract.model!r}, " if contract and contract.model else "")
    base, module, kind = (
        ("ChatModelContentHandler", "langchain_aws.chat_models.sagemaker_endpoint", "ChatSagemakerEndpoint")
        if chat
        else ("LLMContentHandler", "langchain_aws.llms.sagemaker_endpoint", "SagemakerEndpoint")
    )
    messages = "from langchain_core.messages import AIMessage\n" if chat else ""
    options = {name: value for name, value in _options(call).items() if name not in ("ContentType", "Accept")}
    asked, knobs = _asked(call)
    handler = _HANDLER.format(
        base=base, content_type=call.content_type, accept=call.accept, request=request, answer=answer
    )
    return (
        f"import json\n\nimport boto3\nfrom {module} import (\n    {base},\n    {kind},\n)\n{messages}\n{handler}\n"
        f"parameters = {pprint.pformat(knobs, sort_dicts=False, width=_WIDTH)}\n"
        f"model = {kind}(\n    client={_client(where)},\n    endpoint_name={call.endpoint!r},\n"
        f"    content_handler=Handler(),\n    model_kwargs=parameters,\n"
        f"    endpoint_kwargs={options!r},\n)\nprint(model.invoke({asked!r}))\n"
    )


def _asked(call: Call) -> tuple[Any, dict[str, Any]]:
    """What a language model's request asks, and with which parameters."""
    try:
        document = json.loads(call.body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        document = {}
    if not isinstance(document, dict):
        return "What is deep learning?", {}
    hidden = ("messages", "inputs", "prompt", "model", "stream", "stream_options", "parameters")
    rest = {key: value for key, value in document.items() if key not in hidden}
    knobs = document["parameters"] if isinstance(document.get("parameters"), dict) else rest
    asked = document.get("messages") or document.get("inputs") or document.get("prompt") or "What is deep learning?"
    if isinstance(asked, list) and asked and isinstance(asked[0], list):
        asked = asked[0]
    return asked, knobs


def _langchain_embeddings(call: Call, where: Where) -> str:
    options = "".join(f"            {name}={value!r},\n" for name, value in _options(call).items())
    try:
        document = json.loads(call.body)
    except (ValueError, RecursionError):
        document = {}
    document = document if isinstance(document, dict) else {}
    key = next((key for key in ("inputs", "text_inputs", "input", "texts") if key in document), "")
    request = "texts" if not key else f"{{**{ ({k: v for k, v in document.items() if k != key})!r}, {key!r}: texts}}"
    return (
        "import json\n\nimport boto3\nfrom langchain_core.embeddings import Embeddings\n\n\n"
        "class EndpointEmbeddings(Embeddings):\n    def __init__(self):\n"
        f"        self.client = {_client(where)}\n\n"
        "    def embed_documents(self, texts):\n        answer = self.client.invoke_endpoint(\n"
        f"            EndpointName={call.endpoint!r},\n            Body=json.dumps({request}).encode(),\n{options}"
        '        )\n        found = json.loads(answer["Body"].read())\n'
        "        if isinstance(found, dict):\n"
        '            rows = found.get("data") and [row["embedding"] for row in found["data"]]\n'
        '            found = rows or found.get("embedding") or found["embeddings"]\n'
        "        return found\n\n"
        "    def embed_query(self, text):\n        return self.embed_documents([text])[0]\n\n\n"
        'print(EndpointEmbeddings().embed_query("A first text.")[:5])\n'
    )


_HEADERS = {
    "ContentType": "Content-Type",
    "Accept": "Accept",
    "InferenceComponentName": "X-Amzn-SageMaker-Inference-Component",
    "TargetVariant": "X-Amzn-SageMaker-Target-Variant",
    "TargetModel": "X-Amzn-SageMaker-Target-Model",
    "CustomAttributes": "X-Amzn-SageMaker-Custom-Attributes",
    "SessionId": "X-Amzn-SageMaker-Session-Id",
}


def _curl(call: Call, where: Where) -> str:
    base = where.address or f"https://runtime.sagemaker.{where.region}.{dns_suffix(where.region)}"
    path = "invocations-response-stream" if call.stream else "invocations"
    headers = dict(_HEADERS, Accept="X-Amzn-SageMaker-Accept") if call.stream else _HEADERS
    try:
        sent = f"--data-raw {shlex.quote(call.body.decode())}"
    except UnicodeDecodeError:
        sent = f"--data-binary @{FILE}"
    if "\x00" in sent:
        sent = f"--data-binary @{FILE}"
    lines = [
        "curl --silent --show-error --fail-with-body",
        f"--aws-sigv4 {shlex.quote(f'aws:amz:{where.region}:sagemaker')}",
        '--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"',
        '--header "X-Amz-Security-Token: $AWS_SESSION_TOKEN"',  # curl leaves out a header without a value
        *(f"--header {shlex.quote(f'{headers[name]}: {value}')}" for name, value in _options(call).items()),
        *(["--no-buffer"] if call.stream else []),
        sent,
        shlex.quote(f"{base}/endpoints/{quote(call.endpoint, safe='')}/{path}"),
    ]
    return " \\\n  ".join(lines) + "\n"


def _asynchronous(call: Call, where: Where) -> str:
    made, body = _body(call)
    kept = ("ContentType", "Accept", "CustomAttributes")
    options = {name: value for name, value in _options(call).items() if name in kept}
    imports = "import time\nfrom urllib.parse import urlsplit\n\nimport boto3"
    imports = f"import json\n{imports}" if "json." in body else imports
    return (
        f"{imports}\n\nclient = {_client(where)}\nstorage = {_client(where, 's3')}\n{made}\n\n"
        f"sent = client.invoke_endpoint_async(\n    EndpointName={call.endpoint!r},\n"
        f"    Body={body},  # up to 128,000 bytes; else InputLocation='s3://…'\n{_arguments(options)})\n\n\n"
        "def read(place):\n    found = urlsplit(place)\n    try:\n"
        "        return storage.get_object(Bucket=found.netloc, Key=found.path.lstrip('/'))['Body'].read()\n"
        "    except storage.exceptions.NoSuchKey:\n        return None\n\n\n"
        "for _ in range(300):  # five minutes\n"
        "    answer = read(sent['OutputLocation'])\n"
        "    failure = read(sent['FailureLocation']) if sent.get('FailureLocation') else None\n"
        "    if answer is not None or failure is not None:\n"
        "        print((answer if answer is not None else failure).decode(errors='replace'))\n"
        "        break\n    time.sleep(1)\n"
    )
