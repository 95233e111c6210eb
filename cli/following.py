"""Plans on the command line: confirmed, carried out, followed."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from cli.opening import say
from services.connection import Mode
from services.errors import InvalidRequest, SagedeckError

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan, RunView


class ScriptFormat(StrEnum):
    """What `--script` can write; the words of `services.plans.Format`, which is not imported for a command line."""

    BOTO3 = "boto3"
    CLOUDFORMATION = "cloudformation"
    CDK = "cdk"
    TERRAFORM = "terraform"


PlanFlag = Annotated[bool, typer.Option("--plan", help="Show the plan and change nothing.")]
Script = Annotated[
    ScriptFormat | None,
    typer.Option("--script", help="Print the plan as a file for other tools, boto3 if left out; change nothing."),
]


def by_yes(plan: Plan) -> bool:
    """Ask for a yes, with what it costs."""
    return typer.confirm(f"Run this for {price_of(plan)}?", err=True)


def carry_out(
    console: Console,
    plan: Plan,
    yes: bool,
    *,
    replan: Callable[[], Plan],
    wait: bool = True,
    confirmed: Callable[[Plan], bool] = by_yes,
    secrets: Callable[[], Mapping[str, str]] = dict,
) -> RunView:
    """Confirm, run and follow a plan; what happens goes to standard error. Raises when it did not succeed.

    What was confirmed by a person is planned again before it runs; `secrets` gives what it needs then, by name. Without
    `wait`, everything is asked for and only what AWS does by itself (an endpoint that starts) is left.
    """
    from services.plans import RunStatus

    current = plan
    if not yes and console.connection.mode is Mode.AWS:
        _confirm(plan, confirmed)
        current = replan()
    run = console.runs.start(current, confirmed=plan, secrets=secrets())
    try:
        with ended_as_by_hand():
            view = _follow(console, run, wait)
    except KeyboardInterrupt:
        raise _left(console, run) from None
    finally:
        console.refresh()
    if view.status is RunStatus.DONE:
        return view
    if not view.status.ended:
        say(f"Everything is asked for. The wait is left: `sagedeck resume-run {run[:8]}` goes on with it.")
        return view
    _say_cause(console, view)
    raise _failed(view)


def _failed(view: RunView) -> SagedeckError:
    """What a run that did not succeed ends with: its first problem, what it left, and how to go on."""
    problem = next((step.problem for step in view.steps if step.problem), view.problem)
    return SagedeckError(
        problem.what if problem else f"The run ended as {view.status}.",
        problem.why if problem else "",
        " ".join(part for part in (problem.next if problem else "", _still(view), _go_on(view.id)) if part),
    )


def _say_cause(console: Console, view: RunView) -> None:
    """Say the diagnosis of the step that failed; nothing where the cause is unknown."""
    from services.diagnosis import Place, diagnose_container
    from services.plans import Until

    failed = next((step for step in view.steps if step.problem), None)
    planned = next((step for step in view.plan if failed and step.id == failed.id), None)
    if failed is None or failed.problem is None or planned is None:
        return
    problem = failed.problem
    said, code = (problem.why or problem.what).removeprefix("AWS says: "), problem.kind
    component = str(planned.parameters.get("InferenceComponentName", ""))
    name = component or str(planned.parameters.get("EndpointName", ""))
    if isinstance(planned.manner, Until) and name:
        place = Place.COMPONENT if component else Place.ENDPOINT
        read = partial(console.container_log, place, name)
        found = diagnose_container(said, read, code=code, operation=failed.operation)
    else:
        found = console.diagnosis(said, code=code, operation=failed.operation)
    if found.cause != "unknown":
        again = "Trying again as it is can help." if found.retry else "Until then, trying again will not help."
        say(f"Cause ({found.cause}): {found.words}. Shown by: {found.evidence}\nWhat to do: {found.fix} {again}")


@contextlib.contextmanager
def ended_as_by_hand() -> Iterator[None]:
    """SIGTERM (a supervisor, `kill`) stops the command as Ctrl-C does: what stands and bills is said before it ends."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only there a program may be told of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def follow_run(console: Console, run: str) -> RunView:
    """Follow a run to its end, its steps on standard error; stopping the command leaves it interrupted."""
    try:
        with ended_as_by_hand():
            return _follow(console, run, wait=True)
    except KeyboardInterrupt:
        raise _left(console, run) from None
    finally:
        console.refresh()


def _follow(console: Console, run: str, wait: bool) -> RunView:
    view, told = console.runs.view(run), set()
    while (console.runs.under_way(run) or not view.status.ended) and (wait or not _only_waits(view)):
        view = console.runs.wait(run, 0.5)
        for step in (*view.steps, *view.undo_steps):
            if (step.id, step.status) not in told and step.status not in ("waiting", "skipped"):
                told.add((step.id, step.status))
                say(f"  {step.status:<13} {step.reason}")
    return view


def _only_waits(view: RunView) -> bool:
    """Whether every step that calls something has ended."""
    from services.plans import Until

    waits = {step.id for step in view.plan if isinstance(step.manner, Until)}
    return all(step.id in waits or step.status not in ("waiting", "running") for step in view.steps)


def _left(console: Console, run: str) -> SagedeckError:
    """What to know when somebody stops the command while its run is under way."""
    return SagedeckError(
        "Stopped; the run is interrupted half-way.",
        _still(console.runs.view(run)),
        f"{_go_on(run)} `sagedeck down` removes everything.",
    )


def _go_on(run: str) -> str:
    """What can be done about a run that did not come to its end."""
    return f"`sagedeck resume-run {run[:8]}` goes on with it, `sagedeck undo {run[:8]}` takes back what it made."


def _still(view: RunView) -> str:
    return f"What stands still costs {usd(view.usd_per_hour)}/h." if view.usd_per_hour != 0 else ""


def _confirm(plan: Plan, confirmed: Callable[[Plan], bool]) -> None:
    print_plan(plan, as_json=False)
    if not sys.stdin.isatty():
        raise InvalidRequest("This changes an AWS account and nobody is there to confirm it.", "", "Add --yes.")
    if not confirmed(plan):
        raise typer.Exit(1)


class WithScript(TyperCommand):
    """A command whose `--script` may stand without a value, which then is boto3."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {each.value for each in ScriptFormat}
        pairs = zip(args, [*args[1:], ""], strict=True)
        spelled = ["--script=boto3" if word == "--script" and after not in known else word for word, after in pairs]
        return super().parse_args(ctx, spelled)


def only_shown(console: Console, plan: Plan, *, show_plan: bool, script: ScriptFormat | None, as_json: bool) -> bool:
    """Whether a plan was asked to be seen and no more; then it is on standard output."""
    if script:
        print_script(console, plan, script)
    elif show_plan:
        print_plan(plan, as_json)
    return bool(script or show_plan)


def print_script(console: Console, plan: Plan, form: ScriptFormat) -> None:
    """The plan in that format on standard output."""
    from services.plans import Format, export

    written = export(plan, Format(form.value), region=console.connection.identity.region)
    typer.echo(written.text, nl=False)


def print_plan(plan: Plan, as_json: bool) -> None:
    from services.plans import policy, shown

    rows = [
        {"id": step.id, "call": f"{step.service}.{step.operation}", "reason": step.reason, "after": list(step.after)}
        | {"parameters": shown(step.parameters)}
        for step in plan.steps
    ]
    if as_json:
        told = plan.estimate
        price = {"usd_per_hour": told.usd_per_hour, "usd_per_hour_most": told.usd_per_hour_most}
        price |= {"usd_once": told.usd_once} if told.usd_once is not None else {}
        document = {"title": plan.title, **price, "steps": rows}
        typer.echo(json.dumps(document | {"warnings": list(plan.warnings), "policy": policy(plan)}, default=str))
        return
    say(f"{plan.title}: {price_of(plan)}")
    for row in rows:
        say(f"  {row['call']:<40} {row['reason']}")
    for warning in plan.warnings:
        say(f"  ! {warning}")


def price_of(plan: Plan) -> str:
    """The hourly price, with its ceiling where that is another, and what work that ends by itself may come to."""
    hourly, most, once = plan.estimate.usd_per_hour, plan.estimate.usd_per_hour_most, plan.estimate.usd_once
    if hourly is not None and hourly < 0:
        return an_hour(hourly)
    told = f"{usd(hourly)}/h" if hourly == most else f"{usd(hourly)}/h, at most {usd(most)}/h"
    costs = [step.cost for step in plan.steps if step.cost is not None]
    if not once and hourly == 0 and any(each.usd_once is None and each.usd_per_hour is None for each in costs):
        return usd(None)
    return f"{told}, and at most ${once:,.2f} once" if once else told


def an_hour(amount: float | None) -> str:
    """`$0.051/h`; of what costs no more, `ends $0.051/h`."""
    if amount is None:
        return usd(amount)
    return f"ends {usd(-amount)}/h" if amount < 0 else f"{usd(amount)}/h"


def a_month(amount: float | None) -> str:
    """`$0.42 a month`; under a cent nobody wants the digits."""
    if amount is None:
        return usd(None)
    return "less than $0.01 a month" if 0 < amount < 0.01 else f"${amount:,.2f} a month"


def usd(amount: float | None) -> str:
    if amount is None:
        return "unknown price"
    return "less than $0.001" if 0 < abs(amount) < 0.0005 else f"${amount + 0.0:.3f}"  # -0.0 is 0
