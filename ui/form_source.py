"""What is to run: a model of the catalogue, one of the Hugging Face hub, or a container of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import CatalogModel, Task
from services.deploy import CatalogSource, CustomSource, HubSource, Server, Source
from services.inference import Family
from ui.escape import literal
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

CHAT, EMBEDDING, ANY = "Language model", "Embedding model", "Any of JumpStart"
HUB, OWN = "Hugging Face", "Own container"
KINDS = (CHAT, EMBEDDING, ANY, HUB, OWN)
TASKS = {CHAT: Task.CHAT, EMBEDDING: Task.EMBEDDING}
CARRIED = "carried"  # a model that was chosen on the page Models
_SERVERS = {
    Server.VLLM: "vLLM: language models, OpenAI's protocol",
    Server.LMI: "LMI (DJL): language models, AWS's own server",
    Server.TGI: "TGI: language models, Hugging Face's server",
    Server.SGLANG: "SGLang: language models, long shared prompts",
    Server.TEI: "TEI: embedding models and rerankers",
}
_QUANTIZATION = ("awq", "gptq", "fp8", "bitsandbytes", "eetq")
_ANSWERS = {"": "Find out by asking it"} | {family.value: family.value for family in Family}


def read(console: Console, fields: Fields, kind: str) -> Source:
    """The source as the form stands."""
    if kind == HUB:
        return HubSource(
            hub_id=fields.text("hub.id"),
            server=Server(fields.text("hub.server")),
            revision=fields.text("hub.revision"),
            gated=bool(fields.value("hub.gated")),
            version=fields.text("hub.version"),
            most_input_tokens=fields.number("hub.input"),
            most_total_tokens=fields.number("hub.total"),
            quantization=fields.text("hub.quantization"),
            gpus=fields.number("hub.gpus"),
            weights_gib=float(fields.value("hub.weights") or 0.0),
        )
    if kind == OWN:
        return CustomSource(
            image=fields.text("own.image"), artifact=fields.text("own.artifact"), family=fields.text("own.family")
        )
    model = model_of(console, fields, kind)
    return CatalogSource(model_id=model.id, accept_eula=bool(fields.value(f"eula.{model.id}")))


def models(console: Console, fields: Fields, kind: str) -> tuple[CatalogModel, ...]:
    """The models to choose from: a small first choice, or all that the console can deploy."""
    if kind == ANY:
        carried = fields.text(CARRIED)
        return (*((console.catalog.describe_model(carried),) if carried else ()), *console.catalog.list_models())
    if fields.value("every"):
        return console.catalog.list_models(task=TASKS[kind])
    return console.catalog.recommended(TASKS[kind])


def model_of(console: Console, fields: Fields, kind: str) -> CatalogModel:
    """The chosen model of the catalogue; the settings', else the first, before one is chosen."""
    offered = models(console, fields, kind)
    settings = console.settings
    preferred = settings.embedding_model if kind == EMBEDDING else settings.language_model
    wanted = fields.text(_name(fields, kind)) or preferred
    return next((model for model in offered if model.id == wanted), offered[0])


def kind_of(console: Console, model_id: str) -> str:
    """Where a model of the catalogue is found in the form. Raises NotFound."""
    model = console.catalog.describe_model(model_id)
    return next((kind for kind, task in TASKS.items() if task is model.task and model.deployable), ANY)


def begin_with(fields: Fields, kind: str, model_id: str) -> None:
    """Choose a model of the catalogue before the form is drawn."""
    st.session_state[fields.at("every")] = kind != ANY
    if kind == ANY:
        st.session_state[fields.at(CARRIED)] = model_id
    st.session_state[fields.at(_name(fields, kind))] = model_id


def _name(fields: Fields, kind: str) -> str:
    return f"model.{'any' if kind == ANY else bool(fields.value('every'))}"


def show(console: Console, fields: Fields, kind: str) -> None:
    """Write the fields of the source."""
    if kind == HUB:
        _hub(fields)
    elif kind == OWN:
        _own(console, fields)
    else:
        _catalogue(console, fields, kind)


def _catalogue(console: Console, fields: Fields, kind: str) -> None:
    offered = {model.id: model for model in models(console, fields, kind)}
    model = model_of(console, fields, kind)
    if fields.text(_name(fields, kind)) not in offered:
        st.session_state.pop(fields.at(_name(fields, kind)), None)

    def shown(model_id: str) -> str:
        found = offered[model_id]
        return f"{found.name} · {found.provider}" if found.provider else found.name

    fields.pick("Model", _name(fields, kind), "source.model_id", list(offered), default=model.id, shown=shown)
    page = f" · [Model page]({model.url})" if model.url else ""
    st.markdown(f":gray[:small[{literal(model.id)}, version {literal(model.version)}]]{page}")


def _hub(fields: Fields) -> None:
    fields.ask("Model on the hub", "hub.id", "source.hub_id", placeholder="owner/name")
    fields.pick(
        "Server", "hub.server", "source.server", [server.value for server in Server],
        shown=lambda each: _SERVERS[Server(each)],
    )  # fmt: skip
    gated = fields.switch(
        "Gated: its weights need a token of mine", "hub.gated",
        help="Accept the model's terms on the hub first. The token is asked for when it runs, and written nowhere.",
    )  # fmt: skip
    if gated:
        st.markdown(":gray[:small[:material/key: HF_TOKEN is asked for beside the button that confirms the plan.]]")
    fields.under("source.gated")
    limits = st.expander(
        "Limits, quantisation, revision", type="compact", key=fields.at("hub.limits"), on_change="rerun"
    )
    if limits.open:
        with limits:
            _hub_limits(fields)


def _hub_limits(fields: Fields) -> None:
    with st.grid(2, min_column_width=150):
        with st.container():
            fields.whole("Most input tokens", "hub.input", "source.most_input_tokens", placeholder="the server's own")
        with st.container():
            fields.whole("Input and answer", "hub.total", "source.most_total_tokens", placeholder="the server's own")
        with st.container():
            fields.pick(
                "Quantisation", "hub.quantization", "source.quantization", _QUANTIZATION, accept_new_options=True,
                placeholder="none",
            )  # fmt: skip
        with st.container():
            fields.whole("GPUs for one copy", "hub.gpus", "source.gpus", placeholder="all of the instance")
        with st.container():
            fields.ask("Revision", "hub.revision", "source.revision", placeholder="the newest")
        with st.container():
            fields.ask("Server version", "hub.version", "source.version", placeholder="the newest known")
    st.number_input(
        "Size of the weights, GiB", value=None, step=1.0, key=fields.at("hub.weights"), persist_state="session",
        placeholder="estimated from the name",
    )  # fmt: skip
    fields.under("source.weights_gib")


def _own(console: Console, fields: Fields) -> None:
    region = console.connection.identity.region
    fields.ask(
        "Container image",
        "own.image",
        "source.image",
        placeholder=f"123456789012.dkr.ecr.{region}.amazonaws.com/name:tag",
    )
    fields.ask(
        "Model data in S3", "own.artifact", "source.artifact",
        placeholder="s3://bucket/model.tar.gz or s3://bucket/prefix/",
        help="An archive (.tar.gz), or a prefix that ends in / and is not compressed. Empty: the image holds all.",
    )  # fmt: skip
    fields.pick(
        "How it wants to be called", "own.family", "source.family", list(_ANSWERS), shown=lambda each: _ANSWERS[each]
    )


def licence(console: Console, fields: Fields, kind: str) -> None:
    """Where the model has a licence: where to read it, and a box that nobody but the person ticks."""
    if kind in (HUB, OWN):
        return
    model = model_of(console, fields, kind)
    if not model.eula:
        return
    st.markdown(f"This model has a licence: [read it]({model.eula_url(console.connection.identity.region)}).")
    name = f"eula.{model.id}"
    st.checkbox(
        "I have read the licence (EULA) and accept it", value=False, key=fields.at(name), persist_state="session"
    )
    fields.under("source.accept_eula", empty=not fields.value(name))
