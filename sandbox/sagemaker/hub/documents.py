"""A specification as the hub's document of a model: members in upper camel case, addresses instead of keys."""

import json
from typing import Any

from sandbox.sagemaker.hub.catalog import Model, image_uri, training_uri
from sandbox.sagemaker.hub.specifications import Json, specification

SCHEMA = "2.3.0"
# Members whose keys are names of their own and stay as they are.
_AS_THEY_ARE = frozenset({"body", "output_keys", "environment_variables"})
_LEFT_OUT = frozenset(
    {
        "model_id", "version", "deploy_kwargs", "model_kwargs", "fit_kwargs", "estimator_kwargs", "predictor_specs",
        "inference_vulnerable", "training_vulnerable", "inference_vulnerabilities", "training_vulnerabilities",
        "deprecated", "metrics",
    }
)  # fmt: skip


def buckets(region: str) -> tuple[str, str]:
    """Return JumpStart's public bucket of a region, and the one in which gated weights lie."""
    return f"jumpstart-cache-prod-{region}", f"jumpstart-private-cache-prod-{region}"


def document(model: Model, region: str) -> str:
    """Return HubContentDocument, which is JSON text."""
    spec = specification(model, region)
    public, private = buckets(region)
    plain = {name: value for name, value in spec.items() if name not in _LEFT_OUT and not name.endswith("_key")}
    told: Json = {_camel(name): _renamed(name, value) for name, value in plain.items()}
    told |= {
        "SageMakerSdkPredictorSpecifications": _renamed("", spec["predictor_specs"]),
        "Task": model.task.replace("-", " ").title(),
        "Framework": model.framework,
        "License": "" if model.known.get("eula_key") else "See the model's page",
        "ContextualHelp": "Simulated by Sagedeck's sandbox from facts as of 2026-11-20.",
        "FineTuningSupported": model.tunable,
        **{_camel(name): value for name, value in spec["deploy_kwargs"].items()},
    }
    for name, key in spec.items():
        if name.endswith("_key"):
            weights = name in ("hosting_artifact_key", "hosting_prepacked_artifact_key", "training_artifact_key")
            bucket = private if weights and model.gated else public
            told[_camel(name.removesuffix("_key") + "_uri")] = f"s3://{bucket}/{key}"
    if image := image_uri(model, region):
        told["HostingEcrUri"] = image
        if model.tunable:
            told["TrainingEcrUri"] = training_uri(region)
    return json.dumps(told)


def _renamed(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        if name.endswith("_instance_type_variants"):
            return _resolved(value)
        if name == "default_payloads":
            return {alias: _renamed("", payload) for alias, payload in value.items()}
        return {_camel(key): item if key in _AS_THEY_ARE else _renamed(key, item) for key, item in value.items()}
    return [_renamed("", item) for item in value] if isinstance(value, list) else value


def _resolved(variants: Json) -> Json:
    """Return instance type variants as a hub tells them: of one region, with addresses instead of aliases."""
    (aliases,) = variants["regional_aliases"].values()
    return {
        "Aliases": aliases,
        "Variants": {
            name: {"Properties": {"image_uri": aliases[variant["regional_properties"]["image_uri"].lstrip("$")]}}
            for name, variant in variants["variants"].items()
        },
    }


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
