"""Steps on a job of SageMaker, planned alike by every room that ends one: stop it, wait until it stands still.

A job is not deleted, it is stopped; AWS keeps its record and bills nothing for it. Wording as AWS answers it.
"""

from __future__ import annotations

from services.plans.hosting import seconds_between_looks
from services.plans.models import ErrorMatch, Permission, Proof, Read, Step, Until

NO_JOB = (
    ErrorMatch("ValidationException", "not found"),
    ErrorMatch("ValidationException", "Could not find"),
    ErrorMatch("ResourceNotFound"),
)
ENDED = ("Stopped", "Completed", "Failed")
_SECONDS = 1800.0
_KINDS = {
    "training job": ("TrainingJob", "training_job"),
    "transform job": ("TransformJob", "transform_job"),
    "processing job": ("ProcessingJob", "processing_job"),
    "AutoML job": ("AutoMLJob", "auto_ml_job"),
}


def stop_steps(kind: str, name: str, arn: str, *, after: tuple[str, ...] = (), pace: float = 1.0) -> tuple[Step, Step]:
    """Stops a job and waits for that; `kind`: training job, transform job, processing job or AutoML job."""
    noun, operation = _KINDS[kind]
    second = kind == "AutoML job"
    describe = f"describe_{operation}_v2" if second else f"describe_{operation}"
    which = {f"{noun}Name": name}
    may = tuple(Permission(f"sagemaker:{verb}", arn) for verb in (f"Stop{noun}", f"Describe{noun}{'V2' * second}"))
    ended = " && ".join(f"{noun}Status != '{each}'" for each in ENDED)
    own = f"{kind.replace(' ', '-').lower()}-{name}"
    stop = Step(
        id=f"stop-{own}",
        service="sagemaker",
        operation=f"stop_{operation}",
        reason=f"Stops the {kind} {name}; what it has written stays.",
        parameters=which,
        after=after,
        permissions=may,
        # a job that has ended holds no machine any more, which is all that can be removed of it
        proof=Proof(Read("sagemaker", describe, which), absent=NO_JOB, found=ended, gone=True),
    )
    wait = Step(
        id=f"stopped-{own}",
        service="sagemaker",
        operation=describe,
        reason=f"{name} is paid for until it stands still.",
        parameters=which,
        after=(stop.id,),
        manner=Until(
            path=f"{noun}Status",
            done=ENDED,
            gone=True,
            absent=NO_JOB,
            deadline=_SECONDS,
            typical=120.0 / pace,
            every=seconds_between_looks(pace),
        ),
        permissions=may[1:],
    )
    return stop, wait
