"""JumpStart's model specifications, written from facts in the form that AWS's SDK reads.

Names of members: sagemaker-core 2.27.0 (sagemaker.core.jumpstart.types, hub.interfaces), Apache-2.0.
"""

from typing import Any

from sandbox.sagemaker.hub.catalog import Model, image_uri, training_uri, tuning

Json = dict[str, Any]

MIN_SDK = "2.189.0"
_EMBEDS = ("js_sentence_similarity", "js_text_embedding")
_JSON = "application/json"
_PREDICTOR = {
    "default_content_type": _JSON,
    "supported_content_types": [_JSON],
    "default_accept_type": _JSON,
    "supported_accept_types": [_JSON],
}


def specification(model: Model, region: str) -> Json:
    """Return a model's specification as it lies in JumpStart's bucket of a region."""
    spec: Json = {
        "model_id": model.id,
        "url": model.known.get("source_url", ""),
        "version": model.version,
        "min_sdk_version": MIN_SDK,
        "training_supported": model.tunable,
        "incremental_training_supported": False,
        "hosting_prepacked_artifact_key": model.artifacts,
        "hosting_artifact_key": model.artifacts,
        "hosting_script_key": f"source-directory-tarballs/{model.framework}/inference/v1.0.0/sourcedir.tar.gz",
        "hosting_use_script_uri": False,
        "inference_vulnerable": False,
        "inference_dependencies": [],
        "inference_vulnerabilities": [],
        "training_vulnerable": False,
        "training_dependencies": [],
        "training_vulnerabilities": [],
        "deprecated": False,
        "inference_environment_variables": _environment(model),
        "metrics": [],
        "model_kwargs": {},
        "deploy_kwargs": _deploy(model),
        "predictor_specs": _PREDICTOR,
        "default_payloads": _payloads(model),
        "inference_volume_size": 256 if _on_gpu(model) else 30,
        "inference_enable_network_isolation": True,
        "resource_name_base": f"{model.id[:20].rstrip('-')}",
        "gated_bucket": model.gated,
    }
    spec |= _instances(model, region)
    if model.known.get("eula_key"):
        spec["hosting_eula_key"] = model.known["eula_key"]
    if model.marketplace:
        spec["model_subscription_link"] = model.known.get("source_url", "")
    if model.tunable:
        spec |= _training(model, region)
    return spec


def _instances(model: Model, region: str) -> Json:
    types = list(model.known.get("instances") or ())
    spec: Json = {}
    if types:
        spec["default_inference_instance_type"] = model.known.get("default_instance") or types[0]
        spec["supported_inference_instance_types"] = types
    if image_uri(model, region):
        spec["hosting_instance_type_variants"] = _variants(model, region, types)
    return spec


def _variants(model: Model, region: str, types: list[str]) -> Json:
    """Return which image serves on which family of instances."""
    aliases = {f"alias_ecr_uri_{kind}": image_uri(model, region, processor=kind) for kind in ("gpu", "cpu")}
    families = sorted({each.split(".")[1] for each in types})
    return {
        "regional_aliases": {region: aliases},
        "variants": {
            name: {"regional_properties": {"image_uri": f"$alias_ecr_uri_{'gpu' if name[0] in 'pg' else 'cpu'}"}}
            for name in families
        },
    }


def _environment(model: Model) -> list[Json]:
    own = dict(model.known.get("env") or {})
    if _on_gpu(model) and model.known.get("payload") not in _EMBEDS:
        own = {
            "HF_MODEL_ID": "/opt/ml/model",
            "ENDPOINT_SERVER_TIMEOUT": "3600",
            "MODEL_CACHE_ROOT": "/opt/ml/model",
        } | own
    return [
        {"name": name, "type": "text", "default": str(value), "scope": "container", "required_for_model_class": True}
        for name, value in own.items()
    ]


def _deploy(model: Model) -> Json:
    if not _on_gpu(model):
        return {}
    timeouts: Json = {"model_data_download_timeout": 1200, "container_startup_health_check_timeout": 1200}
    if "-cu13" in image_uri(model, "us-east-1"):  # CUDA 13 does not start on the default machine image
        timeouts["inference_ami_version"] = "al2-ami-sagemaker-inference-gpu-3-1"
    return timeouts


def _on_gpu(model: Model) -> bool:
    return bool(model.known.get("min_gpu"))


def _payloads(model: Model) -> Json:
    family = model.known.get("payload")
    if family in _EMBEDS:
        return _payload({"text_inputs": ["How is the weather today?"]}, "text_inputs", {"embedding": "embedding"})
    if family in ("openai_chat", "openai_chat_or_lmi"):
        asked = {"messages": [{"role": "user", "content": "What is the capital of France?"}], "max_tokens": 256}
        return _payload(asked, "messages[0].content", {"generated_text": "choices[0].message.content"})
    if family in ("tgi", "tgi_or_lmi", "lmi"):
        path = "generated_text" if family == "lmi" else "[0].generated_text"
        asked = {"inputs": "What is the capital of France?", "parameters": {"max_new_tokens": 256}}
        return _payload(asked, "inputs", {"generated_text": path})
    return {}


def _payload(body: Json, prompt: str, output: Json) -> Json:
    return {"Question": {"content_type": _JSON, "prompt_key": prompt, "output_keys": output, "body": body}}


def _training(model: Model, region: str) -> Json:
    types = tuning()["instances"]
    artifact = f"{model.framework}/{model.id}/artifacts/train/v1.0.0/"
    chats = tuning()["chat"] if model.id.startswith("meta-textgeneration-") else []
    spec: Json = {
        "default_training_instance_type": types[0],
        "supported_training_instance_types": types,
        "training_artifact_key": artifact,
        "training_script_key": f"source-directory-tarballs/{model.framework}/transfer_learning/v1.0.0/sourcedir.tar.gz",
        "training_prepacked_script_key": (
            f"source-directory-tarballs/{model.framework}/transfer_learning/prepack/v1.0.0/sourcedir.tar.gz"
        ),
        "hyperparameters": [*tuning()["hyperparameters"], *chats],
        "metrics": tuning()["metrics"],
        "training_volume_size": 256,
        "training_enable_network_isolation": not model.gated,
        "estimator_kwargs": {"encrypt_inter_container_traffic": True, "max_run": 360000},
        "fit_kwargs": {},
    }
    if image := training_uri(region):
        gated = {"properties": {"gated_model_key_env_var_value": artifact}} if model.gated else {}
        families = sorted({each.split(".")[1] for each in types})
        spec["training_instance_type_variants"] = {
            "regional_aliases": {region: {"gpu_ecr_uri_1": image}},
            "variants": {name: {"regional_properties": {"image_uri": "$gpu_ecr_uri_1"}, **gated} for name in families},
        }
    return spec
