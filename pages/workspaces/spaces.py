"""Studio: domains with people, spaces and apps; a quick domain; spaces made, run, opened, stopped, deleted."""

from functools import partial

import streamlit as st

from services.resources import Kind
from services.studio import NOT_STUDIO_LAB
from ui import (
    error_box,
    page_head,
    session,
    space_cards,
    space_domain,
    space_forms,
    workspace_notebook,
    workspace_plans,
    workspace_reads,
)

PAGE = space_cards.PAGE
IDLE_DAYS = 7

console = session.console()
with page_head.show("Studio", "Spaces to work in: JupyterLab and Code Editor, each on a machine of its own."):
    if st.button("Refresh", icon=":material/refresh:", key=f"{PAGE}.refresh"):
        console.refresh()
        console.resources.forget()

under_way = workspace_plans.run(console, PAGE)
st.markdown(f":gray[:small[:material/info: {NOT_STUDIO_LAB}]]")

with error_box.shown():
    held = workspace_reads.held(console)
    workspace_reads.gaps(held, Kind.DOMAIN, Kind.USER_PROFILE, Kind.SPACE, Kind.APP)
    domains = {each.id: each for each in console.studio.list_domains(held)}
    workspace_plans.show(console, PAGE)
    if domains:
        chosen = next(iter(domains))
        if len(domains) > 1:
            chosen = st.selectbox("Domain", list(domains), key=f"{PAGE}.domain.chosen",
                                  format_func=lambda each: f"{domains[each].name} ({each})")  # fmt: skip
        domain = domains[chosen]
        idle = {each.key.name: each for each in console.savings.idle_workplaces(held, IDLE_DAYS)}
        space_cards.figures(domain, sum(name.startswith(f"{domain.id}/") for name in idle))
        space_cards.head(console, domain)
        with error_box.shown():
            space_forms.show(console, domain)
        shown = workspace_reads.chosen(domain.spaces, PAGE, lambda each: each.name, lambda each: each.status_words)
        for each in shown:
            space_cards.card(console, each, idle)
        if not domain.spaces and domain.usable:
            st.markdown(":gray[No space yet: make the first with the button above.]")
        space_cards.people(console, domain)
        workspace_reads.passing(
            console,
            {each.name: partial(space_cards.status_of, console, domain.id, each.name) for each in shown if each.passes},
            {each.name: each.status_words for each in shown},
        )
    elif not held.listing and not under_way and not workspace_plans.asked(PAGE):
        space_domain.show(console)
    workspace_notebook.show(console, PAGE)
