"""The worker processes: what a hostile file costs, and whom it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from services.documents import Limits, Page, Reader, Reading, Refusal, chunk, read_payload, render_page, shared_reader
from services.documents.limits import MEGABYTE
from services.documents.pool import Pool, Worker, WorkerLost
from tests.services.documents.samples import make_docx, make_html, make_pdf

Read = Callable[[bytes, str], Reading]
SLOW_HTML = b"<html>" + b"<!--" * 2_000_000
"""Python's parser looks for the end of each comment to the end of the file: minutes."""


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Reader]]:
    made: list[Reader] = []

    def make_reader(limits: Limits | None = None, **pool: float) -> Reader:
        made.append(Reader(limits or Limits(), Pool(**pool)))  # type: ignore[arg-type]
        return made[-1]

    yield make_reader
    for reader in made:
        reader.close()


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    path = tmp_path / "slow.html"
    path.write_bytes(SLOW_HTML)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.pdf"
    path.write_bytes(make_pdf(["Good words."]))
    return path


def test_every_kind_is_read_through_a_worker(read: Read) -> None:
    files = {
        "pdf": (make_pdf(["Words."]), "a.pdf"),
        "docx": (make_docx(["Words."]), "a.docx"),
        "markdown": (b"**Words.**", "a.md"),
        "html": (make_html("<p>Words.", title=""), "a.html"),
        "text": (b"Words.", "a.txt"),
    }
    for kind, (data, name) in files.items():
        assert read(data, name) == Reading((Page(1, "Words."),), None, kind, "")


def test_what_the_command_line_prints_is_made_of_a_reading(read: Read) -> None:
    assert read_payload(read(b"one\ftwo", "a.txt")) == {
        "pages": [{"number": 1, "text": "one"}, {"number": 2, "text": "two"}],
        "refusal": None,
    }
    payload = read_payload(read(b"", "a.txt"))
    assert payload["pages"] == []
    assert payload["refusal"]["reason"] == "The file is empty."


def test_passages_of_a_reading_stand_where_they_say(read: Read) -> None:
    reading = read(make_pdf(["Some words in a row. " * 100, "More of them. " * 150]), "a.pdf")
    texts = {page.number: page.text for page in reading.pages}
    chunks = chunk(reading.pages)
    assert {piece.page for piece in chunks} == {1, 2}
    assert all(texts[piece.page][piece.start : piece.end] == piece.text for piece in chunks)


def test_what_is_not_a_plain_file_is_refused(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.txt")
    says = {"": "folder", "link.txt": "link", "pipe.txt": "pipe", "none.txt": "no such file", "a" * 5000: "be opened"}
    for name, word in says.items():
        refusal = reader.read(tmp_path / name, "a.txt").refusal
        assert refusal is not None
        assert word in refusal.reason


def test_a_file_over_the_limit_is_refused_unread(make: Callable[..., Reader], tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_bytes(b"x" * (2 * MEGABYTE + 1))
    refusal = make(Limits(file_bytes=2 * MEGABYTE)).read(path, "large.txt").refusal
    assert refusal == Refusal("The file is larger than 2 MB.", "Split it and drop the parts.")


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read(
    make: Callable[..., Reader], slow: Path, good: Path
) -> None:
    reader = make(Limits(seconds=1), size=1)
    refusal = reader.read(slow, "slow.html").refusal
    assert refusal is not None
    assert refusal.reason == "Reading the file takes longer than 1 seconds."
    assert Reader(pool=reader.pool).read(good, "good.pdf").refusal is None


def test_a_file_that_needs_too_much_memory_is_refused(make: Callable[..., Reader], tmp_path: Path, good: Path) -> None:
    path = tmp_path / "heavy.md"
    path.write_bytes(b"|-" * 5_000_000)
    reader = make(Limits(memory_bytes=200 * MEGABYTE), size=1)
    refusal = reader.read(path, "heavy.md").refusal
    assert refusal is not None
    assert refusal.reason == "Reading the file takes more memory than one file may."
    assert reader.read(good, "good.pdf").refusal is None


def test_a_worker_cannot_take_two_gigabytes(tmp_path: Path) -> None:
    program = (
        "from services.documents.worker import confine; from services.documents import Limits\n"
        "confine(Limits())\n"
        "try:\n    bytearray(2 * 1024**3)\nexcept MemoryError:\n    print('refused')"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout == "refused\n"


def test_memory_is_watched_where_the_system_does_not_limit_it(slow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "resident", lambda worker: 2048 * MEGABYTE)
    worker = Worker(watch_memory=True)
    with pytest.raises(WorkerLost) as lost:
        worker.ask({"task": "read", "path": str(slow), "name": "slow.html"}, Limits())
    assert lost.value.why == "memory"
    assert worker.process.returncode == -signal.SIGKILL


def test_a_worker_killed_in_the_middle_costs_only_its_own_file(
    make: Callable[..., Reader], slow: Path, good: Path
) -> None:
    reader = make(Limits(seconds=30), size=2)
    with ThreadPoolExecutor(2) as threads:
        lost = threads.submit(reader.read, slow, "slow.html")
        until(lambda: len(reader.pool.working) == 1)
        (victim,) = reader.pool.working
        assert reader.read(good, "good.pdf").refusal is None
        os.kill(victim.process.pid, signal.SIGKILL)
        refusal = lost.result(20).refusal
    assert refusal is not None
    assert "stopped the program that reads it" in refusal.reason
    assert [reader.read(good, "good.pdf").refusal for _ in range(3)] == [None] * 3


def test_ten_files_at_once_are_read_by_two_workers(make: Callable[..., Reader], tmp_path: Path) -> None:
    reader = make()
    paths = [tmp_path / f"{number}.pdf" for number in range(10)]
    for number, path in enumerate(paths):
        path.write_bytes(make_pdf([f"This is file {number}."] * 20))
    with ThreadPoolExecutor(10) as threads:
        readings = list(threads.map(lambda path: reader.read(path, path.name), paths))
    assert [reading.pages[19].text for reading in readings] == [f"This is file {number}." for number in range(10)]
    assert len(reader.pool.waiting) == 2


def test_hostile_files_of_one_person_do_not_hold_up_another(
    make: Callable[..., Reader], slow: Path, good: Path
) -> None:
    reader = make(Limits(seconds=60), size=2, guests=1)
    threads = [threading.Thread(target=reader.read, args=(slow, "slow.html", "mallory")) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: len(reader.pool.working) == 2)
    assert reader.read(good, "good.pdf", owner="ann").refusal is None
    assert len(reader.pool.working) == 2
    reader.close()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def test_an_idle_worker_goes_home_and_another_takes_its_place(make: Callable[..., Reader], good: Path) -> None:
    reader = make(idle=0.05)
    assert reader.read(good, "good.pdf").refusal is None
    (worker,) = reader.pool.waiting
    until(lambda: worker.process.poll() is not None)
    assert worker.process.returncode == 0
    assert reader.read(good, "good.pdf").refusal is None


def test_a_worker_ends_when_its_console_does(good: Path) -> None:
    worker = Worker()
    message = {"task": "read", "path": str(good), "name": "good.pdf"}
    assert worker.ask(message, Limits())["pages"] == [[1, "Good words."]]
    assert worker.process.stdin
    worker.process.stdin.close()
    until(lambda: worker.process.poll() is not None)
    worker.end()


def test_a_worker_knows_no_secrets_and_leads_its_own_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    worker = Worker()
    try:
        assert "AWS_SECRET_ACCESS_KEY" not in psutil.Process(worker.process.pid).environ()
        assert os.getpgid(worker.process.pid) == worker.process.pid
    finally:
        worker.end()


def test_a_worker_that_has_grown_is_replaced(make: Callable[..., Reader], tmp_path: Path, good: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes("Grüße an alle. ".encode() * 1_200_000)
    reader = make(size=1)
    assert reader.read(path, "long.txt").refusal is None
    reader.read(good, "good.pdf")
    assert all(worker.resident() < 160 * MEGABYTE for worker in reader.pool.waiting)


def test_a_name_that_is_not_utf8_is_no_obstacle(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"gr\xfc\xdfe.txt")
    path.write_bytes(b"Words.")
    assert reader.read(path, path.name).pages == (Page(1, "Words."),)


def test_one_reader_is_shared_by_all_that_draw(good: Path) -> None:
    assert render_page(good, 1).startswith(b"\x89PNG")
    assert shared_reader() is shared_reader()
    shared_reader().close()
    shared_reader.cache_clear()


def test_naming_documents_loads_no_reader() -> None:
    heavy = ("pypdf", "pypdfium2", "PIL", "docx", "lxml", "bs4", "charset_normalizer", "psutil", "numpy")
    program = f"import services.documents, sys; print([name for name in {heavy} if name in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout == "[]\n"


def test_a_closed_reader_refuses(make: Callable[..., Reader], good: Path) -> None:
    reader = make()
    reader.close()
    assert reader.read(good, "good.pdf").refusal is not None
