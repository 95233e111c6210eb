"""What console and sandbox hold in memory: before and after an upload; and what a further browser or identity adds.

    python -m benchmarks.memory [--articles 24] [--sessions 40] [--identities 20]

Everything is done in the pages: a browser deploys the pair, drops 24 articles in mixed kinds, and asks. Sizes are
resident sizes of whole process trees, the launcher and the readers of files included; `shared once` counts pages that
processes share only once. The peer is a hello-world of Streamlit's.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import FilePayload, Page, expect

from benchmarks.articles import Article, articles
from benchmarks.browsing import browser, open_page, settle
from benchmarks.harness import (
    APPS,
    Memory,
    Report,
    Served,
    deploy_pair,
    fresh_home,
    memory,
    sandbox_pid,
    sandbox_url,
    serving,
)
from benchmarks.wire import Session, SessionFailed, Value, open_session

MOST_BEFORE, MOST_AFTER, MOST_BROWSER, MOST_IDENTITY = 300.0, 600.0, 1.5, 5.0
WAIT = 180_000.0  # milliseconds
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown",
    "html": "text/html",
    "txt": "text/plain",
}


def both(served: Served) -> tuple[Memory, Memory]:
    """Console and sandbox, each with its children."""
    pid = sandbox_pid(served.home)
    return memory(served.pid, pid), memory(pid) if pid else Memory(0.0, 0.0, 0)


@contextmanager
def peak(served: Served) -> Iterator[list[float]]:
    """The largest size both had together inside the block, looked at five times a second; in a list of one."""
    largest, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.2):
            console, sandbox = both(served)
            largest[0] = max(largest[0], console.rss + sandbox.rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield largest
    finally:
        stop.set()
        watcher.join()


def say(report: Report, name: str, served: Served, target: float | None = None) -> None:
    """Print both together, and of each its part."""
    time.sleep(3)  # what was just done is over: its threads have ended and freed what they held
    console, sandbox = both(served)
    whole = console + sandbox
    report.figure(name, whole.rss, "MB", target)
    report.figure(f"    console ({console.processes} processes)", console.rss, "MB")
    report.figure(f"    sandbox ({sandbox.processes} processes)", sandbox.rss, "MB")
    report.figure("    shared once", whole.pss, "MB")


def deploy(page: Page, url: str) -> None:
    """Deploy the pair in the page, until both were tested with a real call."""
    page.goto(f"{url}/deploy")
    page.get_by_role("button", name="Review the plan").click()
    page.get_by_role("button", name="Deploy ·").click()
    expect(page.get_by_text("vectors of 384 numbers")).to_be_visible(timeout=WAIT)
    settle(page)


def upload(page: Page, url: str, files: Sequence[Article]) -> float:
    """Drop the files in the page; seconds until all are listed as ready."""
    page.goto(f"{url}/documents")
    chooser = page.locator("[data-testid=stFileUploader] input[type=file]")
    payloads: list[FilePayload] = [
        {"name": each.name, "mimeType": TYPES[each.name.rsplit(".", 1)[-1]], "buffer": each.data} for each in files
    ]
    chooser.wait_for(state="attached")
    settle(page)
    started = time.perf_counter()
    chooser.set_input_files(payloads)
    expect(page.get_by_text(f"{len(files)} documents").first).to_be_visible(timeout=WAIT)
    seconds = time.perf_counter() - started
    settle(page)
    return seconds


def ask(page: Page, url: str, article: Article) -> None:
    """Ask for what only this article says, and wait for it."""
    page.goto(f"{url}/ask")
    page.get_by_test_id("stChatInputTextArea").fill(article.question)
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    expect(page.get_by_test_id("stChatMessage").last.get_by_text(article.answer).first).to_be_visible(timeout=30_000)
    settle(page)


def journey(report: Report, files: Sequence[Article]) -> None:
    """Sizes along the way from nothing to an answer."""
    with browser() as window, serving() as served:
        page = open_page(window, served.url)
        say(report, "started, home page open", served)
        deploy(page, served.url)
        page.goto(served.url)
        settle(page)
        say(report, "a pair deployed and tested, home page open", served, MOST_BEFORE)
        with peak(served) as largest:
            seconds = upload(page, served.url, files)
            ask(page, served.url, files[-1])
        say(report, f"{len(files)} articles read in, one question asked", served, MOST_AFTER)
        report.figure("    the most at any moment of it", largest[0], "MB")
        report.figure("    from the drop in the browser until all are listed", seconds, "s")


async def with_keys(url: str, name: str) -> Session:
    """A session whose person typed keys of their own into Settings, and then opened Home and Deploy."""
    session = await open_session(url, "settings")
    how = session.widget("button_group", "Connect with") or ""
    await session.rerun({how: ["Keys"]})
    typed: dict[str, Value] = {how: ["Keys"]}
    for label, value in (("Access key ID", name), ("Secret access key", "testing")):
        typed[session.widget("text_input", label) or ""] = value
    await session.rerun(typed | {session.widget("button", "Connect") or "": True})
    if not any("typed keys" in text for text in session.texts):
        raise SessionFailed(f"no connection with typed keys: {session.errors}")
    return await _look(session)


async def same(url: str) -> Session:
    """A further browser of the identity the console has: Home, then Deploy."""
    return await _look(await open_session(url, ""))


async def _look(session: Session) -> Session:
    for page in ("", "deploy"):
        session.page, session.page_hash = page, ""
        await session.rerun()
        if session.errors:
            raise SessionFailed(session.errors[0])
    return session


async def further(served: Served, sessions: int, identities: int) -> tuple[float, float]:
    """MB that a further browser adds, and a further identity in a browser of its own; after some of each."""
    kept = [await same(served.url) for _ in range(10)]
    before = both(served)[0].rss
    kept += [await same(served.url) for _ in range(sessions)]
    a_browser = (both(served)[0].rss - before) / max(sessions, 1)
    kept += [await with_keys(served.url, f"TESTING-WARM-{number}") for number in range(5)]
    before = both(served)[0].rss
    kept += [await with_keys(served.url, f"TESTING-{number}") for number in range(identities)]
    an_identity = (both(served)[0].rss - before) / max(identities, 1)
    await asyncio.gather(*(each.close() for each in kept))
    return a_browser, an_identity


async def hellos(served: Served, sessions: int) -> float:
    """The same of a page of one line."""
    kept = [await open_session(served.url) for _ in range(10)]
    before = memory(served.pid).rss
    kept += [await open_session(served.url) for _ in range(sessions)]
    one = (memory(served.pid).rss - before) / max(sessions, 1)
    await asyncio.gather(*(each.close() for each in kept))
    return one


def main() -> int:
    """Print the figures; 0 if every target is reached."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=24)
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--identities", type=int, default=20)
    asked, report = parser.parse_args(), Report()
    journey(report, articles()[: asked.articles])
    with fresh_home() as home:
        deploy_pair(home)
        with serving(home=home, AWS_ENDPOINT_URL=sandbox_url(home)) as served:
            a_browser, an_identity = asyncio.run(further(served, asked.sessions, asked.identities))
    report.figure("a further browser of the same identity (Home, Deploy)", a_browser, "MB", MOST_BROWSER)
    report.figure("a further identity, in a further browser", an_identity, "MB", MOST_IDENTITY)
    with serving(APPS / "hello.py") as served:
        one = asyncio.run(hellos(served, asked.sessions))
        report.figure("Streamlit's hello-world", memory(served.pid).rss, "MB")
        report.figure("    a further browser on it", one, "MB")
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
