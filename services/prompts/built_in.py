"""The templates that come with the console: nobody owns them; whoever wants one otherwise saves a copy."""

from __future__ import annotations

from services.prompts.models import Example, PromptDraft, PromptKind, PromptTemplate

_DRAFTS = {
    "summary": PromptDraft(
        "Summarise",
        PromptKind.ZERO_SHOT,
        "Summarise the text below in {{sentences}} sentences for {{reader}}. Leave out nothing that changes its "
        "meaning, and add nothing.\n\n{{text}}",
        note="A short version of a text for somebody.",
    ),
    "translate": PromptDraft(
        "Translate",
        PromptKind.ZERO_SHOT,
        "Translate the text below into {{language}}. Keep names, numbers and line breaks. Give the translation only."
        "\n\n{{text}}",
        note="Into any language the model knows.",
    ),
    "review": PromptDraft(
        "Find the weak points",
        PromptKind.ZERO_SHOT,
        "Name the three weakest points of the proposal below, the gravest first. For each: what is wrong, what it "
        "would cost, and the smallest change that mends it.\n\n{{proposal}}",
        system="You are a critical, fair reader. You are brief.",
        note="A second pair of eyes before something is sent.",
    ),
    "sort": PromptDraft(
        "Sort messages",
        PromptKind.FEW_SHOT,
        "Message: {{input}}\nKind:",
        system="You sort messages from customers. Answer with one of: {{kinds}}. Nothing else.",
        examples=(
            Example("The invoice of May has the wrong address.", "billing"),
            Example("The lid broke when I opened it for the first time.", "complaint"),
            Example("Do you deliver to Norway?", "question"),
        ),
        note="Examples show the model which kind is meant by which words.",
    ),
    "fields": PromptDraft(
        "Text to JSON",
        PromptKind.FEW_SHOT,
        "Text: {{input}}\nJSON:",
        system='You take the who, what and when out of a text, as JSON with the keys "who", "what" and "when". A key '
        "that the text says nothing about is null.",
        examples=(
            Example("Ines signs the lease on 3 May.", '{"who": "Ines", "what": "signs the lease", "when": "3 May"}'),
            Example("The roof was mended.", '{"who": null, "what": "the roof was mended", "when": null}'),
        ),
        note="The same form for every text.",
    ),
    "plain-answers": PromptDraft(
        "Plain words",
        PromptKind.RAG,
        "You answer questions from numbered passages for {{reader}}. Use short sentences and everyday words, and "
        "explain a technical term where you first use it.",
        note="For readers who are new to the subject.",
    ),
    "point-answers": PromptDraft(
        "Points with figures",
        PromptKind.RAG,
        "You answer questions from numbered passages as a list of at most five points, each one sentence. Keep every "
        "figure and date exactly as the passage gives it.",
        note="For reports and tables.",
    ),
    "differing-answers": PromptDraft(
        "Where sources differ",
        PromptKind.RAG,
        "You answer questions from numbered passages. Where passages differ, say so, and give each reading with its "
        "own citation instead of choosing one.",
        note="For several versions of a contract or a rule.",
    ),
}

BUILT_IN = {id: PromptTemplate(id, draft, built_in=True) for id, draft in _DRAFTS.items()}
