"""What an Autopilot job leaves: where in S3, the notebooks and reports, and its candidates as AWS describes them."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.records import Record
from sandbox.sagemaker.jobs.automl_checks import autopilot, kind_of
from sandbox.sagemaker.jobs.inputs import under

Event = Mapping[str, Any]
_DLC = "763104351884.dkr.ecr.{region}.{domain}"  # AWS's deep learning containers
_AUTOML = "683313688378.dkr.ecr.{region}.{domain}"  # of SageMaker's own algorithms, in us-east-1
_CLASSES = "predicted_label,probability,probabilities,labels"
_NOTEBOOKS = {
    "candidates": "SageMakerAutopilotCandidateDefinitionNotebook.ipynb",
    "exploration": "SageMakerAutopilotDataExplorationNotebook.ipynb",
}


def root(job: Record) -> str:
    """Return the address under which a job writes."""
    return under(job["request"]["OutputDataConfig"]["S3OutputPath"], job["name"])


def notebook(job: Record, which: str) -> str:
    """`which`: candidates or exploration."""
    return under(root(job), "sagemaker-automl-candidates", "notebooks", _NOTEBOOKS[which])


def artifact(job: Record, candidate: str) -> str:
    return under(root(job), "sagemaker-automl-candidates", "model", candidate, "output", "model.tar.gz")


def explainability(job: Record, candidate: str) -> str:
    return under(root(job), "documentation", "explainability", "output", candidate)


def insights(job: Record, candidate: str) -> str:
    return under(root(job), "documentation", "model_monitor", "output", candidate)


def backtest(job: Record, candidate: str) -> str:
    return under(root(job), "backtest-results", candidate)


def base_model(config: Mapping[str, Any]) -> str:
    """Return the language model that a text generation job asks for, AWS's default if it names none."""
    return str(config.get("BaseModelName") or "Falcon7BInstruct")


def pending(job: Record, name: str, now: float) -> Record:
    """Return a candidate that is being trained."""
    return {
        "CandidateName": name,
        "ObjectiveStatus": "Pending",
        "CandidateSteps": _steps(job, name),
        "CandidateStatus": "InProgress",
        "CreationTime": now,
        "LastModifiedTime": now,
    }


def completed(job: Record, before: Record, event: Event, now: float) -> Record:
    """Return a candidate that is trained, made of the worker's event."""
    name, objective = event["name"], event["objective"]
    metrics = [
        _metric(metric, value, which) for which, values in event["metrics"].items() for metric, value in values.items()
    ]
    located = {"Explainability": explainability(job, name)}  # AWS always names one, and does not always write one
    if event.get("reported"):
        located["ModelInsights"] = insights(job, name)
    if event.get("backtested"):
        located["BacktestResults"] = backtest(job, name)
    return {
        **before,
        "ObjectiveStatus": "Succeeded",
        "CandidateStatus": "Completed",
        "EndTime": now,
        "LastModifiedTime": now,
        "InferenceContainers": containers(job, event["uri"]),
        "CandidateProperties": {"CandidateMetrics": metrics}
        | ({} if kind_of(job["request"])[0] == "TextGeneration" else {"CandidateArtifactLocations": located}),
    } | ({"FinalAutoMLJobObjectiveMetric": _final(objective, event)} if objective in standard_metrics() else {})


def ended(candidate: Record, status: str, now: float) -> Record:
    """Return a candidate that was being trained when its job ended."""
    return {
        **candidate,
        "CandidateStatus": status,
        "ObjectiveStatus": "Failed",
        "EndTime": now,
        "LastModifiedTime": now,
    }


def better(one: Record, other: Record) -> bool:
    """Tell whether a candidate's objective beats another's."""
    mine, its = one.get("FinalAutoMLJobObjectiveMetric"), other.get("FinalAutoMLJobObjectiveMetric")
    if not mine or not its:
        return False
    return bool(mine["Value"] < its["Value"] if mine["Type"] == "Minimize" else mine["Value"] > its["Value"])


def containers(job: Record, uri: str) -> list[Record]:
    """Return what CreateModel takes to serve a candidate: one container, or the pipeline of a tuned one."""
    kind, _ = kind_of(job["request"])
    image = _image(job, _DLC, "autogluon-inference:1.5.0-cpu-py311")
    classes = job.get("problem") in ("BinaryClassification", "MulticlassClassification")
    outputs = {
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
        "SAGEMAKER_INFERENCE_SUPPORTED": _CLASSES if classes else "predicted_label",
    }
    accept = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    if kind == "TextGeneration":
        return [{"Image": _image(job, _DLC, "djl-inference:0.34.0-lmi16.0.0-cu128"), "ModelDataUrl": uri,
                 "Environment": {"OPTION_TGI_COMPAT": "true"}}]  # fmt: skip
    if kind == "TimeSeriesForecasting":
        return [{"Image": _image(job, _AUTOML, "autopilot-forecasting:1.0-cpu-py3"), "ModelDataUrl": uri,
                 "Environment": accept}]  # fmt: skip
    if kind in ("TextClassification", "ImageClassification"):
        image = _image(job, _DLC, f"autopilot-{kind.removesuffix('Classification').lower()}-inference:1.0-cpu-py3")
    if job.get("mode") != "HYPERPARAMETER_TUNING":
        return [{"Image": image, "ModelDataUrl": uri, "Environment": {**accept, **outputs}}]
    prepares = {"AUTOML_TRANSFORM_MODE": "feature-transform", "SAGEMAKER_PROGRAM": "sagemaker_serve"}
    names = {"AUTOML_TRANSFORM_MODE": "inverse-label-transform", "SAGEMAKER_INFERENCE_INPUT": "predicted_label"}
    preparing = _image(job, _AUTOML, "sagemaker-sklearn-automl:2.5-1-cpu-py3")
    booster = _image(job, _AUTOML, "sagemaker-xgboost:1.3-1-cpu-py3")
    pipeline = [
        (preparing, {**accept, **prepares, **outputs}),
        (booster, {**accept, **outputs, "MAX_CONTENT_LENGTH": "20971520"}),
    ]
    if classes:
        pipeline.append((preparing, {**accept, **names, **outputs}))
    return [{"Image": image, "ModelDataUrl": uri, "Environment": environment} for image, environment in pipeline]


def report(measured: Mapping[str, Any], said: str) -> bytes:
    """Return what was measured of a candidate, with what the candidate really is."""
    return _json({"sandbox": f"Measured by the Sagedeck sandbox, of: {said}.", **measured})


def table(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as CSV."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue().encode()


def analysis(event: Event) -> bytes:
    """Return the explainability report, where Clarify's lies and in its shape."""
    importance = event["importance"]
    shap = {"label0": {"global_shap_values": importance}}
    said = (
        f"How much worse {event['objective']} of the validation set gets when a column is shuffled (permutation "
        f"importance), for {len(importance)} of {event['used']} columns. The Sagedeck sandbox computes these instead "
        "of SHAP values."
    )
    return _json({"version": "1.0", "sandbox": said, "explanations": {"kernel_shap": shap}})


def notebooks(job: Record, event: Event) -> dict[str, bytes]:
    """Return the two notebooks of an analysed data set."""
    columns = "\n".join(
        f"| {each['name']} | {each['kind']} | {each['missing']} | {each['distinct']} |" for each in event["columns"]
    )
    explored = (
        f"# Data exploration of {job['name']}\n\nWritten by the Sagedeck sandbox.\n\n{event['rows']} rows, of which "
        f"{event['trained_rows']} are trained on. Problem type: {event['problem'] or 'forecast'}; objective: "
        f"{event['objective']}.\n\n| column | used as | missing | distinct values |\n|---|---|---|---|\n{columns}"
    )
    listed = "\n".join(f"| {name} | {said} |" for name, said in event["candidates"].items())
    planned = (
        f"# Candidates of {job['name']}\n\nThe Sagedeck sandbox trains these itself; none of Autopilot's algorithms "
        f"runs. A name tells what is trained, and what it stands in for.\n\n"
        f"| candidate | what is trained |\n|---|---|\n{listed}"
    )
    return {"exploration": _notebook(explored), "candidates": _notebook(planned)}


def _json(report: Any) -> bytes:
    return json.dumps(report, indent=1).encode()


def _notebook(text: str) -> bytes:
    cell = {"cell_type": "markdown", "id": "sandbox", "metadata": {}, "source": text.splitlines(keepends=True)}
    return _json({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def standard_metrics() -> frozenset[str]:
    """Return AWS's names of metrics that can be an objective (AutoMLMetricEnum)."""
    metrics = autopilot()["objective_metrics"]
    named = [name for each in metrics["tabular"].values() for name in each["available"]]
    return frozenset([*named, *metrics["TimeSeriesForecasting"]["api_enum"]])


def _final(objective: str, event: Event) -> Record:
    kind = "Minimize" if objective in autopilot()["minimize"] else "Maximize"
    value = event["metrics"]["Validation"][objective]
    return {"Type": kind, "MetricName": objective, "Value": value, "StandardMetricName": objective}


def _metric(name: str, value: float, which: str) -> Record:
    """AWS's enumeration of MetricName is shorter than that of StandardMetricName."""
    said = {"MetricName": name} if name in standard_metrics() else {}
    return {**said, "StandardMetricName": name, "Value": value, "Set": which}


def _steps(job: Record, name: str) -> list[Record]:
    mark = hashlib.sha256(f"{job['arn']}{name}".encode()).hexdigest()[:8]
    prepared = f"{job['name'][:32]}-pr-1-{mark}"
    base = job["arn"].rpartition(":automl-job/")[0]
    return [
        {
            "CandidateStepType": f"AWS::SageMaker::{kind}Job",
            "CandidateStepArn": f"{base}:{kind.lower()}-job/{step}",
            "CandidateStepName": step,
        }
        for kind, step in (("Processing", prepared), ("Training", name[:63]))
    ]


def _image(job: Record, registry: str, name: str) -> str:
    region = job["arn"].split(":")[3]
    domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"{registry.format(region=region, domain=domain)}/{name}"
