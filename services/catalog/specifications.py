"""A model's specification, read from the account, understood as far as choosing and deploying needs it. Pure.

The same facts come in two forms: JumpStart's own (snake case, keys of its bucket) and the hub's document (upper camel
case, S3 addresses). Members: sagemaker-core 2.27.0, sagemaker.core.jumpstart.types and hub.interfaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.catalog.instances import instance as instance_spec
from services.catalog.jumpstart import CatalogModel
from services.catalog.payloads import MOST_EXAMPLES, Example, as_text, family_of
from services.catalog.prices import price

_MOST_TYPES = 200  # instance types of one model; the service has some 300
_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")


_KEPT = (
    "version", "url", "default_inference_instance_type", "supported_inference_instance_types", "gated_bucket",
    "hosting_eula_key", "default_payloads", "inference_environment_variables", "hosting_use_script_uri",
    "model_subscription_link", "training_supported", "deprecated",
)  # fmt: skip


def of_bucket(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a specification of JumpStart's bucket that are kept."""
    return {name: specification[name] for name in _KEPT if name in specification}


def of_document(document: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The same of a hub's document."""
    plain = {_snake(name): value for name, value in document.items()}
    row = {name: plain[name] for name in _KEPT if name in plain}
    if "hosting_eula_uri" in plain:  # s3://bucket/key
        row["hosting_eula_key"] = str(plain["hosting_eula_uri"]).removeprefix("s3://").partition("/")[2]
    if isinstance(row.get("inference_environment_variables"), list):
        row["inference_environment_variables"] = [
            {_snake(key): value for key, value in each.items()} for each in row["inference_environment_variables"]
        ]
    if isinstance(row.get("default_payloads"), dict):
        row["default_payloads"] = {
            title: {_snake(key): value for key, value in each.items()}
            for title, each in row["default_payloads"].items()
        }
    return {**row, "version": version}


def completed(model: CatalogModel, row: Mapping[str, Any], region: str, source: str) -> CatalogModel:
    """The model with what its specification says in the place of what was known or not known."""
    named = [str(each) for each in row.get("supported_inference_instance_types") or ()][:_MOST_TYPES]
    types = [each for each in named if _TYPE.fullmatch(each)]
    if not types:
        return replace(model, examples=_examples(row, source)) if row.get("default_payloads") else model
    default = str(row.get("default_inference_instance_type") or types[0])
    eula_key = str(row.get("hosting_eula_key") or "")
    gated = bool(row.get("gated_bucket"))
    examples = _examples(row, source)
    return replace(
        model,
        spec_version=str(row.get("version") or model.version),
        version=model.version or str(row.get("version") or ""),
        instances=tuple(sorted(types, key=lambda each: _cost(region, each))),
        default_instance=default if default in types else types[0],
        eula=bool(eula_key) or gated,
        gated=gated,
        eula_key=eula_key or model.eula_key,
        family=_family(row) or model.family,
        environment=_environment(row) or model.environment,
        min_gpu_gib=_least_memory(types),
        url=str(row.get("url") or "") or model.url,
        marketplace=model.marketplace or bool(row.get("model_subscription_link")),
        fine_tunable=bool(row.get("training_supported", model.fine_tunable)),
        offered=True,
        source=source,
        examples=examples,
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _cost(region: str, instance_type: str) -> tuple[bool, float, str]:
    usd = price(region, instance_type).usd_per_hour
    return usd is None, usd or 0.0, instance_type


def _least_memory(types: Sequence[str]) -> float:
    """GPU memory of the smallest type, 0 where one without a GPU will do; types newer than the list do not count."""
    known = [spec for each in types if (spec := instance_spec(each)) is not None]
    return min((spec.gpu_memory_gib for spec in known), default=0.0)


def _environment(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found = row.get("inference_environment_variables") or ()
    pairs = ((str(each.get("name", "")), each.get("default")) for each in found if isinstance(each, Mapping))
    return tuple(sorted((name, str(value)) for name, value in pairs if name and value is not None))


def _payloads(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found = row.get("default_payloads")
    return [pair for pair in found.items() if isinstance(pair[1], Mapping)] if isinstance(found, Mapping) else []


def _family(row: Mapping[str, Any]) -> str:
    for _, payload in _payloads(row):
        keys = payload.get("output_keys")
        family = family_of(payload.get("body"), keys if isinstance(keys, Mapping) else {})
        if family:
            return family
    return ""


def _examples(row: Mapping[str, Any], source: str) -> tuple[Example, ...]:
    return tuple(
        Example(
            title,
            str(payload.get("content_type") or "application/json"),
            as_text(payload.get("body", "")),
            accept=str(payload.get("accept") or ""),
            source=source,
        )
        for title, payload in _payloads(row)[:MOST_EXAMPLES]
    )
