"""JumpStart specifications: read from JumpStart's bucket here, understood by `sagemaker-core` in a worker process.

Importing sagemaker-core takes 2-6 s and 200 MB, so this file is also the program of that worker:
`python -m services.catalog.gateway` reads one question as JSON on its standard input and answers on its output. The
worker is given the specification itself and no credentials, so it has no reason and no means to call anyone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.aws_errors import translate
from services.catalog.containers import content_bucket
from services.catalog.listing import numbers
from services.clients import RegionalClients
from services.errors import NotFound, SagedeckError, ServiceFailure

MANIFEST, SOLD = "models_manifest.json", "proprietary-sdk-manifest.json"
HUB = "SageMakerPublicHub"
HUB_PAGE, HUB_PAGES = 100, 60  # contents a call, and calls: the hub has some 1,100 models
# Importing takes up to 6 s on a loaded machine; an answer takes under a second.
WORKER_SECONDS = 60.0
_OPT_OUT = "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"
_ROOT = Path(__file__).parents[2]


class CatalogGateway:
    """Reads JumpStart's manifest and specifications of one region with the connection's S3 client."""

    def __init__(self, clients: RegionalClients) -> None:
        self._clients = clients

    def manifest(self, *, sold: bool = False) -> tuple[Mapping[str, Any], ...]:
        """Every model and version JumpStart lists: model_id, version, min_version, spec_key.

        `sold`: those that are sold through AWS Marketplace, which have a list of their own.
        """
        listed = self._read(SOLD if sold else MANIFEST, "reading JumpStart's list of models")
        names = ("model_id", "version", "min_version", "spec_key")
        return tuple({name: entry.get(name, "") for name in names} for entry in listed)

    def specification(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """The specification an entry of the manifest points to."""
        found: Mapping[str, Any] = self._read(
            entry["spec_key"], f"reading JumpStart's specification of {entry['model_id']}"
        )
        return found

    def hub_contents(self) -> tuple[Mapping[str, Any], ...]:
        """Every model of the public hub: id, version, name and search keywords, a hundred a call."""
        asked: dict[str, Any] = {"HubName": HUB, "HubContentType": "Model", "MaxResults": HUB_PAGE}
        found: list[Mapping[str, Any]] = []
        try:
            for _ in range(HUB_PAGES):
                answer = self._clients.get("sagemaker").list_hub_contents(**asked)
                found += [_content(row) for row in answer["HubContentSummaries"]]
                if not answer.get("NextToken"):
                    break
                asked["NextToken"] = answer["NextToken"]
        except Exception as error:
            raise translate(error, "listing the models of the public hub") from error
        return tuple(found)

    def hub_document(self, model_id: str) -> tuple[Mapping[str, Any], str]:
        """The document of a model of the public hub, and its version."""
        try:
            answer = self._clients.get("sagemaker").describe_hub_content(
                HubName=HUB, HubContentType="Model", HubContentName=model_id
            )
            return json.loads(answer["HubContentDocument"]), str(answer["HubContentVersion"])
        except Exception as error:
            raise translate(error, f"reading the hub's document of {model_id}") from error

    def _read(self, key: str, doing: str) -> Any:
        bucket = content_bucket(self._clients.region)
        try:
            answer = self._clients.get("s3").get_object(Bucket=bucket, Key=key)
            return json.loads(answer["Body"].read())
        except Exception as error:
            raise translate(error, doing) from error


def _content(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "id": row["HubContentName"],
        "version": row.get("HubContentVersion", ""),
        "name": row.get("HubContentDisplayName", ""),
        "keywords": tuple(row.get("HubContentSearchKeywords", ())),
    }


def entry_of(manifest: Sequence[Mapping[str, Any]], model_id: str, version: str) -> Mapping[str, Any]:
    """The manifest's entry of a model and version; the newest one when that version is no longer listed.

    Raises NotFound when JumpStart does not list the model in this region.
    """
    versions = [entry for entry in manifest if entry["model_id"] == model_id]
    if not versions:
        raise NotFound(
            f"JumpStart does not offer {model_id} in this region.",
            "Its list of models does not name it.",
            "Choose another model, or another region.",
        )
    same = [entry for entry in versions if entry["version"] == version]
    return same[0] if same else max(versions, key=lambda entry: numbers(entry["version"]))


def ask_worker(question: Mapping[str, Any], timeout: float = WORKER_SECONDS) -> Mapping[str, Any]:
    """One question to sagemaker-core in a process of its own; raises ServiceFailure when it gives no answer."""
    # A plain environment: no credentials, no endpoint override, so nothing it imports can speak to an account.
    keep = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
    environment = {key: os.environ[key] for key in keep if key in os.environ}
    with tempfile.TemporaryDirectory(prefix="sagedeck-") as folder:
        opt_out = Path(folder) / "config.yaml"
        opt_out.write_text(_OPT_OUT, encoding="utf-8")
        environment |= {
            "AWS_DEFAULT_REGION": str(question["region"]),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(Path(folder) / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(Path(folder) / "none"),
            "SAGEMAKER_USER_CONFIG_OVERRIDE": str(opt_out),
            "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(opt_out),
            "PYTHONWARNINGS": "ignore",
        }
        try:
            done = subprocess.run(
                [sys.executable, "-m", "services.catalog.gateway"],
                input=json.dumps(question),
                capture_output=True,
                text=True,
                timeout=timeout,
                env=environment,
                cwd=_ROOT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _no_answer(type(error).__name__) from error
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        raise _no_answer(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"code {done.returncode}")
    answer: Mapping[str, Any] = json.loads(lines[-1])
    if "error" in answer:
        raise _no_answer(answer["error"])
    return answer


def _no_answer(why: str) -> SagedeckError:
    return ServiceFailure(
        "The SageMaker SDK did not say what this model needs.", why[:300], "Try again, or choose another model."
    )


class _Served:
    """An S3 client for sagemaker-core that holds one specification and a manifest of one entry."""

    def __init__(self, entry: Mapping[str, Any], specification: Mapping[str, Any]) -> None:
        self._objects = {MANIFEST: [entry], str(entry["spec_key"]): specification}

    def get_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:
        """The one object of that key, as boto3 gives it."""
        import io

        return {"Body": io.BytesIO(json.dumps(self._objects[Key]).encode()), "ETag": Key}

    def head_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:
        """The tag of that key."""
        return {"ETag": Key}


def _container(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from sagemaker.core import environment_variables, image_uris, model_uris
    from sagemaker.core.jumpstart.accessors import JumpStartModelsAccessor
    from sagemaker.core.jumpstart.constants import DEFAULT_JUMPSTART_SAGEMAKER_SESSION as session

    entry, region = question["entry"], question["region"]
    # Everything in the SDK that looks for a specification does so with the session's S3 client.
    session.s3_client = served = _Served(entry, question["specification"])
    which = {
        "sagemaker_session": session,
        "region": region,
        "model_id": entry["model_id"],
        "model_version": entry["version"],
        "instance_type": question["instance_type"],
        "tolerate_vulnerable_model": True,
        "tolerate_deprecated_model": True,
    }
    specs = JumpStartModelsAccessor.get_model_specs(region, entry["model_id"], entry["version"], s3_client=served)
    environment = environment_variables.retrieve_default(**which, include_aws_sdk_env_vars=False)
    deploy = specs.deploy_kwargs or {}
    return {
        "image": image_uris.retrieve(framework=None, image_scope="inference", **which),
        "artifact": model_uris.retrieve(model_scope="inference", **which),
        "environment": {key: str(value) for key, value in environment.items()},
        "gated": bool(specs.gated_bucket),
        "network_isolation": bool(specs.inference_enable_network_isolation),
        "startup": int(deploy.get("container_startup_health_check_timeout") or 0),
        "download": int(deploy.get("model_data_download_timeout") or 0),
        "inference_ami": deploy.get("inference_ami_version") or getattr(specs, "inference_ami_version", None) or "",
        "version": specs.version,
    }


def _training(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from sagemaker.core import image_uris, metric_definitions, model_uris, script_uris
    from sagemaker.core.jumpstart.artifacts import _retrieve_default_environment_variables as environment_of
    from sagemaker.core.jumpstart.artifacts import _retrieve_default_hyperparameters as hyperparameters_of
    from sagemaker.core.jumpstart.constants import DEFAULT_JUMPSTART_SAGEMAKER_SESSION as session
    from sagemaker.core.jumpstart.enums import JumpStartScriptScope

    entry = question["entry"]
    session.s3_client = _Served(entry, question["specification"])
    which = {
        "sagemaker_session": session, "region": question["region"], "model_id": entry["model_id"],
        "model_version": entry["version"], "tolerate_vulnerable_model": True, "tolerate_deprecated_model": True,
    }  # fmt: skip
    typed = which | {"instance_type": question["instance_type"]}
    return {
        "image": image_uris.retrieve(framework=None, image_scope="training", **typed),
        "artifact": model_uris.retrieve(model_scope="training", **typed),
        "script": script_uris.retrieve(script_scope="training", **which),
        "environment": environment_of(script=JumpStartScriptScope.TRAINING, **typed),
        "hyperparameters": hyperparameters_of(**typed),
        "metrics": metric_definitions.retrieve_default(**typed) or [],
    }


def _image(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from sagemaker.core import image_uris

    names = ("framework", "region", "version", "instance_type")
    return {"image": image_uris.retrieve(image_scope="inference", **{name: question[name] for name in names})}


def _families(question: Mapping[str, Any]) -> Mapping[str, Any]:
    from sagemaker.core import image_uris

    images: dict[str, str] = {}
    for family in question["families"]:
        try:
            config = image_uris.config_for_framework(family)
        except ValueError:  # an SDK that has dropped the family
            continue
        versions = (config if "versions" in config else config.get("inference", {})).get("versions", {})
        for version in sorted(versions, key=numbers)[-question["versions"] :]:
            for processor, instance_type in (("gpu", "ml.g5.xlarge"), ("cpu", "ml.m5.xlarge")):
                asked = {"framework": family, "region": question["region"], "version": version}
                try:
                    image = image_uris.retrieve(image_scope="inference", instance_type=instance_type, **asked)
                except (ValueError, KeyError):  # not for this processor, or not in this region
                    continue
                if image not in images.values():
                    images[f"{family} {version} {processor}"] = image
    return {"images": images}


def main() -> int:
    """The worker: one question in, one line of JSON out."""
    from importlib.metadata import version

    question = json.loads(sys.stdin.read())
    answer: dict[str, Any]
    try:
        ask = _training if "training" in question else _container
        if "specification" not in question:
            ask = _families if "families" in question else _image
        answer = dict(ask(question))
        answer["source"] = f"sagemaker-core {version('sagemaker-core')}"
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises is the answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
