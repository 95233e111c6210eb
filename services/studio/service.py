"""Studio as pages and the command line see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from services.access import AccessService, RoleRequest, work_role_name
from services.catalog import CatalogService, Use
from services.errors import InUse, InvalidRequest, NotFound
from services.plans.models import Plan
from services.plans.validate import known_values
from services.resources import Holdings
from services.resources.networks import Network, default_of
from services.studio.models import (
    LEAST_SESSION,
    MOST_SESSION,
    USUAL_IDLE,
    Act,
    App,
    Domain,
    DomainRequest,
    DomainSettings,
    Opened,
    ProfileRequest,
    Space,
    SpaceChange,
    SpaceRequest,
    StudioState,
    profile_name,
)
from services.studio.planner import plan_change, plan_delete, plan_run, plan_space, plan_stop, stored_per_hour
from services.studio.problems import domain_problems, profile_problems, space_problems
from services.studio.quick import plan_domain, plan_profile
from services.studio.reading import domains_of

if TYPE_CHECKING:
    from services.studio.gateway import StudioGateway

VOLUME, FILES = "Studio:VolumeUsage.gp3", "EFS:TimedStorage-ByteHrs"
NO_NETWORK = (
    "A quick domain stands in the default VPC, which somebody has removed.",
    "Make it again with `aws ec2 create-default-vpc`, or choose a VPC and subnets of your own.",
)


class StudioService:
    """Studio of one account and region. `held` is what is known of the account; nothing opened is kept."""

    def __init__(
        self, gateway: StudioGateway, access: AccessService, catalog: CatalogService,
        held: Callable[[], Holdings], networks: Callable[[], tuple[Network, ...]], *, owner: str,
    ) -> None:  # fmt: skip
        self._gateway, self._access, self._catalog = gateway, access, catalog
        self._held, self._networks, self.owner = held, networks, owner

    def list_domains(self, held: Holdings | None = None) -> tuple[Domain, ...]:
        """Every domain of this region with its people, spaces and apps; nothing is waited for."""
        found, prices = domains_of(held or self._held(), self._access.region), _Prices(self._catalog)
        return tuple(self._priced(each, prices) for each in found)

    def domain(self, named: str) -> Domain:
        """The domain of an id or an exact name; the only one where none is named. Raises NotFound, InvalidRequest."""
        every = self.list_domains()
        fitting = [each for each in every if not named or named in (each.id, each.name)]
        if not fitting:
            raise NotFound(f"There is no Studio domain {named}.".replace(" .", "."), "", "Make one, or look again.")
        if len(fitting) > 1:
            ids = ", ".join(f"{each.id} ({each.name})" for each in fitting)
            raise InvalidRequest("Several domains could be meant.", f"They are {ids}.", "Give an id.")
        return fitting[0]

    def settings(self, domain: str) -> DomainSettings:
        """How people come into a domain and what it allows. Raises NotFound."""
        return self._gateway.domain(domain)

    def describe_space(self, domain: str, name: str) -> Space:
        """A space as it stands now, with its app. Raises NotFound."""
        found = self._gateway.space(Space(domain=domain, name=name, apps=self._gateway.apps(domain, name)))
        return _Prices(self._catalog).of_space(found)

    def types(self) -> tuple[tuple[str, float | None], ...]:
        """The types an app can have with their USD an hour here, the cheapest first."""
        kinds = (each for each in known_values("sagemaker", "AppInstanceType") if each.startswith("ml."))
        priced = [(each, self._catalog.machine(each, Use.STUDIO).usd_per_hour) for each in kinds]
        return tuple(sorted(priced, key=lambda row: (row[1] is None, row[1] or 0.0, row[0])))

    def networks(self) -> tuple[Network, ...]:
        """The VPCs a domain can stand in."""
        return self._networks()

    def quick_request(self, name: str, profile: str = "", *, idle_minutes: int = USUAL_IDLE) -> DomainRequest:
        """A domain in the default VPC, one subnet a zone, with the role people work with.

        Raises NotFound with what to do where there is no default VPC.
        """
        network = default_of(self._networks())
        if network is None or not network.subnets:
            raise NotFound(f"{self._access.region} has no default VPC.", *NO_NETWORK)
        return DomainRequest(
            name=name, profile=profile or profile_name(self.owner), role=self.usual_role(), vpc_id=network.vpc_id,
            subnets=tuple(each.id for each in network.one_a_zone()), idle_minutes=idle_minutes, owner=self.owner,
        )  # fmt: skip

    def usual_role(self) -> RoleRequest:
        """The role with which people work: found, or made by the plan."""
        return RoleRequest(name=work_role_name(self._access.region), owner=self.owner, work=True)

    def plan_domain(self, request: DomainRequest) -> Plan:
        """Makes a domain and its first user profile. Raises InvalidRequest, NameTaken."""
        _refuse(each.words for each in domain_problems(request))
        made = isinstance(request.role, RoleRequest)
        role = self._access.state(request.role) if made else self._access.place()  # type: ignore[arg-type]
        state = replace(self._state(), role=role, domains=tuple(each.name for each in self.list_domains()))
        return plan_domain(request, state)

    def plan_profile(self, request: ProfileRequest) -> Plan:
        """Makes a user profile. Raises InvalidRequest, NameTaken, InUse."""
        _refuse(each.words for each in profile_problems(request))
        domain = self._usable(request.domain)
        state = replace(self._state(), profiles=tuple(each.name for each in domain.profiles))
        return plan_profile(replace(request, domain=domain.id), state)

    def plan_space(self, request: SpaceRequest) -> Plan:
        """Makes a space, and runs it where that is wanted. Raises InvalidRequest, NameTaken, InUse."""
        _refuse(each.words for each in space_problems(request))
        domain = self._usable(request.domain)
        state = replace(
            self._state(request.instance_type), spaces=tuple(each.name for each in domain.spaces),
            settings=self._gateway.domain(domain.id),
        )  # fmt: skip
        return plan_space(replace(request, domain=domain.id), state)

    def plan_run(self, domain: str, name: str, instance_type: str) -> Plan:
        """Runs a space. Raises NotFound, InUse, InvalidRequest."""
        state = replace(self._state(instance_type), settings=self._gateway.domain(domain))
        return plan_run(self.describe_space(domain, name), instance_type, state)

    def plan_stop(self, domain: str, name: str) -> Plan:
        """Stops what runs in a space. Raises NotFound, InUse."""
        return plan_stop(self.describe_space(domain, name), self._state())

    def plan_change(self, request: SpaceChange) -> Plan:
        """A larger volume or another idle time. Raises NotFound, InUse, InvalidRequest."""
        state = replace(self._state(), settings=self._gateway.domain(request.domain))
        return plan_change(self.describe_space(request.domain, request.name), request, state)

    def plan_delete(self, domain: str, name: str) -> Plan:
        """Deletes a space with its files, stopping first what runs in it. Raises NotFound, InUse."""
        return plan_delete(self.describe_space(domain, name), self._state())

    def open(self, domain: str, name: str = "", profile: str = "", *, session_seconds: int = MOST_SESSION) -> Opened:
        """A presigned URL of a space's app, or of Studio where no space is named: one call each time, kept nowhere.

        Raises NotFound, InUse while it does not run, InvalidRequest where people come in through Identity Center.
        """
        if not LEAST_SESSION <= session_seconds <= MOST_SESSION:
            words = f"A session lasts {LEAST_SESSION // 60} minutes to {MOST_SESSION // 3600} hours."
            raise InvalidRequest(f"A session of {session_seconds:,} seconds cannot be.", words, "Give another length.")
        if self._gateway.domain(domain).auth != "IAM":
            what = "People come into this domain through IAM Identity Center."
            raise InvalidRequest(what, "AWS gives no presigned URL for it.", "Open it from your access portal.")
        space = self.describe_space(domain, name) if name else None
        if space is not None and Act.OPEN not in space.acts:
            raise InUse(f"{name} cannot be opened: it is {space.state_words}.", space.means, "Run it, or wait.")
        who = (space.owner if space is not None and not space.shared else "") or profile
        if not who:
            raise InvalidRequest("As whom is it to be opened?", "", "Name a user profile.")
        landing = f"app:{space.kind}:" if space is not None else "studio::"
        url = self._gateway.presigned(domain, who, space=name, landing=landing, session_seconds=session_seconds)
        return Opened(url, who)

    def _usable(self, named: str) -> Domain:
        domain = self.domain(named)
        if not domain.usable:
            raise InUse(f"The domain {domain.name} is {domain.status}: {domain.means}", "", "Look again in a minute.")
        return domain

    def _state(self, instance_type: str = "") -> StudioState:
        price = self._catalog.machine(instance_type, Use.STUDIO) if instance_type else None
        return StudioState(
            region=self._access.region, account=self._access.account, owner=self.owner,
            partition=self._access.partition, usd_per_hour=price.usd_per_hour if price else None,
            price_source=price.source if price else "",
            usd_per_gb_month=self._catalog.rate(VOLUME).usd, efs_per_gb_month=self._catalog.rate(FILES).usd,
            pace=self._catalog.pace,
        )  # fmt: skip

    def _priced(self, domain: Domain, prices: _Prices) -> Domain:
        files = domain.files_gb
        return replace(
            domain,
            spaces=tuple(prices.of_space(each) for each in domain.spaces),
            profiles=tuple(replace(each, apps=prices.of_apps(each.apps)) for each in domain.profiles),
            usd_files=None if files is None else stored_per_hour(files, self._catalog.rate(FILES).usd),
        )


class _Prices:
    """What machines and volumes cost, each asked for once: a domain may have hundreds of the same."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog, self._volume = catalog, catalog.rate(VOLUME).usd
        self._machines: dict[str, float | None] = {"system": 0.0}

    def of_space(self, space: Space) -> Space:
        """The space with what it costs."""
        return replace(
            space, apps=self.of_apps(space.apps), usd_stored=stored_per_hour(space.volume_gb, self._volume)
        )  # fmt: skip

    def of_apps(self, apps: tuple[App, ...]) -> tuple[App, ...]:
        """The apps with what each costs."""
        return tuple(replace(each, usd_per_hour=self._machine(each.instance_type)) for each in apps)

    def _machine(self, kind: str) -> float | None:
        if kind not in self._machines:
            self._machines[kind] = self._catalog.machine(kind, Use.STUDIO).usd_per_hour
        return self._machines[kind]


def _refuse(wrong: Iterable[str]) -> None:
    words = list(wrong)
    if words:
        raise InvalidRequest(words[0], " ".join(words[1:]), "Correct it and plan again.")
