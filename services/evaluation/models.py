"""What the evaluation room speaks of: questions with what is expected, settings to be compared, and what came of each.

All of it frozen. Shares are 0..1, times seconds, money US dollars; what is not known is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.documents import Method
from services.errors import Problem
from services.knowledge import ChunkPlan, SearchMode, SearchSettings

BEST = 10  # passages looked at for each question: the deepest figure is hit@10


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands, as far as somebody said. All of it empty: only the answer's words are known.

    document   the file's name or its sha256
    page       counts from 1
    passage    words of the document; their place is looked for
    start      with `end` the place in the page's text, which goes before `passage`
    """

    document: str = ""
    page: int | None = None
    passage: str = ""
    start: int | None = None
    end: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything but the answer's words is expected."""
        return bool(self.document or self.passage)


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a set: answers of which one is to be found, or `unanswerable`. `origin` says who wrote it."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    place: Place = Place()
    unanswerable: bool = False
    origin: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions under a name. `version` follows from the content; a `draft` waits for somebody to look through it."""

    id: str
    name: str
    version: str
    items: tuple[Item, ...]
    made: float
    draft: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A question set in a list."""

    id: str
    name: str
    version: str
    questions: int
    unanswerable: int
    made: float
    draft: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row of a question file that was left out: its line, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file of questions as read. `columns` says which of the file's columns was taken for what."""

    items: tuple[Item, ...]
    problems: tuple[RowProblem, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A document to be asked: its sha256 and name. `own`: the evaluation keeps it, it is not in the library."""

    sha256: str
    name: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One way of answering: how documents are cut, who embeds, how passages are found, who answers with which rules."""

    cut: ChunkPlan
    embedding: str
    search: SearchSettings
    language: str = ""
    prompt: str = ""
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """What is tried of each part; every combination is a setting (services.evaluation.grid says which are left out).

    languages   empty: nothing is answered, only the passages found are judged
    prompts     (name, rules) of the templates; ("", "") is the usual one
    """

    embeddings: tuple[str, ...]
    methods: tuple[Method, ...] = (Method.RECURSIVE,)
    sizes: tuple[int, ...] = (1000,)
    overlaps: tuple[int, ...] = (150,)
    modes: tuple[SearchMode, ...] = (SearchMode.HYBRID,)
    weights: tuple[float, ...] = (0.5,)
    ks: tuple[int, ...] = (5,)
    diversities: tuple[float, ...] = (0.0,)
    reranks: tuple[str, ...] = ("",)
    threshold: float = 0.5
    languages: tuple[str, ...] = ()
    prompts: tuple[tuple[str, str], ...] = (("", ""),)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run is expected to take, before it starts.

    passages   to be embedded, over every cut and model; those embedded before are not counted
    calls      to language models
    seconds    None where nothing like it was measured before
    usd        of the endpoints while it runs, None where a price or the time is not known
    basis      one sentence a part: what the figures rest on
    """

    settings: int
    questions: int
    passages: int
    searches: int
    calls: int
    seconds: float | None
    usd: float | None
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunRequest:
    """An evaluation to be run: which version of which questions, over which documents, in which settings."""

    name: str
    questions: str
    sources: tuple[Source, ...]
    settings: tuple[Setting, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A passage that was found, as it is kept: rank from 1, place, scores, the beginning of its text, and whether it
    is the expected one."""

    rank: int
    source: str
    document: str
    page: int
    start: int
    end: int
    score: float
    cosine: float | None
    keyword: float | None
    text: str
    relevant: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question in one setting.

    expected    how many passages of this cut are the expected ones; 0: none can be found
    contained   whether one of the passages given to the model holds an answer, None without answer strings
    evidence    whether the passages were judged able to hold an answer
    search_seconds  of the search alone: questions are embedded before, once a model
    answer      what the model said, None where none was asked or it refused
    refused     the documents were said not to hold it; None where nothing was answered
    right       whether the answer holds an expected one
    grounded    services.evaluation.measures.groundedness
    tokens      read and written, where the endpoint counts them
    """

    question: str
    seen: tuple[Seen, ...]
    expected: int
    contained: bool | None
    evidence: bool
    search_seconds: float
    answer: str | None = None
    refused: bool | None = None
    right: bool | None = None
    grounded: float | None = None
    seconds: float | None = None
    tokens: int | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `count` questions with its 95 % interval by bootstrap; `value` None: nothing to take it of."""

    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Scored:
    """A setting with its figures by name (services.evaluation.measures.NAMES)."""

    id: str
    label: str
    setting: Setting
    figures: Mapping[str, Figure]
    done: int


@dataclass(frozen=True, slots=True)
class Duel:
    """Two settings, question by question, by one figure: `difference` is of the first less the second."""

    figure: str
    first: str
    second: str
    difference: Figure
    won: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def noise(self) -> bool:
        """Whether the difference may be chance: its interval holds 0."""
        low, high = self.difference.low, self.difference.high
        return low is None or high is None or low <= 0.0 <= high


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a list. `status` is its job's word."""

    id: str
    name: str
    questions: str
    settings: int
    made: float
    status: str
    job: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as it stands, with the set it asked, its settings as far as they are done, and how long each part took."""

    summary: RunSummary
    set: QuestionSet
    scored: tuple[Scored, ...]
    progress: float | None
    detail: str
    timings: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, float | None] = field(default_factory=dict)
    problem: Problem | None = None
