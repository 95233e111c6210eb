"""The catalogue as pages see it: models, prices, instances, and what a model needs to run."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.catalog import jumpstart, prices
from services.catalog.containers import GPU_TIMEOUT, Container, assumed_container, hub_container
from services.catalog.finding import search
from services.catalog.images import family_image, inference_ami, newest
from services.catalog.instances import InstanceSpec, has_gpu
from services.catalog.instances import instance as instance_spec
from services.catalog.jumpstart import CatalogModel
from services.catalog.prices import Price
from services.catalog.tasks import Task
from services.errors import NotFound, SagedeckError

if TYPE_CHECKING:
    from services.clients import RegionalClients

# How long an answer of sagemaker-core and JumpStart's list are kept on disk.
KEEP_SECONDS = 7 * 24 * 3600.0
# The sandbox brings an endpoint up in 5 s where AWS takes some 5 minutes.
SANDBOX_PACE = 60.0


class CatalogService:
    """Models, prices and containers for one region.

    clients     the connection's clients; None, or `offline`, uses the bundled snapshot alone and calls nobody
    folder      where answers are kept for 7 days (home() / "catalog")
    ask         who puts a question to sagemaker-core; without it, the worker process
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
    ) -> None:
        self.region = region
        self._clients = None if offline else clients
        self._folder, self._clock, self._worker = folder, clock, ask or _worker
        self.offline = offline
        self._lock = threading.Lock()

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
        """The models that match, recommended ones first. See `jumpstart.search`."""
        return search(text, task=task, provider=provider, eula=eula, instance_type=instance_type, deployable=deployable)

    def recommended(self, task: Task | None = None) -> tuple[CatalogModel, ...]:
        """The small first choice for a task."""
        return jumpstart.recommended(task)

    def describe_model(self, model_id: str) -> CatalogModel:
        """The model of this exact id; raises NotFound."""
        found = jumpstart.model(model_id)
        if found is None:
            raise NotFound(
                f"There is no model {model_id} in the catalogue.",
                f"The catalogue is of {jumpstart.as_of()} and holds text generation and embedding models.",
                "Search for it by a part of its name.",
            )
        return found

    def price(self, instance_type: str) -> Price:
        """USD an hour of one instance in this region; unknown is None, never zero."""
        return prices.price(self.region, instance_type)

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
            answer = self._kept(f"container {question}", lambda: self._ask(model, instance_type))
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
        snapshot = f"snapshot of {jumpstart.as_of()}"
        if self._clients is None:
            return family_image(framework, self.region, gpu=has_gpu(instance_type), version=version), snapshot
        try:
            answer = self._kept(f"image {json.dumps(question)}", lambda: self._worker(question))
        except SagedeckError:
            return family_image(framework, self.region, gpu=has_gpu(instance_type), version=version), snapshot
        return str(answer["image"]), str(answer["source"])

    def _ask(self, model: CatalogModel, instance_type: str) -> Mapping[str, Any]:
        from services.catalog.gateway import CatalogGateway, entry_of

        assert self._clients is not None
        gateway = CatalogGateway(self._clients)
        listed = self._kept(f"manifest {self.region}", lambda: {"models": gateway.manifest()})
        entry = entry_of(listed["models"], model.id, model.spec_version)
        question = {
            "entry": dict(entry),
            "specification": dict(gateway.specification(entry)),
            "region": self.region,
            "instance_type": instance_type,
        }
        return self._worker(question)

    def _kept(self, key: str, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if self._folder is None:
            return ask()
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"
        kept = _read(path)
        if kept is not None and kept.get("key") == key and 0 <= self._clock() - kept["at"] < KEEP_SECONDS:
            answer: Mapping[str, Any] = kept["answer"]
            return answer
        answer = ask()
        with self._lock:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{threading.get_ident()}.partial")
            partial.write_text(json.dumps({"key": key, "at": self._clock(), "answer": answer}), encoding="utf-8")
            partial.replace(path)
        return answer


def _worker(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from services.catalog.gateway import ask_worker

    return ask_worker(question)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


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
