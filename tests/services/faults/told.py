"""Deployments that may fail, and what a person is told of them."""

from itertools import count

from services.cleanup import TakeDown
from services.console import Console
from services.deploy import CatalogSource, DeployRequest
from services.errors import (
    SagedeckError,
)
from services.plans import RunStatus, RunView

WAIT = 60.0
EMBEDDING, SMALL = "huggingface-sentencesimilarity-all-MiniLM-L6-v2", "ml.c6i.xlarge"
LANGUAGE, GPU = "meta-textgeneration-llama-3-1-8b-instruct", "ml.g5.4xlarge"
names = (f"faulty-{number}" for number in count())


def deployed(console: Console, model: str, kind: str, name: str) -> RunView:
    request = DeployRequest(
        source=CatalogSource(model_id=model, accept_eula=True),
        endpoint_name=name, instance_type=kind, role=console.access.request(), owner=console.owner,
    )  # fmt: skip
    return console.runs.wait(console.runs.start(console.deploy.plan_deploy(request)), WAIT)


def told(view: RunView) -> SagedeckError:
    """What a failed run says, as an error; it says what, why and what next."""
    assert view.status is RunStatus.FAILED, (view.status, [(step.id, step.status) for step in view.steps])
    problem = next(step.problem for step in view.steps if step.problem)
    assert problem.what
    assert problem.next
    return SagedeckError(problem.what, problem.why, problem.next)


def fitting(error: SagedeckError) -> SagedeckError:
    """An error as a person may be shown it."""
    assert error.what.endswith(".")
    assert error.next
    assert "Traceback" not in f"{error.what}{error.why}{error.next}"
    return error


def taken_down(console: Console, name: str) -> None:
    """What a failed run left is known to the take-down, and goes."""
    down: TakeDown = console.cleanup.plan_take_down()
    assert any(item.name == name or name in item.name for item in down.items)
    view = console.runs.wait(console.runs.start(console.endpoints.plan_delete(name)), WAIT)
    assert view.status is RunStatus.DONE
    assert name not in [each.name for each in console.endpoints.list_endpoints()]
