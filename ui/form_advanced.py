"""What has a good default: the network, encryption, storage, time to start, what is recorded, and tags."""

from __future__ import annotations

import re

import streamlit as st

from services.deploy import Advanced, DataCapture, Problem
from services.deploy.variables import Pairs, parse_pairs
from ui.field import Fields

_ISOLATED = {"": "As the model asks for", "yes": "Isolated: no network in the container", "no": "Not isolated"}


def read(fields: Fields) -> Advanced:
    """The settings as the form stands."""
    return Advanced(
        subnets=_ids(fields, "advanced.subnets"),
        security_groups=_ids(fields, "advanced.groups"),
        isolated={"yes": True, "no": False}.get(fields.text("advanced.isolated")),
        kms_key=fields.text("advanced.kms"),
        volume_gb=fields.number("advanced.volume"),
        startup_seconds=fields.number("advanced.startup"),
        download_seconds=fields.number("advanced.download"),
        inference_ami=fields.text("advanced.ami"),
        capture=_capture(fields),
    )


def _ids(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(each for each in re.split(r"[,;\s]+", fields.text(name)) if each)


def _capture(fields: Fields) -> DataCapture | None:
    if not fields.value("advanced.capture"):
        return None
    return DataCapture(
        destination=fields.text("advanced.destination"),
        percentage=fields.number("advanced.percentage"),
        kms_key=fields.text("advanced.capture_kms"),
    )


def tags(fields: Fields) -> Pairs:
    """The further tags."""
    return parse_pairs(fields.text("tags"))[0]


def problems(fields: Fields) -> tuple[Problem, ...]:
    """What cannot be read of the tags."""
    return tuple(Problem("tags", words) for words in parse_pairs(fields.text("tags"))[1])


def network(fields: Fields) -> None:
    """Write the network and encryption."""
    fields.ask("Subnets", "advanced.subnets", "advanced.subnets", placeholder="no VPC; else subnet-…, subnet-…")
    fields.ask("Security groups", "advanced.groups", "advanced.security_groups", placeholder="sg-…")
    fields.pick(
        "Network of the container", "advanced.isolated", "advanced.isolated", list(_ISOLATED),
        shown=lambda each: _ISOLATED[each],
    )  # fmt: skip
    fields.ask(
        "KMS key of the storage",
        "advanced.kms",
        "advanced.kms_key",
        placeholder="AWS's own; else an ARN, id or alias/…",
    )


def storage(fields: Fields) -> None:
    """Write storage and the time to start."""
    with st.grid(2, min_column_width=140):
        with st.container():
            fields.whole("Volume, GB", "advanced.volume", "advanced.volume_gb", placeholder="the type's own")
        with st.container():
            fields.ask("Inference AMI", "advanced.ami", "advanced.inference_ami", placeholder="as the image needs")
        with st.container():
            fields.whole(
                "Seconds to start",
                "advanced.startup",
                "advanced.startup_seconds",
                step=60,
                placeholder="the model's own",
            )
        with st.container():
            fields.whole(
                "Seconds to load data", "advanced.download", "advanced.download_seconds", step=60,
                placeholder="the model's own",
            )  # fmt: skip


def records(fields: Fields) -> None:
    """Write data capture and tags."""
    if fields.switch("Keep requests and answers in S3 (data capture)", "advanced.capture"):
        fields.ask(
            "They go to", "advanced.destination", "advanced.capture.destination", placeholder="s3://bucket/prefix/"
        )
        left, right = st.columns([1, 2])
        with left:
            fields.whole("Per cent", "advanced.percentage", "advanced.capture.percentage")
        with right:
            fields.ask("KMS key", "advanced.capture_kms", "advanced.capture.kms_key", placeholder="none")
    fields.under("advanced.capture")
    fields.lines("Tags", "tags", "tags", height=90, placeholder="team=search\ncost-centre=4711")
