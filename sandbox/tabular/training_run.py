"""One training in a worker process, followed by a thread: its events, in the order they came."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.tabular import workers

Event = dict[str, Any]
SECONDS = 240.0  # of true time one training may take
_LOOK = 0.25  # seconds between looks whether the training is still wanted
_LATE = f"AlgorithmError: The training did not end in the {SECONDS:g} seconds that the sandbox gives it."
_DIED = "AlgorithmError: The process that trained ended without a word. It may have had too little memory."
_ONE_AT_A_TIME = threading.Semaphore(1)


class Run:
    """`collect` brings the data into a folder and returns the worker's request, or raises LookupError with a reason;
    `deliver` brings what an event left in the folder to where it belongs and returns the event to keep. Both are called
    in the run's own thread. The run ends early once `wanted` says no.
    """

    def __init__(
        self, collect: Callable[[Path], Event], deliver: Callable[[Event], Event], wanted: Callable[[], bool]
    ) -> None:
        self.events: list[Event] = []
        self._collect, self._deliver, self._wanted = collect, deliver, wanted
        self._news = threading.Condition()
        self._over = threading.Event()
        self._stopped = threading.Event()
        self._late = threading.Event()
        threading.Thread(target=self._run, name="sandbox-training", daemon=True).start()

    @property
    def over(self) -> bool:
        return self._over.is_set()

    def stop(self) -> None:
        self._stopped.set()

    def wait(self, found: Callable[[], bool], seconds: float) -> bool:
        """Wait until `found` is true or nothing more will come; return whether it is."""
        with self._news:
            return self._news.wait_for(lambda: found() or self.over, seconds) and found()

    def _run(self) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="sandbox-training-", ignore_cleanup_errors=True) as folder:
                self._follow(Path(folder))
        except Exception as mistake:  # noqa: BLE001 - the job must fail in words rather than wait for ever
            self._came(
                {"event": "failed", "reason": f"InternalServerError: {type(mistake).__name__}: {mistake}"[:1000]}
            )
        finally:
            self._over.set()
            with self._news:
                self._news.notify_all()

    def _follow(self, folder: Path) -> None:
        while not _ONE_AT_A_TIME.acquire(timeout=_LOOK):
            if self._unwanted():
                return
        try:
            self._read(self._collect(folder))
        except LookupError as reason:
            self._came({"event": "failed", "reason": str(reason.args[0])})
        finally:
            _ONE_AT_A_TIME.release()

    def _read(self, request: Event) -> None:
        worker = workers.start("train")
        watching = threading.Thread(target=self._watch, args=(worker,), daemon=True)
        watching.start()
        try:
            assert worker.stdin
            assert worker.stdout
            worker.stdin.write(json.dumps(request).encode() + b"\n")
            worker.stdin.flush()
            for line in worker.stdout:
                event = json.loads(line)
                self._came(event if event["event"] == "failed" else self._deliver(event))
                if event["event"] in ("done", "failed"):
                    return
            if not self._unwanted():
                self._came({"event": "failed", "reason": _LATE if self._late.is_set() else _DIED})
        finally:
            workers.end(worker)

    def _watch(self, worker: "subprocess.Popen[bytes]") -> None:
        """End the worker when nobody wants it any more, or after its time."""
        ends = time.monotonic() + SECONDS
        while worker.poll() is None and not self._unwanted():
            if time.monotonic() > ends:
                self._late.set()
                break
            try:
                worker.wait(_LOOK)
            except subprocess.TimeoutExpired:
                continue
        if worker.poll() is None:
            worker.kill()

    def _unwanted(self) -> bool:
        return self._stopped.is_set() or not self._wanted()

    def _came(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()
