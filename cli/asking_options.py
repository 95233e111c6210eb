"""How passages are looked for, as options of `ask` and `search`; and which documents, collection and rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.document_options import Place
from services.errors import InvalidRequest, NotFound

if TYPE_CHECKING:
    from services.console import Console
    from services.knowledge import SearchSettings


class By(StrEnum):
    """The words of `services.knowledge.SearchMode`, which is not imported for a command line."""

    HYBRID = "hybrid"
    VECTOR = "vector"
    KEYWORD = "keyword"


KOption = Annotated[int, typer.Option("-k", "--k", min=1, max=50, help="Passages a question.")]
ModeOption = Annotated[By | None, typer.Option("--mode", help="What ranks passages: meaning, words or both.")]
WeightOption = Annotated[float | None, typer.Option(min=0.0, max=10.0, help="Of the words in the hybrid sum.")]
ThresholdOption = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Evidence needed for an answer.")]
FloorOption = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="Least cosine of a passage.")]
DiversityOption = Annotated[float | None, typer.Option(min=0.0, max=1.0, help="How much passages must differ.")]
RerankOption = Annotated[str, typer.Option(help="Endpoint that orders the best passages anew.")]
DocumentOption = Annotated[list[str], typer.Option("--document", help="Look into this one only: name or sha256.")]
WhereOption = Annotated[list[str], typer.Option("--where", help="name=value that a passage's metadata must have.")]
StoreOption = Annotated[Place, typer.Option("--store", help="Where the passages are.")]
CollectionOption = Annotated[str, typer.Option(help="Collection; the usual one of the model when left out.")]
PromptOption = Annotated[str, typer.Option(help="Template of rules for the answer: its id or name.")]
ValueOption = Annotated[list[str], typer.Option("--value", help="name=value of a variable of the template.")]
EmbeddingOption = Annotated[str, typer.Option(help="Embedding endpoint; the newest in service when left out.")]
LanguageOption = Annotated[str, typer.Option(help="Language endpoint; the newest in service when left out.")]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The numbers of a search as they were given; None: what is usual."""

    k: int = 5
    mode: By | None = None
    weight: float | None = None
    threshold: float | None = None
    floor: float | None = None
    diversity: float | None = None
    rerank: str = ""

    def settings(self, documents: tuple[str, ...] = (), metadata: dict[str, Any] | None = None) -> SearchSettings:
        """The settings of a search in these documents."""
        from services.knowledge import SearchMode, SearchSettings

        names = ("weight", "threshold", "floor", "diversity")
        given: dict[str, Any] = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.mode is not None:
            given["mode"] = SearchMode(self.mode)
        return SearchSettings(k=self.k, rerank=self.rerank, documents=documents, metadata=metadata or {}, **given)


def pairs(given: list[str], option: str) -> dict[str, str]:
    """`name=value` options as a mapping. InvalidRequest names the one that is none."""
    found = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not (name.strip() and sign and value.strip()):
            raise InvalidRequest(f"--{option} {each} is no name=value.", "", f"Write --{option} name=value.")
        found[name.strip()] = value.strip()
    return found


def metadata_of(given: list[str]) -> dict[str, Any]:
    """What passages' metadata must have; a page is a number."""
    found: dict[str, Any] = dict(pairs(given, "where"))
    if "page" in found:
        if not (str(found["page"]).isdecimal() and len(str(found["page"])) <= 9):
            raise InvalidRequest(f"--where page={found['page']} is no number.", "", "Write --where page=3.")
        found["page"] = int(found["page"])
    return found


def documents_of(console: Console, given: list[str]) -> tuple[str, ...]:
    """The sha256 of documents named by their name, or by the beginning of their sha256. Raises NotFound."""
    records = console.knowledge.documents() if given else ()
    found: list[str] = []
    for name in given:
        fits = [each.document for each in records if each.name == name or each.document.startswith(name)]
        if not fits:
            raise NotFound(f"There is no document {name}.", "", "See `sagedeck documents`.")
        found += fits
    return tuple(dict.fromkeys(found))


def rules_of(console: Console, prompt: str, values: list[str]) -> str:
    """The rules of a template with its values; "" where none is named. Raises NotFound and InvalidRequest."""
    if not prompt:
        return ""
    template = console.prompts.get(prompt)
    if template.kind != "rag":
        raise InvalidRequest(
            f"“{template.name}” holds no rules for answers.", "", "See `sagedeck prompts list --kind rag`."
        )
    return console.prompts.render(template, pairs(values, "value")).system
