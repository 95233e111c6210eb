"""kill -9 in the middle of an ingest: run again, nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import services
from services.jobs import STALE_SECONDS, Jobs, JobStatus
from services.knowledge import FileStatus, IngestRequest, Upload
from services.state import State
from tests.services.knowledge.fakes import WordEmbedder, make_service, wait

PAGES = 300
FILES = tuple(
    Upload(f"{name}.txt", b"\f".join(f"Page {page} of the {name} report.".encode() for page in range(PAGES)))
    for name in ("first", "second", "third")
)
CHILD = """
import sys
from pathlib import Path
from tests.services.knowledge.fakes import WordEmbedder, make_service, wait
from tests.services.knowledge.test_killed import FILES
from services.knowledge import IngestRequest
service = make_service(Path(sys.argv[1]), embedder=WordEmbedder(pause=0.01))
print(service.ingest(IngestRequest(FILES, "embed")), flush=True)
import time
time.sleep(120)
"""


@pytest.mark.parametrize("enough", [1, PAGES + 50])
def test_an_ingest_that_was_killed_goes_on_where_it_was(tmp_path: Path, enough: int) -> None:
    root = Path(services.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment, cwd=root
    ) as child:
        assert child.stdout is not None
        job = child.stdout.readline().strip()
        watcher, deadline = make_service(tmp_path), time.monotonic() + 60
        while True:
            collections = watcher.collections()
            if collections and (collections[0].passages or 0) >= enough:
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
    before = watcher.collections()[0].passages or 0
    assert before < 3 * PAGES
    embedder = WordEmbedder()
    later = Jobs(State(tmp_path / "state.db"), clock=lambda: time.time() + STALE_SECONDS + 5)
    service = make_service(tmp_path, embedder=embedder, jobs=later)
    view = wait(service, service.resume(job))
    assert view.status is JobStatus.DONE
    followed = service.follow(view.id)
    assert followed is not None
    assert [(file.status, file.stored) for file in followed.files] == [(FileStatus.READY, PAGES)] * 3
    assert service.collections()[0].passages == 3 * PAGES
    assert embedder.texts == 3 * PAGES - before
    assert sorted(record.chunks for record in service.documents()) == [PAGES] * 3
    again = wait(service, service.ingest(IngestRequest(FILES, "embed")))
    assert again.result == {"files": 3, "passages": 0, "already there": 3}
