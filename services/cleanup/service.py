"""Take-down as pages see it: what there is of one's own, and the plan that removes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from services.access import AccessService, default_role_name, tag_value
from services.cleanup.models import HeldModel, HeldRole, HeldTopic, TakeDown, TakeDownRequest, TakeDownState
from services.cleanup.planner import plan_take_down
from services.endpoints import EndpointDetail, EndpointsService, Parts
from services.errors import SagedeckError
from services.knowledge import LibraryState

if TYPE_CHECKING:
    from services.cleanup.gateway import CleanupGateway


class CleanupService:
    """Take-down for one owner. `library` tells what the knowledge room holds for them."""

    def __init__(
        self,
        gateway: CleanupGateway,
        endpoints: EndpointsService,
        access: AccessService,
        *,
        owner: str,
        library: Callable[[], LibraryState],
    ) -> None:
        self._gateway, self._endpoints, self._access = gateway, endpoints, access
        self._library = library
        # what stands in the tags: an owner's name as AWS takes it
        self.owner = tag_value(owner)

    def state(self) -> TakeDownState:
        """Everything of the account and region that take-down has to look at: some seconds for hundreds of things.

        A library or a role that cannot be looked at stops nothing else: it is named in `problems`.
        """
        endpoints = self._endpoints.describe_many(each.name for each in self._endpoints.list_endpoints())
        configs, all_configs = self._gateway.configs()
        models, all_models = self._gateway.models()
        problems: list[str] = []
        if not (all_configs and all_models):
            problems.append("There are too many models or configurations to look at all: what may be shared is kept.")
        parts = self._parts(endpoints)
        problems += [each.problem for _, each in parts if each.problem]
        return TakeDownState(
            endpoints=endpoints,
            configs=configs,
            models=models,
            roles=self._roles(models, problems),
            topics=self._topics(problems),
            parts=parts,
            library=self._documents(problems),
            complete=all_configs and all_models,
            problems=tuple(problems),
            pace=self._endpoints.pace,
        )

    def plan_take_down(self, *, library: bool = True) -> TakeDown:
        """The plan that removes what this console made for the owner, with the words that confirm it."""
        return plan_take_down(TakeDownRequest(owner=self.owner, library=library), self.state())

    def _parts(self, endpoints: tuple[EndpointDetail, ...]) -> tuple[tuple[str, Parts], ...]:
        mine = [each for each in endpoints if (each.made_here and each.owner == self.owner) or each.components]
        return tuple(zip((each.name for each in mine), self._endpoints.parts_of(mine), strict=True))

    def _topics(self, problems: list[str]) -> tuple[HeldTopic, ...]:
        try:
            return self._gateway.topics(self.owner)
        except SagedeckError as error:
            problems.append(f"Topics could not be looked at: {error.what}")
            return ()

    def _roles(self, models: tuple[HeldModel, ...], problems: list[str]) -> tuple[HeldRole, ...]:
        mine = (each.role_arn.rpartition("/")[2] for each in models if each.owner == self.owner and each.role_arn)
        found = []
        for name in dict.fromkeys([*mine, default_role_name(self._access.region)]):
            try:
                role = self._access.find_role(name)
                if role is not None and role.made_here:
                    found.append(HeldRole(role, self._access.policies(name)))
            except SagedeckError as error:
                problems.append(f"The role {name} could not be looked at: {error.what}")
        if not found:
            return ()
        try:
            jobs = self._gateway.jobs_under_way()
        except SagedeckError as error:
            problems.append(f"Whether jobs under way use a role could not be looked at: {error.what}")
            return tuple(replace(each, seen=False) for each in found)
        return tuple(
            replace(each, users=tuple(job for job, arn in jobs if arn == each.role.arn)) for each in found
        )  # fmt: skip

    def _documents(self, problems: list[str]) -> LibraryState:
        try:
            return self._library()
        except SagedeckError as error:
            problems.append(f"Documents and collections could not be looked at: {error.what}")
            return LibraryState()
