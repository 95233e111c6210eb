"""A conversation as a program that goes on with it: boto3, LangChain, the SageMaker SDK, or a notebook.

Every value is written as a literal of Python, so nothing in a name or a message becomes code.
"""

from __future__ import annotations

import json
import pprint
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from services.inference import prompts
from services.inference.calls import Call, request_of
from services.inference.families import encode_chat, stops_of
from services.inference.models import ChatParams, Contract, Family, Kind, Message
from services.inference.runtime import options_for
from services.inference.snippets import Language, Where, snippet
from services.inference.templates import ASKED, templates_for

_WIDTH = 100
_OPTION_NAMES = {
    "ContentType": "content_type",
    "Accept": "accept",
    "CustomAttributes": "custom_attributes",
    "InferenceComponentName": "inference_component_name",
}


class Program(StrEnum):
    """What a conversation can be had as."""

    BOTO3 = "boto3"
    LANGCHAIN = "langchain"
    SAGEMAKER = "sagemaker"
    NOTEBOOK = "notebook"

    @property
    def label(self) -> str:
        """As it is called in a choice."""
        return {"langchain": "LangChain", "sagemaker": "SageMaker SDK", "notebook": "Notebook"}.get(self.value, "boto3")


def program(
    kind: Program, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract, where: Where
) -> str:
    """Source that says the last message after those before it, and can say more; a notebook's is its JSON.

    Raises InvalidRequest where the messages hold no question.
    """
    parts = _Parts(endpoint, messages, params, contract, where)
    if kind is Program.LANGCHAIN:
        return parts.langchain()
    if kind is Program.NOTEBOOK:
        return parts.notebook()
    steps = [parts.imports(kind), parts.client(kind), parts.conversation(), parts.wire(), parts.ask(kind), parts.said()]
    return "\n".join(steps)


class _Parts:
    """The pieces that programs are put together from."""

    def __init__(
        self, endpoint: str, messages: Sequence[Message], params: ChatParams, contract: Contract, where: Where
    ) -> None:
        body = json.loads(encode_chat(contract, messages, params))
        hidden = ("messages", "model", "stream", "stream_options")
        knobs = {name: value for name, value in body.items() if name not in hidden}
        self.parameters: dict[str, Any] = knobs if contract.family is Family.MESSAGES else body["parameters"]
        self.contract, self.endpoint, self.where = contract, endpoint, where
        *self.before, self.last = messages
        self.stops = stops_of(contract, params)
        extra = options_for(contract)
        call = Call(
            endpoint, b"{}", component=extra.get("InferenceComponentName", ""),
            custom_attributes=extra.get("CustomAttributes", ""),
        )  # fmt: skip
        self.options = {name: value for name, value in request_of(call).items() if name not in ("EndpointName", "Body")}

    @property
    def one_string(self) -> bool:
        """Whether the container takes a prompt instead of messages."""
        return self.contract.family not in (Family.MESSAGES, Family.LLAMA2_DIALOG)

    @property
    def streams(self) -> bool:
        """Whether the container can be asked for a stream."""
        return self.contract.family in (Family.MESSAGES, Family.TGI, Family.LMI)

    def imports(self, kind: Program) -> str:
        if kind is Program.SAGEMAKER:
            return "import json\n\nfrom sagemaker.core.resources import Endpoint\n"
        return "import json\n\nimport boto3\n"

    def client(self, kind: Program) -> str:
        if kind is Program.SAGEMAKER:
            return f"endpoint = Endpoint.get(endpoint_name={self.endpoint!r}, region={self.where.region!r})"
        return f"client = {self.made()}"

    def made(self) -> str:
        """The expression of a boto3 client."""
        address = f", endpoint_url={self.where.address!r}" if self.where.address else ""
        return f"boto3.client('sagemaker-runtime', region_name={self.where.region!r}{address})"

    def conversation(self) -> str:
        before = [{"role": each.role, "content": each.content} for each in self.before]
        return f"messages = {_literal(before)}\nparameters = {_literal(self.parameters)}\n\n"

    def wire(self) -> str:
        """How messages become a request of this family, and an answer a text."""
        layout = f"{self._layout()}\n\n" if self.one_string else ""
        cut = f"    for stop in {list(self.stops)!r}:\n        text = text.split(stop)[0]\n" if self.stops else ""
        return (
            f"{layout}def request_of(messages, parameters):\n    return {self._request()}\n\n\n"
            f"def text_of(answer):\n{self._text()}{cut}    return text.strip()\n\n"
        )

    def _request(self) -> str:
        if self.contract.family is Family.MESSAGES:
            model = f"'model': {self.contract.model!r}, " if self.contract.model else ""
            return f"{{{model}'messages': messages, **parameters}}"
        if self.contract.family is Family.LLAMA2_DIALOG:
            return "{'inputs': [messages], 'parameters': parameters}"
        return "{'inputs': prompt_of(messages), 'parameters': parameters}"

    def _text(self) -> str:
        if self.contract.family is Family.MESSAGES:
            return "    text = answer['choices'][0]['message']['content'] or ''\n"
        first = "    first = answer[0] if isinstance(answer, list) else answer\n"
        if self.contract.family is Family.LLAMA2_DIALOG:
            return f"{first}    text = first['generation']['content']\n"
        return f"{first}    text = first['generated_text'] if 'generated_text' in first else first['generation']\n"

    def _layout(self) -> str:
        """The prompt layout of the model, as services.inference.prompts has it."""
        layout = prompts.TEMPLATES[self.contract.template or prompts.GENERIC]
        inside = self.contract.template == prompts.LLAMA2 or not layout.system
        system = layout.system or "{}\n\n"
        head = "" if inside else "    text, head = text + head, ''\n"
        return (
            "def prompt_of(messages):\n"
            f"    text = {layout.begin!r}\n"
            f"    head = ''.join({system!r}.replace('{{}}', each['content'])\n"
            "                   for each in messages if each['role'] == 'system')\n"
            f"{head}"
            "    for each in messages:\n"
            "        words = each['content'].strip()\n"
            "        if each['role'] == 'user':\n"
            f"            text += {layout.user!r}.replace('{{}}', head + words)\n"
            "            head = ''\n"
            "        elif each['role'] == 'assistant':\n"
            f"            text += {layout.assistant!r}.replace('{{}}', words)\n"
            f"    return text + {layout.answer!r}\n"
        )

    def ask(self, kind: Program) -> str:
        if kind is Program.SAGEMAKER:
            named = "".join(f"        {_OPTION_NAMES[name]}={value!r},\n" for name, value in self.options.items())
            call = f"endpoint.invoke(\n        body=body,\n{named}        region={self.where.region!r},\n    )"
            read = "answer.body.read()"
        else:
            named = "".join(f"        {name}={value!r},\n" for name, value in self.options.items())
            call = f"client.invoke_endpoint(\n        EndpointName={self.endpoint!r},\n        Body=body,\n{named}    )"
            read = "answer['Body'].read()"
        return (
            "def ask(words):\n    messages.append({'role': 'user', 'content': words})\n"
            "    body = json.dumps(request_of(messages, parameters)).encode()\n"
            f"    answer = {call}\n    said = text_of(json.loads({read}))\n"
            "    messages.append({'role': 'assistant', 'content': said})\n    return said\n\n"
        )

    def said(self) -> str:
        return f"print(ask({_literal(self.last.content)}))\n"

    def langchain(self) -> str:
        rest = {name: value for name, value in self.options.items() if name not in ("ContentType", "Accept")}
        turns = [(each.role, each.content) for each in (*self.before, self.last)]
        return (
            "import json\n\nimport boto3\n"
            "from langchain_aws.chat_models.sagemaker_endpoint import ChatModelContentHandler, ChatSagemakerEndpoint\n"
            f"from langchain_core.messages import AIMessage\n\n\n{self.wire()}\n"
            "class Handler(ChatModelContentHandler):\n"
            f"    content_type = {self.options['ContentType']!r}\n    accepts = {self.options['Accept']!r}\n\n"
            "    def transform_input(self, prompt, model_kwargs):\n"
            "        return json.dumps(request_of(prompt, model_kwargs)).encode()\n\n"
            "    def transform_output(self, output):\n"
            "        return AIMessage(text_of(json.loads(output.read())))\n\n\n"
            f"model = ChatSagemakerEndpoint(\n    client={self.made()},\n    endpoint_name={self.endpoint!r},\n"
            f"    content_handler=Handler(),\n    model_kwargs={_literal(self.parameters, 4)},\n"
            f"    endpoint_kwargs={rest!r},\n)\nmessages = {_literal(turns)}\nprint(model.invoke(messages).content)\n"
        )

    def stream(self) -> str:
        named = "".join(f"    {name}={value!r},\n" for name, value in self.options.items())
        piece = (
            "message['choices'][0]['delta'].get('content') or '' if message.get('choices') else ''"
            if self.contract.family is Family.MESSAGES
            else "(message.get('token') or {}).get('text', '')"
        )
        return (
            "messages.append({'role': 'user', 'content': 'Say that again, shorter.'})\n"
            "body = {**request_of(messages, parameters), 'stream': True}\n"
            f"answer = client.invoke_endpoint_with_response_stream(\n    EndpointName={self.endpoint!r},\n"
            f"    Body=json.dumps(body).encode(),\n{named})\nwaiting, said = b'', ''\n"
            "for event in answer['Body']:\n    waiting += event['PayloadPart']['Bytes']\n"
            "    *lines, waiting = waiting.split(b'\\n')\n    for line in lines:\n"
            "        line = line.removeprefix(b'data:').strip()\n"
            "        if line and line != b'[DONE]':\n            message = json.loads(line)\n"
            f"            piece = {piece}\n            said += piece\n            print(piece, end='', flush=True)\n"
            "messages.append({'role': 'assistant', 'content': said})\n"
        )

    def notebook(self) -> str:
        """A notebook of format 4.5: a cell for each step."""
        cells = [
            ("markdown", "# A conversation with a SageMaker endpoint\n\nNeeds `boto3` and credentials that may call "
                         "`sagemaker:InvokeEndpoint`. Run the cells in order; the last ones go on with it."),
            ("code", f"{self.imports(Program.BOTO3)}\n{self.client(Program.BOTO3)}"),
            ("markdown", "What was said so far, and how the model is asked:"),
            ("code", self.conversation()),
            ("markdown", "How messages become a request of this container, and its answer a text:"),
            ("code", self.wire()),
            ("code", self.ask(Program.BOTO3)),
            ("code", self.said()),
        ]  # fmt: skip
        if self.streams:
            cells += [("markdown", "The same, word by word as it comes:"), ("code", self.stream())]
        return notebook_of(cells)


def notebook_of(cells: Sequence[tuple[str, str]]) -> str:
    """Cells ("markdown" or "code", source) as the JSON of a notebook of format 4.5."""
    return json.dumps(
        {
            "cells": [_cell(number, kind, source) for number, (kind, source) in enumerate(cells)],
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        ensure_ascii=False,
        indent=1,
    )


def endpoint_notebook(endpoint: str, contract: Contract, where: Where) -> str:
    """A notebook that calls an endpoint: a conversation with one that writes, else one request.

    What it sends is an example of ours, to be changed by whoever runs it.
    """
    if contract.kind is Kind.CHAT:
        return program(Program.NOTEBOOK, endpoint, [Message("user", ASKED)], ChatParams(), contract, where)
    template, options = templates_for(contract)[0], options_for(contract)
    call = Call(
        endpoint, template.body.encode(), content_type=template.content_type, accept=template.accept,
        component=options.get("InferenceComponentName", ""), custom_attributes=options.get("CustomAttributes", ""),
    )  # fmt: skip
    about = "# A call of a SageMaker endpoint\n\nNeeds `boto3`, and credentials that may `sagemaker:InvokeEndpoint`."
    return notebook_of([("markdown", about), ("code", snippet(Language.BOTO3, call, where, contract))])


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "id": f"step-{number}", "metadata": {}}
    if kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return {**made, "source": source.strip("\n").splitlines(keepends=True)}


def _literal(value: object, indent: int = 0) -> str:
    text = pprint.pformat(value, sort_dicts=False, width=_WIDTH)
    return text.replace("\n", "\n" + " " * indent) if indent else text
