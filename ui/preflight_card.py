"""What stands in the way of a deployment, above its plan: stops first, each with what mends it as a button.

Looking takes up to two seconds, so it goes on in a thread while the page is there already; the page is drawn again once
with what was found. A stop holds the confirmation back and says why; a warning or what is not known does not.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from services.preflight import Fix, Line, Preflight, Request, Topic, Verdict
from services.preflight.side_by_side import begin
from ui import formats, polling
from ui.escape import literal
from ui.status_chip import Chip

if TYPE_CHECKING:
    from services.console import Console
    from services.plans import Plan

KEPT_SECONDS = 30.0
_GLANCE = 0.15  # seconds the page waits for an answer that may be there at once
_LOOK_AGAIN = 0.4
LOOKING = "Preflight is still looking; this takes two seconds at the most."
CHIPS = {
    Verdict.STOP: Chip("Stop", "red", "block"),
    Verdict.WARNING: Chip("Warning", "orange", "warning"),
    Verdict.UNKNOWN: Chip("Not known", "gray", "help"),
    Verdict.OK: Chip("OK", "green", "check_circle"),
}
_ALWAYS = (Topic.PRICE, Topic.QUOTA)  # shown also where nothing is wrong with them
_SAID = {Verdict.STOP: "would make it fail", Verdict.WARNING: "to mind", Verdict.UNKNOWN: "not known"}

Apply = Callable[[Request], None]


@dataclass(slots=True)
class _Watch:
    """One request that is being looked at, or was."""

    request: Request
    looking: Future[Preflight] | None = None
    found: Preflight | None = None
    at: float = field(default=0.0)

    def take(self, wait: float = 0.0) -> bool:
        """Whether something new was found by now."""
        if self.looking is None:
            return False
        try:
            self.found = self.looking.result(timeout=wait)
        except TimeoutError:
            return False
        except Exception as error:
            logging.getLogger("sagedeck").error("Preflight broke", exc_info=error)
            words = f"Preflight itself failed ({type(error).__name__}); the details are in the console's log."
            self.found = Preflight((Line(topic=Topic.REQUEST, verdict=Verdict.UNKNOWN, words=words),), 0.0)
        self.looking, self.at = None, time.monotonic()
        return True


def show(console: Console, request: Request, *, key: str, apply: Apply, plan: Plan | None = None) -> Preflight | None:
    """Write the card; what was found, None while it is being looked for.

    apply   is given the changed request when a person takes a fix; what it raises is shown
    plan    the request's, where it was made already
    """
    watch = _watched(console, request, key, plan)
    watch.take(_GLANCE)
    polling.live(lambda: _draw(console, watch, key, apply), _LOOK_AGAIN if watch.looking else None)
    return watch.found


def withheld(found: Preflight | None) -> str:
    """Why the confirmation is held back, "" where it is not."""
    if found is None:
        return LOOKING
    stops = found.stops
    if not stops:
        return ""
    more = f" {formats.count(len(stops) - 1, 'more thing')} stands in the way." if len(stops) > 1 else ""
    return f"Preflight holds this back: {stops[0].words}{more}"


def _watched(console: Console, request: Request, key: str, plan: Plan | None) -> _Watch:
    """What is known of this request; looked at anew once it is old, what was found before standing meanwhile."""
    name = f"{key}.watch"
    watch: _Watch | None = st.session_state.get(name)
    if watch is None or watch.request != request:
        watch = st.session_state[name] = _Watch(request)
    if watch.looking is None and (watch.found is None or time.monotonic() - watch.at > KEPT_SECONDS):
        _look(console, watch, plan)
    return watch


def _look(console: Console, watch: _Watch, plan: Plan | None = None) -> None:
    request = watch.request
    digest = hashlib.sha256(repr(request).encode()).hexdigest()
    watch.looking = begin(
        lambda: console.cached(("preflight", digest), KEPT_SECONDS, lambda: console.preflight.check(request, plan=plan))
    )


def _draw(console: Console, watch: _Watch, key: str, apply: Apply) -> None:
    if watch.take():
        st.rerun()  # the confirmation below depends on it
    with st.container(border=True, key=f"{key}-card", gap="small"):
        found = watch.found
        if found is None:
            st.subheader("Preflight", anchor=False)
            st.markdown(":gray[:material/progress_activity: Looking at quota, role, permissions, image, memory…]")
            return
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Preflight", anchor=False, width="stretch")
            if st.button("Check again", icon=":material/refresh:", key=f"{key}-again"):
                console.refresh()
                watch.found = None
                _look(console, watch)
                st.rerun()
        st.markdown(f":gray[:small[{literal(_summary(found))}]]")
        _lines(found, key, apply)


def _summary(found: Preflight) -> str:
    parts = [f"{len(lines)} {said}" for verdict, said in _SAID.items() if (lines := found.of(verdict))]
    fine = formats.count(len(found.of(Verdict.OK)), "check")
    return f"{', '.join([*parts, f'{fine} fine'])}; looked at in {found.took_seconds:.1f} s. Nothing was changed."


def _lines(found: Preflight, key: str, apply: Apply) -> None:
    shown = [line for line in found.lines if line.verdict is not Verdict.OK or line.topic in _ALWAYS]
    for number, line in enumerate(shown):
        _line(line, f"{key}-{number}", apply)
    fine = [line for line in found.lines if line not in shown]
    if fine:
        more = st.expander(f"{len(fine)} more that are fine", type="compact", key=f"{key}-fine", on_change="rerun")
        if more.open:
            with more:
                for number, line in enumerate(fine, len(shown)):
                    _line(line, f"{key}-{number}", apply)


def _line(line: Line, key: str, apply: Apply) -> None:
    chip = CHIPS[line.verdict]
    about = f":gray[{literal(line.about)}:] " if line.about else ""
    detail = f"  \n:gray[:small[{literal(line.detail)}]]" if line.detail else ""
    badge = f":{chip.colour}-badge[:material/{chip.icon}: {chip.word}]"
    with st.container(gap="xsmall", key=f"{key}-line"):
        st.markdown(f"{badge} {about}{literal(line.words)}{detail}")
        fixes = [fix for fix in line.fixes if fix.change or fix.page or fix.url.startswith("https://")]
        if fixes:
            with st.container(horizontal=True, gap="small"):
                for number, fix in enumerate(fixes):
                    _fix(fix, f"{key}-fix-{number}", apply)


def _fix(fix: Fix, key: str, apply: Apply) -> None:
    if fix.change is not None:
        if st.button(literal(fix.words), icon=":material/build:", key=key):
            with st.spinner("Planning it anew…"):
                apply(fix.change)
            st.rerun()
    elif fix.page:
        if st.button(literal(fix.words), icon=":material/arrow_forward:", key=key):
            st.switch_page(f"../pages/{fix.page}.py")
    else:
        st.link_button(literal(fix.words), fix.url, icon=":material/open_in_new:")
