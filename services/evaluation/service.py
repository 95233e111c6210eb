"""What pages and the command line call: question sets, generation, estimates, runs, results, and what is chosen."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.documents import Page
from services.errors import InvalidRequest, NotFound
from services.evaluation import estimating, generating, report, results
from services.evaluation.grid import setting_id
from services.evaluation.keeping import Keeping
from services.evaluation.models import (
    Duel,
    Estimate,
    Item,
    Outcome,
    QuestionFile,
    QuestionSet,
    RunRequest,
    RunSummary,
    RunView,
    SetSummary,
    Setting,
    Source,
)
from services.evaluation.question_files import read_file
from services.evaluation.rules import BY_RULE
from services.evaluation.running import Running
from services.evaluation.scratch import Workshop
from services.jobs import JobHandle, Jobs, JobStatus, JobView
from services.knowledge import DocumentRecord, Upload
from services.knowledge.defaults import Defaults, KnowledgeDefaults

if TYPE_CHECKING:
    from services.state import State

RUN_KIND, WRITE_KIND = "evaluation", "evaluation-questions"
MOST_OUTCOMES = 100_000  # questions times settings: 500 MB of what was found
KEPT_CHARACTERS = 20_000_000  # of documents' text held for the next estimate
KEPT_VIEWS = 4
_beginning = threading.Lock()  # between a job's first moment and its being written down nothing is swept

Chat = Callable[[str, Sequence[Any]], Iterator[Any]]


class EvaluationService:
    """The evaluations of one owner. `chat(endpoint, messages)` streams an answer, `price(endpoint)` is dollars an hour
    or None, `documents(collection)` the library's records ("": all), `defaults` takes what is chosen."""

    def __init__(
        self,
        state: State,
        jobs: Jobs,
        workshop: Workshop,
        *,
        chat: Chat,
        price: Callable[[str], float | None],
        documents: Callable[[str], tuple[DocumentRecord, ...]],
        defaults: Defaults,
    ) -> None:
        self.owner = workshop.owner
        self._jobs, self._workshop, self._chat, self._price = jobs, workshop, chat, price
        self._documents, self._defaults = documents, defaults
        self._keeping = Keeping(state, workshop.owner)
        self._read: tuple[tuple[Source, ...], dict[str, Sequence[Page]]] = ((), {})
        self._views: OrderedDict[tuple[str, int, int], Any] = OrderedDict()

    # -- questions

    def read_questions(self, data: bytes, name: str) -> QuestionFile:
        """The questions of a CSV or JSON-lines file; InvalidRequest where none can be used."""
        return read_file(data, name)

    def save_set(self, name: str, items: Sequence[Item], *, draft: bool = False, note: str = "") -> QuestionSet:
        """Keep questions under a name, as a new version where the content is new."""
        return self._keeping.save(name, items, draft=draft, note=note)

    def sets(self) -> tuple[SetSummary, ...]:
        """All versions of all question sets, newest first."""
        return self._keeping.sets()

    def set(self, id: str) -> QuestionSet:
        """A question set. NotFound."""
        return self._keeping.set(id)

    def delete_set(self, id: str) -> None:
        """Delete a version of a set. InvalidRequest while a run asked it."""
        self._keeping.delete_set(id)

    def generate(self, name: str, sources: Sequence[Source], count: int, *, seed: int = 1, endpoint: str = "") -> str:
        """Begin to make up to `count` questions, by rule or by a language endpoint; the job's id.

        The job's result is {"set": id of the draft, "questions": how many, "by": who made them}; a model that writes
        nothing usable is stood in for by rule, and the set's note says so.
        """
        if not sources:
            raise InvalidRequest("There is no document to make questions of.", "", "Add documents first.")
        if not 1 <= count <= generating.MOST:
            raise InvalidRequest(f"{count} questions cannot be made.", "", f"Ask for 1 to {generating.MOST}.")
        told = {"name": name, "count": count, "seed": seed, "endpoint": endpoint}

        def work(handle: JobHandle) -> Mapping[str, Any]:
            return self._written(name, tuple(sources), count, seed, endpoint, handle)

        return self._jobs.start(WRITE_KIND, self.owner, f"Make {count} questions", work, payload=told)

    def _written(
        self, name: str, sources: tuple[Source, ...], count: int, seed: int, endpoint: str, handle: JobHandle
    ) -> dict[str, Any]:
        pages = self.pages(sources)
        readable = [each for each in sources if each.sha256 in pages]
        items: tuple[Item, ...] = ()
        note, by = "", endpoint or BY_RULE
        if endpoint:
            items = generating.Writing(self._chat, endpoint).write(readable, pages, count, seed, handle)
            if not items:
                note = f"{endpoint} does not write questions, so these were made by rule."
        if not items:
            items, by = generating.by_rule(readable, pages, count, seed), BY_RULE
        made = self.save_set(name, items, draft=True, note=note)
        return {"set": made.id, "questions": len(items), "by": by, "note": note}

    # -- documents

    def sources(self, collection: str = "") -> tuple[Source, ...]:
        """The library's documents, of one collection or all, each once."""
        found = {each.document: Source(each.document, each.name) for each in self._documents(collection)}
        return tuple(sorted(found.values(), key=lambda each: (each.name, each.sha256)))

    def keep_files(self, files: Sequence[Upload]) -> tuple[Source, ...]:
        """Keep files for evaluations alone, beside the library; they go with the last run that asked them."""
        kept = [self._workshop.own.put(self.owner, file.name, file.data) for file in files]
        return tuple({each.sha256: Source(each.sha256, each.name, own=True) for each in kept}.values())

    def pages(self, sources: Sequence[Source]) -> Mapping[str, Sequence[Page]]:
        """The pages of the documents that can be read, by sha256; those read last are held."""
        wanted = tuple(sources)
        if self._read[0] != wanted:
            found = {each.sha256: part for each, part in self._workshop.pages(wanted) if not isinstance(part, str)}
            if sum(len(page.text) for part in found.values() for page in part) > KEPT_CHARACTERS:
                return found
            self._read = wanted, found
        return self._read[1]

    # -- runs

    def estimate(self, settings: Sequence[Setting], questions: int, sources: Sequence[Source]) -> Estimate:
        """What asking so many questions in these settings is expected to take. Reads the documents."""
        prices = self._prices(settings)
        pages, pace = self.pages(sources), self._keeping.pace
        return estimating.estimate(settings, questions, sources, pages, self._workshop, pace, prices)

    def _prices(self, settings: Sequence[Setting]) -> dict[str, float | None]:
        names = {name for each in settings for name in (each.embedding, each.language, each.search.rerank) if name}
        return {name: self._price(name) for name in sorted(names)}

    def start(self, request: RunRequest) -> str:
        """Begin a run; its id. InvalidRequest without documents or settings and for more than 100,000 answers."""
        items = self.set(request.questions).items
        if not request.sources or not request.settings:
            what = "document" if request.settings else "setting"
            raise InvalidRequest(f"There is no {what} to evaluate.", "", f"Choose a {what}.")
        if len(items) * len(request.settings) > MOST_OUTCOMES:
            raise InvalidRequest(
                f"{len(items):,} questions in {len(request.settings)} settings are too many.",
                f"{MOST_OUTCOMES:,} can be asked in a run.", "Choose fewer settings.",
            )  # fmt: skip
        run = self._keeping.add_run(request, self._prices(request.settings))
        return self._carry_out(run, request, items)

    def resume(self, run: str) -> str:
        """Go on with a run that was interrupted, cancelled or failed; what is done is not done again."""
        request = self._keeping.request_of(run)
        return self._carry_out(run, request, self.set(request.questions).items)

    def _carry_out(self, run: str, request: RunRequest, items: Sequence[Item]) -> str:
        title = f"Evaluate {len(request.settings)} setting{'s' if len(request.settings) != 1 else ''}: {request.name}"
        work = Running(run, request, items, self._keeping, self._workshop)
        self.tidy()
        with _beginning:
            job = self._jobs.start(RUN_KIND, self.owner, title, work, key=run, payload={"run": run})
            self._keeping.set_job(run, job)
        return run

    def job(self, run: str) -> JobView | None:
        """The job that carries a run out."""
        return self._jobs.view(self._keeping.run_row(run)["job"], self.owner)

    def cancel(self, run: str) -> None:
        """Stop a run; what is done stays."""
        self._jobs.cancel(self._keeping.run_row(run)["job"], self.owner)

    def delete_run(self, run: str) -> None:
        """Delete a run with its results, and files that only it asked. InvalidRequest while it runs."""
        view = self.job(run)
        if view is not None and view.status is JobStatus.RUNNING:
            raise InvalidRequest("The evaluation is running.", "", "Cancel it first.")
        gone = self._keeping.request_of(run).sources
        self._keeping.delete_run(run)
        still = {each.sha256 for row in self._keeping.run_rows(10_000) for each in _sources(row)}
        for source in gone:
            if source.own and source.sha256 not in still:
                self._workshop.own.delete(self.owner, source.sha256)

    def tidy(self) -> int:
        """Remove scratch spaces that no live run uses, such as one whose process was killed; how many."""
        with _beginning:
            return self._workshop.sweep(each.id for each in self.runs() if each.status == JobStatus.RUNNING)

    def runs(self) -> tuple[RunSummary, ...]:
        """The runs, newest first."""
        return tuple(self._summary(row) for row in self._keeping.run_rows())

    def _summary(self, row: Any) -> RunSummary:
        job = self._jobs.view(row["job"], self.owner)
        status = str(job.status if job else JobStatus.INTERRUPTED)
        settings = len(json.loads(row["settings"]))
        return RunSummary(row["id"], row["name"], row["questions"], settings, row["made"], status, row["job"])

    # -- results

    def outcomes(self, run: str) -> Mapping[str, Mapping[str, Outcome]]:
        """Everything that is known of a run, by the setting's id and the question's."""
        found: Mapping[str, Mapping[str, Outcome]] = self._results(run)[1]
        return found

    def view(self, run: str) -> RunView:
        """A run with the figures of its settings as far as they are done. NotFound."""
        row, job = self._keeping.run_row(run), self.job(run)
        scored, _ = self._results(run)
        return RunView(
            self._summary(row), self.set(row["questions"]), scored,
            job.progress if job else None, job.detail if job else "",
            json.loads(row["timings"]), json.loads(row["prices"]), job.problem if job else None,
        )  # fmt: skip

    def _results(self, run: str) -> Any:
        """(scored, outcomes) of a run, held until more of it is done."""
        row, done = self._keeping.run_row(run), self._keeping.done(run)
        key = run, sum(done.values()), len(done)
        if key not in self._views:
            settings = self._keeping.settings_of(row)
            outcomes = {setting_id(each): self._keeping.outcomes(run, setting_id(each)) for each in settings}
            items = self.set(row["questions"]).items
            self._views[key] = results.scored(settings, items, outcomes, json.loads(row["prices"])), outcomes
            while len(self._views) > KEPT_VIEWS:
                self._views.popitem(last=False)
        return self._views[key]

    def compare(self, run: str, first: str, second: str, figure: str) -> Duel:
        """Two settings of a run, question by question. NotFound where one is not in it."""
        view = self.view(run)
        one, other = (self._scored(view, each) for each in (first, second))
        return results.duel(figure, one, other, view.set.items, self.outcomes(run))

    @staticmethod
    def _scored(view: RunView, id: str) -> Any:
        for each in view.scored:
            if each.id == id:
                return each
        raise NotFound("There is no such setting in this run.", "", "Choose one of its settings.")

    def export(self, run: str, kind: str) -> str:
        """A run's results as "csv", "json" (every answer too) or "md"."""
        view = self.view(run)
        if kind == "csv":
            return report.as_csv(view)
        told = report.as_json if kind == "json" else report.as_markdown
        return told(view, self.outcomes(run))

    def use(self, run: str, setting: str) -> KnowledgeDefaults:
        """Make a setting of a run this owner's default for reading documents in and for asking them."""
        view = self.view(run)
        chosen: Setting = self._scored(view, setting).setting
        defaults = KnowledgeDefaults(
            chosen.cut, chosen.search, chosen.embedding, chosen.language, chosen.prompt, chosen.rules,
            origin=f"the evaluation “{view.summary.name}”",
        )  # fmt: skip
        self._defaults.write(defaults)
        return defaults


def _sources(row: Any) -> list[Source]:
    return [each for each in (Source(**told) for told in json.loads(row["sources"])) if each.own]
