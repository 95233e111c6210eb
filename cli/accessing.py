"""Commands about who may do what: the execution role SageMaker takes on, and an IAM user with its key."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cli.following import PlanFlag, carry_out, print_plan
from cli.opening import JsonFlag, YesFlag, answering, app, open_console, say
from services.errors import InvalidRequest, NotFound

role = typer.Typer(no_args_is_help=True, help="The role SageMaker takes on while a model runs.")
user = typer.Typer(no_args_is_help=True, help="An IAM user for a person or a program.")
app.add_typer(role, name="role")
app.add_typer(user, name="user")

RoleName = Annotated[str, typer.Option("--name", help="Name; the console's usual one when left out.")]
Classic = Annotated[bool, typer.Option("--classic", help="The broad rights that tutorials give, instead of the least.")]


@role.command("create")
def create_role(
    context: typer.Context,
    name: RoleName = "",
    classic: Classic = False,
    out: Annotated[Path | None, typer.Option(help='Also save {"RoleArn": …} in this file.')] = None,
    show_plan: PlanFlag = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Create the execution role, or find it as this console made it."""
    from services.access import Access, role_arn

    with answering(as_json):
        console = open_console(context)
        request = console.access.request(name, access=Access.CLASSIC if classic else Access.LEAST)
        plan = console.access.plan_role(request)
        if show_plan:
            print_plan(plan, as_json)
            return
        view = carry_out(console, plan, yes, replan=lambda: console.access.plan_role(request))
        arn = role_arn(request, console.access.state(request))
        _save(out, {"RoleArn": arn})
        typer.echo(json.dumps({"run": view.id, "RoleArn": arn}) if as_json else arn)


@role.command("show")
def show_role(
    context: typer.Context,
    name: RoleName = "",
    out: Annotated[Path | None, typer.Option(help='Save {"RoleArn": …} in this file.')] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show an execution role and what it may do."""
    with answering(as_json):
        console = open_console(context)
        wanted = name or console.access.request().name
        found = console.access.find_role(wanted)
        if found is None:
            raise NotFound(f"There is no role {wanted}.", "", "`sagedeck role create` makes it.")
        rights = console.access.policies(wanted)
        _save(out, {"RoleArn": found.arn})
        row = {
            "RoleArn": found.arn,
            "inline": rights.inline,
            "attached": rights.attached,
            "trusts_sagemaker": found.trusts_sagemaker,
            "made_here": found.made_here,
        }
        typer.echo(json.dumps(row) if as_json else found.arn)
        for policy in [] if as_json else (*rights.inline, *rights.attached):
            say(f"  {policy}")


@user.command("create")
def create_user(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Name of the user.")] = "sagemaker-deployer",
    classic: Classic = False,
    policy: Annotated[list[str] | None, typer.Option(help="ARN of a further managed policy; may be repeated.")] = None,
    key: Annotated[bool, typer.Option(help="Make an access key; its secret is shown once.")] = True,
    out: Annotated[Path | None, typer.Option(help="Save the key in this new file, which only you can read.")] = None,
    show_plan: PlanFlag = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Create an IAM user who may deploy. The key is shown once: to standard output, or with --out into a file."""
    from services.access import Access, UserRequest, key_of

    with answering(as_json):
        _refuse_existing(out)
        console = open_console(context)
        access = Access.CLASSIC if classic else Access.LEAST
        request = UserRequest(name=name, owner=console.owner, access=access, policies=tuple(policy or ()), key=key)
        plan = console.access.plan_user(request)
        for warning in () if show_plan else plan.warnings:
            say(f"  ! {warning}")
        if show_plan:
            print_plan(plan, as_json)
            return
        view = carry_out(console, plan, yes, replan=lambda: console.access.plan_user(request))
        handed = key_of(console.runs.take_secrets(view.id))
        made = {"AccessKeyId": handed.id, "SecretAccessKey": handed.secret} if handed else {}
        kept = _keep(out, made)
        shown = {"run": view.id, "UserName": name} | ({"saved": str(out)} if kept else made)
        typer.echo(json.dumps(shown) if as_json else "\n".join(f"{each}: {shown[each]}" for each in shown))


def _refuse_existing(path: Path | None) -> None:
    if path is not None and path.exists():
        raise InvalidRequest(f"{path} exists.", "A key is never written over another.", "Name a new file.")
    if path is not None and not os.access(path.absolute().parent, os.W_OK):
        raise InvalidRequest(f"{path} cannot be written.", "The key would be lost.", "Name a file that can be written.")


def _save(path: Path | None, content: dict[str, str]) -> None:
    if path is not None:
        path.write_text(json.dumps(content) + "\n", encoding="utf-8")


def _keep(path: Path | None, key: dict[str, str]) -> bool:
    """Write a key into a new file that only its owner can read; False where it has to be shown instead."""
    if path is None or not key:
        return False
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(key) + "\n")
    except OSError as error:
        say(f"{path} could not be written ({error.strerror}); the key is shown instead.")
        return False
    return True
