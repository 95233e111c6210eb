"""Puts a failure down to a cause: rules over the message, the error code, the operation, the log and the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from services.diagnosis.advice import advice
from services.diagnosis.container_logs import ContainerLog
from services.diagnosis.models import OPENED_BY_THE_LOG, Cause, Diagnosis
from services.diagnosis.reading import (
    LONGEST_EVIDENCE,
    camel,
    clean,
    ends,
    last,
    lines,
    looked_at,
    mere_notice,
    named_in,
)
from services.diagnosis.rules import BROAD, Rule, in_a_log, rules


def diagnose(
    message: str,
    *,
    code: str = "",
    operation: str = "",
    log: Iterable[str] = (),
    configuration: Mapping[str, object] | None = None,
) -> Diagnosis:
    """Why this failed. `message` is what the service said, `code` and `operation` as botocore names them, `log` the
    lines of a container, `configuration` the parameters of the failed request (a production variant's members).

    The log is asked where the message alone says little. Never raises; UNKNOWN where nothing shows the cause.
    """
    text = ends(message)
    named, found_operation = named_in(text)
    codes = named | ({code} if code else frozenset())
    cause, evidence = _first(text, codes, camel(operation) or found_operation)
    if cause in OPENED_BY_THE_LOG:
        from_log = _from_log(last(log))
        if from_log is not None:
            cause, evidence = from_log
    told = advice(cause, f"{' '.join(codes)} {text}", configuration or {})
    return Diagnosis(cause, told.words, clean(evidence), told.fix, told.retry)


def diagnose_container(
    message: str,
    read: Callable[[], ContainerLog],
    *,
    code: str = "",
    operation: str = "",
    configuration: Mapping[str, object] | None = None,
) -> Diagnosis:
    """The same, with the log of the container read where the message alone points to it or says nothing. The stream of
    the line that decided is named; so is why there is no log.
    """
    alone = diagnose(message, code=code, operation=operation, configuration=configuration)
    if alone.cause not in OPENED_BY_THE_LOG:
        return alone
    log = read()
    if not log.lines:
        return replace(alone, note=log.absent)
    texts = [line.text for line in log.lines]
    found = diagnose(message, code=code, operation=operation, log=texts, configuration=configuration)
    if found.evidence == alone.evidence:
        return replace(found, note=f"The last {len(texts)} lines of {log.group} show no other cause.")
    shown = found.evidence.strip("…")
    stream = next((line.stream for line in reversed(log.lines) if shown[:80] in clean(line.text)), "")
    return replace(found, stream=stream or log.lines[-1].stream)


def _first(text: str, codes: frozenset[str], operation: str) -> tuple[Cause, str]:
    """The first rule that fits, and the line that made it fit."""
    said = [(line, looked_at(line), mere_notice(line)) for line in lines(text)]
    for rule in rules():
        for line, seen, notice in said:
            if not (notice and rule.rank >= BROAD) and rule.fits(seen, codes, operation):
                return rule.cause, rule.around(line, LONGEST_EVIDENCE)
        if not said and rule.fits("", codes, operation):
            return rule.cause, ", ".join(sorted(codes))
    return Cause.UNKNOWN, ""


def _from_log(log: list[str]) -> tuple[Cause, str] | None:
    """The cause that a container's log shows. Wording that only one cause has first, in the order of the causes; else
    what the last line says that is an error by its own words, by what it is about.
    """
    narrow, broad = in_a_log()
    said = [(line, looked_at(line)) for line in log]
    for rule in narrow:
        for line, seen in said:
            if rule.fits(seen):
                return rule.cause, rule.around(line, LONGEST_EVIDENCE)
    for line, seen in reversed(said):
        found = _of_error(line, seen, broad)
        if found is not None:
            return found.cause, found.around(line, LONGEST_EVIDENCE)
    return None


def _of_error(line: str, seen: str, broad: tuple[Rule, ...]) -> Rule | None:
    if mere_notice(line) or not any(word in line for word in ("Error", "ERROR", "Exception", "error:", "FATAL")):
        return None
    return next((rule for rule in broad if rule.fits(seen)), None)
