"""`make setup` in a fresh clone on a warm package cache, beside the installer alone.

    python -m benchmarks.setup_time [--runs 1]

The floor installs the same pinned packages with the same installer into an empty environment: no bootstrap, no model,
no package of our own. A first `make setup`, not counted, warms the cache. Loopback only is not kept here: the
installers may ask the registry that pip is configured for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import ROOT, Report, percentile

MOST_SECONDS = 60.0


def timed(command: list[str], folder: Path) -> float:
    """Seconds a command takes; RuntimeError with its last words when it fails."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {(done.stdout + done.stderr)[-2000:]}")
    return time.perf_counter() - started


def setup(folder: Path) -> float:
    """Seconds of `make setup` in a clone of what is committed."""
    timed(["git", "clone", "--quiet", str(ROOT), str(folder)], folder.parent)
    return timed(["make", "setup"], folder)


def installer(clone: Path, folder: Path) -> float:
    """Seconds of making an empty environment and installing the pinned packages into it, as the Makefile does."""
    bare, requirements = folder / "bin" / "python", clone / "requirements.txt"
    began = timed([sys.executable, "-m", "venv", str(folder)], clone)
    uv = [str(clone / ".venv" / "bin" / "uv"), "pip", "install", "--quiet", "--python", str(bare)]
    pip = [str(bare), "-m", "pip", "install", "--quiet"]
    try:
        return began + timed([*uv, "--compile-bytecode", "--require-hashes", "-r", str(requirements)], clone)
    except RuntimeError:
        return began + timed([*pip, "--require-hashes", "-r", str(requirements)], clone)


def main() -> int:
    """Print the figures; 0 if setup takes at most 60 s."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--warmed", action="store_true", help="the cache is warm already: no first run uncounted")
    asked = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="sagedeck-setup-") as name:
        folder = Path(name)
        if not asked.warmed:
            setup(folder / "warming")
        ours = [setup(folder / f"clone-{number}") for number in range(asked.runs)]
        floor = installer(folder / "clone-0", folder / "floor")
        report.figure(f"make setup in a fresh clone, p50 of {asked.runs}", percentile(ours, 0.5), "s", MOST_SECONDS)
        report.figure("the installer alone, same packages, empty environment", floor, "s")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
