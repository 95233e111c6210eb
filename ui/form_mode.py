"""How the endpoint answers: at once, through S3, without machines of its own, or as a component that shares some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from services.deploy import (
    Asynchronous,
    Components,
    DeployRequest,
    ExistingTopic,
    Mode,
    NewTopic,
    RealTime,
    Serverless,
)
from ui import endpoint_reads, error_box
from ui.field import Fields

if TYPE_CHECKING:
    from services.console import Console

REAL_TIME, ASYNC, SERVERLESS, COMPONENT = "Real-time", "Asynchronous", "Serverless", "Component"
MODES = (REAL_TIME, ASYNC, SERVERLESS, COMPONENT)
NEW, ONTO = "A new endpoint", "One that exists"
NOBODY, NEW_TOPIC, OLD_TOPIC = "Nobody", "A new SNS topic", "An SNS topic that exists"
SENTENCES = {
    REAL_TIME: "Answers at once: requests to 6 MB, answers within 60 s, streams to 8 minutes.",
    ASYNC: "Requests and answers lie in S3: inputs to 1 GB, up to an hour each. It can scale down to nothing.",
    SERVERLESS: "No machine of its own: billed by the request, the first answer after a pause is slow, no GPU.",
    COMPONENT: "The model shares the endpoint's instances with others; copies scale one by one, down to none.",
}


def read(fields: Fields) -> Mode:
    """The mode as the form stands."""
    chosen = fields.text("mode")
    if chosen == ASYNC:
        return Asynchronous(
            output=fields.text("mode.output"),
            failure=fields.text("mode.failure"),
            concurrency=fields.number("mode.concurrency"),
            success=_topic(fields, "success"),
            error=_topic(fields, "error"),
            include_answer=bool(fields.value("mode.include")),
            kms_key=fields.text("mode.kms"),
        )
    if chosen == SERVERLESS:
        return Serverless(
            memory_mb=fields.number("mode.memory"),
            concurrency=fields.number("mode.at_once"),
            provisioned=fields.number("mode.provisioned"),
        )
    if chosen == COMPONENT:
        return Components(
            name=fields.text("mode.name"),
            copies=fields.number("mode.copies"),
            accelerators=fields.number("mode.accelerators"),
            cpus=float(fields.value("mode.cpus") or 0.0),
            memory_mb=fields.number("mode.component_memory"),
            onto=fields.text("mode.where") == ONTO,
        )
    return RealTime()


def _topic(fields: Fields, which: str) -> ExistingTopic | NewTopic | None:
    chosen = fields.text(f"mode.{which}")
    if chosen == OLD_TOPIC:
        return ExistingTopic(fields.text(f"mode.{which}.arn"))
    if chosen == NEW_TOPIC:
        return NewTopic(name=fields.text(f"mode.{which}.name"), email=fields.text(f"mode.{which}.email"))
    return None


def with_accelerators(console: Console, fields: Fields, request: DeployRequest) -> Mode:
    """The mode of the request; a component that says nothing of accelerators gets those of its instance type."""
    spec = console.catalog.instance(request.instance_type)
    if not isinstance(request.mode, Components) or fields.value("mode.accelerators") is not None or spec is None:
        return request.mode
    return replace(request.mode, accelerators=spec.gpu_count or spec.accelerators)


def endpoint_of(fields: Fields) -> str:
    """The endpoint that a component is put onto; "" where it gets one of its own, or none is chosen."""
    return fields.text("mode.endpoint") if fields.text("mode.where") == ONTO else ""


def choose(fields: Fields) -> None:
    """Write the choice of the mode."""
    st.segmented_control(
        "How it answers", MODES, default=REAL_TIME, required=True, key=fields.at("mode"), wrap=True,
        persist_state="session",
    )  # fmt: skip


def show(console: Console, fields: Fields, request: DeployRequest) -> None:
    """Write what the chosen mode wants to know."""
    st.markdown(f":gray[:small[{SENTENCES[fields.text('mode') or REAL_TIME]}]]")
    if isinstance(request.mode, Asynchronous):
        _asynchronous(fields)
    elif isinstance(request.mode, Serverless):
        _serverless(fields)
    elif isinstance(request.mode, Components):
        _component(console, fields, request)
    fields.under("mode")


def _asynchronous(fields: Fields) -> None:
    fields.ask("Answers go to", "mode.output", "mode.output", placeholder="s3://bucket/answers/")
    fields.ask("Errors go to", "mode.failure", "mode.failure", placeholder="beside the answers")
    more = st.expander(
        "Notices, concurrency, encryption", type="compact", key=fields.at("mode.more"), on_change="rerun"
    )
    if not more.open:
        return
    with more:
        _who_is_told(fields, "success", "Who hears of an answer")
        _who_is_told(fields, "error", "Who hears of an error")
        fields.switch("Put small answers into the notice", "mode.include")
        fields.under("mode.include_answer")
        fields.whole(
            "Requests an instance works on at a time", "mode.concurrency", "mode.concurrency",
            placeholder="SageMaker chooses",
        )  # fmt: skip
        fields.ask("KMS key of the answers", "mode.kms", "mode.kms_key", placeholder="the bucket's own way")


def _who_is_told(fields: Fields, which: str, label: str) -> None:
    name, field = f"mode.{which}", f"mode.{which}"
    fields.pick(label, name, "", [NOBODY, NEW_TOPIC, OLD_TOPIC])
    if fields.text(name) == OLD_TOPIC:
        fields.ask("ARN of the topic", f"{name}.arn", field, placeholder="arn:aws:sns:…")
    elif fields.text(name) == NEW_TOPIC:
        left, right = st.columns(2)
        with left:
            fields.ask("Name of the topic", f"{name}.name", field, help="Encrypted with AWS's own key for SNS.")
        with right:
            fields.ask("Subscribe", f"{name}.email", placeholder="nobody, or an e-mail address")


def _serverless(fields: Fields) -> None:
    left, middle, right = st.columns(3)
    with left:
        fields.whole("Memory, MB", "mode.memory", "mode.memory_mb", step=1024)
    with middle:
        fields.whole("Requests at a time", "mode.at_once", "mode.concurrency")
    with right:
        fields.whole(
            "Kept warm", "mode.provisioned", "mode.provisioned", placeholder="none", help="Billed all the time."
        )


def _component(console: Console, fields: Fields, request: DeployRequest) -> None:
    st.segmented_control(
        "On", [NEW, ONTO], default=NEW, required=True, key=fields.at("mode.where"), persist_state="session"
    )
    if endpoint_wanted(request.mode):
        with error_box.shown():
            names = taking_components(console)
            fields.pick(
                "Endpoint that takes components", "mode.endpoint", "endpoint_name", names, accept_new_options=True,
                placeholder="Choose, or type a name" if names else "None was found; type a name",
            )  # fmt: skip
        fields.ask("Name of the component", "mode.name", "mode.name", placeholder="unlike those it has")
    with st.grid(2, min_column_width=130):
        with st.container():
            fields.whole("Copies", "mode.copies", "mode.copies")
        with st.container():
            fields.whole("Memory of a copy, MB", "mode.component_memory", "mode.memory_mb", step=1024)
        with st.container():
            fields.whole(
                "GPUs of a copy", "mode.accelerators", "mode.accelerators",
                placeholder="none" if endpoint_wanted(request.mode) else "all of the instance",
            )  # fmt: skip
        with st.container():
            st.number_input(
                "CPUs of a copy", value=None, step=0.5, key=fields.at("mode.cpus"), persist_state="session",
                placeholder="not reserved",
            )  # fmt: skip
            fields.under("mode.cpus")


def endpoint_wanted(mode: Mode) -> bool:
    """Whether the endpoint is there already, so that it needs no machine."""
    return isinstance(mode, Components) and mode.onto


def taking_components(console: Console) -> list[str]:
    """The endpoints in service whose variants name no model, newest first."""
    found = endpoint_reads.details(console).values()
    return [
        each.name for each in found if each.ready and each.variants and not any(v.model_name for v in each.variants)
    ]


def place_of(request: DeployRequest) -> str:
    """Where and how it will run, in a few words."""
    machine = f"on {request.count} × {request.instance_type}"
    if isinstance(request.mode, Serverless):
        machine = f"serverless, {request.mode.memory_mb} MB"
    elif isinstance(request.mode, Components):
        copies = f"{request.mode.copies} {'copy' if request.mode.copies == 1 else 'copies'}"
        machine = f"as a component, {copies}, on {request.endpoint_name if request.mode.onto else machine[3:]}"
    elif isinstance(request.mode, Asynchronous):
        machine = f"{machine}, asynchronous"
    if request.fallbacks:
        machine += f", else {', '.join(request.fallbacks)}"
    if request.scaling is not None:
        machine += f", {request.scaling.minimum} to {request.scaling.maximum} by load"
    return machine
