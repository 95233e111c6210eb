"""Chat in the terminal: `sagedeck chat`, with one to four endpoints side by side; conversations.py has what is kept."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest, NotFound, SagedeckError

if TYPE_CHECKING:
    from services.chats import Answer, Asking, Conversation, Setup
    from services.console import Console
    from services.inference import ChatParams

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # what turns a line round
NARROWEST = 34  # letters of a column; below that answers stand under one another
READ_SECONDS = 60.0


@app.command("chat")
def chat(
    context: typer.Context,
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ENDPOINT]…", help="One to four. With --endpoint or --chat these are the words."),
    ] = None,
    prompt: Annotated[str, typer.Option(help="What to say; left out: line by line from standard input.")] = "",
    endpoint: Annotated[
        list[str] | None, typer.Option(help="One to four; the newest in service where none is named.")
    ] = None,
    system: Annotated[str, typer.Option(help="System prompt.")] = "",
    template: Annotated[str, typer.Option(help="A prompt template, by name or id; the words fill its one blank.")] = "",
    value: Annotated[list[str] | None, typer.Option(metavar="NAME=TEXT", help="A blank of the template.")] = None,
    goes_on: Annotated[str, typer.Option("--chat", metavar="ID", help="Go on with this conversation.")] = "",
    max_new_tokens: Annotated[int | None, typer.Option(min=1, help="Tokens of the answer at most.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, max=2)] = None,
    top_p: Annotated[float | None, typer.Option(min=0.01, max=1)] = None,
    top_k: Annotated[int | None, typer.Option(min=1)] = None,
    repetition_penalty: Annotated[float | None, typer.Option(min=0.1, max=2)] = None,
    stop: Annotated[list[str] | None, typer.Option(help="Ends the answer; can be given again.")] = None,
    seed: Annotated[int | None, typer.Option(min=0)] = None,
    as_json: JsonFlag = False,
) -> None:
    """Talk to endpoints, side by side. Every turn is kept. Leaves with 1 where no endpoint answered."""
    with answering(as_json):
        console = open_console(context)
        known = console.chats.open(goes_on) if goes_on else None
        spoken = bool(endpoint or goes_on)  # the endpoints are known otherwise, so what stands alone are words
        words = prompt or (" ".join(named or ()) if spoken else "")
        setup = _setup(console, endpoint or (() if spoken else named or ()), system, known)
        given = {
            "max_new_tokens": max_new_tokens, "temperature": temperature, "top_p": top_p, "top_k": top_k,
            "repetition_penalty": repetition_penalty, "stop": tuple(stop) if stop else None, "seed": seed,
        }  # fmt: skip
        setup = replace(setup, params=_params(setup.params, given))
        if template:
            setup, words = _filled(console, setup, template, words, value or [])
        good = _talked(console, [words] if words else _lines(), setup, goes_on, as_json)
    if not good:
        raise typer.Exit(1)


def _talked(console: Console, words: Iterable[str], setup: Setup, id: str, as_json: bool) -> bool:
    """Say one thing after the other; whether an endpoint answered the last."""
    good = True
    for said in words:
        id, good = _turn(console, said, setup, id, as_json)
    if not as_json and id:
        say(f"Kept as {id}.")
    return good


def _setup(console: Console, names: Sequence[str], system: str, known: Conversation | None) -> Setup:
    from services.chats import Setup
    from services.inference import ChatParams

    params = ChatParams(max_new_tokens=console.settings.max_new_tokens)
    setup = known.setup if known else Setup((), "", params)
    names = tuple(names) or setup.endpoints or (_newest(console),)
    return replace(setup, endpoints=tuple(names), system=system or setup.system)


def _newest(console: Console) -> str:
    ready = [each.name for each in console.inventory.states() if each.ready]
    found = console.inventory.settled(READ_SECONDS, ready, until=lambda looked: bool(looked.newest("text-generation")))
    name = found.newest("text-generation")
    if not name:
        raise NotFound("No language model is in service.", "", "Deploy one, or name it with --endpoint.")
    return str(name)


def _params(before: ChatParams, given: dict[str, Any]) -> ChatParams:
    return replace(before, **{name: value for name, value in given.items() if value is not None})


def _filled(console: Console, setup: Setup, prompt: str, words: str, values: Sequence[str]) -> tuple[Setup, str]:
    """The setup and words of a template; words fill the blank that no value is given for."""
    template = console.prompts.get(prompt)
    given = dict(each.partition("=")[::2] for each in values)
    blank = [name for name in template.variables if name not in given]
    if words and blank:
        given[blank[-1]] = words
    made = console.prompts.render(template, given)
    if not made.turns:
        raise InvalidRequest("This prompt is for answers from documents.", "", "Use it with `sagedeck ask`.")
    return replace(setup, system=made.system or setup.system, examples=tuple(made.turns[:-1])), made.turns[-1][1]


def _lines() -> Iterator[str]:
    """What is typed, line by line, until an empty line or the end."""
    while True:
        if sys.stdin.isatty():
            typer.echo("> ", nl=False, err=True)
        line = sys.stdin.readline().strip()
        if not line:
            return
        yield line


def _turn(console: Console, words: str, setup: Setup, id: str, as_json: bool) -> tuple[str, bool]:
    asking = console.chats.ask(words, setup, id)
    try:
        if not as_json and len(asking.lives) == 1:
            _streamed(asking)
        answers = asking.finish()
    except KeyboardInterrupt:
        asking.stop()
        answers = asking.finish()
    if len(answers) == 1 and answers[0].problem is not None and not answers[0].text:
        problem = answers[0].problem
        raise SagedeckError(problem.what, problem.why, problem.next)
    if as_json:
        told = [_record(each) for each in answers]
        found = {"chat": asking.conversation, "question": words, "answers": told}
        typer.echo(json.dumps((told[0] if len(told) == 1 else {}) | found, ensure_ascii=False))
    elif len(answers) > 1:
        typer.echo(_columns(answers, shutil.get_terminal_size((100, 24)).columns))
    for each in answers if not as_json else ():
        _tell(each)
    return asking.conversation, any(each.problem is None for each in answers)


def _streamed(asking: Asking) -> None:
    written, changes = 0, -1
    (live,) = asking.lives
    while not live.ended or written < len(live.answer.text):
        changes = asking.wait(changes, 1.0)
        text = live.answer.text
        typer.echo(harmless(text[written:]), nl=False)
        sys.stdout.flush()
        written = len(text)
    if written:
        typer.echo()


def _columns(answers: Sequence[Answer], width: int) -> str:
    """Answers side by side where there is room, else under one another."""
    each_width = (width - 3 * (len(answers) - 1)) // len(answers)
    if each_width < NARROWEST:
        return "\n\n".join(f"── {each.endpoint}\n{harmless(each.text)}" for each in answers)
    blocks = [[each.endpoint, "─" * each_width, *_wrapped(harmless(each.text), each_width)] for each in answers]
    height = max(map(len, blocks))
    rows = zip(*(block + [""] * (height - len(block)) for block in blocks), strict=True)
    return "\n".join(" │ ".join(cell[:each_width].ljust(each_width) for cell in row).rstrip() for row in rows)


def harmless(text: str) -> str:
    """A model's or a person's words for a terminal: nothing in them moves the cursor or turns a line round."""

    def acts(sign: str) -> bool:
        return sign in _TURNING or (sign not in "\n\t" and unicodedata.category(sign) in ("Cc", "Cs"))

    return "".join("\ufffd" if acts(sign) else sign for sign in text)


def _wrapped(text: str, width: int) -> list[str]:
    return [line for part in text.splitlines() for line in textwrap.wrap(part, width) or [""]]


def _tell(answer: Answer) -> None:
    from services.chats.exchange import figures_line

    say(f"{answer.endpoint}: {figures_line(answer)}")
    if answer.problem is not None:
        say("\n".join(line for line in (answer.problem.why, answer.problem.next) if line))


def _record(answer: Answer) -> dict[str, Any]:
    figures = answer.figures
    found: dict[str, Any] = {
        "endpoint": answer.endpoint,
        "status": str(answer.status),
        "text": answer.text,
        "first_token_ms": figures.first_token_ms,
        "tokens_in": figures.tokens_in,
        "tokens_out": figures.tokens_out,
        "tokens_per_second": figures.tokens_per_second,
        "seconds": figures.seconds,
        "total_ms": None if figures.seconds is None else round(1000 * figures.seconds, 1),
        "usd_estimated": figures.usd,
    }
    if answer.problem is not None:
        found["error"] = {"what": answer.problem.what, "why": answer.problem.why, "next": answer.problem.next}
    return found
