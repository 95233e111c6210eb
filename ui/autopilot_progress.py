"""The tab "Progress": stages with their times beside typical ones, candidates as they come, the best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from services.autopilot.models import JobStatus
from services.autopilot.watching.following import State, Step, best_so_far, value_of
from services.autopilot.watching.leaderboard import algorithm
from services.autopilot.watching.metrics import minimized, objective_of, words
from ui import autopilot_left, autopilot_reads, charts, formats, plain_table, polling, status_chip
from ui.escape import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.autopilot import Candidate, Job
    from services.autopilot.watching.following import Progress
    from services.console import Console

MOST_ROWS = 30


def show(console: Console, job: Job, candidates: tuple[Candidate, ...]) -> None:
    """Write the view; while the job moves it is drawn again by itself, and asks AWS no oftener than is polite."""

    def draw() -> None:
        now = autopilot_reads.job(console, job.name) if job.status.moving else job
        known = autopilot_reads.candidates(console, now) if job.status.moving else candidates
        _view(console, now, known)

    polling.live(draw, autopilot_reads.seconds_between_looks(console) if job.status.moving else None)
    if not job.status.moving:
        autopilot_left.show(console, job)


def _view(console: Console, job: Job, candidates: Sequence[Candidate]) -> None:
    progress = console.autopilot.progress(job, candidates)
    with st.container(border=True, key="autopilot-stages"):
        if job.status.moving:
            st.progress(progress.share, text=_summary(progress))
        else:
            st.markdown(_summary(progress))
        if job.status.moving or job.status in (JobStatus.COMPLETED, JobStatus.UNKNOWN):
            _stages(progress)
        else:
            st.markdown(":gray[It ended before it was through; AWS does not tell in which stage that was.]")
    _best(job, candidates)
    _candidates(job, candidates)


def _summary(progress: Progress) -> str:
    parts = [f"{formats.duration(progress.elapsed)} of about {formats.duration(progress.typical)} typical"]
    if progress.most:
        parts.append(f"{formats.duration(progress.most)} at most")
    trained = f"{progress.trained:,} of up to {progress.expected:,}" if progress.expected else f"{progress.trained:,}"
    parts.append(f"{trained} candidates finished")
    parts += [f"{progress.in_work:,} in work"] if progress.in_work else []
    parts += [f"{progress.failed:,} failed"] if progress.failed else []
    return literal(" · ".join(parts))


def _stages(progress: Progress) -> None:
    rows = []
    for stage in progress.stages:
        took = formats.duration(stage.seconds) if stage.seconds is not None else ""
        usual = f"about {formats.duration(stage.typical)}" if stage.typical else ""
        rows.append(
            {
                "Stage": f"{status_chip.icon(stage.state.value)} {literal(stage.words)}",
                "Time": literal(took if took or stage.state is not State.DONE else "done") or "—",
                "Typical": f":gray[{literal(usual)}]",
            }
        )
    plain_table.show(rows, key="autopilot-stages-figures")
    st.markdown(
        ":gray[:small[Typical times are estimates for a few thousand rows. AWS tells when candidates were made and "
        "when the job last changed, and of the other stages not how long they took.]]"
    )


def _best(job: Job, candidates: Sequence[Candidate]) -> None:
    metric = objective_of(job)
    steps = best_so_far(candidates, metric) if metric else ()
    if len(steps) < 2:
        return
    better = "less is better" if minimized(metric) else "more is better"
    st.markdown(f"**Best {literal(words(metric))} so far** :gray[({better})]")
    top = steps[-1].best
    st.plotly_chart(
        _chart(steps), key=f"autopilot-best-{job.name}", config={"displayModeBar": False},
        alt=f"The best {words(metric)} after each of {len(steps)} candidates; now {top:.4g}",
    )  # fmt: skip


def _chart(steps: Sequence[Step]) -> object:
    zone = charts.here()
    times = [charts.moment(step.at.timestamp(), zone) for step in steps]
    names = [step.name for step in steps]
    data = [
        {"type": "scatter", "mode": "markers", "x": times, "y": [step.value for step in steps], "name": "Candidate",
         "text": names, "hovertemplate": "%{text}: %{y:.4g}<extra></extra>",
         "marker": {"size": 7, "color": charts.colour(1)}},
        {"type": "scatter", "mode": "lines", "x": times, "y": [step.best for step in steps], "name": "Best so far",
         "line": {"shape": "hv", "width": 2, "color": charts.colour(0)}, "hoverinfo": "skip"},
    ]  # fmt: skip
    layout = {
        "height": 220, "margin": {"l": 0, "r": 8, "t": 6, "b": 0}, "template": {"layout": {}},
        "legend": {"orientation": "h", "y": -0.18, "x": 0, "yanchor": "top"},
        "xaxis": {"automargin": True, "nticks": 6, "tickformat": "%H:%M:%S"},
        "yaxis": {"automargin": True, "nticks": 5},
    }  # fmt: skip
    return charts.plotly().Figure(data=data, layout=layout, _validate=False)


def _candidates(job: Job, candidates: Sequence[Candidate]) -> None:
    if not candidates:
        words_ = "Candidates appear here as they are trained." if job.status.moving else "It has no candidates."
        st.markdown(f":gray[{words_}]")
        return
    metric = objective_of(job)
    rows = []
    for each in reversed(candidates[-MOST_ROWS:]):
        value = value_of(each, metric) if metric else None
        took = (each.ended - each.created).total_seconds() if each.ended and each.created else None
        rows.append(
            {
                "Candidate": literal(formats.short(each.name)),
                "Status": status_chip.badge(each.status),
                "By": literal(algorithm(each)),
                literal(words(metric) or "Value"): formats.measure(value) if value is not None else "",
                "Took": formats.duration(took) if took is not None else "",
            }
        )
        if each.failure:
            rows[-1]["Status"] += f" {literal(each.failure[:200])}"
    plain_table.show(rows, key="autopilot-candidates")
    if len(candidates) > MOST_ROWS:
        st.markdown(f":gray[The newest {MOST_ROWS} of {len(candidates):,}; the leaderboard has all.]")
