"""What a price costs a page, and reading a region's list: from AWS's list and from the snapshot.

    python -m benchmarks.prices [--rounds 20000]

The list is read from a sandbox of this machine's own over HTTP; AWS is further away.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Report
from tests.sandbox.server import start_sandbox

MOST_MICROSECONDS = 50.0  # the deploy form asks some 280 times: 14 ms of a page's 200


def main() -> int:
    """Print the figures; 0 if a price of the list is told within 50 microseconds."""
    from services.catalog import Use, prices
    from services.catalog.sheets import Priced
    from services.connection import sandbox_at
    from services.console import Console

    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20_000)
    rounds, report = parser.parse_args().rounds, Report()
    with start_sandbox() as url, tempfile.TemporaryDirectory() as folder:
        console = Console(sandbox_at(url), folder=Path(folder))
        begun = time.perf_counter()
        rows = sum(len(console.prices.renew(kind, "us-east-1").rows) for kind in Priced)
        report.figure(f"reading {rows:,} prices of a region", (time.perf_counter() - begun) * 1000, "ms")

        def each(ask: Callable[[], object]) -> float:
            begun = time.perf_counter()
            for _ in range(rounds):
                ask()
            spent = time.perf_counter() - begun
            return float(spent / rounds * 1e6)

        told = each(lambda: console.catalog.machine("ml.g5.2xlarge", Use.TRAINING))
        report.figure("a price of the list", told, "µs", MOST_MICROSECONDS)
        plain = each(lambda: prices.machine("us-east-1", "ml.g5.2xlarge", Use.TRAINING))
        report.figure("    of the snapshot, without a list", plain, "µs")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
