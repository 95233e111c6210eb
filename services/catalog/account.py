"""What the account knows of models beyond the snapshot: JumpStart's list for this region, and single specifications.

Nothing here is on a page's path: the list is read when a person asks for it, a specification when one model is looked
at or deployed; both are then kept for seven days.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.catalog import listing, specifications, training
from services.catalog.jumpstart import CatalogModel
from services.catalog.keeping import Kept
from services.catalog.listing import Listing
from services.errors import SagedeckError, Unreachable

if TYPE_CHECKING:
    from services.clients import RegionalClients

ASK_AGAIN_SECONDS = 300.0  # a specification that could not be read is not asked for at each look


class AccountModels:
    """JumpStart as the account sees it in one region. `where`: "aws", or "sandbox", whose lists are kept apart."""

    def __init__(
        self, clients: RegionalClients | None, region: str, kept: Kept, clock: Callable[[], float], *, where: str
    ) -> None:
        self._clients, self._region, self._kept, self._clock, self._where = clients, region, kept, clock, where
        self._refused: dict[str, tuple[float, SagedeckError]] = {}
        self._lock = threading.Lock()

    @property
    def reachable(self) -> bool:
        """Whether there is an account to ask."""
        return self._clients is not None

    def kept_list(self) -> Listing | None:
        """The list as it was read last, None when that was never, or more than seven days ago."""
        found = self._kept.find(self._key("list"))
        return None if found is None else self._merged(found[0])

    @property
    def listed(self) -> int | None:
        """How many models the kept list names, None where none is kept."""
        found = self._kept.find(self._key("list"))
        return None if found is None else len(found[0]["rows"])

    def list_models(self, check: Callable[[int], None] = lambda rows: None) -> Listing:
        """JumpStart's list, asked for now: from its bucket, else from the public hub. Raises what the latter raises.

        `check` is told how many models it names before it is kept, and raises where it may not be.
        """
        gateway, manifest = self._gateway(), None
        try:
            manifest = gateway.manifest()
        except SagedeckError:
            rows, source = listing.of_hub(gateway.hub_contents()), "the public hub"
        else:
            rows, source = listing.of_manifest(manifest, sold=False), "JumpStart's list"
            with contextlib.suppress(SagedeckError):  # those that are sold then keep what the snapshot says
                rows += listing.of_manifest(gateway.manifest(sold=True), sold=True)
        if not rows:
            raise Unreachable(f"{source[0].upper()}{source[1:]} is empty.", "", "Try again later.")
        check(len(rows))
        if manifest is not None:
            self._kept.put(self.manifest_key, {"models": manifest})
        answer = {"rows": rows, "source": source, "at": self._clock()}
        self._kept.put(self._key("list"), answer)
        return self._merged(answer)

    def complete(self, model: CatalogModel) -> CatalogModel:
        """The model with what its specification says, from JumpStart's bucket, else from the public hub.

        Raises NotFound, PermissionDenied and what else reading raises; the same again for five minutes.
        """
        key = self._key(f"specification {model.id} {model.version}")
        refused = self._refused.get(key)
        if refused and self._clock() - refused[0] < ASK_AGAIN_SECONDS:
            raise refused[1]
        try:
            row = self._kept.get(key, lambda: self._specification(model))
        except SagedeckError as error:
            with self._lock:
                self._refused[key] = (self._clock(), error)
            raise
        return specifications.completed(model, row["row"], self._region, row["source"])

    def training(self, model: CatalogModel) -> Mapping[str, Any]:
        """What the model's specification says of fine-tuning: {"row", "source", "hub"}, kept for seven days.

        Raises as `complete`; the same again for five minutes.
        """
        key = self._key(f"training {model.id} {model.version}")
        refused = self._refused.get(key)
        if refused and self._clock() - refused[0] < ASK_AGAIN_SECONDS:
            raise refused[1]
        try:
            return self._kept.get(key, lambda: self._training(model))
        except SagedeckError as error:
            with self._lock:
                self._refused[key] = (self._clock(), error)
            raise

    def _training(self, model: CatalogModel) -> Mapping[str, Any]:
        try:
            row = training.of_bucket(self.whole(model)[1])
            return {"row": row, "hub": False, "source": self._said("JumpStart's specification", self._clock())}
        except SagedeckError as error:
            try:
                row = training.of_document(*self._gateway().hub_document(model.id))
            except SagedeckError:
                raise error from None
        return {"row": row, "hub": True, "source": self._said("the public hub", self._clock())}

    def whole(self, model: CatalogModel) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The manifest's entry of the model and its whole specification, read now."""
        from services.catalog.gateway import entry_of

        entry = entry_of(self.manifest()["models"], model.id, model.version)
        return entry, self._gateway().specification(entry)

    def answered(self, model: CatalogModel, what: str, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """What `ask` answers about a model, kept for seven days."""
        return self._kept.get(self._key(f"{what} {model.id} {model.version}"), ask)

    def versions(self, model_id: str) -> tuple[str, ...]:
        """The versions JumpStart's manifest lists of a model, newest first; () where it was not read yet."""
        found = self._kept.find(self.manifest_key)
        entries = found[0]["models"] if found else ()
        named = {str(entry["version"]) for entry in entries if entry["model_id"] == model_id}
        return tuple(sorted(named, key=listing.numbers, reverse=True))

    @property
    def manifest_key(self) -> str:
        """Under which JumpStart's manifest is kept."""
        return self._key("manifest")

    def manifest(self) -> Mapping[str, Any]:
        """JumpStart's manifest, kept: {"models": …}."""
        return self._kept.get(self.manifest_key, lambda: {"models": self._gateway().manifest()})

    def _specification(self, model: CatalogModel) -> Mapping[str, Any]:
        from services.catalog.gateway import entry_of

        gateway = self._gateway()
        try:
            entry = entry_of(self.manifest()["models"], model.id, model.version)
            row = specifications.of_bucket(gateway.specification(entry))
            return {"row": row, "source": self._said("JumpStart's specification", self._clock())}
        except SagedeckError as error:
            try:
                row = specifications.of_document(*gateway.hub_document(model.id))
            except SagedeckError:
                raise error from None  # the bucket is what deploying needs
        return {"row": row, "source": self._said("the public hub", self._clock())}

    def _gateway(self) -> Any:
        from services.catalog.gateway import CatalogGateway

        if self._clients is None:
            raise Unreachable("There is no account to ask.", "", "Connect one in Settings.")
        return CatalogGateway(self._clients)

    def _merged(self, answer: Mapping[str, Any]) -> Listing:
        source = self._said(str(answer["source"]), float(answer["at"]))
        return listing.merged(answer["rows"], source=source, read_at=float(answer["at"]))

    def _said(self, who: str, at: float) -> str:
        return f"{who} for {self._region}, read {datetime.fromtimestamp(at, UTC):%Y-%m-%d}"

    def _key(self, what: str) -> str:
        return f"{what} {self._region}" if self._where == "aws" else f"{self._where} {what} {self._region}"
