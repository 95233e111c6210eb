"""How records are read and answered, on what, and what has a good default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.batch.problems import instance_types
from services.catalog import Use
from ui import formats, object_browser
from ui.batch_fields import NEW_ROLE, OWN_ROLE, BatchFields
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.batch import TransformRequest
    from services.console import Console

OPEN = "—"
QUOTA_SECONDS = 30.0
_KEYS = (("KMS key of the answers", "output_kms_key"), ("KMS key of the disks", "volume_kms_key"))
_ROLES = (
    "A job uses its model's role. Where that may not read the input or write the output, a copy of the model gets a "
    "new one that may do just this."
)
_WORDS = {
    OPEN: "—", "None": "None: whole objects", "Line": "Line", "RecordIO": "RecordIO", "TFRecord": "TFRecord",
    "MultiRecord": "As many as fit", "SingleRecord": "One at a time", "Gzip": "Gzip",
}  # fmt: skip


def records(fields: BatchFields) -> None:
    """Write how the objects are read."""
    with st.grid(2, min_column_width=240):
        with st.container():
            fields.ask("Content type", "content_type", "content_type", value=fields.fits.content_type,
                       placeholder="text/csv, application/json …")  # fmt: skip
        with st.container():
            fields.ask("Answers as (Accept)", "accept", "accept", value=fields.fits.accept, placeholder="text/csv …")
        with st.container():
            _pick(fields, "Split objects by", "split", ("None", "Line", "RecordIO", "TFRecord"))
        with st.container():
            _pick(fields, "Records in a request", "strategy", ("MultiRecord", "SingleRecord"))
        with st.container():
            _pick(fields, "Put answers together by", "assemble", ("None", "Line"))
        with st.container():
            _pick(fields, "Compression of the input", "compression", ("Gzip",))


def machine(console: Console, fields: BatchFields, request: TransformRequest) -> None:
    """Write what answers, with its price and how many of it the account may use."""

    def shown(kind: str) -> str:
        return f"{kind} · {formats.per_hour(console.catalog.machine(kind, Use.TRANSFORM).usd_per_hour)}"

    with st.grid(2, min_column_width=240):
        with st.container():
            fields.pick(
                "Instance type", "instance_type", "instance_type", instance_types(), default=request.instance_type,
                shown=shown, filter_mode="contains",
            )  # fmt: skip
        with st.container():
            fields.whole("Instances", "count", "count", min_value=1)
    quota = console.cached(
        ("batch", "quota", request.instance_type), QUOTA_SECONDS, lambda: console.batch.quota(request.instance_type)
    )
    limit = "is not known" if quota.limit is None else f"{quota.limit:g}"
    st.caption(f"Quota of this type for transform jobs: {limit} ({literal(quota.source)}).")


def output(console: Console, fields: BatchFields, request: TransformRequest) -> None:
    """Write the job's name and where its answers go."""
    fields.ask("Job name", "name", "name", value=request.name)
    object_browser.chosen(
        console, fields.at("output"), folders=True, label="Output in S3",
        help="Empty: the console's own bucket, which the plan makes where it is not there.",
    )  # fmt: skip
    if not object_browser.typed(fields.at("output")):
        st.markdown(f":gray[:small[Answers go to]] {code(request.target)}")
    fields.under("output")


def role(fields: BatchFields, *, package: bool) -> None:
    """Write which role reads and writes."""
    if package:
        st.caption("A model is made of the package, with a new role that may read this input and write this output.")
    else:
        st.segmented_control(
            "Role", [OWN_ROLE, NEW_ROLE], default=OWN_ROLE, required=True, key=fields.at("role"),
            persist_state="session", help=_ROLES,
        )  # fmt: skip
    fields.under("role")
    if not package and fields.text("role") != NEW_ROLE and any(each.field == "role" for each in fields.problems):
        st.button(
            "Use a new role", icon=":material/key:", key=fields.at("role.new"), on_click=_new_role, args=(fields,),
            help="The plan makes a copy of the model with a role that may read this input and write this output.",
        )  # fmt: skip


def _new_role(fields: BatchFields) -> None:
    st.session_state[fields.at("role")] = NEW_ROLE


def further(fields: BatchFields) -> None:
    """Write what has a good default."""
    with st.expander("Filters and joining", icon=":material/join_inner:", key=fields.at("joining")):
        fields.switch("Write each record beside its answer", "join")
        fields.under("join")
        with st.grid(2, min_column_width=240):
            with st.container():
                fields.ask("Sent of a record (JSONPath)", "input_filter", "input_filter", placeholder="$[1:]")
            with st.container():
                fields.ask("Written of it (JSONPath)", "output_filter", "output_filter", placeholder="$[0,-1]")
    with st.expander("Requests, keys, environment, tags", icon=":material/tune:", key=fields.at("further")):
        with st.grid(2, min_column_width=240):
            for label, name in (
                ("Most MB of a request", "max_payload_mb"), ("Requests at once", "max_concurrent"),
                ("Seconds a request may take", "timeout_seconds"), ("Times it is tried again", "retries"),
            ):  # fmt: skip
                with st.container():
                    fields.whole(label, name, name, placeholder="as SageMaker does it")
            for label, name in _KEYS:
                with st.container():
                    fields.ask(label, name, name, placeholder="alias/…, id or ARN")
        fields.lines(
            "Environment of the container", "environment", "environment", height=90, placeholder="MAX_BATCH_SIZE=8",
            help="KEY=value, one a line. No secrets: whoever may describe the job reads them.",
        )  # fmt: skip
        fields.lines("Tags", "tags", "tags", height=90, placeholder="team=search")


def _pick(fields: BatchFields, label: str, name: str, options: tuple[str, ...]) -> None:
    fields.pick(
        label, name, name, (OPEN, *options), default=fields.text(name) or OPEN, shown=lambda each: _WORDS[each]
    )  # fmt: skip
