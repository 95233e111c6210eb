"""How many more instances of a type may run in this account and region, for choosing a model by it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import streamlit as st

from services.errors import SagedeckError
from ui import endpoint_reads

if TYPE_CHECKING:
    from services.catalog import QuotaLeft
    from services.console import Console

KEPT_SECONDS = 60.0


def left(console: Console) -> QuotaLeft:
    """The quota of a type less what its endpoints use; None where the quota is not known.

    Asks the account the first time in a day, which takes some seconds; what may not be read is not known.
    """
    if not console.quotas.known():
        with st.spinner("Reading the quotas of this account…"):
            console.quotas.limit("ml.m5.xlarge")
    used = console.cached(("quota", "used"), KEPT_SECONDS, lambda: _used(console))

    def of(instance_type: str) -> float | None:
        limit = console.quotas.limit(instance_type).limit
        return None if limit is None or used is None else limit - used[instance_type]

    return of


def _used(console: Console) -> Counter[str] | None:
    """Instances in use by type; None where the endpoints may not be listed."""
    try:
        details = endpoint_reads.details(console).values()
    except SagedeckError:
        return None
    used: Counter[str] = Counter()
    for detail in details:
        for variant in detail.variants:
            used[variant.instance_type] += max(variant.count, variant.desired)
    return used
