"""What SageMaker charges: USD by region, use and instance type, and for what is not counted in instance hours.

Sources: facts/prices.csv, notebook_prices.csv, rates.csv, regions.csv, quotas.csv (which types may be used for what).
A price that is not there is unknown: None here, and absent from the price list.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import facts
from sandbox.quotas.limits import by_name


@dataclass(frozen=True, slots=True)
class Use:
    """What an instance can be rented for. `component` as in the price list, `prefix` as in usage types,
    `quota`: the name of the quota that says whether a type may be used so.
    """

    component: str
    prefix: str
    quota: str

    def allows(self, instance_type: str) -> bool:
        return self.quota.format(instance_type) in by_name()


USES = {
    use.component: use
    for use in (
        Use("Hosting", "Host:", "{} for endpoint usage"),
        Use("Training", "Train:", "{} for training job usage"),
        Use("Processing", "Processing:", "{} for processing job usage"),
        Use("BatchTransform", "Tsform:", "{} for transform job usage"),
        Use("Notebook", "Notebk:", "{} for notebook instance usage"),
        Use("Studio-Notebook", "Studio:KernelGateway-", "Studio KernelGateway Apps running on {} instance"),
        Use("studio-jupyterlab", "Studio:JupyterLab-", "Studio JupyterLab Apps running on {} instances"),
        Use("studio-codeeditor", "Studio:CodeEditor-", "Studio CodeEditor Apps running on {} instances"),
    )
}
# The use of each type of Studio's apps that costs.
APPS = {"JupyterLab": "studio-jupyterlab", "CodeEditor": "studio-codeeditor", "KernelGateway": "Studio-Notebook"}


@dataclass(frozen=True, slots=True)
class Place:
    """A region as bills name it."""

    region: str
    location: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for a `unit` of what is not counted in instance hours; `usage` is the usage type without the region."""

    region: str
    usage: str
    unit: str
    usd: float


@cache
def places() -> dict[str, Place]:
    return {r["region"]: Place(r["region"], r["location"], r["usage_prefix"]) for r in facts.rows("regions.csv")}


@cache
def rates() -> dict[tuple[str, str], Rate]:
    """By region and usage."""
    found = (Rate(r["region"], r["usage"], r["unit"], float(r["usd"])) for r in facts.rows("rates.csv"))
    return {(rate.region, rate.usage): rate for rate in found}


@cache
def instance_prices() -> dict[str, dict[str, float]]:
    """USD an hour by region and instance type, whatever it is used for."""
    held: dict[str, dict[str, float]] = {}
    for name in ("prices.csv", "notebook_prices.csv"):
        for row in facts.rows(name):
            held.setdefault(row["region"], {})[row["instance_type"]] = float(row["usd_per_hour"])
    return held


def hourly(instance_type: str, region: str, component: str = "Hosting") -> float | None:
    """Return USD for an hour of one instance, or None if that is unknown or cannot be had for this use."""
    use = USES.get(component)
    if use is None or not use.allows(instance_type):
        return None
    return instance_prices().get(region, {}).get(instance_type)


@lru_cache(4096)
def price_of(usage: str, region: str) -> float | None:
    """Return USD for a unit of a usage ("Host:ml.m5.xlarge" by the hour, "Host:VolumeUsage.gp2" by the GB-month …)."""
    for use in USES.values():
        if usage.startswith(use.prefix + "ml."):
            return hourly(usage.removeprefix(use.prefix), region, use.component)
    found = rates().get((region, usage))
    return found.usd if found else None


@lru_cache(4096)
def usage_type(usage: str, region: str) -> str:
    """Return a usage as bills name it ("USE1-Host:ml.m5.xlarge")."""
    place = places().get(region)
    return f"{place.prefix}-{usage}" if place else usage
