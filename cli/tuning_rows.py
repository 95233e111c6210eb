"""A text's report and a training job as the command line writes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from services.legible import legible

if TYPE_CHECKING:
    from services.console import Console
    from services.tuning import TextReport, TrainingJob


def report_words(report: TextReport) -> str:
    """The report for a person."""
    safe = sum(each.safe for each in report.repairs)
    head = "A model may be tuned on this text." if report.sound else "No model should be tuned on this text."
    if report.accepted and not report.sound:
        head = f"A model may be tuned on this text, after {safe} repair{'s' * (safe != 1)}."
    lines = [
        head,
        f"{report.layout}, {report.rows:,} rows, about {report.tokens:,} tokens (an estimate), "
        f"the longest row about {report.longest:,}.",
    ]
    for each in report.findings:
        where = f" (line {', '.join(map(str, each.lines))})" if each.lines else ""
        mend = f" Repair: {each.repair.words}" if each.repair else ""
        lines.append(f"{each.level}: {each.words}{where}{mend}")
    return legible("\n".join(lines))


def summary_row(job: TrainingJob) -> dict[str, Any]:
    """A job as it is listed."""
    return {
        "job": job.name, "status": job.status.value, "stage": job.stage,
        "created": job.created.isoformat() if job.created else None,
        "ended": job.ended.isoformat() if job.ended else None,
    }  # fmt: skip


def job_row(console: Console, job: TrainingJob) -> dict[str, Any]:
    """A job with all that is known of it; the cause of a failure is "" where there is none."""
    progress, left = console.tuning.progress(job), console.tuning.left(job)
    return summary_row(job) | {
        "model": job.model_id,
        "instance_type": job.instance_type,
        "count": job.count,
        "spot": job.spot,
        "stages": [{"stage": each.name, "state": each.state, "seconds": each.seconds} for each in progress.parts],
        "billed_seconds": progress.billed,
        "usd": progress.usd,
        "usd_most": progress.most_usd,
        "spot_saved": progress.saved,
        "losses": {
            curve.name: [[at.isoformat(), value] for at, value in curve.points] for curve in console.tuning.curves(job)
        },
        "failure": legible(job.failure),
        "cause": _cause(console, job),
        "artifact": job.artifact,
        "left": [
            {"what": each.what, "place": each.place, "objects": each.count, "bytes": each.size} for each in left.piles
        ],
        "left_usd_a_month": left.usd_a_month,
    }


def _cause(console: Console, job: TrainingJob) -> str:
    from services.diagnosis import Place, diagnose_container

    if not job.failure:
        return ""
    read = partial(console.container_log, Place.TRAINING, job.name)
    found = diagnose_container(job.failure, read, operation="CreateTrainingJob")
    return "" if found.cause == "unknown" else f"Cause ({found.cause}): {found.words}. What to do: {found.fix}"
