"""Question by question: what was expected, what each setting found and said, and where two settings differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.evaluation.measures import ranks
from services.evaluation.report import ALL_NAMES
from ui import formats, passage_view
from ui.escape import answer, literal

if TYPE_CHECKING:
    from services.console import Console
    from services.evaluation import Item, Outcome, RunView, Scored

TEXT_SHOWN = 240
QUESTIONS_LISTED = 12  # of those won and of those lost
DETAIL, COMPARE = "Question by question", "Compare two settings"
Outcomes = Mapping[str, Mapping[str, "Outcome"]]


def show(console: Console, view: RunView, found: Sequence[Scored], chosen: Scored, figure: str) -> None:
    """The two ways to look closer, of which one is drawn."""
    offered = [DETAIL, COMPARE] if len(found) > 1 else [DETAIL]
    kind = st.segmented_control("Look closer", offered, default=DETAIL, required=True, label_visibility="collapsed")
    outcomes = console.evaluation.outcomes(view.summary.id)
    if kind == COMPARE:
        _compare(console, view, found, chosen, figure)
    else:
        _questions(view, found, chosen, outcomes)


def verdict(item: Item, outcome: Outcome | None) -> str:
    """What came of a question in a setting, in a word or two."""
    if outcome is None:
        return "not asked"
    if outcome.error:
        return "failed"
    refused = outcome.refused if outcome.refused is not None else not outcome.evidence
    if item.unanswerable:
        return "refused rightly" if refused else "not refused"
    if outcome.right is not None:
        return "right" if outcome.right else "refused wrongly" if outcome.refused else "wrong"
    first = next(iter(ranks(outcome)), None)
    return f"found at {first}" if first else "nowhere in the documents" if not outcome.expected else "missed"


def _questions(view: RunView, found: Sequence[Scored], chosen: Scored, outcomes: Outcomes) -> None:
    held = outcomes.get(chosen.id, {})
    rows: list[dict[str, Any]] = []
    for item in view.set.items:
        one = held.get(item.id)
        rows.append({
            "Verdict": verdict(item, one), "Question": item.question, "Expected": " || ".join(item.answers),
            "Answer": (one.answer or "") if one else "", "First at": next(iter(ranks(one)), None) if one else None,
        })  # fmt: skip
    st.markdown(f":gray[Each question in {literal(chosen.label)}. Choose a row for its passages.]")
    picked = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="single-row", height=260,
        key=f"evaluation.items.{chosen.id}", alt="Questions with their verdicts",
        column_config={"Question": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    at = picked["selection"]["rows"]
    if at and at[0] < len(view.set.items):
        _one(view.set.items[at[0]], view, found, chosen, outcomes)


def _one(item: Item, view: RunView, found: Sequence[Scored], chosen: Scored, outcomes: Outcomes) -> None:
    with st.container(border=True):
        st.markdown(f"**{literal(item.question)}**")
        expected = "not in the documents" if item.unanswerable else " || ".join(item.answers) or "a place"
        st.markdown(f":gray[Expected: {literal(expected)}{_where(item, outcomes)}]")
        ids = [row.id for row in found]
        labels = {row.id: row.label for row in found}
        which = st.selectbox("In the setting", ids, ids.index(chosen.id), format_func=labels.__getitem__)
        one = outcomes.get(which or chosen.id, {}).get(item.id)
        if one is not None:
            _outcome(item, one)
        table = [{"Setting": row.label, "Verdict": verdict(item, outcomes.get(row.id, {}).get(item.id)),
                  "Expected at": ", ".join(map(str, ranks(outcomes[row.id][item.id])))
                  if item.id in outcomes.get(row.id, {}) else ""} for row in found]  # fmt: skip
        with st.expander("In every setting", type="compact"):
            st.dataframe(table, hide_index=True, alt="This question in every setting")


def _where(item: Item, outcomes: Outcomes) -> str:
    """The expected document by the name it was found under, and its page."""
    place = item.place
    if not place.document:
        return ""
    seen = (each for held in outcomes.values() if item.id in held for each in held[item.id].seen)
    name = next((each.source for each in seen if each.document == place.document), "")
    name = name or (place.document if len(place.document) != 64 else "")
    return ", ".join(["", *([literal(name)] if name else []), *([f"page {place.page}"] if place.page else [])])


def _outcome(item: Item, one: Outcome) -> None:
    st.markdown(f"Verdict: **{verdict(item, one)}**")
    if one.error:
        st.markdown(f":red[{literal(one.error)}]")
    if one.answer:
        st.markdown(answer(one.answer), width=760)
        facts = [f"grounded {one.grounded:.0%}" if one.grounded is not None else "",
                 f"{one.seconds:.1f} s" if one.seconds is not None else "",
                 f"{one.tokens:,} tokens" if one.tokens is not None else ""]  # fmt: skip
        st.markdown(f":gray[{' · '.join(filter(None, facts))}]")
    for seen in one.seen:
        mark = ":green-badge[expected]" if seen.relevant else ""
        scores = [f"{seen.score:.3f}"]
        scores += [f"meaning {seen.cosine:.2f}"] if seen.cosine is not None else []
        scores += [f"words {seen.keyword:.2f}"] if seen.keyword is not None else []
        st.markdown(f"**{seen.rank}** {mark} {literal(seen.source)}, page {seen.page} :gray[· {' · '.join(scores)}]")
        passage_view.write(*(("", seen.text, "") if seen.relevant else (seen.text, "", "")))


def _compare(console: Console, view: RunView, found: Sequence[Scored], chosen: Scored, figure: str) -> None:
    labels = {row.id: row.label for row in found}
    ids = list(labels)
    other = next(id for id in ids if id != chosen.id)
    left, right = st.columns(2)
    first = left.selectbox("First", ids, ids.index(chosen.id), format_func=labels.__getitem__, key="evaluation.first")
    second = right.selectbox("Second", ids, ids.index(other), format_func=labels.__getitem__, key="evaluation.second")
    if not first or not second or first == second:
        st.markdown(":gray[Choose two settings.]")
        return
    duel = console.evaluation.compare(view.summary.id, first, second, figure)
    gap = duel.difference
    if gap.value is None:
        st.markdown(":gray[They have no question in common that counts here.]")
        return
    said = f"{ALL_NAMES[figure]}: first less second **{gap.value:+.3f}**"
    if not duel.won and not duel.lost:
        said += ": no question parts them."
    elif gap.low is not None and gap.high is not None:
        said += f" (95 %: {gap.low:+.3f} to {gap.high:+.3f}) over {formats.count(gap.count, 'question')}. "
        said += "**That may be chance.**" if duel.noise else "**That is more than chance.**"
    st.markdown(said.replace("$", "\\$"))
    texts = {item.id: item.question for item in view.set.items}
    for title, which, colour in (("The first won", duel.won, "green"), ("The first lost", duel.lost, "red")):
        st.markdown(f":{colour}[**{title}** {len(which)}]")
        for id in which[:QUESTIONS_LISTED]:
            st.markdown(f"- {literal(texts[id])}")
        if len(which) > QUESTIONS_LISTED:
            st.markdown(f":gray[and {len(which) - QUESTIONS_LISTED} more]")
