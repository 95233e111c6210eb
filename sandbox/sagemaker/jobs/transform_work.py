"""The work of a transform job: a thread that has the model answer for each object, and writes `<key>.out`."""

import gzip
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.hosting import Hosted
from sandbox.records import Record
from sandbox.sagemaker.jobs import transform_records
from sandbox.sagemaker.jobs.inputs import Inputs, Place, place, under
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

_DEFAULT_PAYLOAD = 6  # MB


class Answers(Protocol):
    """Answers as the container of a model: body, content type. Raises ContainerError (sandbox.runtime)."""

    def __call__(self, hosted: Hosted, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]: ...


class Work:
    """Begins at once. `failure` is the job's FailureReason, "" while there is none; `lines` its data log."""

    def __init__(self, world: "World", region: str, job: Record, answers: Answers | None) -> None:
        self._world, self._region, self._job = world, region, job
        self._answers = answers or self._engine
        self._inputs = Inputs(world)
        self._over, self._stopped = threading.Event(), threading.Event()
        self._hosted = _hosted(job, region)
        self.failure = ""
        self.lines: list[str] = []
        threading.Thread(target=self._run, name="sandbox-transform", daemon=True).start()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> None:
        self._over.wait(seconds)

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        try:
            self._go_through()
        except LookupError as words:
            self.failure = f"ClientError: {str(words.args[0]).removeprefix('ClientError: ')}"
        except Exception as mistake:  # noqa: BLE001 - the job must fail in words rather than wait for ever
            self.failure = f"InternalServerError: {type(mistake).__name__}: {mistake}"
        finally:
            self._over.set()

    def _go_through(self) -> None:
        source = self._job["request"]["TransformInput"]["DataSource"]["S3DataSource"]
        found = self._inputs.places(source, self._region, self._job["model"]["role"])
        failed = 0
        for each in found:
            if self._stopped.is_set():
                return
            failed += not self._transformed(each, source["S3Uri"])
        if failed:
            self.failure = "ClientError: See job logs for more information"

    def _transformed(self, each: Place, uri: str) -> bool:
        """Write the output of one object; a bad record leaves none and is told in the log."""
        from sandbox.runtime.refusals import ContainerError

        request = self._job["request"]
        try:
            written = self._answered(self._inputs.read(each))
        except ContainerError as error:
            self._note(each, f"Bad HTTP status received from algorithm: {error.status}")
            self._note(each, f"Message: {str(error.body)[:500]}")
            return False
        except (transform_records.BadRecord, EOFError, OSError) as problem:
            self._note(each, f"{problem}")
            return False
        output = under(request["TransformOutput"]["S3OutputPath"], _relative(each[1], place(uri)[1]) + ".out")
        kind = request["TransformOutput"].get("Accept") or "application/octet-stream"
        self._inputs.write(output, written, kind)
        return True

    def _answered(self, content: bytes) -> bytes:
        request = self._job["request"]
        source, output = request["TransformInput"], request["TransformOutput"]
        kind, accept = source.get("ContentType") or "", output.get("Accept") or ""
        if source.get("CompressionType") == "Gzip":
            content = gzip.decompress(content)
        how = source.get("SplitType") or "None"
        processing = transform_records.Processing(request.get("DataProcessing"), kind)
        records = transform_records.split(content, how)
        payload = request.get("MaxPayloadInMB")
        most = (_DEFAULT_PAYLOAD if payload is None else payload or 100) * 1024 * 1024
        strategy = request.get("BatchStrategy") or "MultiRecord"
        parts: list[bytes] = []
        for batch in transform_records.batches(records, strategy, most):
            if self._stopped.is_set():
                break
            sent = b"\n".join(processing.sent(record) for record in batch)
            body, said = self._answers(self._hosted, sent, kind, accept)
            if not processing.active:
                parts.append(body)
                continue
            kept = transform_records.answers(body, said, len(batch))
            parts += [processing.kept(record, answer) for record, answer in zip(batch, kept, strict=True)]
        if output.get("AssembleWith") == "Line":
            return b"".join(part.removesuffix(b"\n") + b"\n" for part in parts)
        return b"".join(parts)

    def _engine(self, hosted: Hosted, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """Ask the sandbox's own engine, as an invocation would."""
        from sandbox.runtime.engine import Request, Whole

        engine = self._world.engine
        outcome = engine.answer_now(engine.container(hosted), Request(body, content_type, "", accept))
        if isinstance(outcome, Whole):
            return outcome.body, outcome.content_type
        return b"".join(outcome.chunks()), outcome.content_type

    def _note(self, each: Place, text: str) -> None:
        self.lines.append(f"{each[0]}/{each[1]}: {text}")


def _hosted(job: Record, region: str) -> Hosted:
    """Describe the model's container as the runtime knows those of endpoints."""
    container: Mapping[str, Any] = job["model"]["container"]
    request = job["request"]
    located = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    environment = {**(container.get("Environment") or {}), **(request.get("Environment") or {})}
    return Hosted(
        endpoint=job["name"],
        variant="AllTraffic",
        status="InService",
        image=container.get("Image", ""),
        environment=MappingProxyType(environment),
        artifact=str(container.get("ModelDataUrl") or located.get("S3Uri", "")),
        model=request["ModelName"],
        tags=MappingProxyType({}),
        account=ACCOUNT,
        region=region,
        instance_type=request["TransformResources"]["InstanceType"],
    )


def _relative(key: str, prefix: str) -> str:
    """Return where an object lies below a prefix; its name if the prefix is not a folder of it."""
    rest = key.removeprefix(prefix)
    if not rest or (prefix and not prefix.endswith("/") and not rest.startswith("/")):
        return key.rpartition("/")[2]
    return rest.lstrip("/")
