"""One model to deploy: which, on what, for how much, under which name, and its licence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from services.access import ExistingRole, RoleChoice
from services.catalog import CatalogModel, Task
from services.deploy import CatalogSource, DeployRequest, name_problem, suggest_name
from services.errors import PermissionDenied, SagedeckError
from ui import error_box, formats
from ui.escape import literal

if TYPE_CHECKING:
    from services.console import Console

TITLES = {Task.EMBEDDING: "Embedding model", Task.CHAT: "Language model"}
ROLES_SECONDS = 60.0
OWN_ROLE, OTHER_ROLE = "The console's own", "One that exists"


def role(console: Console, *, key: str) -> RoleChoice | None:
    """Which execution role; None while an existing one is wanted and none is chosen."""
    configured = console.settings.execution_role_arn
    choice = st.segmented_control(
        "Execution role",
        [OWN_ROLE, OTHER_ROLE],
        default=OTHER_ROLE if configured else OWN_ROLE,
        required=True,
        key=f"{key}.role",
        help="What SageMaker takes on while your model runs: it pulls the image, reads the weights, writes the logs. "
        "Your own identity only has to be allowed to hand it over (iam:PassRole).",
        persist_state="session",
    )
    if choice != OTHER_ROLE:
        request = console.access.request()
        st.markdown(f":gray[:small[{literal(request.name)}: found, or created with least privilege by the plan.]]")
        return request
    roles = {configured: configured.rpartition("/")[2]} if configured else {}
    try:
        listed = console.cached(("roles",), ROLES_SECONDS, console.access.list_roles)
        roles |= {role.arn: role.name for role in listed}
    except PermissionDenied:  # listing roles is a right of its own; using one that is known does not need it
        st.markdown(":gray[:small[Your identity may not list roles. Paste the ARN of yours.]]")
    chosen = st.selectbox(
        "Role",
        list(roles),
        index=0 if configured else None,
        format_func=lambda arn: roles.get(arn, arn),
        key=f"{key}.arn",
        accept_new_options=True,
        placeholder="Choose a role, or paste an ARN",
        persist_state="session",
    )
    return ExistingRole(chosen) if chosen else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the card of one model says; an empty name is one that cannot be used, an empty type none chosen."""

    model_id: str
    instance_type: str
    count: int
    name: str
    accept_eula: bool

    def request(self, role: RoleChoice, owner: str) -> DeployRequest | None:
        """The request it makes; None while something is missing."""
        if not (self.name and self.instance_type):
            return None
        return DeployRequest(
            source=CatalogSource(model_id=self.model_id, accept_eula=self.accept_eula),
            endpoint_name=self.name,
            instance_type=self.instance_type,
            role=role,
            owner=owner,
            count=self.count,
        )


def show(console: Console, task: Task, *, key: str) -> Chosen:
    """Write the form of one model in a card; what it says as it stands."""
    with st.container(border=True, key=f"{key}-card", height="stretch", gap="small"):
        st.subheader(TITLES[task], anchor=False)
        model = _model(console, task, key)
        instance_type, count = _machine(console, model, key)
        name = _more(model, key)
        return Chosen(model.id, instance_type, count, name, _licence(console, model, key))


def _model(console: Console, task: Task, key: str) -> CatalogModel:
    every = bool(st.session_state.get(f"{key}.every"))
    models = console.catalog.list_models(task=task) if every else console.catalog.recommended(task)
    preferred = console.settings.embedding_model if task is Task.EMBEDDING else console.settings.language_model
    ids = [model.id for model in models]
    model = st.selectbox(
        "Model",
        models,
        index=ids.index(preferred) if preferred in ids else 0,
        format_func=lambda each: f"{each.name} · {each.provider}" if each.provider else each.name,
        key=f"{key}.model.{every}",
        persist_state="session",
    )
    page = f" · [Model page]({model.url})" if model.url else ""
    st.markdown(f":gray[:small[{literal(model.id)}, version {literal(model.version)}]]{page}")
    return model


def _machine(console: Console, model: CatalogModel, key: str) -> tuple[str, int]:
    offers = dict(console.catalog.offers(model))
    types = list(offers)
    settings = console.settings
    wanted = settings.embedding_instance_type if model.task is Task.EMBEDDING else settings.language_instance_type
    instance_type = st.selectbox(
        "Instance type",
        types,
        index=types.index(wanted) if wanted in types else 0,  # the cheapest it runs on
        format_func=lambda each: f"{each} · {formats.per_hour(offers[each].usd_per_hour)}",
        key=f"{key}.instance.{model.id}",
        persist_state="session",
    )
    count = int(st.session_state.get(f"{key}.count") or 1)
    if not instance_type:
        return "", count
    hourly = offers[instance_type].total(count)
    prices = " · ".join(price(hourly) for price in (formats.per_hour, formats.per_day, formats.per_month))
    spec = console.catalog.instance(instance_type)
    machine = f" · :gray[{literal(spec.sentence)}]" if spec else ""
    shown = formats.UNKNOWN_PRICE if hourly is None else prices.replace("$", "\\$")
    st.markdown(f"**{shown}**{machine}")
    return instance_type, count


def _more(model: CatalogModel, key: str) -> str:
    """What has a good default already: name, count, the rest of the catalogue. Drawn once it is opened."""
    suggestion = st.session_state.setdefault(f"{key}.suggested.{model.id}", suggest_name(model.id, datetime.now(UTC)))
    name = str(st.session_state.get(f"{key}.name.{model.id}", suggestion)).strip()
    more = st.expander("Name, count, whole catalogue", type="compact", key=f"{key}.more", on_change="rerun")
    if more.open:
        with more:
            left, right = st.columns([3, 1])
            left.text_input(
                "Endpoint name", suggestion, max_chars=63, key=f"{key}.name.{model.id}", persist_state="session"
            )
            right.number_input("Count", 1, 20, 1, key=f"{key}.count", persist_state="session")
            st.toggle(
                "Choose from the whole catalogue", key=f"{key}.every", persist_state="session",
                help="Otherwise only a small first choice.",
            )  # fmt: skip
    problem = name_problem(name)
    if problem:
        error_box.show(SagedeckError(problem))
    return "" if problem else name


def _licence(console: Console, model: CatalogModel, key: str) -> bool:
    if not model.eula:
        return False
    st.markdown(f"This model has a licence: [read it]({model.eula_url(console.connection.identity.region)}).")
    return st.checkbox(
        "I have read the licence (EULA) and accept it", value=False, key=f"{key}.eula.{model.id}",
        persist_state="session",
    )  # fmt: skip
