"""What has a good default in a job: where it writes, its role, keys, network, project, tags. Folded away at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot import ProblemKind
from services.plans.objects import default_bucket
from ui import form_role
from ui.autopilot_fields import JobFields
from ui.escape import code

if TYPE_CHECKING:
    from services.console import Console

OUTPUT, ROLE, NETWORK, TAGS, FURTHER = "Output", "Role", "Keys, network", "Project, tags", "Further"
# Which part holds the field of a problem, by how its name begins.
PARTS = {
    "output": OUTPUT,
    "role": ROLE,
    "security": NETWORK,
    "project": TAGS,
    "tags": TAGS,
    "emr_role": FURTHER,
    "settings.definitions_only": FURTHER,
}
_SERIES = ("settings.grouping", "settings.aggregation", "settings.holidays", "settings.algorithms", "settings.filling")


def show(console: Console, fields: JobFields) -> None:
    """Write the folded part."""
    more = st.expander("Output, role, keys, network, tags", type="compact", key=fields.at("more"), on_change="rerun")
    if not more.open:
        return
    large = fields.kind in (ProblemKind.TABULAR, ProblemKind.FORECAST)
    names = [OUTPUT, ROLE, NETWORK, TAGS, *([FURTHER] if large else [])]
    writers = {OUTPUT: _output, ROLE: _role, NETWORK: _network, TAGS: _tags, FURTHER: _further}
    with more:
        for name, tab in zip(names, st.tabs(names, key=fields.at("parts"), on_change="rerun"), strict=True):
            if tab.open:
                with tab:
                    writers[name](console, fields)


def unfold(fields: JobFields, wrong: list[str]) -> None:
    """Open what is folded over the fields that have to be mended; for a button's callback."""
    for name in reversed(wrong):  # the first of them is seen in the end
        part = next((part for each, part in PARTS.items() if name == each or name.startswith(f"{each}.")), None)
        if part:
            st.session_state[fields.at("more")], st.session_state[fields.at("parts")] = True, part
        if fields.kind is ProblemKind.FORECAST and name in _SERIES:
            st.session_state[fields.at("series")] = True


def _output(console: Console, fields: JobFields) -> None:
    identity = console.connection.identity
    own = default_bucket(identity.region, identity.account)
    fields.line("output", label="Where models and reports are written", placeholder=f"s3://{own}/autopilot/…")
    if fields.text("output"):
        fields.switch("Make its bucket if it is not there", "output.make")
        fields.under("make_bucket")
    else:
        st.markdown(f":gray[:small[The console's own bucket {code(own)}; the plan makes it where it is not there.]]")


def _role(console: Console, fields: JobFields) -> None:
    form_role.show(console, fields, own=console.autopilot.role().name)
    fields.under("role")


def _network(console: Console, fields: JobFields) -> None:
    del console
    with st.grid(2, min_column_width=240):
        for name, example in (
            ("security.output_key", "AWS's own; else an ARN, id or alias/…"),
            ("security.volume_key", "AWS's own; else an ARN, id or alias/…"),
            ("security.subnets", "no VPC; else subnet-…, subnet-…"),
            ("security.security_groups", "sg-…"),
        ):
            with st.container():
                fields.line(name, placeholder=example)
    fields.switch(
        "Encrypt what containers send each other", "security.encrypt_traffic",
        help=fields.of("security.encrypt_traffic").words,
    )  # fmt: skip


def _tags(console: Console, fields: JobFields) -> None:
    del console
    fields.line("project", placeholder="none")
    fields.lines("Tags", "tags", "tags", height=90, placeholder="team=search\ncost-centre=4711")


def _further(console: Console, fields: JobFields) -> None:
    del console
    if fields.kind is ProblemKind.TABULAR:
        fields.switch("Describe candidates, train none", "settings.definitions_only",
                      help=fields.of("settings.definitions_only").words)  # fmt: skip
        fields.under("settings.definitions_only")
    fields.line("emr_role", placeholder="none; else arn:aws:iam::…:role/…")
