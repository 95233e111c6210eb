"""How long it takes to say what is orphaned in an account of 2,000 endpoints, 5,000 configurations and 5,000 models.

    python -m benchmarks.savings

Everything is read already; 3,000 configurations and models are used by nobody, and 3,000 log groups stand beside. Once
as something of it changed, which is worked through anew, and once as nothing did, which every look of a page is.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.harness import percentile
from services.catalog import CatalogService
from services.resources import Holdings, Key, Kind, Machine, Resource
from services.savings.unmeasured import Unmeasured

ENDPOINTS, OTHERS, LOGS, REPEATS = 2_000, 5_000, 3_000, 20
NOW, REGION = datetime(2026, 11, 20, 12, tzinfo=UTC), "us-east-1"


def account() -> tuple[Resource, ...]:
    """The account, described to its end."""

    def made(kind: Kind, name: str, *uses: Key, **more: object) -> Resource:
        about = {"created": NOW - timedelta(days=30), "tags": {}, "uses": uses, "described": True, **more}
        return Resource(key=Key(kind, name, REGION), **about)  # type: ignore[arg-type]

    def key(kind: Kind, name: str) -> Key:
        return Key(kind, name, REGION)

    held = (Machine("ml.m5.large", 1, "AllTraffic"),)
    found = [
        made(Kind.ENDPOINT, f"e{n}", key(Kind.ENDPOINT_CONFIG, f"c{n}"), status="InService", machines=held)
        for n in range(ENDPOINTS)
    ]
    found += [made(Kind.ENDPOINT_CONFIG, f"c{n}", key(Kind.MODEL, f"m{n}")) for n in range(OTHERS)]
    found += [made(Kind.MODEL, f"m{n}") for n in range(OTHERS)]
    found += [
        made(Kind.LOG_GROUP, f"/aws/sagemaker/Endpoints/e{n}", key(Kind.ENDPOINT, f"e{n}"), stored=10_000)
        for n in range(LOGS)
    ]
    return tuple(found)


def main() -> None:
    """Measure and print one JSON value: milliseconds."""
    resources, prices = account(), CatalogService(REGION, offline=True)
    looking = Unmeasured(prices, lambda: NOW.timestamp())

    def look(of: tuple[Resource, ...]) -> int:
        return len(looking.found(7, Holdings("123456789012", "aws", (REGION,), of, NOW), {}))

    found = look(resources)
    anew = _times(lambda: Unmeasured(prices, lambda: NOW.timestamp()).found(
        7, Holdings("123456789012", "aws", (REGION,), resources, NOW), {}))  # fmt: skip
    kept = _times(lambda: look(resources))
    told = {"resources": len(resources), "found": found, "anew": anew, "kept": kept}
    print(json.dumps(told, indent=2))


def _times(work: Callable[[], object]) -> dict[str, float]:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return {"p50_ms": round(percentile(took, 0.5), 1), "p95_ms": round(percentile(took, 0.95), 1)}


if __name__ == "__main__":
    main()
