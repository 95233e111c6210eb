"""From an endpoint sending its first token to the token being on the page, beside a page with nothing in between.

    python -m benchmarks.first_token [--questions 20]

A relay in front of the sandbox notes when the first event of each stream leaves for the console; the page notes when
its text appears. Both clocks are this machine's. Chat goes straight to the model; Ask looks through a document first
and checks citations while it streams. The peer is a page that reads the same stream with the standard library.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, Page

from benchmarks.articles import articles
from benchmarks.browsing import browser, open_page, settle
from benchmarks.harness import APPS, ROOT, Report, deploy_pair, fresh_home, percentile, sandbox_url, serving
from benchmarks.ingest import drop
from services.connection import connect_sandbox
from services.console import Console

MOST_MILLISECONDS = 100.0
# resolves to the Unix time, in milliseconds, at which the last message of the conversation first holds words of a model
WATCH = """
([messages, holds]) => { window.appeared = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error('nothing appeared in 30 s')), 30000);
  const look = () => {
    const turns = document.querySelectorAll('[data-testid=stChatMessage]');
    if (turns.length < messages) return;
    const words = turns[turns.length - 1].querySelector('[data-testid=stMarkdownContainer]')?.textContent.trim() ?? '';
    if (!words || !words.includes(holds) || /^(Waiting for|Looking through|Reading \\d)/.test(words)) return;
    watch.disconnect();
    resolve(performance.timeOrigin + performance.now());
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, {subtree: true, childList: true, characterData: true});
}); }
"""


@contextmanager
def relay(url: str) -> Iterator[tuple[str, IO[str]]]:
    """The relay in front of the sandbox at `url`: its address, and where it writes when tokens were sent."""
    command = [sys.executable, "-m", "benchmarks.relay", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"], process.stdout
        finally:
            process.terminate()


def ask(page: Page, words: str, told: IO[str], messages: int, holds: str = "") -> float:
    """Milliseconds from the endpoint's first token to its being in the last of so many messages, beside `holds`."""
    page.evaluate(WATCH, [messages, holds])
    page.get_by_test_id("stChatInputTextArea").fill(words)
    page.get_by_test_id("stChatInputTextArea").press("Enter")
    appeared = float(page.evaluate("() => window.appeared"))
    sent = float(json.loads(told.readline())["sent"])
    settle(page)
    return appeared - sent


def converse(window: Browser, url: str, told: IO[str], questions: list[str], messages: int = 2) -> list[float]:
    """The milliseconds of each question; two more go before. A conversation adds 2 messages each, the peer has one."""
    page = open_page(window, url)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    values = []
    for words in [*questions[:2], *questions]:
        there = page.get_by_test_id("stChatMessage").count() if messages > 1 else 0
        values.append(ask(page, words, told, there + messages, words if messages == 1 else ""))
    page.context.close()
    return values[2:]


def _say(report: Report, name: str, values: list[float], target: float | None) -> None:
    report.figure(f"{name}: p50", percentile(values, 0.5), "ms", target)
    report.figure("    p95", percentile(values, 0.95), "ms")
    report.figure("    slowest", max(values), "ms")


def run(window: Browser, home: Path, count: int, report: Report) -> None:
    """Measure the two pages and the peer."""
    pair = deploy_pair(home)
    article = articles()[4]
    chats = [f"Tell me about the number {number}." for number in range(count)]
    with relay(sandbox_url(home)) as (url, told):
        console = Console(connect_sandbox(home), folder=home)
        drop(console, [article], pair[0])
        console.reader.close()
        with serving(home=home, AWS_ENDPOINT_URL=url) as served:
            _say(report, "Chat", converse(window, f"{served.url}/chat", told, chats), MOST_MILLISECONDS)
            _say(
                report,
                "Ask",
                converse(window, f"{served.url}/ask", told, [article.question] * count),
                MOST_MILLISECONDS,
            )
        endpoint = f"{url}/endpoints/{pair[1]}/invocations-response-stream"
        with serving(APPS / "stream.py", BENCHMARK_ENDPOINT_URL=endpoint) as served:
            _say(report, "a page with nothing in between", converse(window, served.url, told, chats, 1), None)


def main() -> int:
    """Print the figures; 0 if each p50 is at most 100 ms."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=20)
    count, report = parser.parse_args().questions, Report()
    with browser() as window, fresh_home() as home:
        run(window, home, count, report)
    return report.code


if __name__ == "__main__":
    raise SystemExit(main())
