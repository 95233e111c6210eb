"""How it is learned: hyperparameters with the model's own limits, machine, spare capacity, places, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Hyperparameter, Use
from services.errors import SagedeckError
from services.tuning.hyperparameters import CHAT, INSTRUCTION
from ui import form_role, formats
from ui.escape import code, literal
from ui.tuning_fields import TuningFields, hyper
from ui.tuning_request import Chosen, Draft

if TYPE_CHECKING:
    from services.console import Console

FIRST = (
    "epoch",
    "learning_rate",
    "max_input_length",
    "per_device_train_batch_size",
    "lora_r",
    "validation_split_ratio",
)
QUOTA_SECONDS = 300.0
_ISOLATED = {"": "As the model's script asks for", "yes": "Isolated: no network", "no": "Not isolated"}
_HELP = {
    "epoch": "How often the whole text is gone through.",
    "max_input_length": "Tokens read of a row; -1 is the model's own, 1,024 at most. What is longer is cut off.",
    "validation_split_ratio": "The share of rows held back to measure with.",
    "lora_r": "The rank of the matrices that are trained instead of all weights.",
    "max_train_samples": "-1: all rows.",
}


def licence(console: Console, fields: TuningFields, chosen: Chosen) -> None:
    """Write the licence where the model has one: it is accepted here, and never asked for again of the result."""
    spec, model = chosen.spec, chosen.model
    if not spec.eula:
        return
    url = model.eula_url(console.catalog.region)
    where = f" [Read it]({url})." if url.startswith("https://") else ""
    st.checkbox(
        f"I have read and accept the licence of {literal(model.name)}.", key=fields.at(f"eula.{model.id}"),
        persist_state="session",
    )  # fmt: skip
    st.markdown(f":gray[:small[It is accepted for the training; deploying the result asks for no second one.{where}]]")
    fields.under("accept_eula", empty=not fields.value(f"eula.{model.id}"))


def hyperparameters(fields: TuningFields, chosen: Chosen) -> None:
    """Write the hyperparameters, the usual ones first."""
    spec = chosen.spec
    shown = [each for each in spec.hyperparameters if each.name not in (INSTRUCTION, CHAT)]
    first = [each for name in FIRST for each in shown if each.name == name]
    rest = [each for each in shown if each not in first]
    _grid(fields, chosen, first)
    if rest:
        label = f"{formats.count(len(rest), 'further hyperparameter')}"
        with st.expander(label, key="tune.more", icon=":material/tune:"):
            _grid(fields, chosen, rest)
    for name in (INSTRUCTION, CHAT):
        fields.under(f"hyperparameters.{name}")
    words = "its own limits" if spec.own else "typical limits, not this model's own"
    st.markdown(f":gray[:small[{literal(spec.source)}: {words}.]]")


def _grid(fields: TuningFields, chosen: Chosen, shown: list[Hyperparameter]) -> None:
    with st.grid(3, min_column_width=150):
        for each in shown:
            with st.container(gap=None):
                _field(fields, chosen.model.id, each)


def _field(fields: TuningFields, model_id: str, each: Hyperparameter) -> None:
    name, limits = hyper(model_id, each.name), _limits(each)
    help = " ".join(part for part in (_HELP.get(each.name, ""), limits) if part) or None
    if each.options or each.kind == "bool":
        options = list(each.options) or ["True", "False"]
        index = options.index(each.default) if each.default in options else 0
        st.selectbox(each.name, options, index=index, key=fields.at(name), persist_state="session", help=help)
    else:
        st.text_input(
            each.name, each.default, key=fields.at(name), persist_state="session", help=help, live=True,
            autocomplete="off",
        )  # fmt: skip
    fields.under(f"hyperparameters.{each.name}")


def _limits(each: Hyperparameter) -> str:
    parts = []
    if each.least is not None:
        parts.append(f"at least {each.least:g}")
    if each.above is not None:
        parts.append(f"more than {each.above:g}")
    if each.most is not None:
        parts.append(f"at most {each.most:g}")
    if each.below is not None:
        parts.append(f"less than {each.below:g}")
    return f"Limits: {', '.join(parts)}." if parts else ""


def machine(console: Console, fields: TuningFields, chosen: Chosen, draft: Draft) -> None:
    """Write the machine with its price and quota, how long it may run, and spare capacity."""
    request, model = draft.request, chosen.model
    types = list(chosen.spec.instances) or [request.instance_type]

    def shown(kind: str) -> str:
        price = console.catalog.machine(kind, Use.TRAINING).usd_per_hour
        spec = console.catalog.instance(kind)
        gpus = f" · {spec.gpu_count} × {spec.gpu_name}" if spec and spec.gpu_count else ""
        return f"{kind} · {formats.per_hour(price)}{gpus}"

    fields.pick("Instance type", f"type.{model.id}", "instance_type", types, default=request.instance_type, shown=shown)
    _quota(console, draft)
    with st.grid(2, min_column_width=150):
        with st.container():
            fields.whole("Instances", "count", "count")
        with st.container():
            fields.decimal("Longest time, hours", "hours", "most_seconds", help="It is stopped then.")
    fields.switch(
        "Spare capacity (managed spot)", "spot",
        help="AWS gives it cheaper and may take it away; the training then waits and begins again.",
    )  # fmt: skip
    if draft.request.spot:
        with st.container():
            fields.decimal("Longest time with all waiting, hours", "wait", "wait_seconds")
        fields.ask(
            "Checkpoints", "checkpoints", "checkpoints", placeholder="none; else s3://bucket/prefix/",
            help="Where the script may keep how far it is, to go on from there.",
        )  # fmt: skip
    else:
        fields.under("wait_seconds")


def _quota(console: Console, draft: Draft) -> None:
    request = draft.request

    def load() -> float | None:
        return console.tuning.quota(request.instance_type, spot=request.spot).limit

    try:
        limit = console.cached(("tune-quota", request.instance_type, str(request.spot)), QUOTA_SECONDS, load)
    except SagedeckError:
        limit = None
    if limit is None:
        st.markdown(":gray[:small[How many the account may use at once is not known.]]")
    elif limit < request.count:
        st.markdown(
            f":red[:material/block: :small[The account may use {limit:g} at once: raise {code(draft.state.quota_name)} "
            "in Service Quotas, or choose another type.]]"
        )
    else:
        st.markdown(f":gray[:small[The account may use {limit:g} at once.]]")


def places(console: Console, fields: TuningFields, draft: Draft) -> None:
    """Write the name, where things lie, and the role."""
    fields.ask("Job name", "name", "job_name", value=draft.request.job_name)
    fields.ask(
        "Bucket", "bucket", "bucket", placeholder=console.tuning.default_bucket,
        help="What is sent and what comes out lies there, below tuning/. It is made where there is none.",
    )  # fmt: skip
    form_role.show(console, fields)
    fields.under("role")


def rest(fields: TuningFields) -> None:
    """Write what has a good default: places, storage, keys, network, tags."""
    with st.expander("Output, storage, keys, network, tags", key="tune.rest", icon=":material/settings:"):
        fields.ask("Output", "output", "output", placeholder="below the bucket; else s3://bucket/prefix/")
        fields.ask("Validation text", "validation", "validation", placeholder="a share of the text; else s3://…/")
        with st.grid(2, min_column_width=150):
            with st.container():
                fields.whole("Volume, GB", "volume", "volume_gb", placeholder="the model's own")
            with st.container():
                fields.ask("KMS key of the volume", "kms_volume", "kms_volume", placeholder="AWS's own")
            with st.container():
                fields.ask("KMS key of what is stored", "kms_output", "kms_output", placeholder="AWS's own")
            with st.container():
                fields.pick("Network", "isolated", "isolated", list(_ISOLATED), shown=lambda each: _ISOLATED[each])
            with st.container():
                fields.ask("Subnets", "subnets", "subnets", placeholder="no VPC; else subnet-…")
            with st.container():
                fields.ask("Security groups", "groups", "security_groups", placeholder="sg-…")
        fields.switch("Encrypt what instances tell one another", "between")
        fields.lines("Tags", "tags", "tags", height=80, placeholder="team=search")
