"""Retrieval alone: which passages a question finds, with their scores, and the prompt they make."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import asking_options as how
from cli.asking import pair_of
from cli.document_options import Place
from cli.opening import JsonFlag, answering, app, open_console
from services.legible import legible

if TYPE_CHECKING:
    from services.knowledge.asking import Prepared


@app.command()
def search(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What is looked for.")],
    k: how.KOption = 5,
    mode: how.ModeOption = None,
    weight: how.WeightOption = None,
    threshold: how.ThresholdOption = None,
    floor: how.FloorOption = None,
    diversity: how.DiversityOption = None,
    rerank: how.RerankOption = "",
    document: how.DocumentOption = [],  # noqa: B006 - Typer copies it
    where: how.WhereOption = [],  # noqa: B006
    store: how.StoreOption = Place.LOCAL,
    collection: how.CollectionOption = "",
    prompt: how.PromptOption = "",
    value: how.ValueOption = [],  # noqa: B006
    embedding: how.EmbeddingOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Find passages for a question without asking a model to answer: scores, evidence, and the prompt (--json)."""
    from services.knowledge import AskRequest, StoreKind

    with answering(as_json):
        ranking = how.Ranking(k, mode, weight, threshold, floor, diversity, rerank)
        metadata = how.metadata_of(where)
        console = open_console(context)
        settings = ranking.settings(how.documents_of(console, document), metadata)
        rules = how.rules_of(console, prompt, value)
        embedding = embedding or pair_of(console, "", "").embedding
        request = AskRequest(question, embedding, "", StoreKind(store), collection, settings, rules=rules)
        prepared = console.knowledge.prepare(request)
        typer.echo(json.dumps(payload(prepared), ensure_ascii=False) if as_json else written(prepared))


def payload(prepared: Prepared) -> dict[str, Any]:
    """A search as JSON has it."""
    return {
        "searched": prepared.question.text,
        "evidence": asdict(prepared.evidence),
        "rescored": prepared.found.rescored,
        "passages": [asdict(each) for each in prepared.found.passages],
        "prompt": [{"role": each.role, "content": each.content} for each in prepared.messages],
    }


def written(prepared: Prepared) -> str:
    """A search to be read."""
    judged = prepared.evidence
    lines = [f"Evidence {judged.score:.2f}: {'enough' if judged.answerable else 'too little'} to answer."]
    if prepared.found.rescored:
        lines.append(f"No keyword index: words were weighed among the nearest {prepared.found.rescored} passages.")
    for number, each in enumerate(prepared.found.passages, 1):
        label = each.metadata.get("label") or f"p. {each.page}"
        scores = [f"{each.score:.3f}"]
        scores += [f"cosine {each.cosine:.3f}"] if each.cosine is not None else []
        scores += [f"words {each.keyword:.3f}"] if each.keyword is not None else []
        scores += [f"rerank {each.rerank:.3f}"] if each.rerank is not None else []
        lines += [f"[{number}] {legible(each.source)}, {legible(str(label))}  ({', '.join(scores)})"]
        lines += [f"    {legible(' '.join(each.text.split()))[:300]}"]
    return "\n".join(lines)
