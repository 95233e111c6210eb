"""A transform job as a line and as a JSON value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.following import usd

if TYPE_CHECKING:
    from services.batch import Progress, TransformJob
    from services.console import Console


def job_row(console: Console, job: TransformJob) -> dict[str, Any]:
    """The job as JSON; an unknown price is null."""
    spent, asked = console.batch.spent(job), job.request
    return {
        "name": job.name, "status": str(job.status), "created": job.created.isoformat(),
        "started": job.started.isoformat() if job.started else None,
        "ended": job.ended.isoformat() if job.ended else None,
        "seconds": round(job.elapsed(console.connection.now())), "failure": job.failure or None,
        "model": asked.model if asked else None, "input": asked.source if asked else None,
        "output": asked.target if asked else None, "instance_type": asked.instance_type if asked else None,
        "count": asked.count if asked else None, "usd": spent.usd, "usd_per_hour": spent.usd_per_hour,
    }  # fmt: skip


def progress_row(progress: Progress) -> dict[str, Any]:
    """How far it is, as JSON."""
    return {
        "done": progress.done, "total": progress.total, "complete": progress.complete,
        "bytes_written": progress.stored, "problem": progress.problem or None,
    }  # fmt: skip


def job_line(console: Console, job: TransformJob) -> str:
    """The job on one line."""
    asked = job.request
    runs = f"{asked.count} × {asked.instance_type}" if asked else ""
    minutes = job.elapsed(console.connection.now()) / 60
    return f"{job.name:<63}  {job.status:<11} {minutes:>8,.1f} min  {runs:<22} {usd(console.batch.spent(job).usd)}"
