"""Changing endpoints as pages see it: pause, resume, update in place, scale; each gives a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.access import tag_value
from services.catalog import CatalogService
from services.endpoints.capacity import MOST_INSTANCES, ScaleRequest, ScaleState, plan_scale
from services.endpoints.definitions import Configuration, Model, Pairs
from services.endpoints.memory import AT, ENDPOINT, Memory, read
from services.endpoints.models import EndpointDetail, ModelFacts
from services.endpoints.paused import DiscardState, PausedEndpoint, PauseRequest, PauseState, ResumeState, differing
from services.endpoints.pausing import pause_together, plan_pause
from services.endpoints.resuming import plan_discard, plan_resume
from services.endpoints.updates import NewModel, UpdateRequest, UpdateState
from services.endpoints.updating import plan_update, usd_after
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.plans.leasing import PAUSE
from services.plans.models import Plan

if TYPE_CHECKING:
    from services.endpoints.changing_gateway import ChangingGateway
    from services.endpoints.gateway import EndpointsGateway
    from services.endpoints.service import EndpointsService

_SIDE_BY_SIDE = 8
_LONGEST_NAME = 63


def _now() -> datetime:
    return datetime.now(UTC)


class EndpointChanges:
    """Plans changes of endpoints in one account and region; `endpoints` describes them, `owner` is who asks.

    Where a name is not there its methods raise NotFound; a missing permission is PermissionDenied, never an empty list.
    """

    def __init__(
        self,
        gateway: ChangingGateway,
        reads: EndpointsGateway,
        endpoints: EndpointsService,
        catalog: CatalogService,
        *,
        owner: str = "",
        now: Callable[[], datetime] = _now,
        most_instances: int = MOST_INSTANCES,
    ) -> None:
        self.most_instances = most_instances
        self._gateway, self._reads, self._endpoints, self._catalog = gateway, reads, endpoints, catalog
        self.owner, self._now = owner, now

    def pause_request(self, name: str) -> PauseRequest:
        """A request to pause as of now. Keep it while its plan is looked at: it holds the time."""
        return PauseRequest(name=name, at=self._now().replace(microsecond=0).isoformat())

    def plan_pause(self, request: PauseRequest) -> Plan:
        """The plan that ends an endpoint's cost and remembers it. Raises NotFound, InUse or InvalidRequest."""
        detail = self._endpoints.describe_endpoint(request.name)
        config = self._gateway.configuration(detail.config_name) or Configuration(name=detail.config_name, arn="")
        scalings, scheduled = self._gateway.scalings(detail)
        memory = Memory(
            endpoint=detail.name,
            config=config.name,
            at=tag_value(request.at),
            tags=detail.tags,
            scalings=scalings,
            components=self._gateway.components(detail),
            capacities=differing(detail, config, [each.variant for each in scalings]),
        )
        return plan_pause(
            PauseState(
                detail=detail, memory=memory, config=config, scheduled=scheduled, pace=self._catalog.pace,
                asking=tag_value(self.owner), schedules=self._gateway.lease_schedules(detail),
            )
        )  # fmt: skip

    def plan_pause_several(self, names: Iterable[str], at: str) -> Plan:
        """One plan that pauses several endpoints at the same time (`at` as in `pause_request`).

        Those that cannot be paused are left out, and the plan says why; raises the first reason where none can.
        """
        wanted = tuple(dict.fromkeys(names))
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="pausing") as pool:
            asked = [pool.submit(self.plan_pause, PauseRequest(name=name, at=at)) for name in wanted]
        return pause_together([(name, _outcome(each)) for name, each in zip(wanted, asked, strict=True)])

    def list_paused(self) -> tuple[PausedEndpoint, ...]:
        """The endpoints that are paused, newest first, with what each would cost: one question, then one a row."""
        found = self._paused(self._gateway.paused())
        there = {each.name for each in self._endpoints.list_endpoints()} if found else set()
        away = [each for each in found if each.name not in there]
        return tuple(sorted(away, key=lambda each: (each.since is not None, each.since), reverse=True))

    def describe_paused(self, name: str) -> PausedEndpoint:
        """One paused endpoint by its exact name, or one that is being resumed; raises NotFound."""
        found = [each for each in self._paused(self._gateway.paused(name)) if each.name == name]
        if not found:
            why = "No endpoint configuration of this account and region remembers it."
            raise NotFound(f"There is no paused endpoint {name[:70]}.", why, "Look at the list of paused endpoints.")
        return found[0]

    def plan_resume(self, name: str) -> Plan:
        """The plan that makes a paused endpoint again as it was. Raises NotFound, NameTaken or InUse."""
        paused = self.describe_paused(name)
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="models") as pool:
            there = list(pool.map(self._gateway.model, paused.models))
        gone = tuple(each for each, model in zip(paused.models, there, strict=True) if model is None)
        status, config = self._gateway.status(name)
        return plan_resume(
            ResumeState(paused=paused, models_gone=gone, status=status, found_config=config, pace=self._catalog.pace)
        )

    def plan_discard(self, name: str) -> Plan:
        """The plan that deletes a paused endpoint for good. Raises NotFound, or InUse where it is used meanwhile."""
        paused = self.describe_paused(name)
        models = tuple(each for name in paused.models if (each := self._gateway.model(name)))
        sharing = self._reads.sharing(_as_detail(paused, models))
        return plan_discard(
            DiscardState(
                paused=paused, models=tuple(each.name for each in models), models_used_by=sharing.models_used_by,
                config_used_by=sharing.config_used_by, complete=sharing.complete, asking=tag_value(self.owner),
            )
        )  # fmt: skip

    def suggest_config_name(self, name: str) -> str:
        """A free-looking name for the next configuration. Keep it in the form: it holds the time of asking."""
        stamp = self._now().strftime("%Y%m%d-%H%M%S")
        return f"{name[: _LONGEST_NAME - len(stamp) - 1].rstrip('-')}-{stamp}"

    def list_model_names(self) -> tuple[str, ...]:
        """The models that are there, newest first."""
        return self._gateway.models()

    def catalogue_model(self, model_id: str, instance_type: str, *, accept_eula: bool = False) -> NewModel:
        """A model of the catalogue as an update makes it. Raises NotFound, InvalidRequest or Unreachable."""
        model = self._catalog.describe_model(model_id)
        if model.eula and not accept_eula:
            why = f"Read it at {model.eula_url(self._catalog.region)}."
            raise InvalidRequest(f"{model.name} comes under a licence that has to be accepted.", why, "Accept it.")
        container = self._catalog.container(model_id, instance_type)
        about = {
            "model-id": model.id, "model-version": container.version, "task": model.task, "family": container.family,
        }  # fmt: skip
        return NewModel(
            name=model.name, image=container.image, artifact=container.artifact, compressed=container.compressed,
            environment=tuple(sorted(dict(container.environment).items())), isolated=container.network_isolation,
            accept_eula=model.eula and accept_eula, note=container.note, startup=container.startup,
            tags=tuple((f"sagedeck:{key}", tag_value(value)) for key, value in sorted(about.items()) if value),
            download=container.download, inference_ami=container.inference_ami,
        )  # fmt: skip

    def update_state(self, request: UpdateRequest) -> UpdateState:
        """What there is to know before an update; raises NotFound."""
        detail = self._endpoints.describe_endpoint(request.name)
        config = self._gateway.configuration(detail.config_name) or Configuration(name=detail.config_name, arn="")
        chosen = [each for each in detail.variants if request.variant in ("", each.name)]
        old = chosen[0].model_name if chosen else ""
        kinds = {*(each.instance_type for each in detail.variants), request.instance_type, *(request.fallbacks or ())}
        return UpdateState(
            most_instances=self.most_instances,
            detail=detail,
            config=config,
            schedules=self._gateway.lease_schedules(detail) if detail.tag("lease-then") == PAUSE else (),
            sharing=self._reads.sharing(detail),
            old_model=self._gateway.model(old) if old else None,
            new_model=self._gateway.model(request.model) if isinstance(request.model, str) and request.model else None,
            scalings=self._gateway.scalings(detail)[0],
            prices=tuple((kind, self._catalog.price(kind)) for kind in sorted(kinds) if kind),
            pace=self._catalog.pace,
            owner=tag_value(self.owner),
        )

    def plan_update(self, request: UpdateRequest) -> Plan:
        """The plan that changes an endpoint in place. Raises NotFound, InUse or InvalidRequest."""
        return plan_update(request, self.update_state(request))

    def usd_after(self, request: UpdateRequest) -> float | None:
        """What the endpoint would cost an hour after an update; None is unknown."""
        return usd_after(request, self.update_state(request))

    def plan_scale(self, request: ScaleRequest) -> Plan:
        """The plan for another count or weight. Raises NotFound, InUse or InvalidRequest."""
        detail = self._endpoints.describe_endpoint(request.name)
        scalings, _ = self._gateway.scalings(detail)
        state = ScaleState(
            detail=detail, scalings=scalings, pace=self._catalog.pace, most_instances=self.most_instances
        )
        return plan_scale(request, state)

    def _paused(self, found: Iterable[tuple[str, Pairs]]) -> list[PausedEndpoint]:
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="paused") as pool:
            rows = pool.map(lambda row: self._one_paused(*row), found)
            return [each for each in rows if each is not None]

    def _one_paused(self, arn: str, told: Pairs) -> PausedEndpoint | None:
        tags = dict(told)
        memory = read(tags)
        # an ARN has its name in lower case; the memory holds it as it was written
        config = self._gateway.configuration(memory.config if memory else arn.rpartition("/")[2])
        if config is None or dict(config.tags).get(ENDPOINT, "") != tags[ENDPOINT]:
            return None  # the tagging API remembers longer than the thing stands
        memory, name = read(dict(config.tags)), dict(config.tags)[ENDPOINT]
        own = f"{config.arn.rpartition(':')[0]}:endpoint/{name.lower()}"
        return self._priced(
            PausedEndpoint(
                name=name, arn=own, config=config, since=_moment(dict(config.tags).get(AT, "")), memory=memory
            )
        )

    def _priced(self, paused: PausedEndpoint) -> PausedEndpoint:
        """With what it runs on, what that costs an hour and may cost at most, and where the price is from."""
        memory, parts, sources = paused.memory, list[str](), dict[str, None]()
        changed = {each.variant: each.count for each in memory.capacities} if memory else {}
        limits = {each.variant: each.maximum for each in memory.scalings} if memory else {}
        usual, most = list[float | None](), list[float | None]()
        for variant in paused.config.variants:
            pools = sorted(variant.get("InstancePools", ()), key=lambda pool: int(pool["Priority"]))
            kind = str(variant.get("InstanceType") or (pools[0]["InstanceType"] if pools else ""))
            if not kind:
                continue
            count = changed.get(variant["VariantName"], 0) or int(variant.get("InitialInstanceCount", 1))
            price = self._catalog.price(kind)
            usual.append(price.total(count))
            most.append(price.total(max(count, limits.get(variant["VariantName"], 0))))
            parts.append(f"{count} × {kind}")
            sources[price.source] = None
        return replace(
            paused, hardware=", ".join(parts) or "serverless", usd_per_hour=_total(usual), usd_most=_total(most),
            price_source="; ".join(sources),
        )  # fmt: skip


def _outcome(asked: Future[Plan]) -> Plan | SagedeckError:
    try:
        return asked.result()
    except SagedeckError as problem:
        return problem


def _total(prices: list[float | None]) -> float | None:
    return None if None in prices else round(sum(price or 0.0 for price in prices), 6)


def _as_detail(paused: PausedEndpoint, models: Iterable[Model]) -> EndpointDetail:
    """A paused endpoint as the look at who shares what takes it."""
    never = datetime.min.replace(tzinfo=UTC)
    facts = (
        ModelFacts(name=each.name, arn=each.arn, image="", artifact="", environment=(), role_arn="") for each in models
    )
    return EndpointDetail(
        name=paused.name, arn=paused.arn, url="", status="", created=never, modified=never,
        config_name=paused.config.name, models=tuple(facts),
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
