"""The course of an Autopilot job: one stage after the other by the clock, none before its work is really done.

A clock that stands still waits for the worker, so that a test sees every stage; a running one looks again a moment
later, so that nobody is kept waiting.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.faults import Kind
from sandbox.records import Record, Shelf
from sandbox.sagemaker.jobs import automl_outputs as outputs
from sandbox.sagemaker.jobs.automl_checks import kind_of
from sandbox.sagemaker.jobs.automl_work import KIND, Event, Runs, mode_of
from sandbox.sagemaker.jobs.capacity import NO_CAPACITY
from sandbox.sagemaker.jobs.states import COMPLETED, FAILED, IN_PROGRESS, STOPPED, STOPPING, TRAINING
from sandbox.tabular.predictor import ARTIFACTS, predictor_of

if TYPE_CHECKING:
    from sandbox.world import World

STAGES = {  # in AWS's order, and the seconds each takes there; of training, those of one candidate
    "Starting": 60.0,
    "AnalyzingData": 180.0,
    "FeatureEngineering": 120.0,
    "PreTraining": 120.0,
    "ModelTuning": 60.0,
    "TrainingModels": 60.0,
    "GeneratingExplainabilityReport": 90.0,
    "GeneratingModelInsightsReport": 60.0,
    "DeployingModel": 60.0,
}
_REPORTS = ("GeneratingExplainabilityReport", "GeneratingModelInsightsReport")
_TUNED = ("Starting", "AnalyzingData", "FeatureEngineering", "ModelTuning", *_REPORTS)
_BLENDED = ("Starting", "AnalyzingData", "PreTraining", "TrainingModels", *_REPORTS)
_TRAINED = ("Starting", "PreTraining", "TrainingModels", "GeneratingModelInsightsReport")
_LOOK_AGAIN = 15.0
_WAIT = 240.0  # true seconds a clock that stands still waits for the worker
_DEPLOYED_ON = "ml.m5.2xlarge"


class Course:
    """Moves jobs on as the agenda says."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.runs = Runs(world)
        world.agenda.on(KIND, self._due)

    def begin(self, region: str, job: Record) -> None:
        job["mode"] = mode_of(kind_of(job["request"])[1], 0) if _is_tabular(job) else ""
        self.runs.of(region, job)
        self._appoint(region, job, job["created"] + self._world.clock.lasts(STAGES["Starting"]))

    def hasten(self, region: str, job: Record, due: float) -> None:
        """Appoint the next step anew."""
        self.runs.end(job)
        self._appoint(region, job, due)

    def _due(self, due: float, payload: Record) -> None:
        region, shelf = payload["region"], self._shelf(payload["region"])
        job = shelf.get(payload["name"])
        if job is None:
            return
        if job["status"] == STOPPING:
            self._end(region, job, due, STOPPED, STOPPED)
        elif job["status"] == IN_PROGRESS:
            self._step(region, job, due)
        shelf.changed(job["name"])

    def _step(self, region: str, job: Record, due: float) -> None:
        stage = job["secondary"]
        if stage == "DeployingModel":
            self._watch(region, job, due)
            return
        if self._late(job, due) and stage not in _REPORTS:
            self._out_of_time(region, job, due)
            return
        failed = self._failure(region, job, stage)
        if failed:
            self._end(region, job, due, FAILED, FAILED, failed)
        elif stage in ("ModelTuning", "TrainingModels"):
            self._train(region, job, due)
        elif stage in ("AnalyzingData", "PreTraining") and not job["planned"]:
            self._analyzed(region, job, due)
        else:
            self._enter(region, job, due)

    def _failure(self, region: str, job: Record, stage: str) -> str:
        strikes = self._world.faults.strikes
        if stage == "Starting" and strikes(
            Kind.NO_CAPACITY, service="sagemaker", operation="CreateAutoMLJobV2", resource=job["name"]
        ):
            return NO_CAPACITY
        event = self._event(region, job, "failed", wait=False)
        if not event or stage == "Starting" or job["best"]:
            return ""
        return str(event["reason"])

    def _analyzed(self, region: str, job: Record, due: float) -> None:
        event = self._event(region, job, "analyzed")
        if event is None:
            self._again(region, job, due)
            return
        job |= {"problem": event["problem"], "objective": event["objective"]}
        job["notebooks"] = event.get("notebooks", True)
        job["planned"] = list(event["candidates"])
        _, config = kind_of(job["request"])
        if config.get("GenerateCandidateDefinitionsOnly"):
            self._end(region, job, due, COMPLETED, "CandidateDefinitionsGenerated")
        else:
            self._enter(region, job, due)

    def _train(self, region: str, job: Record, due: float) -> None:
        """Take over the next candidate, or go on when all are there."""
        taken = sum(each["CandidateStatus"] == COMPLETED for each in job["candidates"])

        def next_event() -> Event | None:
            events = self.runs.of(region, job).events
            trained = [event for event in events if event["event"] == "candidate"]
            return trained[taken] if len(trained) > taken else _named(events, "explained", "failed")

        event = self._await(region, job, next_event)
        if event is None:
            self._again(region, job, due)
        elif event["event"] == "candidate":
            self._take(region, job, event, due)
        elif event["event"] == "failed" and not job["best"]:
            self._end(region, job, due, FAILED, FAILED, event["reason"])
        else:
            lost = [each for each in self.runs.of(region, job).events if each["event"] in ("lost", "failed")]
            job["partial"] += [str(each["reason"])[:1024] for each in lost[:3]]
            job["candidates"] = [each for each in job["candidates"] if each["CandidateStatus"] == COMPLETED]
            self._warm(_best(job))
            self._enter(region, job, due)

    def _take(self, region: str, job: Record, event: Event, due: float) -> None:
        if event["digest"]:
            self._world.records.shelf(ARTIFACTS)[event["digest"]] = {"uri": event["uri"], "made": due}
        stream = f"{event['name'][:63]}/algo-1-{int(job['created'])}"
        self._world.meters.log(region, TRAINING, stream, due, f"Sandbox: {event['said']}")
        kept = [each for each in job["candidates"] if each["CandidateStatus"] == COMPLETED]
        before = next((c for c in job["candidates"] if c["CandidateName"] == event["name"]), None)
        made = outputs.completed(job, before or outputs.pending(job, event["name"], due), event, due)
        if not job["best"]:
            self._warm(made)  # what the worker imports takes longest: it need not wait for the best
        if not job["best"] or outputs.better(made, _best(job)):
            job["best"] = event["name"]
        job["candidates"] = [*kept, made, *self._pending(job, len(kept) + 1, due)]
        self._appoint(region, job, due + self._lasts(job["secondary"]))

    def _warm(self, candidate: Record) -> None:
        """Load a candidate's model where somebody may be waiting soon."""
        if not self._world.clock.stands_still:
            predictor_of(self._world).warm(candidate["InferenceContainers"][0]["ModelDataUrl"])

    def _pending(self, job: Record, place: int, now: float) -> list[Record]:
        planned = job["planned"]
        return [outputs.pending(job, planned[place], now)] if place < len(planned) else []

    def _enter(self, region: str, job: Record, due: float) -> None:
        """Go on to the next stage, or to the end."""
        stages = _stages(job)
        place = stages.index(job["secondary"]) + 1
        if place == len(stages):
            self._finish(region, job, due)
            return
        job["secondary"], job["modified"] = stages[place], due
        if stages[place] in ("ModelTuning", "TrainingModels"):
            job["candidates"] = self._pending(job, 0, due)
        if stages[place] == "GeneratingExplainabilityReport" and self._event(region, job, "explained") is None:
            job["partial"].append("The explainability report could not be generated.")
        self._appoint(region, job, due + self._lasts(stages[place]))

    def _finish(self, region: str, job: Record, due: float) -> None:
        if job["request"].get("ModelDeployConfig") and not job["endpoint"]:
            self._deploy(region, job, due)
        else:
            self._end(region, job, due, COMPLETED, COMPLETED)

    def _deploy(self, region: str, job: Record, due: float) -> None:
        """Make model, configuration and endpoint of the best candidate, as a client would."""
        mark = hashlib.sha256(f"{job['arn']}{job['created']}".encode()).hexdigest()[:8]
        name = job["request"]["ModelDeployConfig"].get("EndpointName") or f"{job['name']}-{mark}"
        made = f"{job['name']}-{mark}-model"
        containers = _best(job)["InferenceContainers"]
        held = {"Containers": containers} if len(containers) > 1 else {"PrimaryContainer": containers[0]}
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": made,
            "InstanceType": _DEPLOYED_ON,
            "InitialInstanceCount": 1,
            "InitialVariantWeight": 1.0,
        }
        call = self._world.call
        try:
            role = job["request"]["RoleArn"]
            call("sagemaker", "CreateModel", {"ModelName": made, "ExecutionRoleArn": role, **held}, region)
            config = {"EndpointConfigName": made, "ProductionVariants": [variant]}
            call("sagemaker", "CreateEndpointConfig", config, region)
            call("sagemaker", "CreateEndpoint", {"EndpointName": name, "EndpointConfigName": made}, region)
        except AwsError as error:
            self._undeployed(region, job, due, error.message)
            return
        job |= {"endpoint": name, "secondary": "DeployingModel", "modified": due}
        self._appoint(region, job, due + self._lasts("DeployingModel"))

    def _watch(self, region: str, job: Record, due: float) -> None:
        try:
            asked = {"EndpointName": job["endpoint"]}
            found = self._world.call("sagemaker", "DescribeEndpoint", asked, region)
        except AwsError as error:
            self._undeployed(region, job, due, error.message)
            return
        if found["EndpointStatus"] == "InService":
            self._end(region, job, due, COMPLETED, COMPLETED)
        elif found["EndpointStatus"] == "Failed":
            self._undeployed(region, job, due, found.get("FailureReason", ""))
        else:
            pause = max(self._world.clock.lasts(_LOOK_AGAIN), self._world.agenda.stride)
            self._appoint(region, job, due + pause)

    def _undeployed(self, region: str, job: Record, due: float, why: str) -> None:
        job["partial"].append(f"Model deployment failed: {why}"[:1024])
        self._end(region, job, due, COMPLETED, "ModelDeploymentError")

    def _out_of_time(self, region: str, job: Record, due: float) -> None:
        if job["best"]:
            job["partial"].append("MaxAutoMLJobRuntimeInSeconds was reached before all candidates were trained.")
            self._end(region, job, due, COMPLETED, "MaxAutoMLJobRuntimeReached")
        else:
            why = "MaxAutoMLJobRuntimeInSeconds was reached before any candidate was trained."
            self._end(region, job, due, FAILED, FAILED, why)

    def _end(self, region: str, job: Record, due: float, status: str, secondary: str, failure: str = "") -> None:
        """All that a job becomes at last; a candidate still in training ends with it."""
        job |= {"status": status, "secondary": secondary, "modified": due, "ended": due, "failure": failure[:1024]}
        unfinished = STOPPED if status != FAILED else FAILED
        job["candidates"] = [
            each if each["CandidateStatus"] == COMPLETED else outputs.ended(each, unfinished, due)
            for each in job["candidates"]
        ]
        self.runs.end(job)
        self._world.agenda.cancel(KIND, f"{region}/{job['name']}")

    def _late(self, job: Record, due: float) -> bool:
        _, config = kind_of(job["request"])
        most = (config.get("CompletionCriteria") or {}).get("MaxAutoMLJobRuntimeInSeconds")
        return most is not None and due - job["created"] >= self._world.clock.lasts(most)

    def _event(self, region: str, job: Record, name: str, wait: bool = True) -> Event | None:
        """Return the run's event of that name; None if it has not come yet, or never will."""
        run = self.runs.of(region, job)
        if not wait:
            return _named(run.events, name)
        found = self._await(region, job, lambda: _named(run.events, name, "failed"))
        return found if found and found["event"] == name else None

    def _await(self, region: str, job: Record, look: Callable[[], Event | None]) -> Event | None:
        if self._world.clock.stands_still:
            self.runs.of(region, job).wait(lambda: look() is not None, _WAIT)
        return look()

    def _again(self, region: str, job: Record, due: float) -> None:
        """Look at the worker again a moment later, but not while a clock is put forward: it gets no further then."""
        later = due + self._world.clock.lasts(_LOOK_AGAIN)
        self._appoint(region, job, max(later, self._world.agenda.until))

    def _appoint(self, region: str, job: Record, due: float) -> None:
        self._world.agenda.at(due, KIND, f"{region}/{job['name']}", region=region, name=job["name"])

    def _lasts(self, stage: str) -> float:
        return self._world.clock.lasts(STAGES[stage])

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)


def _best(job: Record) -> Record:
    return next(each for each in job["candidates"] if each["CandidateName"] == job["best"])


def _is_tabular(job: Record) -> bool:
    return kind_of(job["request"])[0] == "Tabular"


def _stages(job: Record) -> tuple[str, ...]:
    if not _is_tabular(job):
        return _BLENDED if kind_of(job["request"])[0] == "TimeSeriesForecasting" else _TRAINED
    return _TUNED if job["mode"] == "HYPERPARAMETER_TUNING" else _BLENDED


def _named(events: list[Any], *names: str) -> Event | None:
    return next((event for event in events if event["event"] in names), None)
