"""Plans a domain in the quick way, and people of a domain. Pure.

What a domain makes and leaves: "Domain setup" in SageMaker's developer guide. The default network and public internet
access are those of AWS's own quick setup.
"""

from __future__ import annotations

from typing import Any

from services.access import RoleRequest, plan_execution_role, role_arn, role_value, tags
from services.errors import InvalidRequest, NameTaken
from services.plans.models import Cost, Estimate, Once, Permission, Plan, Proof, Read, Ref, Step
from services.plans.workplaces import ABSENT, NEW_ROLE, Workplace, delete_step, gone_step, ready_step
from services.studio.models import (
    APP_TYPES,
    LEAST_GB,
    LEAST_IDLE,
    MOST_GB,
    MOST_IDLE,
    DomainRequest,
    ProfileRequest,
    StudioState,
)
from services.studio.problems import domain_problems, profile_problems

CREATE = "create-domain"
_PASSED = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
_LINKED = "sagemaker.amazonaws.com"


def plan_domain(request: DomainRequest, state: StudioState) -> Plan:
    """Makes a domain and its first user profile, and waits for both. Raises InvalidRequest, NameTaken."""
    wrong = domain_problems(request)
    if wrong:
        words = " ".join(each.words for each in wrong)
        raise InvalidRequest("This domain cannot be made.", words, "Correct it and plan again.")
    if request.name in state.domains:
        what = f"There is a domain {request.name} already."
        raise NameTaken(what, "Make a user profile in it, or choose another name.", "Look at the list.")
    role = plan_execution_role(request.role, state.role) if isinstance(request.role, RoleRequest) else None
    steps = role.steps if role else ()
    place = _domain(request, state)
    create = _create(request, state, place, tuple(step.id for step in steps))
    why = f"The domain {request.name} with its file system takes about five minutes."
    ready = ready_step(place, why, step_id="domain-ready", after=(CREATE,), pace=state.pace)
    person = profile_steps(place.which["DomainId"], request.profile, request.owner, state, after=("domain-ready",))
    warnings = (*(role.warnings if role else ()), *_left(request, state))
    source = "a domain alone costs nothing; apps, volumes and files in it do"
    return Plan(f"Make the Studio domain {request.name}", (*steps, create, ready, *person), warnings,
                Estimate(0.0, source=source))  # fmt: skip


def _domain(request: DomainRequest, state: StudioState) -> Workplace:
    # its id is known once it is made; where a look found it made already, from the list
    which = Ref(CREATE, f"DomainId || (Domains[?DomainName=='{request.name}'] | [0]).DomainId")
    return Workplace("domain", request.name, {"DomainId": which}, state.arn("domain/*"), "the domain")


def _left(request: DomainRequest, state: StudioState) -> tuple[str, ...]:
    """What it will cost and leave, said beforehand."""
    price = state.efs_per_gb_month
    files = "at a price that is not known here" if price is None else f"at ${price:.2f} a GB and month"
    idle = (
        f"AWS stops apps after {request.idle_minutes:,} minutes without use."
        if request.idle_minutes
        else "Apps run, and cost, until somebody stops them."
    )
    return (
        f"The domain itself costs nothing. Files of people on its file system (EFS) are charged {files}; apps and the "
        f"volumes of spaces cost as each is made. {idle}",
        f"It makes a file system and two security groups in {request.vpc_id}; Studio's own tools may make the bucket "
        f"sagemaker-{state.region}-{state.account} when they are first used. Remove Studio removes the domain with its "
        "file system in order; security groups and bucket stay, and groups cost nothing.",
    )


def _settings(request: DomainRequest, state: StudioState) -> dict[str, Any]:
    made = request.role if isinstance(request.role, RoleRequest) else None
    idle = {
        "LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": request.idle_minutes,
        "MinIdleTimeoutInMinutes": LEAST_IDLE, "MaxIdleTimeoutInMinutes": MOST_IDLE,
    }  # fmt: skip
    of_apps = {f"{kind}AppSettings": {"AppLifecycleManagement": {"IdleSettings": idle}} for kind in APP_TYPES}
    sizes = {"DefaultEbsVolumeSizeInGb": LEAST_GB, "MaximumEbsVolumeSizeInGb": MOST_GB}
    return {
        "ExecutionRole": role_value(made, role_arn(request.role, state.role)),
        "StudioWebPortal": "ENABLED",
        "DefaultLandingUri": "studio::",
        "SpaceStorageSettings": {"DefaultEbsStorageSettings": sizes},
        **(of_apps if request.idle_minutes else {}),
    }


def _create(request: DomainRequest, state: StudioState, place: Workplace, after: tuple[str, ...]) -> Step:
    linked = f"arn:{state.partition}:iam::{state.account}:role/aws-service-role/{_LINKED}/*"
    delete = delete_step(
        place, f"Deletes the domain {request.name} with its file system.", step_id="undo-domain",
        more={"RetentionPolicy": {"HomeEfsFileSystem": "Delete"}},
    )  # fmt: skip
    return Step(
        id=CREATE,
        service="sagemaker",
        operation="create_domain",
        reason=f"Studio's people and spaces belong to a domain: {request.name} in {request.vpc_id}.",
        parameters={
            "DomainName": request.name,
            "AuthMode": "IAM",
            "DefaultUserSettings": _settings(request, state),
            "VpcId": request.vpc_id,
            "SubnetIds": list(request.subnets),
            "AppNetworkAccessType": "PublicInternetOnly",
            "Tags": tags(request.owner),
        },
        after=after,
        manner=NEW_ROLE if isinstance(request.role, RoleRequest) else Once(),
        permissions=(
            *place.may("Create", "Describe"),
            Permission("sagemaker:ListDomains"),
            Permission("sagemaker:AddTags", place.arn),
            Permission("iam:PassRole", role_arn(request.role, state.role), _PASSED),
            Permission("iam:CreateServiceLinkedRole", linked, {"StringLike": {"iam:AWSServiceName": _LINKED}}),
        ),
        cost=Cost(0.0),
        proof=Proof(Read("sagemaker", "list_domains"), found=f"Domains[?DomainName=='{request.name}']"),
        undo=(delete, gone_step(place, step_id="undo-domain-gone", after=(delete.id,), pace=state.pace)),
    )


def profile_steps(
    domain: str | Ref, name: str, owner: str, state: StudioState, *, after: tuple[str, ...] = ()
) -> tuple[Step, Step]:
    """Makes a user profile, and waits for it."""
    arn = state.arn(f"user-profile/{domain if isinstance(domain, str) else '*'}/{name.lower()}")
    place = Workplace(
        "user-profile", name, {"DomainId": domain, "UserProfileName": name}, arn, "the user profile"
    )  # fmt: skip
    delete = delete_step(place, f"Deletes the user profile {name}.", step_id="undo-profile")
    create = Step(
        id="create-profile",
        service="sagemaker",
        operation="create_user_profile",
        reason=f"Whoever works in the domain does so as a user profile: {name}.",
        parameters={**place.which, "Tags": tags(owner)},
        after=after,
        permissions=(*place.may("Create", "Describe"), Permission("sagemaker:AddTags", arn)),
        cost=Cost(0.0),
        proof=Proof(place.look(), absent=ABSENT),
        undo=(delete, gone_step(place, step_id="undo-profile-gone", after=(delete.id,), pace=state.pace)),
    )
    words = f"The user profile {name} is made in some seconds."
    return create, ready_step(place, words, step_id="profile-ready", after=(create.id,), pace=state.pace)


def plan_profile(request: ProfileRequest, state: StudioState) -> Plan:
    """Makes a further user profile, with the domain's role. Raises InvalidRequest, NameTaken."""
    wrong = profile_problems(request)
    if wrong:
        raise InvalidRequest("This user profile cannot be made.", wrong[0].words, "Correct it and plan again.")
    if request.name in state.profiles:
        raise NameTaken(f"There is a user profile {request.name} already.", "", "Choose another name.")
    steps = profile_steps(request.domain, request.name, request.owner, state)
    return Plan(f"Make the user profile {request.name}", steps, (), Estimate(0.0, source="it costs nothing"))
