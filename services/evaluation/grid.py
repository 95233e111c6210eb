"""From a grid to its settings, and how each is named beside the others."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.documents import Method
from services.errors import InvalidRequest
from services.evaluation.models import Grid, Setting
from services.knowledge import ChunkPlan, SearchMode, SearchSettings

MOST_SETTINGS = 500  # a chart of more cannot be read, and each is a pass over all questions
METHODS = {Method.RECURSIVE: "paragraphs", Method.HEADING: "headings", Method.PAGE: "pages", Method.ROW: "rows"}


def settings_of(grid: Grid) -> tuple[Setting, ...]:
    """Every combination, each once. A weight counts in hybrid search only, and an overlap of more than half a passage
    is left out; where nothing is answered, k and prompts make no difference and only the first of them is taken.

    Raises InvalidRequest for a grid without any setting, and for one of more than 500.
    """
    if not grid.embeddings:
        raise InvalidRequest("No embedding endpoint is chosen.", "", "Choose one, or deploy one.")
    made = (
        Setting(cut, embedding, search, language, prompt, rules)
        for cut, embedding in itertools.product(list(_cuts(grid)), grid.embeddings)
        for search in _searches(grid)
        for language in (grid.languages or ("",))
        for prompt, rules in (grid.prompts if grid.languages else (("", ""),))
    )
    found = {setting_id(each): each for each in itertools.islice(made, MOST_SETTINGS * 20)}
    if not found:
        raise InvalidRequest(
            "This grid has no setting.", "An overlap may be half of a passage at most.", "Choose other sizes."
        )
    if len(found) > MOST_SETTINGS:
        raise InvalidRequest(
            f"{len(found):,} settings are too many.", f"{MOST_SETTINGS} can be compared at a time.", "Choose fewer."
        )
    return tuple(found.values())


def _cuts(grid: Grid) -> Iterator[ChunkPlan]:
    for method, size, overlap in itertools.product(grid.methods, grid.sizes, grid.overlaps):
        if overlap <= size / 2:
            yield ChunkPlan(size, overlap, method)


def _searches(grid: Grid) -> Iterator[SearchSettings]:
    ks = grid.ks if grid.languages else grid.ks[:1]
    for mode, k, diversity, rerank in itertools.product(grid.modes, ks, grid.diversities, grid.reranks):
        for weight in grid.weights if mode is SearchMode.HYBRID else (SearchSettings().weight,):
            yield SearchSettings(k=k, mode=mode, weight=weight, diversity=diversity, rerank=rerank,
                                 threshold=grid.threshold)  # fmt: skip


def parts_of(setting: Setting) -> dict[str, str]:
    """A setting in words, part by part."""
    search, cut = setting.search, setting.cut
    mode = f"hybrid {search.weight:g}" if search.mode is SearchMode.HYBRID else str(search.mode)
    parts = {
        "Cut at": METHODS.get(cut.method, str(cut.method)),
        "Size/overlap": f"{cut.size}/{cut.overlap}",
        "Embedding": setting.embedding,
        "Search": mode,
        "Diversity": f"diversity {search.diversity:g}" if search.diversity else "",
        "Rerank": f"rerank {search.rerank}" if search.rerank else "",
    }
    if setting.language:
        parts |= {"k": f"k={search.k}", "Language model": setting.language, "Prompt": setting.prompt}
    return parts


def labels(settings: Sequence[Setting]) -> tuple[str, ...]:
    """A name for each that says what tells it from the others; where all are alike, size and search."""
    words = [parts_of(setting) for setting in settings]
    names = list(dict.fromkeys(name for each in words for name in each))
    telling = [name for name in names if len({each.get(name, "") for each in words}) > 1]
    telling = telling or ["Size/overlap", "Search"]
    return tuple(" · ".join(each[name] for name in telling if each.get(name)) or "plain" for each in words)


def setting_id(setting: Setting) -> str:
    """A setting's id: the same in every run."""
    text = json.dumps(setting_dict(setting), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def setting_dict(setting: Setting) -> dict[str, Any]:
    """A setting as JSON."""
    plain = asdict(setting)
    plain["search"] |= {"documents": list(setting.search.documents), "metadata": dict(setting.search.metadata)}
    return plain


def setting_of(told: Mapping[str, Any]) -> Setting:
    """A setting from its JSON."""
    cut = dict(told["cut"])
    search = {key: value for key, value in told["search"].items() if key in SearchSettings.__dataclass_fields__}
    search |= {"mode": SearchMode(search["mode"]), "documents": tuple(search.get("documents", ()))}
    return Setting(
        cut=ChunkPlan(cut["size"], cut["overlap"], Method(cut["method"])),
        embedding=told["embedding"],
        search=SearchSettings(**search),
        language=told.get("language", ""),
        prompt=told.get("prompt", ""),
        rules=told.get("rules", ""),
    )
