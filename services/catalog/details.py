"""Everything that is known of one model, for somebody who is about to choose it, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from services.catalog import payloads
from services.catalog.jumpstart import CatalogModel, Licence
from services.catalog.payloads import Example
from services.catalog.prices import Price

GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-foundation-models.html"
_PAGES = {"huggingface.co": "Hugging Face page", "tfhub.dev": "TensorFlow Hub page", "pytorch.org": "PyTorch page"}


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """One model as completely as it could be read.

    offers     instance types with their price here, cheapest first
    versions   newest first; one where JumpStart's list was not read
    examples   requests: the specification's own, else the bundled one of its family or task
    unknown    what is not known, in sentences
    problem    why its specification could not be read, "" it was or need not be
    """

    model: CatalogModel
    offers: tuple[tuple[str, Price], ...]
    versions: tuple[str, ...]
    examples: tuple[Example, ...]
    links: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...] = ()
    problem: str = ""


def detailed(
    model: CatalogModel,
    *,
    offers: Sequence[tuple[str, Price]],
    versions: Sequence[str],
    region: str,
    read: bool = False,
    problem: str = "",
) -> ModelDetails:
    """Put together what is known of a model. `read`: whether its specification was."""
    return ModelDetails(
        model,
        tuple(offers),
        tuple(versions) or ((model.version,) if model.version else ()),
        model.examples or payloads.bundled(model.payload, model.task),
        _links(model, region),
        _unknown(model, read),
        problem,
    )


def _links(model: CatalogModel, region: str) -> tuple[tuple[str, str], ...]:
    rows = []
    if model.marketplace:
        rows.append(
            ("AWS Marketplace", model.url or f"https://aws.amazon.com/marketplace/search?searchTerms={quote(model.id)}")
        )
    elif model.url:
        rows.append((_PAGES.get(urlsplit(model.url).hostname or "", "Model's page"), model.url))
    if model.eula_key:
        rows.append(("Licence (EULA)", model.eula_url(region)))
    rows.append(("JumpStart documentation", GUIDE))
    return tuple((label, url) for label, url in rows if re.fullmatch(r"https://[^\s\"'<>()\\]+", url))


def _unknown(model: CatalogModel, read: bool) -> tuple[str, ...]:
    if model.marketplace:
        return ("What it runs on and costs stands on its Marketplace page: it is subscribed to there first.",)
    rows = []
    if not model.offered:
        rows.append("JumpStart's list for this region does not name it, so it cannot be deployed here.")
    if not model.instances:
        why = "its specification names none" if read else "its specification was not read"
        rows.append(f"Which instance types it runs on is not known: {why}.")
    if model.licence is Licence.UNKNOWN:
        rows.append("Whether a licence has to be accepted is not known.")
    if not model.version:
        rows.append("Its version is not known.")
    return tuple(rows)
