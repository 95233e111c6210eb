"""The endpoints that serve one AutoML job, as both tabs show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import Candidate, Job
from services.autopilot.using.candidates import Used, endpoints_of
from services.autopilot.using.schema import Schema
from ui import endpoint_reads, formats, navigation, plain_table, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console


SCHEMA_SECONDS = 300.0


def schema(console: Console, job: Job) -> Schema:
    """What the job's model is asked with, by the first rows of its training table; read once in five minutes."""
    return console.cached(("autopilot-schema", job.name), SCHEMA_SECONDS, lambda: console.predictions.schema(job.name))


def found(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> tuple[Used, ...]:
    """The endpoints of this job, newest first, as far as they are known by now."""
    return endpoints_of(job, candidates, endpoint_reads.details(console).values())


def answering(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> tuple[Used, ...]:
    """Those that take requests now and answer at once."""
    return tuple(each for each in found(console, job, candidates) if each.detail.ready and not each.detail.asynchronous)


def table(console: Console, used: tuple[Used, ...]) -> None:
    """Write them with state and price, and the way to their page."""
    st.markdown("**Endpoints of this job**")
    rows = [
        {
            "Endpoint": literal(formats.short(each.name)),
            "Status": status_chip.badge(each.detail.status),
            "Candidate": literal(each.candidate or "not known") + (" :gray[· deployed by the job]" * each.automatic),
            "Runs on": literal(each.detail.hardware),
            "Costs": _cost(each),
        }
        for each in used
    ]
    plain_table.show(rows, key="apd-endpoints")
    more = "" if endpoint_reads.looked(console).complete else " Further endpoints are still being read."
    st.markdown(f":gray[:small[An endpoint costs money until it is deleted.{more}]]")
    st.page_link(navigation.ENDPOINTS, label="Open the endpoints", icon=":material/dns:")


def _cost(used: Used) -> str:
    if used.detail.serverless:
        return "by the request"
    return formats.per_hour(used.detail.usd_per_hour).replace("$", "\\$")
