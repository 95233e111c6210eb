"""The catalogue as pages see it: models, prices, instances, and what a model needs to run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.catalog import image_lists, jumpstart, prices, rates
from services.catalog.account import AccountModels
from services.catalog.book import PriceBook
from services.catalog.containers import GPU_TIMEOUT, Container, assumed_container, hub_container
from services.catalog.details import ModelDetails, detailed
from services.catalog.finding import Catalogue, catalogue_of, simple
from services.catalog.images import family_image, inference_ami, newest
from services.catalog.instances import InstanceSpec, has_gpu
from services.catalog.instances import instance as instance_spec
from services.catalog.jumpstart import CatalogModel
from services.catalog.keeping import Kept
from services.catalog.listing import Listing, bundled
from services.catalog.prices import Price, Use
from services.catalog.queries import Found, Query, QuotaLeft
from services.catalog.rates import Rate
from services.catalog.sheets import Priced, Sheet
from services.catalog.tasks import Task
from services.catalog.training import TrainingReading
from services.errors import NotFound, SagedeckError

if TYPE_CHECKING:
    from services.clients import RegionalClients

# The sandbox brings an endpoint up in 5 s where AWS takes some 5 minutes.
SANDBOX_PACE = 60.0


class CatalogService:
    """Models, prices and containers for one region.

    clients     the connection's clients; None uses the bundled snapshot alone and calls nobody
    offline     containers come from the snapshot (the sandbox); the list of models can be read all the same
    folder      where answers are kept for 7 days (home() / "catalog")
    ask         who puts a question to sagemaker-core; without it, the worker process
    book        who tells prices as AWS does; without it, the snapshot
    """

    def __init__(
        self,
        region: str,
        *,
        clients: RegionalClients | None = None,
        folder: Path | None = None,
        offline: bool = False,
        clock: Callable[[], float] = time.time,
        ask: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
        book: PriceBook | None = None,
    ) -> None:
        self.region, self._book = region, book
        self._clients = None if offline else clients
        self._kept, self._worker, self.offline = Kept(folder, clock), ask or _worker, offline
        where = "sandbox" if offline else "aws"
        self._account = AccountModels(clients, region, self._kept, clock, where=where)
        self._listing: Listing | None = None
        self._found_in: tuple[Listing, Sheet | None, Catalogue] | None = None

    @property
    def pace(self) -> float:
        """How many times as fast as AWS the other side works: waits and typical durations are divided by it."""
        return SANDBOX_PACE if self.offline else 1.0

    def list_models(
        self,
        text: str = "",
        *,
        task: Task | None = None,
        provider: str = "",
        eula: bool | None = None,
        instance_type: str = "",
        deployable: bool = True,
    ) -> tuple[CatalogModel, ...]:
        """The models that match, recommended ones first. See `Query`."""
        query = simple(text, task, provider, eula, instance_type, deployable)
        return tuple(hit.model for hit in self.find_models(query).hits)

    def recommended(self, task: Task | None = None) -> tuple[CatalogModel, ...]:
        """The small first choice for a task."""
        return jumpstart.recommended(task)

    def find_models(self, query: Query, quotas: QuotaLeft | None = None) -> Found:
        """The models a query means, in its order, with what each other choice would leave. Asks nobody but `quotas`."""
        return self._catalogue.find(query, quotas)

    def describe_model(self, model_id: str) -> CatalogModel:
        """The model of this exact id; raises NotFound.

        Where the snapshot does not say what it runs on, its specification is read from the account, once; where that
        cannot be read, the model says that its instances are not known.
        """
        found = self._listed(model_id)
        if found.instances or found.marketplace or self.offline or not self._account.reachable:
            return found
        try:
            return self._account.complete(found)
        except SagedeckError:
            return found

    def details(self, model_id: str) -> ModelDetails:
        """Everything known of a model, its specification read from the account where there is one. Raises NotFound."""
        found, read, problem = self._listed(model_id), False, ""
        if self._account.reachable and not found.marketplace:
            try:
                found, read = self._account.complete(found), True
            except SagedeckError as error:
                problem = error.what
        return detailed(
            found,
            offers=self.offers(found),
            versions=self._account.versions(model_id),
            region=self.region,
            read=read,
            problem=problem,
        )

    @property
    def listing(self) -> Listing:
        """Which models there are, and who says so: the account's list where one is kept, else the snapshot."""
        if self._listing is None:
            self._listing = self._account.kept_list() or bundled()
        return self._listing

    def refresh_models(self) -> Listing:
        """Ask the account for JumpStart's list, and use it from now on. Where it cannot be read, all stays as it was.

        One to a dozen calls and some seconds: for a button or a thread of its own, never while a page is drawn.
        """
        try:
            self._listing = self._account.list_models()
        except SagedeckError as error:
            self._listing = replace(self.listing, problem=" ".join(filter(None, (error.what, error.why))))
        return self._listing

    def renew_models(self, check: Callable[[int, int], None]) -> Listing:
        """The same, raising what asking raises; `check` is told how many models were listed before and now, and raises
        where the new list may not take the place of the old one.
        """
        before = self._account.listed or len(jumpstart.models())
        self._listing = self._account.list_models(lambda after: check(before, after))
        return self._listing

    def renew_images(self, check: Callable[[int, int], None]) -> int:
        """Ask the SDK for its list of images; how many rows it has. Takes some seconds."""
        kept = self.kept_images()
        before = len(kept[0]["images"] if kept else image_lists.bundled(self.region))
        answer = image_lists.checked(self._worker(image_lists.question(self.region)))
        check(before, len(answer["images"]))
        image_lists.put(self._kept, self.region, answer)
        return len(answer["images"])

    def kept_images(self) -> tuple[Mapping[str, Any], float] | None:
        """The list of images that is kept, and when it was read; None: the snapshot stands in for it."""
        return self._kept.find(image_lists.key(self.region))

    def _listed(self, model_id: str) -> CatalogModel:
        found = self._catalogue.get(model_id)
        if found is None:
            raise NotFound(
                f"There is no model {model_id} in the catalogue.",
                f"It holds what {self.listing.source} names.",
                "Search for it by a part of its name, or read the account's list anew on the page Models.",
            )
        return found

    @property
    def _catalogue(self) -> Catalogue:
        listing, sheet = self.listing, self._book.sheet(Priced.PRICES, self.region) if self._book else None
        if self._found_in is None or self._found_in[0] is not listing or self._found_in[1] is not sheet:
            made = catalogue_of(listing, self.region)
            found = made.priced(lambda kind: self.price(kind).usd_per_hour) if sheet else made
            self._found_in = (listing, sheet, found)
        return self._found_in[2]

    @property
    def training(self) -> TrainingReading:
        """What JumpStart says of fine-tuning its models."""
        return TrainingReading(self._account, self._worker, self.region, offline=self.offline)

    def price(self, instance_type: str) -> Price:
        """USD an hour of one instance that hosts in this region; unknown is None, never zero."""
        return self.machine(instance_type, Use.HOSTING)

    def machine(self, instance_type: str, use: Use, region: str = "") -> Price:
        """What one instance costs an hour when it is held for this use; in this region, where no other is named."""
        return (self._book or prices).machine(region or self.region, instance_type, use)

    def rate(self, usage: str, region: str = "") -> Rate:
        """What one unit of a usage costs, such as "Host:VolumeUsage.gp2" a gigabyte and month."""
        return (self._book or rates).rate(region or self.region, usage)

    def storage(self) -> Rate:
        """What a gigabyte that lies in S3 costs a month."""
        return self.rate(rates.S3_STORED)

    def serverless_second(self, memory_mb: int, *, provisioned: bool = False) -> Rate:
        """USD for a second in which a serverless endpoint of that memory works, or of one concurrency kept ready."""
        return self.rate(rates.serverless_usage(memory_mb, provisioned=provisioned))

    def instance(self, instance_type: str) -> InstanceSpec | None:
        """What a type has; None for one newer than the list."""
        return instance_spec(instance_type)

    def offers(self, model: CatalogModel) -> tuple[tuple[str, Price], ...]:
        """The instance types a model runs on with their prices here; known prices first, cheapest first."""
        rows = [(each, self.price(each)) for each in model.instances]
        return tuple(sorted(rows, key=lambda row: (row[1].usd_per_hour is None, row[1].usd_per_hour or 0.0)))

    def container(self, model_id: str, instance_type: str) -> Container:
        """What has to run behind an endpoint of this model on this type.

        sagemaker-core says so from JumpStart's specification (up to 10 s the first time, then kept for 7 days). Where
        that cannot be read, open models fall back to the snapshot and the Hugging Face hub; `source` and `note` say so.
        Offline, the snapshot answers alone. Raises NotFound, InvalidRequest or Unreachable.
        """
        model = self.describe_model(model_id)
        if self._clients is None:
            return assumed_container(model, self.region, instance_type)
        question = f"{self.region} {model.id} {model.spec_version} {instance_type}"
        try:
            answer = self._kept.get(f"container {question}", lambda: self._ask(model, instance_type))
        except SagedeckError as error:
            fallback = hub_container(
                model, self.region, instance_type, lambda name: self.image(name, newest(name), instance_type)
            )
            return replace(fallback, note=f"{fallback.note} ({error.what})")
        return _from_answer(model, instance_type, answer)

    def image(self, framework: str, version: str, instance_type: str) -> tuple[str, str]:
        """The image of a container family and who named it; `framework` by sagemaker-core's names."""
        question = {
            "framework": framework,
            "region": self.region,
            "version": version,
            "instance_type": instance_type,
        }
        if self._clients is None:
            return self._named_image(framework, version, gpu=has_gpu(instance_type))
        try:
            answer = self._kept.get(f"image {json.dumps(question)}", lambda: self._worker(question))
        except SagedeckError:
            return self._named_image(framework, version, gpu=has_gpu(instance_type))
        return str(answer["image"]), str(answer["source"])

    def _named_image(self, framework: str, version: str, *, gpu: bool) -> tuple[str, str]:
        """The image as the list that was renewed last names it, else as the snapshot does."""
        kept = self.kept_images()
        named = kept[0]["images"].get(image_lists.name_of(framework, version, gpu=gpu)) if kept else None
        if kept and named:
            return str(named), str(kept[0]["source"])
        image = family_image(framework, self.region, gpu=gpu, version=version)
        return image, f"snapshot of {jumpstart.as_of()}"

    def _ask(self, model: CatalogModel, instance_type: str) -> Mapping[str, Any]:
        from services.catalog.gateway import CatalogGateway, entry_of

        assert self._clients is not None
        entry = entry_of(self._account.manifest()["models"], model.id, model.spec_version)
        question = {
            "entry": dict(entry),
            "specification": dict(CatalogGateway(self._clients).specification(entry)),
            "region": self.region,
            "instance_type": instance_type,
        }
        return self._worker(question)


def _worker(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from services.catalog.gateway import ask_worker

    return ask_worker(question)


def _from_answer(model: CatalogModel, instance_type: str, answer: Mapping[str, Any]) -> Container:
    wait = GPU_TIMEOUT if has_gpu(instance_type) else 0
    image = str(answer["image"])
    newer_ami = inference_ami(image) if has_gpu(instance_type) else ""
    return Container(
        image=image,
        artifact=answer["artifact"],
        environment=tuple(sorted(answer["environment"].items())),
        family=model.family,
        gated=answer["gated"],
        network_isolation=answer["network_isolation"],
        startup=answer["startup"] or wait,
        download=answer["download"] or wait,
        inference_ami=answer["inference_ami"] or newer_ami,
        version=answer["version"],
        source=answer["source"],
    )
