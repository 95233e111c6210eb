"""The tab "Candidate": one of them with its metrics, what its reports show, what it consists of, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.models import ProblemKind
from services.autopilot.watching.following import best_of, value_of
from services.autopilot.watching.leaderboard import algorithm, leaderboard, metrics_of
from services.autopilot.watching.metrics import minimized, objective_of, words
from ui import (
    autopilot_downloads,
    autopilot_reads,
    autopilot_report_view,
    empty_state,
    formats,
    plain_table,
    polling,
    status_chip,
)
from ui.escape import code, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.autopilot import Candidate, Job
    from services.console import Console

SETS = {"Validation": "validation", "Train": "training", "Test": "test"}
SIMULATED = "Simulated-"  # what the sandbox's names begin with where it trained nothing


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write the view of the candidate that the address names, or of the best one."""
    if not candidates:
        empty_state.show("model_training", "No candidate", "There is nothing to look at before one is trained.")
        return
    polling.alone(lambda: _view(console, job, candidates))


def _view(console: Console, job: Job, candidates: Sequence[Candidate]) -> None:
    chosen = _chosen(job, candidates)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(status_chip.badge(chosen.status), width="content")
        told = [algorithm(chosen)]
        if chosen.created and chosen.ended:
            told.append(f"trained in {formats.duration((chosen.ended - chosen.created).total_seconds())}")
        st.markdown(f":gray[{literal(' · '.join(each for each in told if each))}]", width="content")
    st.markdown(code(chosen.name))
    if chosen.failure:
        st.error(literal(chosen.failure), icon=":material/error:")
    if chosen.name.startswith(SIMULATED):
        st.info("The sandbox trained nothing here: this job is simulated, so nothing of it was measured.",
                icon=":material/science:")  # fmt: skip
    _metrics(job, chosen)
    if chosen.status not in ("Completed", ""):
        st.markdown(":gray[Reports come once it is trained.]")
    else:
        with st.spinner("Reading its reports…"):
            told_of = autopilot_reads.reports(console, job, chosen)
        autopilot_report_view.show(told_of, job, f"candidate.{job.name}.{chosen.name}")
        autopilot_downloads.show(console, told_of.files, key=f"candidate-files-{chosen.name}")
    _parts(job, chosen)


def _chosen(job: Job, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate that is looked at; the address repeats it."""
    ranked = [place.candidate for place in leaderboard(job, candidates)]
    of = {each.name: each for each in ranked}
    best = best_of(job, candidates)
    asked = str(st.query_params.get("candidate", ""))
    first = asked if asked in of else best.name if best is not None and best.name in of else ranked[0].name
    key = f"candidate.{job.name}"
    if st.session_state.get(key) not in of or (asked in of and asked != st.session_state.get(f"{key}.address")):
        st.session_state[key] = first
    metric = objective_of(job)

    def label(name: str) -> str:
        value = value_of(of[name], metric) if metric else None
        said = f" · {words(metric)} {formats.measure(value)}" if value is not None else ""
        return f"{formats.short(name)}{said}{' · best' if best is not None and best.name == name else ''}"

    name = st.selectbox("Candidate", list(of), key=key, format_func=label, filter_mode="contains")
    st.session_state[f"{key}.address"] = name
    if asked != name:
        st.query_params["candidate"] = name
    return of[name]


def _metrics(job: Job, candidate: Candidate) -> None:
    sets = [each for each in SETS if metrics_of([candidate], each)]
    names = list(dict.fromkeys(name for each in sets for name in metrics_of([candidate], each)))
    if not names:
        st.markdown(":gray[AWS tells no metric of it.]")
        return
    objective = objective_of(job)
    rows = []
    for name in sorted(names, key=lambda each: each != objective):
        row = {"Metric": f"**{literal(words(name))}**" if name == objective else literal(words(name))}
        for each in sets:
            value = value_of(candidate, name, each)
            row[f"On {SETS[each]}"] = formats.measure(value) if value is not None else ""
        row["Better"] = ":gray[less]" if minimized(name) else ":gray[more]"
        rows.append(row)
    plain_table.show(rows, key="autopilot-metrics-figures")


def _parts(job: Job, candidate: Candidate) -> None:
    """Its containers, in the order they stand behind one another, and the jobs it came from."""
    with st.expander("Containers and jobs behind it", type="compact"):
        sets = [("", candidate.containers), *candidate.accelerated]
        for kind, containers in sets:
            for number, each in enumerate(containers, 1):
                with st.container(border=True, gap="small"):
                    st.markdown(f"**{literal(kind)} container {number} of {len(containers)}**".replace("** ", "**"))
                    st.code(each.image, language=None, wrap_lines=True)
                    if each.model_data:
                        st.code(each.model_data, language=None, wrap_lines=True)
                    if each.environment:
                        lines = "\n".join(f"{name}={value}" for name, value in each.environment)
                        st.code(lines, language=None, wrap_lines=True)
        if not candidate.containers and not candidate.accelerated:
            st.markdown(":gray[AWS names no container of it, so it cannot be deployed.]")
        if candidate.steps:
            rows = [
                {"Job": literal(each.kind.rpartition("::")[2]), "Name": code(each.name)} for each in candidate.steps
            ]
            plain_table.show(rows, key="autopilot-steps")
        if job.kind is ProblemKind.LANGUAGE:
            st.markdown(":gray[A fine-tuned language model is ranked by nothing: there is one candidate.]")
