"""The request as the form stands, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from services.batch import Problem, TransformRequest, request_problems, usual_machine
from services.deploy.variables import parse_pairs
from ui import batch_input, object_browser
from ui.batch_fields import NEW_ROLE, BatchFields

if TYPE_CHECKING:
    from services.console import Console
    from ui.batch_source import Chosen


def read(console: Console, fields: BatchFields, chosen: Chosen) -> TransformRequest:
    """The request as the form stands."""
    name = fields.text("name") or _suggested(console, fields, chosen.name)
    upload, stored = batch_input.sent(console, fields), batch_input.in_s3(fields)
    source = console.batch.input(name, Path(upload).name) if upload else batch_input.address(fields) if stored else ""
    request = TransformRequest(
        name=name, model=chosen.name, input=source,
        output=object_browser.typed(fields.at("output")) or console.batch.output(name),
        input_kind="S3Prefix" if upload else fields.text("input_kind") or "S3Prefix", upload=upload,
        instance_type=fields.text("instance_type") or usual_machine(chosen.held), count=fields.number("count"),
        content_type=fields.text("content_type"), accept=fields.text("accept"),
        compression=_said(fields, "compression"), split=_said(fields, "split"), assemble=_said(fields, "assemble"),
        strategy=_said(fields, "strategy"), max_payload_mb=fields.optional("max_payload_mb"),
        max_concurrent=fields.optional("max_concurrent"), join=bool(fields.value("join")),
        input_filter=fields.text("input_filter"), output_filter=fields.text("output_filter"),
        output_kms_key=fields.text("output_kms_key"), volume_kms_key=fields.text("volume_kms_key"),
        environment=parse_pairs(fields.text("environment"))[0], tags=parse_pairs(fields.text("tags"))[0],
        timeout_seconds=fields.optional("timeout_seconds"), retries=fields.optional("retries"), owner=console.owner,
    )  # fmt: skip
    if not chosen.package and fields.text("role") != NEW_ROLE:
        return request
    role = console.batch.role_request(request, chosen.held)
    copied = f"{name}-model"[-63:].lstrip("-")
    return replace(
        request, model=copied, role=role, package=chosen.package, copy_of="" if chosen.package else chosen.name
    )


def problems(fields: BatchFields, request: TransformRequest) -> tuple[Problem, ...]:
    """What is wrong as the form stands, without asking anybody."""
    unread = [
        Problem(field, words) for field in ("environment", "tags") for words in parse_pairs(fields.text(field))[1]
    ]  # fmt: skip
    return (*unread, *request_problems(request))


def _said(fields: BatchFields, name: str) -> str:
    found = fields.text(name)
    return "" if found == "—" else found


def _suggested(console: Console, fields: BatchFields, model: str) -> str:
    """A name that stays the same while the form is open."""
    key = fields.at("suggested")
    if key not in st.session_state:
        st.session_state[key] = console.batch.suggest_name(model)
    return str(st.session_state[key])
