"""The second step: what is tried of each part, how many settings that makes, and what the run will take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.catalog import Task
from services.documents import Method
from services.evaluation import Grid, RunRequest, Setting, Source, setting_id, settings_of
from services.knowledge import SearchMode
from services.prompts import PromptKind
from ui import chunk_settings, endpoint_reads, error_box, evaluation_state, formats
from ui.escape import literal
from ui.retrieval_options import MODES

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import Estimate, QuestionSet

SIZES = (200, 300, 500, 800, 1000, 1500, 2000, 3000)
OVERLAPS = (0, 50, 100, 150, 200, 300)
WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5)
KS = (1, 3, 5, 8, 10, 15, 20)
DIVERSITIES = (0.0, 0.2, 0.3, 0.5)
_COUNTED = "evaluation.counted"


def show(console: Console) -> None:
    """The grid, its count and estimate, and the button that starts it."""
    chosen = evaluation_state.set_id(console)
    if not chosen:
        st.info("There are no questions yet.", icon=":material/help:")
        st.button("Get questions", on_click=evaluation_state.go, args=(evaluation_state.QUESTIONS,))
        return
    questions = console.evaluation.set(chosen)
    count = formats.count(len(questions.items), "question")
    st.markdown(f"**{literal(questions.name)}** · {count} · version {questions.version}")
    sources = evaluation_state.sources(console, "evaluation.sources")
    if not sources:
        st.info("There are no documents yet. Add some under Documents.", icon=":material/description:")
        return
    grid = _grid(console)
    with error_box.shown():
        settings = settings_of(grid)
        _start(console, questions, sources, settings)


def _grid(console: Console) -> Grid:
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Cutting")
        methods = st.multiselect("Cut at", list(Method), [Method.RECURSIVE], key="evaluation.methods",
                                 format_func=chunk_settings.NAMES.__getitem__)  # fmt: skip
        sizes = st.multiselect("Characters a passage", SIZES, [500, 1000], key="evaluation.sizes")
        overlaps = st.multiselect("Characters of overlap", OVERLAPS, [150], key="evaluation.overlaps",
                                  help="More than half of a passage is left out.")  # fmt: skip
    with right:
        st.markdown("##### Finding")
        ready = endpoint_reads.ready_for(console, Task.EMBEDDING)
        embeddings = st.multiselect("Embedding endpoints", ready, ready[:1], key="evaluation.embeddings")
        modes = st.multiselect("Search by", list(MODES), list(MODES), key="evaluation.modes",
                               format_func=MODES.__getitem__)  # fmt: skip
        weights = st.multiselect("Weight of words, where both count", WEIGHTS, [0.5], key="evaluation.weights")
        diversities = st.multiselect("Diversity", DIVERSITIES, [0.0], key="evaluation.diversities",
                                     format_func=lambda share: f"{share:g}" if share else "none")  # fmt: skip
        rerankers = endpoint_reads.ready_for(console, Task.RERANK)
        reranks = st.multiselect(
            "Reranking", ["", *rerankers], [""], key="evaluation.reranks", format_func=lambda name: name or "none",
        ) if rerankers else [""]  # fmt: skip
    languages, ks, prompts = _answering(console)
    return Grid(
        tuple(embeddings), tuple(methods), tuple(sizes), tuple(overlaps), tuple(map(SearchMode, modes)),
        tuple(weights) or (0.5,), tuple(ks) or (5,), tuple(diversities) or (0.0,), tuple(reranks) or ("",),
        languages=tuple(languages), prompts=tuple(prompts) or (("", ""),),
    )  # fmt: skip


def _answering(console: Console) -> tuple[list[str], list[int], list[tuple[str, str]]]:
    st.markdown("##### Answering")
    left, right = st.columns(2, gap="large")
    with left:
        languages = st.multiselect(
            "Language endpoints", endpoint_reads.ready_for(console, Task.CHAT), key="evaluation.languages",
            placeholder="none: only what is found is measured",
            help="Every question is then answered in every setting, which takes far longer than searching.",
        )  # fmt: skip
    if not languages:
        return [], [], []
    rules = {each.id: each for each in console.prompts.list(PromptKind.RAG) if not each.variables}
    with right:
        ks = st.multiselect("Passages given to the model", KS, [5], key="evaluation.ks")
        chosen = st.multiselect("Prompts", ["", *rules], [""], key="evaluation.prompts",
                                format_func=lambda id: rules[id].name if id in rules else "the usual one")  # fmt: skip
    texts = [(rules[id].name, rules[id].draft.text) if id else ("", "") for id in chosen]
    return languages, ks, texts


def _start(
    console: Console, questions: QuestionSet, sources: tuple[Source, ...], settings: tuple[Setting, ...]
) -> None:
    _say(_estimate(console, questions, sources, settings))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the evaluation", questions.name, key="evaluation.run.name", max_chars=80, width=300
        )
        begin = st.button("Start", type="primary", icon=":material/play_arrow:", key="evaluation.start")
    if begin:
        run = console.evaluation.start(RunRequest(name.strip() or questions.name, questions.id, sources, settings))
        st.session_state["evaluation.begun"] = run
        st.rerun()


def _estimate(
    console: Console, questions: QuestionSet, sources: tuple[Source, ...], settings: tuple[Setting, ...]
) -> Estimate:
    """The estimate, counted again only where something it rests on has changed."""
    runs = tuple((each.id, each.status) for each in console.evaluation.runs())
    key = questions.id, tuple(map(setting_id, settings)), sources, runs
    held = st.session_state.get(_COUNTED)
    if held is None or held[0] != key:
        with st.spinner("Counting passages", show_time=True):
            held = key, console.evaluation.estimate(settings, len(questions.items), sources)
        st.session_state[_COUNTED] = held
    found: Estimate = held[1]
    return found


def _say(found: Estimate) -> None:
    calls = f" and **{found.calls:,}** answers" if found.calls else ""
    takes = f"about {formats.duration(found.seconds)}" if found.seconds is not None else "time not known yet"
    costs = "cost not known" if found.usd is None else _money(found.usd)
    st.markdown(
        f"**{formats.count(found.settings, 'setting')}** × {formats.count(found.questions, 'question')}: "
        f"**{found.searches:,}** searches{calls}, {formats.count(found.passages, 'passage')} to embed. "
        f"Estimate: **{takes}**, **{costs}**.".replace("$", "\\$"),
        help="  \n".join(literal(line) for line in found.basis),
    )


def _money(usd: float) -> str:
    return f"about ${usd:,.2f}" if usd >= 0.01 else "less than $0.01"
