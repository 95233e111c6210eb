"""What JumpStart says of fine-tuning a model: its hyperparameters with their limits, machines, and what trains it.

The specification is read from JumpStart's bucket, else from the public hub; its container (image, weights, script,
variables by instance type) is told by sagemaker-core in the worker process. Where neither can be read, the snapshot
holds what is typical, and says so. Members: sagemaker-core 2.27.0, sagemaker.core.jumpstart.types.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import facts
from services.catalog.containers import content_bucket
from services.catalog.jumpstart import CatalogModel
from services.errors import SagedeckError, Unreachable

if TYPE_CHECKING:
    from services.catalog.account import AccountModels

GATED_URI = "SageMakerGatedModelS3Uri"  # the variable that names gated weights; AWS's constant
ENTRY = "transfer_learning.py"  # the script's entry, as sagemaker-core has it
_MOST = 200  # hyperparameters, metrics or types of one model
_KEPT = re.compile(
    r"(default_|supported_)?training_|hyperparameters$|metrics$|gated_bucket$|hosting_eula_key$|estimator_"
)

_SCRIPTS = ("prepacked_script_uri", "prepacked_script_key", "script_uri", "script_key")  # a hub has addresses


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One hyperparameter. kind: "int", "float", "bool" or "text"; bounds are None where there is none.

    least, most    inclusive bounds of a number, or of a text's length; `above`, `below` exclusive ones
    """

    name: str
    kind: str
    default: str
    options: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingContainer:
    """What trains the model on one instance type. `artifact`: the base weights, in the private bucket where gated."""

    image: str
    artifact: str
    script: str
    environment: tuple[tuple[str, str], ...] = ()
    hyperparameters: tuple[tuple[str, str], ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSpec:
    """What JumpStart says of fine-tuning one model.

    own            False: the model's own could not be read; hyperparameters and machines are typical ones
    metrics        (name, regular expression) of what its log tells
    volume_gb      0 not said; `most_seconds` likewise
    compressed     whether the result is one archive rather than a prefix of files
    """

    model_id: str
    version: str = ""
    hyperparameters: tuple[Hyperparameter, ...] = ()
    default_instance: str = ""
    instances: tuple[str, ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()
    gated: bool = False
    eula: bool = False
    eula_key: str = ""
    volume_gb: int = 0
    most_seconds: int = 0
    isolated: bool = False
    encrypt_between: bool = False
    compressed: bool = True
    own: bool = True
    source: str = ""
    problem: str = ""

    def hyperparameter(self, name: str) -> Hyperparameter | None:
        """The one of this name, None where the model has none."""
        return next((each for each in self.hyperparameters if each.name == name), None)


class TrainingReading:
    """Reads what JumpStart says of fine-tuning. `offline`: the worker is not asked (the sandbox)."""

    def __init__(
        self,
        account: AccountModels,
        ask: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        region: str,
        *,
        offline: bool,
    ) -> None:
        self._account, self._ask, self._region, self._offline = account, ask, region, offline

    def spec(self, model: CatalogModel) -> TrainingSpec:
        """The model's own specification, else what is typical with the reason. One read, kept for seven days."""
        try:
            row = self._account.training(model)
        except SagedeckError as error:
            return replace(typical(model), problem=error.what)
        return spec_of(model, row["row"], str(row["source"]))

    def container(self, model: CatalogModel, instance_type: str) -> TrainingContainer:
        """What trains it on this type. Raises Unreachable, NotFound or ServiceFailure where that cannot be told."""
        row = self._account.training(model)
        if self._offline or row.get("hub"):
            return container_of(row["row"], instance_type, self._region, str(row["source"]))
        answer = self._account.answered(model, f"training {instance_type}", lambda: self._answer(model, instance_type))
        pairs = (
            tuple(sorted((key, str(value)) for key, value in answer[name].items()))
            for name in ("environment", "hyperparameters")
        )
        environment, hyperparameters = pairs
        return TrainingContainer(
            image=str(answer["image"]), artifact=str(answer["artifact"]), script=str(answer["script"]),
            environment=environment, hyperparameters=hyperparameters, metrics=_metrics(answer["metrics"]),
            source=str(answer["source"]),
        )  # fmt: skip

    def _answer(self, model: CatalogModel, instance_type: str) -> Mapping[str, Any]:
        entry, specification = self._account.whole(model)
        return self._ask(
            {
                "training": True, "entry": entry, "specification": specification, "region": self._region,
                "instance_type": instance_type,
            }
        )  # fmt: skip


def of_bucket(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a specification that fine-tuning needs."""
    return {name: value for name, value in specification.items() if name == "version" or _KEPT.match(name)}


def of_document(document: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The same of a hub's document, whose members are in upper camel case and whose keys are addresses."""
    row = of_bucket(_snaked(document))
    if "hosting_eula_uri" in _snaked(document):
        row["hosting_eula_key"] = str(_snaked(document)["hosting_eula_uri"]).removeprefix("s3://").partition("/")[2]
    return {**row, "version": version}


def spec_of(model: CatalogModel, row: Mapping[str, Any], source: str) -> TrainingSpec:
    """A specification's members as a TrainingSpec. Pure."""
    kwargs = row.get("estimator_kwargs")
    kwargs = kwargs if isinstance(kwargs, Mapping) else {}
    types = tuple(str(each) for each in row.get("supported_training_instance_types") or ())[:_MOST]
    eula_key = str(row.get("hosting_eula_key") or model.eula_key)
    gated = bool(row.get("gated_bucket")) or model.gated
    return TrainingSpec(
        model_id=model.id,
        version=str(row.get("version") or model.spec_version),
        hyperparameters=_hyperparameters(row.get("hyperparameters") or ()),
        default_instance=str(row.get("default_training_instance_type") or (types[0] if types else "")),
        instances=types,
        metrics=_metrics(row.get("metrics") or row.get("training_metrics") or ()),
        gated=gated,
        eula=bool(eula_key) or gated or model.eula,
        eula_key=eula_key,
        volume_gb=int(row.get("training_volume_size") or 0),
        most_seconds=int(kwargs.get("max_run") or 0),
        isolated=bool(row.get("training_enable_network_isolation")),
        encrypt_between=bool(kwargs.get("encrypt_inter_container_traffic")),
        compressed=not kwargs.get("disable_output_compression"),
        source=source,
    )


def typical(model: CatalogModel) -> TrainingSpec:
    """What is typical of JumpStart's text models (facts/jumpstart_tuning.json): good for looking, not for launching."""
    known = _snapshot()
    return TrainingSpec(
        model_id=model.id, version=model.spec_version, hyperparameters=_hyperparameters(known["hyperparameters"]),
        default_instance=known["instances"][0], instances=tuple(known["instances"]),
        metrics=_metrics(known["metrics"]), gated=model.gated, eula=model.eula, eula_key=model.eula_key,
        volume_gb=256, own=False, source=f"snapshot of {known['as_of']}",
    )  # fmt: skip


def container_of(row: Mapping[str, Any], instance_type: str, region: str, source: str) -> TrainingContainer:
    """What a specification itself says trains it, without the SDK. Raises Unreachable where it names no image."""
    found = _variant(row, instance_type)
    image = _image(row, str(found.get("image_uri") or row.get("training_ecr_uri") or ""), region)
    if not image:
        raise Unreachable(
            f"No image is named that fine-tunes this model{f' on {instance_type}' if instance_type else ''}.",
            "Its specification does not say.",
            "Choose one of its own instance types." if instance_type else "Choose another model.",
        )
    environment = {str(key): str(value) for key, value in (found.get("environment_variables") or {}).items()}
    gated = found.get("gated_model_key_env_var_value") or found.get("gated_model_env_var_uri")
    if gated:
        environment[GATED_URI] = _address(str(gated), region, gated=True)
    weights = _first(
        found.get("training_artifact_key"), *(row.get(f"training_artifact_{each}") for each in ("uri", "key"))
    )
    script = _first(*(row.get(f"training_{each}") for each in _SCRIPTS))
    return TrainingContainer(
        image=image,
        artifact=_address(weights, region, gated=bool(row.get("gated_bucket"))),
        script=_address(script, region, gated=False),
        environment=tuple(sorted(environment.items())),
        metrics=_metrics(found.get("metrics") or row.get("metrics") or ()),
        source=source,
    )


def _variant(row: Mapping[str, Any], instance_type: str) -> dict[str, Any]:
    """What belongs to one instance type: that of its family, and its own over that."""
    family = instance_type.split(".")[1] if instance_type.count(".") == 2 else instance_type
    own = (row.get("training_instance_type_variants") or {}).get("variants") or {}
    found: dict[str, Any] = {}
    for name in (family, instance_type):
        for part in ("regional_properties", "properties"):
            found |= (own.get(name) or {}).get(part) or {}
    return found


def _image(row: Mapping[str, Any], named: str, region: str) -> str:
    """The image itself, where it is named by an alias of the region; "" there is none."""
    if not named.startswith("$"):
        return named
    variants = row.get("training_instance_type_variants") or {}
    aliases = (variants.get("regional_aliases") or {}).get(region) or variants.get("aliases") or {}
    return str(aliases.get(named[1:], ""))


def _first(*values: Any) -> str:
    return str(next((each for each in values if each), ""))


def typical_metrics() -> tuple[tuple[str, str], ...]:
    """What the log of JumpStart's text models tells, where a specification does not say."""
    return _metrics(_snapshot()["metrics"])


def _address(key: str, region: str, *, gated: bool) -> str:
    return key if key.startswith("s3://") or not key else f"s3://{content_bucket(region, gated=gated)}/{key}"


@cache
def _snapshot() -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads(facts.path("jumpstart_tuning.json").read_text("utf-8"))
    return read


def _hyperparameters(rows: Sequence[Mapping[str, Any]]) -> tuple[Hyperparameter, ...]:
    """Those a person sets; the container's own (where its script lies) are sent anyway."""
    return tuple(
        Hyperparameter(
            name=str(row["name"]), kind=str(row.get("type", "text")), default=str(row.get("default", "")),
            options=tuple(str(each) for each in row.get("options") or ()), least=_bound(row.get("min")),
            most=_bound(row.get("max")), above=_bound(row.get("exclusive_min")), below=_bound(row.get("exclusive_max")),
        )
        for row in rows[:_MOST]
        if row.get("name") and row.get("scope", "algorithm") == "algorithm"
    )  # fmt: skip


def _bound(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _metrics(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    named = [{str(key).lower(): value for key, value in row.items()} for row in rows[:40]]  # CreateTrainingJob takes 40
    return tuple((str(row["name"]), str(row["regex"])) for row in named if row.get("name") and row.get("regex"))


def _snaked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(key)).lower(): _snaked(item) for key, item in value.items()}
    return [_snaked(item) for item in value] if isinstance(value, list) else value
