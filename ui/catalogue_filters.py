"""What is looked for on the page Models: a line to type in, choices with how many each would leave, and the address.

The widgets' own keys hold what was chosen; the address repeats it, so that a link shows the same. A label ends with its
count ("Translation · 7"), which changes with every other choice: `_plain` is what stays of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import streamlit as st

from services.catalog import PRICE_STEPS, TASKS, Licence, Order, Query, instance, instances, price
from ui import formats

if TYPE_CHECKING:
    from services.catalog import Found
    from services.console import Console

TEXT, TASK, PROVIDER, PRICE = "models.text", "models.task", "models.provider", "models.price"
MACHINE, ONLY, ORDER, SHOWN = "models.machine", "models.only", "models.order", "models.shown"
STEP = 50  # models shown at a time
WIDTH = 170  # pixels of a choice: two stand side by side on a phone
_ADDRESS = {
    TEXT: "q",
    TASK: "task",
    PROVIDER: "provider",
    PRICE: "price",
    MACHINE: "machine",
    ONLY: "only",
    ORDER: "sort",
}
_TASKS = {told.label: task for task, told in TASKS.items()}
_PRICES = {f"up to {formats.per_hour(step)}": step for step in PRICE_STEPS}
_ORDERS = {
    "Recommended first": Order.RECOMMENDED, "By name": Order.NAME, "Cheapest first": Order.PRICE,
    "Smallest first": Order.SIZE,
}  # fmt: skip
HERE, FREE, NEEDED, OPEN, TUNABLE, QUOTA, UNKNOWN = (
    "Deployable now", "No licence", "With a licence", "Not gated", "Fine-tunable", "Fits my quota", "Also unknown",
)  # fmt: skip
_ONLY = (HERE, FREE, NEEDED, OPEN, TUNABLE, QUOTA, UNKNOWN)


def query() -> Query:
    """What the widgets ask for, as they stand; at the first look, what the address asks for."""
    if TEXT not in st.session_state:
        _from_address()
    only = {_plain(each) for each in _state(ONLY) or ()}
    return Query(
        text=str(_state(TEXT) or "").strip(),
        task=_TASKS.get(_plain(_state(TASK)), ""),
        provider=_plain(_state(PROVIDER)),
        most_usd=_PRICES.get(_plain(_state(PRICE))),
        gpu=str(_state(MACHINE) or ""),
        licence=_licence(FREE in only, NEEDED in only),
        gated=False if OPEN in only else None,
        deployable=True if HERE in only else None,
        fine_tunable=True if TUNABLE in only else None,
        fits_quota=QUOTA in only,
        unknown=UNKNOWN in only,
        order=_ORDERS.get(_plain(_state(ORDER)), Order.RECOMMENDED),
    )


def show(console: Console, found: Found) -> None:
    """Write the line to type in and the choices. `found`: what the query of now finds, for the counts."""
    st.text_input(
        "Search", key=TEXT, placeholder="llama 8b, speech recognition, rerank…", icon=":material/search:",
        type="search", live=True, label_visibility="collapsed", on_change=_first_page, persist_state="session",
    )  # fmt: skip
    facets = found.facets
    with st.container(horizontal=True, gap="small", key="models-filters"):
        tasks = {told.label: facets["task"].get(task, 0) for task, told in TASKS.items()}
        _select(TASK, "Any task", tasks)
        _select(PROVIDER, "Any provider", _largest_first(facets["provider"]))
        _select(PRICE, "Any price", {label: facets["price"].get(f"{usd:g}", 0) for label, usd in _PRICES.items()})
        _machine(console.catalog.region)
        st.selectbox(
            "Order", list(_ORDERS), key=ORDER, label_visibility="collapsed", width=WIDTH, persist_state="session"
        )
    _only(facets)


def clear() -> None:
    """Ask for nothing in particular; for a button's callback."""
    st.session_state.update({TEXT: "", TASK: None, PROVIDER: None, PRICE: None, MACHINE: None, ONLY: [], SHOWN: STEP})


def show_more() -> None:
    """Show the next ones too; for a button's callback."""
    st.session_state[SHOWN] = shown() + STEP


def shown() -> int:
    """How many of what was found are shown."""
    return int(st.session_state.get(SHOWN, STEP))


def to_address() -> None:
    """Repeat in the address what is chosen, so that the link can be given to somebody."""
    wanted = {}
    for key, name in _ADDRESS.items():
        value = _state(key)
        chosen = [_plain(each) for each in value] if isinstance(value, list) else [_plain(value)]
        text = ",".join(each for each in chosen if each)
        if text and not (key == ORDER and text == next(iter(_ORDERS))):
            wanted[name] = text
    now = {name: st.query_params[name] for name in _ADDRESS.values() if name in st.query_params}
    if now != wanted:
        kept = {name: value for name, value in st.query_params.items() if name not in now}
        st.query_params.from_dict(kept | wanted)


def _from_address() -> None:
    allowed: dict[str, Mapping[str, object] | None] = {
        TEXT: None, TASK: _TASKS, PROVIDER: None, PRICE: _PRICES, MACHINE: None, ORDER: _ORDERS,
    }  # fmt: skip
    for key, values in allowed.items():
        text = str(st.query_params.get(_ADDRESS[key], ""))[:200]
        if key == MACHINE and not instance(text):
            continue
        if text and (values is None or text in values):
            st.session_state[key] = text
    st.session_state.setdefault(TEXT, "")
    named = str(st.query_params.get(_ADDRESS[ONLY], "")).split(",")
    if chosen := [each for each in _ONLY if each in named]:
        st.session_state[ONLY] = chosen


@cache
def _machines(region: str) -> Mapping[str, str]:
    """The types with a GPU that have a price here, cheapest first, with what they have and cost."""
    types = [each for each in instances() if each.gpu_count]
    priced = [(usd, each) for each in types if (usd := price(region, each.instance_type).usd_per_hour) is not None]
    return {
        each.instance_type: f"{each.instance_type} · {each.gpu_memory_gib:.0f} GiB · {formats.per_hour(usd)}"
        for usd, each in sorted(priced, key=lambda pair: pair[0])
    }


def _machine(region: str) -> None:
    labels = _machines(region)
    types = list(labels)
    chosen = str(_state(MACHINE) or "")
    if chosen and chosen not in labels:  # from an address: it has no price here
        types.append(chosen)
    st.selectbox(
        "Fits the GPU of", types, index=None, key=MACHINE, placeholder="Fits the GPU of…",
        format_func=lambda name: labels.get(name, name), label_visibility="collapsed", width=WIDTH,
        on_change=_first_page, persist_state="session",
    )  # fmt: skip


def _only(facets: Mapping[str, Mapping[str, int]]) -> None:
    counts = {
        HERE: facets["deployable"].get("yes", 0), FREE: facets["licence"].get(Licence.NONE, 0),
        NEEDED: facets["licence"].get(Licence.NEEDED, 0), TUNABLE: facets["fine_tunable"].get("yes", 0),
    }  # fmt: skip
    chosen = {_plain(each) for each in _state(ONLY) or ()}
    st.pills(
        "Only", _ONLY, selection_mode="multi", key=ONLY, format_func=lambda name: _label(name, chosen, counts),
        label_visibility="collapsed", on_change=_settle, args=(ONLY,), persist_state="session",
    )  # fmt: skip


def _select(key: str, placeholder: str, counts: Mapping[str, int]) -> None:
    chosen = _plain(_state(key))
    kept = [name for name, count in counts.items() if count or name == chosen]
    if chosen and chosen not in kept:
        kept.append(chosen)  # nothing has it any more, and it is shown as what excludes everything
    st.selectbox(
        placeholder, kept, index=None, key=key, placeholder=placeholder, label_visibility="collapsed", width=WIDTH,
        format_func=lambda name: _label(name, {chosen}, counts), on_change=_settle, args=(key,),
        persist_state="session",
    )  # fmt: skip


def _largest_first(counts: Mapping[str, int]) -> dict[str, int]:
    named = [(name, count) for name, count in counts.items() if name]
    return dict(sorted(named, key=lambda row: (-row[1], row[0].lower())))


def _label(name: str, chosen: Collection[str], counts: Mapping[str, int]) -> str:
    plain = _plain(name)
    return plain if plain in chosen or plain not in counts else f"{plain} · {counts[plain]}"


def _licence(free: bool, needed: bool) -> Licence | None:
    return None if free == needed else Licence.NONE if free else Licence.NEEDED


def _settle(key: str) -> None:
    """A chosen label without its count is what is kept."""
    value = st.session_state.get(key)
    st.session_state[key] = [_plain(each) for each in value] if isinstance(value, list) else _plain(value) or None
    _first_page()


def _first_page() -> None:
    st.session_state[SHOWN] = STEP


def _state(key: str) -> Any:
    return st.session_state.get(key)


def _plain(label: object) -> str:
    return re.sub(r" · [\d,]+$", "", str(label or ""))
