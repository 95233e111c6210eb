"""The parts of an endpoint as tables: variants with their machines, components with their copies, models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import formats, plain_table, status_chip
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.endpoints import EndpointDetail
    from services.endpoints.composition import ComponentParts, Composition, ContainerParts, VariantParts


def variants(made: Composition, detail: EndpointDetail) -> None:
    """A row for each variant, the instance pools beneath."""
    st.markdown("**Production variants**" if len(made.variants) > 1 else "**Production variant**")
    if not made.variants:
        st.markdown(":gray[AWS tells of no variant.]")
        return
    total = sum(each.weight or 0.0 for each in made.variants if not each.shadow)
    plain_table.show(
        [
            {
                "Variant": literal(each.name) + (" :gray-badge[shadow]" if each.shadow else ""),
                "Runs": _machine(each),
                "Instances": _instances(each),
                "Weight": _weight(each, total),
                "Model": literal(each.model) if each.model else "components" if detail.components else "—",
                "Price": _price(each),
            }
            for each in made.variants
        ],
        key="variants",
    )
    for each in made.variants:
        if each.pools:
            st.markdown(f"**Instance pools of {literal(each.name)}** :gray[:small[tried in this order]]")
            rows = [
                {
                    "Priority": str(pool.priority),
                    "Instance type": literal(pool.instance_type),
                    "Runs": "not told" if pool.count is None else str(pool.count),
                    "Model": literal(pool.model or each.model),
                }
                for pool in each.pools
            ]
            plain_table.show(rows, key=f"pools-{each.name}")


def components(made: Composition) -> None:
    """A row for each inference component, its failure and its settings beneath."""
    if not made.components:
        return
    st.markdown(f"**Inference components** :gray[:small[{len(made.components)}]]")
    rows = [
        {
            "Component": literal(each.name),
            "State": status_chip.badge(each.status),
            "Copies": _of(each.copies, each.desired, "copy", "copies"),
            "Each takes": literal(each.resources or ("its base's" if each.base else "not told")),
            "Model": literal(each.model or (f"adapter of {each.base}" if each.base else "—")),
            "Variant": literal(each.variant or "—"),
        }
        for each in made.components
    ]
    plain_table.show(rows, key="components")
    for each in made.components:
        if each.failure:
            st.error(f"**{literal(each.name)}:** {literal(each.failure)}", icon=":material/error:")
        _settings_of(each)


def models(made: Composition, detail: EndpointDetail) -> None:
    """A folded part for each model, with its containers."""
    if made.models:
        for model in made.models:
            with st.expander(f"Model {literal(model.name)}", icon=":material/deployed_code:"):
                facts = {literal(name): code(value) for name, value in model.settings}
                if facts:
                    plain_table.facts(facts, key=f"model-{model.name}")
                for number, container in enumerate(model.containers, 1):
                    if len(model.containers) > 1:
                        st.markdown(f"Container {number} {code(container.name) if container.name else ''}")
                    _container(container, f"{model.name}-{number}")
        return
    for kept in detail.models:
        with st.expander(f"Model {literal(kept.name)}", icon=":material/deployed_code:"):
            told = {"Image": kept.image, "Artefact": kept.artifact or "none", **dict(kept.environment)}
            plain_table.facts({literal(name): code(value) for name, value in told.items()}, key=f"kept-{kept.name}")


def _container(container: ContainerParts, key: str) -> None:
    told = {"Image": container.image or "not told", "Artefact": container.artifact or "none: it fetches its model"}
    plain_table.facts({name: code(value) for name, value in told.items()}, key=f"container-{key}")
    st.markdown("Environment :gray[:small[what looks like a secret is \\*\\*\\*]]")
    if container.environment:
        facts = {code(name): code(value) for name, value in container.environment}
        plain_table.facts(facts, key=f"environment-{key}")
    else:
        st.markdown(":gray[:small[No variables are set.]]")


def _settings_of(each: ComponentParts) -> None:
    told = (*each.settings, *each.environment)
    if told:
        with st.expander(f"Component {literal(each.name)}", icon=":material/widgets:"):
            plain_table.facts({literal(name): code(value) for name, value in told}, key=f"component-{each.name}")


def _machine(each: VariantParts) -> str:
    if each.memory_mb:
        warm = f", {each.provisioned} kept warm" if each.provisioned else ""
        return literal(f"serverless, {each.memory_mb:,} MB, {each.concurrency} at once{warm}")
    if each.pools:
        return literal(formats.count(len(each.pools), "instance pool"))
    return literal(each.instance_type or "not told")


def _instances(each: VariantParts) -> str:
    return "—" if each.memory_mb else _of(each.count, each.desired, "instance")


def _of(now: int | None, wanted: int | None, one: str, many: str = "") -> str:
    """With its noun: on a phone a row stands without the names of its columns."""
    if now is None and wanted is None:
        return "not told"
    if now is not None and now == wanted:
        return formats.count(now, one, many)
    return f"{'?' if now is None else now} of {'?' if wanted is None else wanted} wanted"


def _weight(each: VariantParts, total: float) -> str:
    if each.weight is None or each.shadow:
        return "—"
    if each.weight == total:
        return "all requests"
    return f"{each.weight:g}" + (f" ({each.weight / total:.0%} of requests)" if total else "")


def _price(each: VariantParts) -> str:
    words = "by the request" if each.memory_mb else formats.per_hour(each.usd_per_hour)
    return words.replace("$", "\\$")
