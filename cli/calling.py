"""Calling an endpoint: `sagedeck call`, whole, as a stream or asynchronously, or the same call as code."""

from __future__ import annotations

import base64
import json
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest, SagedeckError, UnknownAnswer, problem_of
from services.inference import Call, Called, Family, Language, Where, snippet, templates

if TYPE_CHECKING:
    from services.console import Console
    from services.inference import AsyncJob, Contract, Outcome, Reading

BETWEEN_LOOKS = 1.0  # seconds


@app.command("call")
def call_one(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Endpoint.")],
    body: Annotated[str, typer.Option(metavar="JSON", help="The request itself.")] = "",
    file: Annotated[str, typer.Option(help="A file with the request; - reads standard input.")] = "",
    prompt: Annotated[str, typer.Option(help="A question or text, put as the endpoint's family wants it.")] = "",
    content_type: Annotated[str, typer.Option(help="Of the request.")] = "application/json",
    accept: Annotated[str, typer.Option(help="Type of the answer.")] = "application/json",
    component: Annotated[str, typer.Option(help="Inference component; the first when left out.")] = "",
    variant: Annotated[str, typer.Option(help="Production variant; by weight when left out.")] = "",
    custom_attributes: Annotated[str, typer.Option(help="Handed to the container, such as accept_eula=true.")] = "",
    stream: Annotated[bool, typer.Option("--stream", help="Print the answer as it comes.")] = False,
    asynchronous: Annotated[bool, typer.Option("--async", help="Submit, and wait for the answer in S3.")] = False,
    source: Annotated[str, typer.Option("--input", metavar="S3", help="s3:// place of an asynchronous input.")] = "",
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait if asynchronous; 0 only submits.")] = 600,
    out: Annotated[Path | None, typer.Option(help="Write the answer's bytes here.")] = None,
    code: Annotated[Language | None, typer.Option(help="Print the call as code and send nothing.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Call an endpoint once. Leaves with 1 where no good answer came."""
    with answering(as_json):
        _check_one(body, file, prompt, source)
        console = open_console(context)
        facts = console.facts(name, component)
        detail = console.detail(name)
        contract = _contract(console, name, component, asks=bool(prompt) and not detail.asynchronous and code is None)
        licence = "accept_eula=true" if contract is not None and contract.accept_eula else ""
        call = Call(
            name, _given(body, file, prompt, contract, name), content_type, accept, facts.inference_component or "",
            variant, custom_attributes=custom_attributes or licence, stream=stream, serverless=detail.serverless,
        )  # fmt: skip
        if code is not None:
            _print_code(console, code, _streaming(call, contract), contract, as_json)
        elif asynchronous or detail.asynchronous:
            family = contract.family if contract else None
            _asynchronous(console, replace(call, stream=False), source, family, wait, out, as_json)
        else:
            _call(console, _streaming(call, contract), contract, out, as_json)


def _call(console: Console, call: Call, contract: Contract | None, out: Path | None, as_json: bool) -> None:
    family = contract.family if contract else None
    if call.stream and not as_json:
        _ended(_streamed(console, call, family), out, as_json, printed=True)
        return
    how = {each: getattr(call, each) for each in call.__slots__ if each not in ("endpoint", "body")}
    _ended(console.inference.call(call.endpoint, call.body, family=family, **how), out, as_json)


def _streaming(call: Call, contract: Contract | None) -> Call:
    """A language model's container wants `stream` in the request beside the way it is called."""
    if not call.stream or contract is None or contract.family not in (Family.TGI, Family.LMI, Family.MESSAGES):
        return call
    body = templates.streaming(call.body.decode(errors="surrogateescape"), True)
    return replace(call, body=body.encode(errors="surrogateescape"))


def _check_one(body: str, file: str, prompt: str, source: str) -> None:
    given = [each for each in (body, file, prompt, source) if each]
    if len(given) != 1:
        what = "There is nothing to send." if not given else "One request at a time."
        raise InvalidRequest(what, "", "Give one of --body, --file, --prompt and, asynchronously, --input.")


def _contract(console: Console, name: str, component: str, *, asks: bool) -> Contract | None:
    facts = console.facts(name, component)
    known = console.inference.known_contract(facts)
    return known if known is not None or not asks else console.inference.contract_for(facts)


def _given(body: str, file: str, prompt: str, contract: Contract | None, name: str) -> bytes:
    if body:
        return body.encode(errors="surrogateescape")
    if file:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    if not prompt:
        return b""
    if contract is None:
        raise UnknownAnswer(f"Nothing tells how {name} wants to be asked.", "", "Give the request as --body or --file.")
    return templates.question(contract, prompt)


def _print_code(console: Console, code: Language, call: Call, contract: Contract | None, as_json: bool) -> None:
    where = Where(console.connection.identity.region, console.connection.sandbox_url or "")
    text = snippet(code, call, where, contract)
    typer.echo(json.dumps({"language": code.value, "code": text}) if as_json else text, nl=as_json)


def _streamed(console: Console, call: Call, family: Any) -> Called:
    with closing(console.inference.open_call(call, family)) as live:
        for piece in live:
            typer.echo(piece, nl=False)
            sys.stdout.flush()
    if live.called.text:
        typer.echo()
    return live.called


def _ended(called: Called, out: Path | None, as_json: bool, *, printed: bool = False) -> None:
    """Print what came of it; a problem leaves with 1."""
    if out is not None:
        out.write_bytes(called.body)
    if as_json:
        typer.echo(json.dumps(_as_dict(called)))
    else:
        if called.ok and not (printed and called.text) and out is None:
            _print_body(called.text, called.body)
        _tell(called)
    if not called.ok:
        raise typer.Exit(1)


def _print_body(text: str, body: bytes) -> None:
    if text:
        typer.echo(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    if sys.stdout.isatty():
        typer.echo()


def _tell(called: Called) -> None:
    """What a person wants to know beside the answer."""
    parts = [f"{called.status}" if called.status else "no answer", f"{called.timing.total_ms:,.0f} ms"]
    if called.timing.first_token_ms is not None:
        parts.append(f"first token after {called.timing.first_token_ms:,.0f} ms")
    if called.tokens_per_second:
        parts.append(f"{called.usage.completion_tokens:,} tokens, {called.tokens_per_second:,.1f} a second")
    if called.vectors is not None:
        parts.append(f"{called.vectors.count:,} × {called.vectors.dimension:,} numbers, norm {called.vectors.norm:.4f}")
    say(", ".join(parts))
    if called.note:
        say(called.note)
    if called.problem is not None:
        _explain(called.problem)


def _explain(problem: SagedeckError) -> None:
    say("\n".join(line for line in (problem.what, problem.why, problem.next) if line))


def _as_dict(called: Called) -> dict[str, Any]:
    timing, vectors = called.timing, called.vectors
    found: dict[str, Any] = {
        "status": called.status,
        "variant": called.variant,
        "request_id": called.request_id,
        "content_type": called.content_type,
        "text": called.text,
        "finish": called.finish,
        "note": called.note,
        "milliseconds": round(timing.total_ms, 3),
        "first_byte_ms": timing.first_byte_ms,
        "first_token_ms": timing.first_token_ms,
        "model_ms": timing.model_ms,
        "prompt_tokens": called.usage.prompt_tokens,
        "completion_tokens": called.usage.completion_tokens,
        "tokens_per_second": called.tokens_per_second,
        **_body_of(called.body),
    }
    if vectors is not None:
        found["vectors"] = {"count": vectors.count, "dimension": vectors.dimension, "norm": vectors.norm}
    if called.problem is not None:
        found["error"] = _problem_dict(called.problem)
    return found


def _problem_dict(problem: SagedeckError) -> dict[str, str]:
    told = problem_of(problem)
    return {"what": told.what, "why": told.why, "next": told.next}


def _body_of(body: bytes) -> dict[str, Any]:
    """As JSON where it is JSON, else as text, else in base64."""
    try:
        return {"body": json.loads(body)}
    except (ValueError, RecursionError):
        pass
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(body).decode()}


def _asynchronous(
    console: Console, call: Call, source: str, family: Any, wait: float, out: Path | None, as_json: bool
) -> None:
    job = console.inference.jobs.submit(call, source=source)
    if not as_json:
        say(f"Submitted; its answer will lie at {job.output}")
    outcome = _awaited(console, job, family, wait)
    if out is not None and outcome.piece is not None:
        out.write_bytes(outcome.piece.body)
    if as_json:
        typer.echo(json.dumps(_job_dict(job, outcome)))
    elif outcome.problem is not None:
        _explain(outcome.problem)
    elif outcome.piece is not None and out is None:
        reading: Reading | None = outcome.reading
        _print_body(reading.text if reading else "", outcome.piece.body)
    elif outcome.piece is None and wait:
        say(f"There is no answer after {wait:,.0f} s; it may come yet.")
    if outcome.problem is not None or (outcome.piece is None and wait):
        raise typer.Exit(1)


def _awaited(console: Console, job: AsyncJob, family: Any, wait: float) -> Outcome:
    from services.inference import Outcome

    until = time.monotonic() + wait
    outcome = Outcome()
    while wait and not outcome.ended:
        outcome = console.inference.jobs.look(job, family=family, most=64 * 1024 * 1024)
        if outcome.ended or time.monotonic() >= until:
            break
        time.sleep(BETWEEN_LOOKS)
    return outcome


def _job_dict(job: AsyncJob, outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": job.id, "endpoint": job.endpoint, "output": job.output, "failure": job.failed,
        "state": "failed" if outcome.problem else "answered" if outcome.piece else "waiting",
    }  # fmt: skip
    if outcome.piece is not None:
        found |= _body_of(outcome.piece.body)
        found["text"] = outcome.reading.text if outcome.reading else ""
    if outcome.problem is not None:
        found["error"] = _problem_dict(outcome.problem)
    return found
