"""InvokeEndpointAsync: requests wait as records, are answered as instances have room, and leave their answer in S3.

Each instance answers MaxConcurrentInvocationsPerInstance at once; with no instance they wait until auto scaling brings
one, or until their time to live is over. What was being answered when the sandbox stopped is answered anew.

    sagemaker-runtime/async     name: our number of the request; endpoint, members of the request, where its answer goes
"""

import base64
import re
import uuid
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sandbox.hosting import Hosted
from sandbox.operations import Call, Handler, Request, Response
from sandbox.records import Record, Shelf
from sandbox.runtime.deliveries import Answered, Deliveries, where_to
from sandbox.runtime.refusals import invalid, not_asynchronous, not_found
from sandbox.scope import ACCOUNT

if TYPE_CHECKING:
    from sandbox.world import World

KIND = "sagemaker-runtime/async"
ANSWERED, LOOK = "sagemaker-runtime/answered", "sagemaker-runtime/look"
AT_ONCE = 4  # a container's, if the configuration leaves it to SageMaker
TTL, TIMEOUT = 21_600, 900  # seconds: RequestTTLSeconds and InvocationTimeoutSeconds, if left out
INLINE = 128_000  # bytes of a body sent with the call
_LOOK = 1.0  # seconds between looks at what waits: has it expired, are there instances
_FILE = re.compile(r"[\w.-]{1,128}")
Line = tuple[str, str]  # region and endpoint


class SageMakerRuntime:
    """The service as the world has it: its one operation that is not HTTP in, HTTP out."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._deliveries = Deliveries(world)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sandbox-async")
        self._waiting: dict[Line, deque[str]] = {}
        self._running: dict[Line, set[str]] = {}
        self._answers: dict[str, Answered] = {}
        self.operations: dict[str, Handler] = {"InvokeEndpointAsync": self.invoke}
        world.agenda.on(ANSWERED, self._answered)
        world.agenda.on(LOOK, self._look)
        for region in world.records.regions(KIND):
            for number, record in self._shelf(region).items():
                self._line((region, record["endpoint"])).append(number)

    def invoke(self, call: Call, request: Request) -> Response:
        """InvokeEndpointAsync."""
        name = request["EndpointName"]
        hosted = self._world.hosting.find(name, call.region, call.account)
        if hosted is None or not hosted.serves:
            raise not_found(name, call.account)
        if hosted.asynchronous is None:
            raise not_asynchronous(name, call.account)
        body = request.get("Body") or b""
        _check_input(request.get("InputLocation", ""), body)
        number = str(uuid.uuid4())
        inference = request.get("InferenceId") or number
        file = request.get("Filename") or f"{inference if _FILE.fullmatch(inference) else number}.out"
        output, failure = where_to(hosted, file, request.get("S3OutputPathExtension", ""))
        record = {
            "endpoint": name, "inference": inference, "input": request.get("InputLocation", ""),
            "body": base64.b64encode(body).decode() if body else "", "content_type": request.get("ContentType", ""),
            "accept": request.get("Accept", ""), "attributes": request.get("CustomAttributes", ""),
            "output": output, "failure": failure, "received": call.now,
            "ttl": request.get("RequestTTLSeconds", TTL), "timeout": request.get("InvocationTimeoutSeconds", TIMEOUT),
        }  # fmt: skip
        self._shelf(call.region)[number] = record
        line = (call.region, name)
        self._line(line).append(number)
        self._serve(line, call.now)
        answer = {"InferenceId": inference, "OutputLocation": output}
        return {**answer, "FailureLocation": failure} if failure else answer

    def size(self, region: str, endpoint: str) -> int:
        """Return how many requests of an endpoint wait or are being answered."""
        line = (region, endpoint)
        return len(self._line(line)) + len(self._running.get(line, ()))

    def oldest(self, region: str, endpoint: str) -> float:
        """Return since when the oldest of them waits, in seconds since the epoch; infinite if there is none."""
        held = self._shelf(region)
        numbers = [*self._line((region, endpoint)), *self._running.get((region, endpoint), ())]
        return min((held[number]["received"] for number in numbers), default=float("inf"))

    def _shelf(self, region: str) -> Shelf:
        return self._world.records.shelf(KIND, region)

    def _line(self, line: Line) -> deque[str]:
        return self._waiting.setdefault(line, deque())

    def _look(self, due: float, payload: Record) -> None:
        self._serve((payload["region"], payload["endpoint"]), due)

    def _serve(self, line: Line, now: float) -> None:
        """Let expire what waited too long, and start what instances have room for."""
        region, endpoint = line
        waiting, running = self._line(line), self._running.setdefault(line, set())
        hosted = self._world.hosting.find(endpoint, region, ACCOUNT)
        if hosted is None or hosted.asynchronous is None:
            for number in waiting:
                self._shelf(region).pop(number, None)
            waiting.clear()
            return
        if hosted.serves:
            self._expire(line, hosted, now)
            while waiting and len(running) < hosted.instance_count * _at_once(hosted):
                number = waiting.popleft()
                running.add(number)
                self._start(hosted, region, number, now)
        self._deliveries.waiting(region, endpoint, len(waiting) + len(running))
        if waiting or running:
            pause = max(_LOOK, self._world.agenda.stride)
            self._world.agenda.at(now + pause, LOOK, f"{region}/{endpoint}", region=region, endpoint=endpoint)

    def _expire(self, line: Line, hosted: Hosted, now: float) -> None:
        held = self._shelf(line[0])
        for number in tuple(self._line(line)):
            record = held[number]
            if now - record["received"] > self._world.clock.lasts(record["ttl"]):
                self._line(line).remove(number)
                self._deliveries.deliver(hosted, record, Answered.expired(), now)
                del held[number]

    def _start(self, hosted: Hosted, region: str, number: str, now: float) -> None:
        record = self._shelf(region).changed(number)
        record["started"] = now
        if self._world.clock.stands_still:  # a test's: what falls due is done when it returns
            self._work(hosted, region, number, record)
        else:
            self._threads.submit(self._work, hosted, region, number, record)

    def _work(self, hosted: Hosted, region: str, number: str, record: Mapping[str, Any]) -> None:
        """Ask the container, and appoint the moment its answer is there."""
        answered = self._deliveries.ask(hosted, record)
        with self._world.lock:
            if number not in self._shelf(region):
                return  # the sandbox was reset
            self._answers[number] = answered
            due = self._world.clock.now() + self._world.clock.lasts(answered.seconds)
            self._world.agenda.at(due, ANSWERED, number, region=region, number=number)

    def _answered(self, due: float, payload: Record) -> None:
        region, number = payload["region"], payload["number"]
        record, answered = self._shelf(region).get(number), self._answers.pop(number, None)
        if record is None or answered is None:
            return  # reset, or begun anew after a restart
        line = (region, record["endpoint"])
        hosted = self._world.hosting.find(record["endpoint"], region, ACCOUNT)
        if hosted is not None and hosted.asynchronous is not None:
            self._deliveries.deliver(hosted, record, answered, due)
        self._running.get(line, set()).discard(number)
        del self._shelf(region)[number]
        self._serve(line, due)


def _at_once(hosted: Hosted) -> int:
    client = (hosted.asynchronous or {}).get("ClientConfig") or {}
    return int(client.get("MaxConcurrentInvocationsPerInstance") or AT_ONCE)


def _check_input(location: str, body: bytes) -> None:
    if bool(location) == bool(body):
        raise invalid("Provide exactly one of InputLocation and Body.")
    if len(body) > INLINE:
        raise invalid(
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less "
            f"than or equal to {INLINE}"
        )
