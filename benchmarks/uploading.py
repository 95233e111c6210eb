"""A table of 190 MB sent to the page Autopilot: seconds until it is kept and judged, and what the console takes for it.

`python -m benchmarks.uploading [MB]`
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from benchmarks.browsing import browser, open_page, settle
from tests.browser.server import running

MEGABYTES, SLOWLY = 190, 300_000
HEAD = "Customer,State,Length,Charge,Calls,Plan,Churn?\n"


def table(path: Path, megabytes: int) -> None:
    """A made-up table of about that size."""
    chance = random.Random(5)
    block = "".join(
        f"C{chance.randrange(10**9)},{chance.choice(('OH', 'NY', 'TX'))},{chance.randint(1, 72)},"
        f"{chance.uniform(9, 99):.2f},{chance.randint(0, 9)},{chance.choice(('basic', 'plus'))},"
        f"{chance.choice(('True.', 'False.'))}\n"
        for _ in range(25_000)
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        while file.tell() < megabytes << 20:
            file.write(block)


def memory(pid: int) -> tuple[int, int]:
    """Resident MB of a process, now and at most so far."""
    told = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    now, most = (int(re.findall(rf"{name}:\s+(\d+)", told)[0]) // 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def sent(page: Page, path: Path) -> None:
    page.locator("[data-testid=stFileUploader] input[type=file]").set_input_files(path)
    expect(page).to_have_url(re.compile("table="), timeout=SLOWLY)


def judged(page: Page) -> None:
    expect(page.get_by_text("Can be launched").first).to_be_visible(timeout=SLOWLY)
    settle(page, SLOWLY)


def main() -> int:
    """Measure once."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home") as url, browser() as chromium:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        table(small, 1)
        table(large, megabytes)
        page = open_page(chromium, f"{url}/autopilot")
        sent(page, small)
        judged(page)
        print(f"warm: {memory(url.pid)[0]} MB")
        page = open_page(chromium, f"{url}/autopilot")
        began = time.perf_counter()
        sent(page, large)
        print(f"{megabytes} MB kept after {time.perf_counter() - began:.1f} s: {memory(url.pid)} MB now, at most")
        judged(page)
        print(f"judged after {time.perf_counter() - began:.1f} s: {memory(url.pid)} MB now, at most")
        page.reload()
        judged(page)
        print(f"after a refresh: {memory(url.pid)} MB now, at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
