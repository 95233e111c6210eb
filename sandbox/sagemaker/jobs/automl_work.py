"""Has an Autopilot job's data trained on in a worker, and brings to S3 what the worker leaves."""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.records import Record
from sandbox.sagemaker.jobs import automl_outputs as outputs
from sandbox.sagemaker.jobs.automl_checks import algorithms, kind_of
from sandbox.sagemaker.jobs.inputs import Inputs, Place, place, under
from sandbox.tabular.artefacts import TOLD, archive
from sandbox.tabular.training_run import Run

if TYPE_CHECKING:
    from sandbox.world import World

Event = dict[str, Any]
KIND = "sagemaker/automl-job"
SECONDS = 120.0  # of true time for candidates; what has not begun by then is left out
_JSON = "application/json"
_TUNING_FROM = 100 * 1024**2  # bytes from which AUTO means hyperparameter tuning


class Runs:
    """The runs of the workers, by job. What is here is lost with the sandbox and made anew at the job's next step."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._inputs = Inputs(world)
        self._runs: dict[str, Run | Told] = {}

    def of(self, region: str, job: Record) -> "Run | Told":
        """Return the run of a job, begun now if there is none."""
        found = self._runs.get(job["arn"])
        if found is None:
            found = self._runs[job["arn"]] = self._begin(region, job)
        return found

    def end(self, job: Record) -> None:
        found = self._runs.pop(job["arn"], None)
        if found:
            found.stop()

    def _begin(self, region: str, job: Record) -> "Run | Told":
        kept = {key: job[key] for key in ("name", "arn", "request")}
        if kind_of(job["request"])[0] == "TextGeneration":
            return Told(_fine_tuned(kept, self._inputs))
        shelf = self._world.records.shelf(KIND, region)
        marked = job["created"]

        def wanted() -> bool:
            now = shelf.get(kept["name"])
            return now is not None and now["created"] == marked and now["status"] == "InProgress"

        return Run(lambda folder: self._collect(region, kept, folder), lambda event: self._deliver(kept, event), wanted)

    def _collect(self, region: str, job: Record, folder: Path) -> Event:
        """Bring the data into a folder; return the worker's request. LookupError in AWS's words."""
        request = job["request"]
        kind, config = kind_of(request)
        found: dict[str, list[Place]] = {}
        for channel in request["AutoMLJobInputDataConfig"]:
            source = channel["DataSource"]["S3DataSource"]
            found[channel.get("ChannelType") or "training"] = self._inputs.places(source, region, request["RoleArn"])
        files = {which: self._fetched(places, folder, which) for which, places in found.items()}
        size = sum(Path(file).stat().st_size for file in files["training"])
        content = request["AutoMLJobInputDataConfig"][0].get("ContentType") or ""
        asked = {
            "files": files["training"],
            "validation": files.get("validation"),
            "header": "header=absent" not in content.replace(" ", "").lower(),
            "job": job["name"],
            "objective": (request.get("AutoMLJobObjective") or {}).get("MetricName"),
            "fraction": (request.get("DataSplitConfig") or {}).get("ValidationFraction"),
            "seconds": SECONDS,
            "out": str(folder),
        }
        if kind == "ImageClassification":
            asked["labels"] = [Path(key).parent.name for _, key in found["training"]]
        return asked | _ASKED[kind](config, mode_of(config, size)) | self._features(config)

    def _fetched(self, places: list[Place], folder: Path, which: str) -> list[str]:
        files = []
        for number, (bucket, key) in enumerate(places):
            source = self._world.objects.open(bucket, key)
            if source is None:
                raise LookupError(f"ClientError: Data download failed:Unable to download object s3://{bucket}/{key}")
            path = folder / f"{which}-{number}"
            with source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            files.append(str(path))
        return files

    def _features(self, config: Mapping[str, Any]) -> Event:
        uri = config.get("FeatureSpecificationS3Uri")
        if not uri:
            return {}
        try:
            said = json.loads(self._inputs.read(place(uri)))
            return {"features": said.get("FeatureAttributeNames"), "kinds": said.get("FeatureDataTypes") or {}}
        except (ValueError, AttributeError):
            raise LookupError(f"ClientError: The feature specification {uri} could not be parsed.") from None

    def _deliver(self, job: Record, event: Event) -> Event:
        """Bring to S3 what an event left behind."""
        write = self._inputs.write
        job = job | {key: event[key] for key in ("problem",) if key in event}
        if event["event"] == "analyzed":
            for which, content in outputs.notebooks(job, event).items():
                write(outputs.notebook(job, which), content, "application/x-ipynb+json")
        elif event["event"] == "candidate":
            name, artefact = event["name"], Path(event.pop("artifact")).read_bytes()
            event |= {"uri": outputs.artifact(job, name), "digest": hashlib.sha256(artefact).hexdigest()}
            write(event["uri"], artefact, "application/gzip")
            if report := event.pop("insights", None):
                content = outputs.report(report, event["said"])
                write(under(outputs.insights(job, name), "statistics.json"), content, _JSON)
                event["reported"] = True
            if backtest := event.pop("backtest", None):
                write(under(outputs.backtest(job, name), "backtest-results.csv"), outputs.table(backtest), "text/csv")
                event["backtested"] = True
        elif event["event"] == "explained" and event["importance"]:
            content = outputs.analysis(event)
            write(under(outputs.explainability(job, event["best"]), "analysis.json"), content, _JSON)
        return event


class Told:
    """Stands for a run where nothing is trained: all its events are known at once."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.over = True

    def stop(self) -> None:
        return

    def wait(self, found: Callable[[], bool], seconds: float) -> bool:
        return found()


def mode_of(config: Mapping[str, Any], size: int) -> str:
    """Return the mode AUTO stands for with so many bytes."""
    mode = config.get("Mode") or "AUTO"
    return ("HYPERPARAMETER_TUNING" if size > _TUNING_FROM else "ENSEMBLING") if mode == "AUTO" else mode


def _tabular(config: Mapping[str, Any], mode: str) -> Event:
    return {
        "kind": "tabular",
        "target": config["TargetAttributeName"],
        "weight": config.get("SampleWeightAttributeName"),
        "problem": config.get("ProblemType"),
        "mode": mode,
        "algorithms": algorithms(config),
        "most": (config.get("CompletionCriteria") or {}).get("MaxCandidates"),
    }


def _text(config: Mapping[str, Any], _: str) -> Event:
    return {"kind": "text", "target": config["TargetLabelColumn"], "content": config["ContentColumn"]}


def _forecast(config: Mapping[str, Any], _: str) -> Event:
    series = config["TimeSeriesConfig"]
    filling = (config.get("Transformations") or {}).get("Filling") or {}
    middle = (filling.get(series["TargetAttributeName"]) or {}).get("middlefill", "zero")
    return {
        "kind": "forecast",
        "item": series["ItemIdentifierAttributeName"],
        "timestamp": series["TimestampAttributeName"],
        "target": series["TargetAttributeName"],
        "frequency": config["ForecastFrequency"],
        "horizon": config["ForecastHorizon"],
        "quantiles": config.get("ForecastQuantiles"),
        "filling": "zero" if middle == "zero" else "interpolate",
    }


_ASKED: dict[str, Callable[[Mapping[str, Any], str], Event]] = {
    "Tabular": _tabular,
    "TextClassification": _text,
    "TimeSeriesForecasting": _forecast,
    "ImageClassification": lambda config, mode: {"kind": "image"},
}


def _fine_tuned(job: Record, inputs: Inputs) -> list[Event]:
    """The events of fine-tuning a language model, which is not done here: nothing is measured then either."""
    name, base = "Simulated-TextGeneration-t1", outputs.base_model(kind_of(job["request"])[1])
    said = f"simulated: the Sagedeck sandbox does not fine-tune language models, nor has it measured {base}"
    uri = outputs.artifact(job, name)
    try:
        content = archive({TOLD: json.dumps({"simulated": said, "base_model": base}).encode()})
        inputs.write(uri, content, "application/gzip")
    except LookupError as reason:
        return [{"event": "failed", "reason": str(reason.args[0])}]
    head = {"problem": "", "objective": "ValidationLoss"}
    return [
        {"event": "analyzed", "columns": [], "candidates": {name: said}, "notebooks": False, **head},
        {"event": "candidate", "name": name, "said": said, "metrics": {}, "uri": uri, "digest": "", **head},
        {"event": "explained", "best": name, "importance": {}},
        {"event": "done", "best": name, "all": True},
    ]
