"""The execution role: there, taken on by SageMaker, allowed to read and write; and whether you may hand it over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from services.access import Checked, ExecutionRole, ExistingRole, RoleRequest, problems
from services.access import Verdict as May
from services.deploy import Asynchronous, DeployRequest, RagPairRequest
from services.errors import RequestProblem, SagedeckError
from services.plans.models import Permission
from services.preflight.looking import Look, or_none
from services.preflight.models import Fix, Line, Request, Topic, Verdict
from services.preflight.places import ecr_image, s3_place
from services.preflight.words import listed

# What AWS's own policies hold, where the simulator may not be asked: by the end of their ARN.
_EVERYTHING = ("AdministratorAccess", "PowerUserAccess")
_S3 = ("AmazonS3FullAccess", *_EVERYTHING)


def lines(look: Look) -> Iterator[Line]:
    """The role itself, then what it may do."""
    choice = look.role
    found = look.existing_role()
    if isinstance(choice, RoleRequest):
        yield _asked_for(choice, found)
        return
    if problems(choice):
        return  # the request's own line tells
    if choice.arn.split(":")[4:5] != [look.rooms.identity.account]:
        words = "The role belongs to another account; SageMaker takes on roles of its own account only."
        yield _line(Verdict.STOP, words, fixes=_own(look))
    elif found is None:
        words = f"There is no role {choice.arn.rpartition('/')[2]}."
        yield _line(Verdict.STOP, words, fixes=_own(look))
    elif not found.trusts_sagemaker:
        words = f"SageMaker may not take on {found.name}."
        yield _line(Verdict.STOP, words, "Its trust does not name sagemaker.amazonaws.com.", _own(look))
    else:
        yield from _rights(look, choice, found)


def _line(verdict: Verdict, words: str, detail: str = "", fixes: tuple[Fix, ...] = ()) -> Line:
    return Line(topic=Topic.ROLE, verdict=verdict, words=words, detail=detail, fixes=fixes)


def _asked_for(choice: RoleRequest, found: ExecutionRole | None) -> Line:
    if found is None:
        return _line(Verdict.OK, f"The role {choice.name} is made by the plan.", f"With {choice.access} privilege.")
    if found.made_here and found.trusts_sagemaker:
        return _line(Verdict.OK, f"The role {choice.name} is there, as this console made it.")
    words = f"A role {choice.name} exists, and this console did not make it."
    return _line(Verdict.STOP, words, "Choose it as an existing role, or another name.")


def _own(look: Look) -> tuple[Fix, ...]:
    return (Fix(words="Let the plan make a role", change=with_role(look.request, look.rooms.access.request())),)


def with_role(request: Request, role: RoleRequest) -> Request:
    """The same request under another role."""
    if isinstance(request, DeployRequest):
        return replace(request, role=role)
    return RagPairRequest(
        embedding=replace(request.embedding, role=role), language=replace(request.language, role=role)
    )


def needed(look: Look) -> tuple[Permission, ...]:
    """What the role is used for: reading weights, pulling one's own image, writing answers, its logs."""
    identity = look.rooms.identity
    arn, here = f"arn:{identity.partition}", f"{identity.region}:{identity.account}"
    found = [Permission("logs:CreateLogStream", f"{arn}:logs:{here}:log-group:/aws/sagemaker/Endpoints/sagedeck:*")]
    for part in look.parts:
        container = or_none(partial(look.container, part.request))
        image = ecr_image(container.image) if container else None
        if image is not None and image.account == identity.account:
            repository = f"{arn}:ecr:{image.region}:{image.account}:repository/{image.repository}"
            found += [Permission("ecr:BatchGetImage", repository), Permission("ecr:GetAuthorizationToken")]
        place = s3_place(container.artifact) if container else None
        if place is not None:
            found.append(Permission("s3:GetObject", f"{arn}:s3:::{place[0]}/{place[1]}"))
        found += [Permission("s3:PutObject", f"{arn}:s3:::{'/'.join(each)}") for each in outputs(part.request)]
    return tuple(dict.fromkeys(found))


def outputs(request: DeployRequest) -> tuple[tuple[str, str], ...]:
    """Where a deployment writes into S3: bucket and prefix of answers, failures and what is captured."""
    mode, capture = request.mode, request.advanced.capture
    urls = [mode.output, mode.failure] if isinstance(mode, Asynchronous) else []
    places = [s3_place(url) for url in (*urls, capture.destination if capture else "")]
    return tuple(place for place in places if place is not None)


def _rights(look: Look, choice: ExistingRole, found: ExecutionRole) -> Iterator[Line]:
    checked = look.rooms.access.check(choice.arn, needed(look))
    denied = [each for each in checked if each.verdict is May.DENIED]
    unknown = [each for each in checked if each.verdict is May.UNKNOWN]
    trusted = f"SageMaker may take on {found.name}"
    if denied:
        what = listed([f"{each.permission.action} on {each.permission.resource}" for each in denied], 3)
        # a bucket's or repository's own policy may allow what the role's does not: IAM's answer leaves those out
        yield _line(Verdict.WARNING, f"{trusted}, but its policies do not allow {what}.", _why(denied), _own(look))
    elif unknown:
        yield _by_policies(look, found, trusted, unknown)
    else:
        yield _line(Verdict.OK, f"{trusted}, and it may do what the deployment needs of it.", "Asked of IAM.")


def _by_policies(look: Look, found: ExecutionRole, trusted: str, unknown: Sequence[Checked]) -> Line:
    """What the names of its policies tell, where IAM may not be asked what they come to."""
    why = unknown[0].why
    try:
        has = look.rooms.access.policies(found.name)
    except SagedeckError as error:
        return _line(Verdict.UNKNOWN, f"{trusted}; what it may do could not be seen.", f"{why} {error.why}")
    attached = [arn.rpartition("/")[2] for arn in has.attached]
    only_s3 = all(each.permission.action.startswith(("s3:", "logs:")) for each in unknown)
    if any(name in _EVERYTHING for name in attached) or (only_s3 and any(name in _S3 for name in attached)):
        return _line(Verdict.OK, f"{trusted}; it has {listed(attached)}.", why)
    names = listed([*attached, *has.inline]) or "no policy at all"
    words = f"{trusted}; whether it may do all that is needed is not known."
    return _line(Verdict.UNKNOWN, words, f"{why} It has {names}.")


def _why(checked: Sequence[Checked]) -> str:
    return " ".join(dict.fromkeys(each.why for each in checked if each.why))


# What only an identity's own policy can allow: no resource of these services has a policy of its own that could.
_IDENTITY_ONLY = ("sagemaker:", "iam:", "application-autoscaling:", "cloudwatch:")


def caller_lines(look: Look) -> Iterator[Line]:
    """Whether you may do what the plan does: each of its permissions, asked of IAM."""
    try:
        plan = look.plan()
    except RequestProblem:  # another line tells what is wrong with it
        words = "What you may do is asked once the request can be planned."
        yield Line(topic=Topic.PERMISSIONS, verdict=Verdict.UNKNOWN, words=words)
        return
    wanted = tuple(dict.fromkeys(each for step in plan for each in step.permissions))
    checked = look.rooms.access.check(look.rooms.identity.arn, wanted)
    denied = [each for each in checked if each.verdict is May.DENIED]
    unknown = [each for each in checked if each.verdict is May.UNKNOWN]
    if denied:
        sure = any(each.permission.action.startswith(_IDENTITY_ONLY) for each in denied)
        actions = listed(list(dict.fromkeys(each.permission.action for each in denied)), 6)
        words = f"You may not {_doing(denied)}: {actions}."
        detail = f"{_why(denied)} The whole policy stands below the plan, under Permissions.".strip()
        verdict = Verdict.STOP if sure else Verdict.WARNING
        yield Line(topic=Topic.PERMISSIONS, verdict=verdict, words=words, detail=detail)
    elif unknown:
        words = "Whether you may do all that the plan does is not known."
        yield Line(topic=Topic.PERMISSIONS, verdict=Verdict.UNKNOWN, words=words, detail=_why(unknown))
    else:
        allowed = {each.action for each in wanted}
        passes = ", handing over the role (iam:PassRole) included" if "iam:PassRole" in allowed else ""
        words = f"You may do what the plan does: {len(allowed)} actions{passes}."
        yield Line(topic=Topic.PERMISSIONS, verdict=Verdict.OK, words=words, detail="Asked of IAM.")


def _doing(denied: Sequence[Checked]) -> str:
    passes = {each.permission.action for each in denied} == {"iam:PassRole"}
    return "hand the role over to SageMaker" if passes else "do all that the plan does"
