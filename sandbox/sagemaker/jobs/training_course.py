"""The course of a training job by the clock: its states, its log, its metrics, and the artifact it leaves."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.faults import Kind
from sandbox.records import Record, Shelf
from sandbox.sagemaker.jobs import training_curve as curve
from sandbox.sagemaker.jobs import tuning
from sandbox.sagemaker.jobs.capacity import NO_CAPACITY
from sandbox.sagemaker.jobs.inputs import Inputs, under
from sandbox.sagemaker.jobs.states import COMPLETED, FAILED, IN_PROGRESS, STOPPED, STOPPING, TRAINING
from sandbox.sagemaker.starting import START_ERROR
from sandbox.tabular.artefacts import TOLD, archive

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "sagemaker/training-job"
_STARTING, _DOWNLOADING, _UPLOADING, _STOPPING, _WAITING = 120.0, 60.0, 30.0, 60.0, 300.0
_LONG_EPOCHS = 5  # a spot job of so many is interrupted once
_SAID = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress, simulated by the sandbox.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Interrupted": "The spot instance was reclaimed; the training job waits for another one",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds provided",
}
_OWN_WORDS = ("AlgorithmError", "ClientError", "InternalServerError", "CapacityError")


def instances(request: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return types and counts of the instances a job asks for."""
    config = request.get("ResourceConfig") or {}
    groups = config.get("InstanceGroups") or [config]
    return [(each["InstanceType"], each.get("InstanceCount") or 1) for each in groups if each.get("InstanceType")]


class Course:
    """Moves training jobs on as the agenda says."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._inputs = Inputs(world)
        world.agenda.on(KIND, self._due)

    def begin(self, region: str, job: Record) -> None:
        longer = self._world.faults.delay(service="sagemaker", resource=job["name"])
        self._enter(job, "Starting", job["created"])
        self._appoint(region, job, job["created"] + self._lasts(_STARTING + longer))

    def stop(self, region: str, job: Record, now: float) -> None:
        if job["status"] == IN_PROGRESS:
            job["status"] = STOPPING
            self._enter(job, STOPPING, now)
            self._shelf(region).changed(job["name"])
            self._appoint(region, job, now + self._lasts(_STOPPING))

    def _due(self, due: float, payload: Record) -> None:
        region, shelf = payload["region"], self._shelf(payload["region"])
        job = shelf.get(payload["name"])
        if job is None:
            return
        if job["status"] == STOPPING:
            self._leave(region, job, due, STOPPED, STOPPED)
        elif job["status"] == IN_PROGRESS:
            _STEPS[job["secondary"]](self, region, job, due)
        shelf.changed(job["name"])

    def _started(self, region: str, job: Record, due: float) -> None:
        """Starting is over: the data is downloaded, unless there is no instance."""
        request, strikes = job["request"], self._world.faults.strikes
        if any(
            strikes(Kind.NO_CAPACITY, service="sagemaker", operation="CreateTrainingJob", resource=instance_type)
            for instance_type, _ in instances(request)
        ):
            if request.get("EnableManagedSpotTraining"):
                self._end(job, due, STOPPED, "MaxWaitTimeExceeded")
            else:
                self._fail(job, due, NO_CAPACITY)
            return
        job["started"] = job["started"] or due
        self._enter(job, "Downloading", due)
        self._appoint(region, job, due + self._lasts(_DOWNLOADING))

    def _downloaded(self, region: str, job: Record, due: float) -> None:
        request, size = job["request"], 0
        try:
            for channel in request.get("InputDataConfig") or ():
                source = channel["DataSource"].get("S3DataSource")
                found = self._inputs.places(source, region, request["RoleArn"]) if source else []
                size += sum(self._world.objects.size(*each) or 0 for each in found)
        except LookupError as words:
            self._fail(job, due, f"ClientError: Data download failed:{words.args[0]}")
            return
        job["lasts"] = curve.seconds(request, size)
        self._enter(job, "Training", due)
        self._log(region, job, due, curve.SAID)
        if not self._tunes(region, job, due):
            return
        given = {**(request.get("HyperParameters") or {}), **(request.get("Environment") or {})}
        if wrong := str(given.get(START_ERROR, "")).strip('"'):
            self._log(region, job, due, wrong)
            self._fail(job, due, wrong if wrong.startswith(_OWN_WORDS) else f"AlgorithmError: {wrong}, exit code: 1")
            return
        self._appoint(region, job, due + self._lasts(job["lasts"] / curve.POINTS))

    def _tunes(self, region: str, job: Record, due: float) -> bool:
        """Look at the text of a fine-tuning; False where its script refuses it, and the job has failed."""
        if not tuning.is_tuning(job["request"]):
            return True
        try:
            job["learned"] = tuning.learned(job["request"], self._inputs, region)
        except (tuning.Refused, LookupError) as words:
            said = str(words.args[0])
            for line in said.splitlines():
                self._log(region, job, due, line)
            self._fail(job, due, said)
            return False
        return True

    def _trained(self, region: str, job: Record, due: float) -> None:
        """One point of the curve is reached."""
        if self._over(job, due):
            self._leave(region, job, due, STOPPED, "MaxRuntimeExceeded")
            return
        if self._taken_away(region, job, due):
            return
        said = curve.lines(job, job["point"])
        for line in said:
            self._log(region, job, due, line)
        put = self._world.meters.put
        for name, value in curve.found(job["request"], said).items():
            job["metrics"][name] = [value, due]
            put(region, TRAINING, name, {"TrainingJobName": job["name"]}, value, "None", due)
        self._use(region, job, due)
        job["point"] += 1
        if job["point"] < curve.POINTS:
            self._appoint(region, job, due + self._lasts(job["lasts"] / curve.POINTS))
        else:
            self._enter(job, "Uploading", due)
            self._appoint(region, job, due + self._lasts(_UPLOADING))

    def _taken_away(self, region: str, job: Record, due: float) -> bool:
        """Take the spare capacity of a long spot job away, once, half-way; without checkpoints it begins anew."""
        request = job["request"]
        long = request.get("EnableManagedSpotTraining") and curve.epochs(request) >= _LONG_EPOCHS
        if not long or job.get("interrupted") or job["point"] < curve.POINTS // 2:
            return False
        job["interrupted"] = True
        if not request.get("CheckpointConfig"):
            job |= {"point": 0, "metrics": {}}
        self._enter(job, "Interrupted", due)
        self._log(region, job, due, _SAID["Interrupted"])
        self._appoint(region, job, due + self._lasts(_WAITING))
        return True

    def _given_back(self, region: str, job: Record, due: float) -> None:
        """Another machine was found."""
        self._enter(job, "Starting", due)
        self._appoint(region, job, due + self._lasts(_STARTING))

    def _uploaded(self, region: str, job: Record, due: float) -> None:
        self._leave(region, job, due, COMPLETED, COMPLETED)

    def _leave(self, region: str, job: Record, due: float, status: str, secondary: str) -> None:
        """End, with the artifact of what has been trained so far."""
        if job["point"]:
            try:
                self._upload(job)
            except LookupError as words:
                self._fail(job, due, str(words.args[0]))
                return
        self._end(job, due, status, secondary)
        if job["started"]:
            self._log(region, job, due, _SAID[secondary])

    def _upload(self, job: Record) -> None:
        request = job["request"]
        config = request["OutputDataConfig"]
        said = {"simulated": curve.SAID, "job": job["name"], "hyperparameters": request.get("HyperParameters") or {}}
        said |= job.get("learned") or {}
        content = json.dumps(said, indent=1).encode()
        output = under(config["S3OutputPath"], job["name"], "output")
        if config.get("CompressionType") == "NONE":
            self._inputs.write(under(output, "model", TOLD), content, "application/json")
            job["artifact"] = under(output, "model") + "/"
            return
        job["artifact"] = under(output, "model.tar.gz")
        self._inputs.write(job["artifact"], archive({TOLD: content}), "application/gzip")

    def _fail(self, job: Record, due: float, why: str) -> None:
        job["failure"] = why[:1024]
        self._end(job, due, FAILED, FAILED)

    def _end(self, job: Record, due: float, status: str, secondary: str) -> None:
        self._enter(job, secondary, due)
        job["transitions"][-1]["EndTime"] = due
        job |= {"status": status, "ended": due}

    def _enter(self, job: Record, secondary: str, now: float) -> None:
        if job["transitions"]:
            job["transitions"][-1]["EndTime"] = now
        job |= {"secondary": secondary, "modified": now}
        job["transitions"].append({"Status": secondary, "StartTime": now, "StatusMessage": _SAID[secondary]})

    def _over(self, job: Record, due: float) -> bool:
        most = job["request"]["StoppingCondition"].get("MaxRuntimeInSeconds") or 86400
        return bool(due - job["started"] > self._lasts(most))

    def _use(self, region: str, job: Record, due: float) -> None:
        """What the instance has to do, as made up as the training."""
        instance_type = instances(job["request"])[0][0]
        accelerated = instance_type.split(".")[1][0] in "gp"
        host = {"Host": f"{job['name']}/algo-1"}
        used = {"CPUUtilization": 35.0 if accelerated else 92.0, "MemoryUtilization": 48.0, "DiskUtilization": 12.0}
        if accelerated:
            used |= {"GPUUtilization": 93.0, "GPUMemoryUtilization": 81.0}
        for name, value in used.items():
            moved = value + (job["point"] * 7 % 5) - 2
            self._world.meters.put(region, TRAINING, name, host, moved, "Percent", due)

    def _log(self, region: str, job: Record, due: float, text: str) -> None:
        stream = f"{job['name']}/algo-1-{int(job['created'])}"
        self._world.meters.log(region, TRAINING, stream, due, text)

    def _appoint(self, region: str, job: Record, due: float) -> None:
        self._world.agenda.at(due, KIND, f"{region}/{job['name']}", region=region, name=job["name"])

    def _lasts(self, aws_seconds: float) -> float:
        return self._world.clock.lasts(aws_seconds)

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)


_STEPS = {
    "Starting": Course._started,
    "Downloading": Course._downloaded,
    "Training": Course._trained,
    "Uploading": Course._uploaded,
    "Interrupted": Course._given_back,
}
