"""Studio: domains with their people, spaces and apps; a domain made in the quick way; spaces made, run, opened,
stopped, changed, deleted. Each but opening is a plan. Removing a whole domain is cleaning up.

Tested in tests/services/studio: planners with plain state, the life of a space against the sandbox.
"""

from services.studio.models import (
    APP_TYPES,
    NOT_STUDIO_LAB,
    Act,
    App,
    Domain,
    DomainRequest,
    DomainSettings,
    Opened,
    Profile,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
    StudioState,
    profile_name,
)
from services.studio.planner import plan_change, plan_delete, plan_run, plan_space, plan_stop
from services.studio.problems import domain_problems, space_problems
from services.studio.quick import plan_domain, plan_profile
from services.studio.service import StudioService
from services.studio.states import DOMAIN_STATES

__all__ = [
    "APP_TYPES",
    "DOMAIN_STATES",
    "NOT_STUDIO_LAB",
    "Act",
    "App",
    "Domain",
    "DomainRequest",
    "DomainSettings",
    "Opened",
    "Profile",
    "ProfileRequest",
    "Space",
    "SpaceChange",
    "SpaceRequest",
    "StudioService",
    "StudioState",
    "domain_problems",
    "plan_change",
    "plan_delete",
    "plan_domain",
    "plan_profile",
    "plan_run",
    "plan_space",
    "plan_stop",
    "profile_name",
    "space_problems",
]
