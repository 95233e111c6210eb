"""`sagedeck evaluate`: measure which cut, model and search answer best; make questions; use what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cli.asking import pair_of
from cli.document_options import files_of, groups
from cli.evaluation_grid import GRID_HELP, grid_of
from cli.opening import JsonFlag, answering, app, open_console, say
from services.errors import InvalidRequest, NotFound, SagedeckError
from services.legible import legible

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import QuestionSet, Source
    from services.jobs import JobView

LOOK_SECONDS, SAY_SECONDS = 0.3, 2.0


class _RunUnlessNamed(TyperGroup):
    """`evaluate FILES…` is `evaluate run FILES…`; a file that is called like a command is given as ./generate."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["run", *args])


evaluate_app = typer.Typer(
    cls=_RunUnlessNamed,
    help="Measure which cut, model and search answer your documents best. Without a command: run.",
)
app.add_typer(evaluate_app, name="evaluate")

FilesArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILES…]", help="Documents or folders; the library when left out.")
]
CollectionOption = Annotated[str, typer.Option(help="Only the documents of this collection of the library.")]


@evaluate_app.command("run")
def run(
    context: typer.Context,
    questions: Annotated[Path, typer.Option(help="CSV or JSON lines: question, answer, document, page, passage.")],
    files: FilesArgument = None,
    collection: CollectionOption = "",
    grid: Annotated[list[str] | None, typer.Option(help=GRID_HELP)] = None,
    name: Annotated[str, typer.Option(help="Name of the evaluation; the file's when left out.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write the results there: .md, .csv or .json.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask every question in every setting of the grid; the settings, best first."""
    from services.evaluation import RunRequest, settings_of

    with answering(as_json):
        read = _questions(questions)
        console = open_console(context)
        told = grid_of(grid or (), console.prompts.get)
        if not told.embeddings:
            told = told.on(pair_of(console, "", "").embedding)
        settings = settings_of(told.grid)
        service = console.evaluation
        asked = service.read_questions(read, questions.name)
        for problem in asked.problems:
            say(f"  line {problem.line} left out: {problem.reason}")
        kept = service.save_set(name or questions.stem, asked.items)
        sources = _sources(console, files, collection)
        _estimate(console, settings, kept, sources)
        started = service.start(RunRequest(name or questions.stem, kept.id, sources, settings))
        _finish(console, started, report, as_json)


@evaluate_app.command("resume")
def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="An evaluation's id: evaluate list")],
    report: Annotated[Path | None, typer.Option(help="Write the results there: .md, .csv or .json.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Go on with an evaluation that was stopped; what is done is not done again."""
    with answering(as_json):
        console = open_console(context)
        _finish(console, console.evaluation.resume(run), report, as_json)


@evaluate_app.command("generate")
def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="JSON lines of questions are written here, to be looked through.")],
    files: FilesArgument = None,
    collection: CollectionOption = "",
    count: Annotated[int, typer.Option(min=1, max=500, help="How many questions.")] = 40,
    seed: Annotated[int, typer.Option(help="The same seed samples the same passages.")] = 1,
    by: Annotated[str, typer.Option(help="Language endpoint that writes them; by rule when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Make questions of the documents, with their answers and places; look through them before you use them."""
    with answering(as_json):
        console = open_console(context)
        sources = _sources(console, files, collection)
        job = console.evaluation.generate(out.stem, sources, count, seed=seed, endpoint=by)
        view = _follow(lambda: console.jobs.view(job, console.owner))
        result = dict(view.result or {})
        made = console.evaluation.set(str(result["set"]))
        out.write_text(_lines(made, sources), encoding="utf-8")
        if made.note:
            say(legible(made.note))
        told = {"questions": len(made.items), "by": result["by"], "note": made.note, "out": str(out)}
        text = f"{len(made.items)} questions, {result['by']}: {out}. Look through them before you use them."
        typer.echo(json.dumps(told, ensure_ascii=False) if as_json else text)


@evaluate_app.command("list")
def list_runs(context: typer.Context, as_json: JsonFlag = False) -> None:
    """The evaluations, newest first."""
    from dataclasses import asdict

    with answering(as_json):
        found = open_console(context).evaluation.runs()
        if as_json:
            typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
            return
        for each in found:
            typer.echo(f"{each.id}  {each.status:<12} {each.settings:>4} settings  {legible(each.name)}")
        if not found:
            say("No evaluations yet. sagedeck evaluate --questions FILE")


@evaluate_app.command("use")
def use(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="An evaluation's id.")],
    setting: Annotated[str, typer.Argument(help="A setting's id; the best when left out.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Cut documents and ask them from now on as in this setting."""
    from services.evaluation import results

    with answering(as_json):
        service = open_console(context).evaluation
        view = service.view(run)
        best = results.ordered(view.scored, results.headline(view.scored))[0] if view.scored else None
        which = setting or (best.id if best else "")
        service.use(run, which)
        chosen = next(each for each in view.scored if each.id == which)
        typer.echo(json.dumps({"used": which, "label": chosen.label}) if as_json else f"Used: {chosen.label}")


def _questions(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read.", f"The system says: {error.strerror}.", "Check its name.") from None


def _sources(console: Console, files: list[Path] | None, collection: str) -> tuple[Source, ...]:
    if files and collection:
        raise InvalidRequest("Files and a collection were given.", "", "Give one of them.")
    if not files:
        found = console.evaluation.sources(collection)
        if not found:
            raise NotFound("There is no document in the library.", "", "Name files, or add some: documents add.")
        return found
    kept = [source for group in groups(files_of(files), "") for source in console.evaluation.keep_files(group)]
    return tuple({each.sha256: each for each in kept}.values())


def _estimate(console: Console, settings: Any, kept: QuestionSet, sources: tuple[Source, ...]) -> None:
    found = console.evaluation.estimate(settings, len(kept.items), sources)
    takes = "time not known" if found.seconds is None else f"about {found.seconds:,.0f} s"
    costs = "cost not known" if found.usd is None else f"about ${found.usd:,.2f}"
    say(
        f"{found.settings} settings, {found.questions} questions: {found.passages:,} passages to embed, "
        f"{found.searches:,} searches, {found.calls:,} answers. Estimate: {takes}, {costs}."
    )


def _follow(look: Callable[[], JobView | None]) -> JobView:
    """The job once it has ended, told as it goes. Raises what it failed with."""
    told, at = "", 0.0
    while True:
        view = look()
        if view is None:
            raise NotFound("The job was lost.", "Its journal is gone.", "Start it again.")
        if view.detail != told and (time.monotonic() - at >= SAY_SECONDS or view.ended):
            told, at = view.detail, time.monotonic()
            say(f"  {(view.progress or 0) * 100:3.0f} %  {legible(told)}")
        if view.ended is not None:
            break
        time.sleep(LOOK_SECONDS)
    if view.problem is not None:
        raise SagedeckError(view.problem.what, view.problem.why, view.problem.next)
    if view.status != "done":
        raise SagedeckError("The evaluation was cancelled.", "", "What was done is kept: sagedeck evaluate resume.")
    return view


def _finish(console: Console, run: str, report: Path | None, as_json: bool) -> None:
    """Follow a run to its end and tell what came of it; Ctrl-C stops it, and it can go on later."""
    service = console.evaluation
    try:
        view = _follow(lambda: service.job(run))
    except KeyboardInterrupt:
        service.cancel(run)
        say(f"Stopped. What is done is kept: sagedeck evaluate resume {run}")
        raise typer.Exit(130) from None
    for name, reason in dict((view.result or {}).get("unread", {})).items():
        say(f"  not read: {legible(name)}: {reason}")
    if report is not None:
        kind = report.suffix.lstrip(".")
        report.write_text(service.export(run, kind if kind in ("csv", "json") else "md"), encoding="utf-8")
    if as_json:
        from services.evaluation.report import as_dict

        told = as_dict(service.view(run), service.outcomes(run))
        typer.echo(json.dumps({key: value for key, value in told.items() if key not in ("items", "outcomes")}))
    else:
        typer.echo(service.export(run, "md"))
        say(f"sagedeck evaluate use {run}    makes the best of them the usual setting.")


def _lines(made: QuestionSet, sources: tuple[Source, ...]) -> str:
    names = {each.sha256: each.name for each in sources}
    return "".join(
        json.dumps(
            {"id": item.id, "question": item.question, "answers": list(item.answers),
             "document": names.get(item.place.document, item.place.document), "page": item.place.page},
            ensure_ascii=False,
        ) + "\n"
        for item in made.items
    )  # fmt: skip
