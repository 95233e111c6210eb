"""Studio's domains as trees: a box for each part that is to go, what it costs, and why it stays though it is ticked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import streamlit as st

from services.cleanup.domains import DomainTree, Node, with_used, with_users
from services.resources import Key, Kind, Resource
from ui import formats, status_chip
from ui.escape import code, literal

if TYPE_CHECKING:
    from services.cleanup import Cleanup
    from services.costs import Bill

CHOSEN, DOMAIN = "studio.chosen", "studio.domain"
MOST_PEOPLE = 60  # drawn at once; of more, those who are found by name
ICONS = {
    Kind.USER_PROFILE: "person", Kind.SPACE: "workspaces", Kind.APP: "terminal", Kind.DOMAIN: "domain",
    Kind.FILE_SYSTEM: "folder_shared", Kind.BUCKET: "database", Kind.PREFIX: "folder",
}  # fmt: skip


def chosen(tree: DomainTree) -> frozenset[Key]:
    """What of a domain is ticked, and still there."""
    ticked: frozenset[Key] = st.session_state.get(CHOSEN, frozenset())
    return frozenset(each.key for each in tree.parts() if each.key in ticked)


def which(trees: tuple[DomainTree, ...]) -> DomainTree:
    """The domain that is looked at; a choice where there are several."""
    if len(trees) == 1:
        return trees[0]
    names = {each.domain.key: each for each in trees}
    picked = st.selectbox("Domain", list(names), key=DOMAIN, format_func=lambda key: _called(names[key].domain))
    return names[picked]


def _called(domain: Resource) -> str:
    return f"{domain.about or domain.name} ({domain.name}, {domain.key.region})"


def show(tree: DomainTree, bill: Bill, found: Cleanup | None) -> None:
    """Write the tree. `found` is the cleanup of what is ticked, None where nothing is."""
    drawing = _Drawing(tree, bill, found)
    domain = tree.domain
    with st.container(border=True, key="studio-domain"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"#### {literal(domain.about or domain.name)}", anchors=False, width="content")
            st.markdown(status_chip.badge(domain.status), width="content")
            st.markdown(f":gray[:small[{code(domain.name)} {literal(domain.key.region)}]]", width="content")
        with st.container(horizontal=True):
            st.button("Tick all", on_click=_choose, args=(tree, [each.key for each in tree.parts()], True),
                      type="tertiary", icon=":material/select_all:", key="studio-all")  # fmt: skip
            st.button("All but the files", on_click=_choose, args=(tree, [domain.key], True), type="tertiary",
                      icon=":material/folder_off:", key="studio-without-files")  # fmt: skip
            st.button("Tick none", on_click=_forget, type="tertiary", icon=":material/deselect:", key="studio-none")
        drawing.line(domain, "The domain itself")
        for each in _shown(tree):
            with st.container(border=True, gap="small"):
                drawing.node(each, 0)
        if tree.shared:
            with st.container(border=True, gap="small"):
                st.markdown(":gray[:small[Of nobody]]")
                for each in tree.shared:
                    drawing.node(each, 0)
        if tree.stores:
            with st.container(border=True, gap="small", key="studio-stores"):
                st.markdown(":gray[:small[Files, which cannot be made again]]")
                for store in tree.stores:
                    drawing.line(store)


def _shown(tree: DomainTree) -> tuple[Node, ...]:
    if len(tree.people) <= MOST_PEOPLE:
        return tree.people
    text = st.text_input("Find a person", key="studio.find", icon=":material/search:").casefold().strip()
    fitting = tuple(each for each in tree.people if text in each.resource.name.casefold())
    if len(fitting) > MOST_PEOPLE:
        st.caption(f"{MOST_PEOPLE} of {len(fitting):,} user profiles; find the others by name.")
    return fitting[:MOST_PEOPLE]


class _Drawing:
    """Draws the parts of one domain."""

    def __init__(self, tree: DomainTree, bill: Bill, found: Cleanup | None) -> None:
        self._tree = tree
        self._chosen = chosen(tree)
        self._costs = {line.key: line for line in bill.lines}
        self._items = {each.key: each for each in found.items} if found else {}

    def node(self, node: Node, depth: int) -> None:
        """A part and, further in, what goes before it."""
        self.line(node.resource, depth=depth)
        for each in node.below:
            self.node(each, depth + 1)

    def line(self, resource: Resource, words: str = "", depth: int = 0) -> None:
        """A box, what it is, what it costs; and why it stays, where a tick does not suffice."""
        key = f"studio-tick-{resource.kind}-{resource.name}-{resource.key.region}"
        st.session_state[key] = resource.key in self._chosen
        with st.container(gap=None, key=f"studio-in-{depth}-{key}"):
            name = words or _named(resource)
            st.checkbox(f":material/{ICONS[resource.kind]}: {literal(name)}", key=key, on_change=_ticked,
                        args=(self._tree, resource.key, key))  # fmt: skip
            told = " · ".join(self._about(resource))
            if told:
                st.markdown(f":gray[:small[{told}]]")
            item = self._items.get(resource.key)
            if item is not None and not item.goes and resource.key in self._chosen:
                st.markdown(f":orange[:material/lock: :small[It stays. {literal(item.why)}]]")

    def _about(self, resource: Resource) -> Iterator[str]:
        machine = next((each.instance_type for each in resource.machines), "")
        if machine:
            yield code(machine)
        if resource.status and resource.status not in ("InService", "available"):
            yield literal(resource.status)
        if resource.volume_gb:
            yield f"{resource.volume_gb:g} GB volume"
        if resource.stored is not None:
            yield formats.size(resource.stored)
        elif resource.kind in (Kind.FILE_SYSTEM, Kind.BUCKET, Kind.PREFIX):
            yield "size not known"
        line = self._costs.get(resource.key)
        if line is not None:
            yield literal(formats.per_month(line.usd_per_hour) if line.stopped else formats.per_hour(line.usd_per_hour))
        if resource.problem:
            yield f":orange[{literal(resource.problem)}]"


def _named(resource: Resource) -> str:
    """What a part is and is called, without what stands above it."""
    kind, name = resource.kind.removeprefix("Studio "), resource.name
    if resource.kind in (Kind.USER_PROFILE, Kind.SPACE):
        name = name.partition("/")[2]
    elif resource.kind is Kind.APP:
        _, _, family, own = name.split("/")
        name = family if own == "default" else f"{family} {own}"
    return f"{kind[0].upper()}{kind[1:]} {name}"


def _ticked(tree: DomainTree, part: Key, key: str) -> None:
    _choose(tree, [part], bool(st.session_state[key]))


def _choose(tree: DomainTree, parts: list[Key], on: bool) -> None:
    """What is ticked takes along all that cannot do without it; what is unticked holds all that it needs."""
    ticked: frozenset[Key] = st.session_state.get(CHOSEN, frozenset())
    spread = with_users(tree, parts) if on else with_used(tree, parts)
    st.session_state[CHOSEN] = ticked | spread if on else ticked - spread


def _forget() -> None:
    st.session_state[CHOSEN] = frozenset()
