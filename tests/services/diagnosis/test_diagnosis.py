"""What a diagnosis promises, whatever it is given."""

from __future__ import annotations

import time
import unicodedata

import pytest

from services.diagnosis import Cause, diagnose
from services.diagnosis.advice import ADVICE
from services.diagnosis.rules import rules
from services.diagnosis.service import LONGEST_EVIDENCE
from tests.services.diagnosis.measured import rows

PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words_and_a_fix_and_can_be_found(cause: Cause) -> None:
    told = ADVICE[cause]
    assert told.words
    assert told.fix.endswith(".")
    assert cause is Cause.UNKNOWN or any(rule.cause is cause for rule in rules())


def test_no_fix_leads_into_spending_without_saying_so() -> None:
    for told in ADVICE.values():
        dearer = any(
            words in told.fix for words in ("more memory", "subscribe", "larger", "bigger", "similar instance")
        )
        assert not dearer or "cost" in told.fix or "price" in told.fix, told.fix


def test_the_evidence_is_the_very_line_that_decided() -> None:
    said = "Something happened.\nResourceLimitExceeded: The account-level service limit was reached.\nGood bye."
    found = diagnose(said)
    assert found.cause is Cause.QUOTA
    assert found.evidence == said.splitlines()[1]
    for row in rows():
        found = diagnose(row.message, code=row.code, operation=row.operation)
        assert len(found.evidence) <= LONGEST_EVIDENCE
        assert bool(found.evidence) is (found.cause is not Cause.UNKNOWN)
        words = found.evidence.strip("…")
        assert " ".join(words.split())[:60] in " ".join(_plain(row.message).split()) or found.evidence == row.code


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)


def test_evidence_has_no_control_characters_and_is_short() -> None:
    hostile = "\x1b[31mtorch.cuda.OutOfMemoryError\x1b[0m: CUDA out of memory\u202e\x07" + "x" * 5000
    evidence = diagnose(hostile).evidence
    assert evidence.startswith("torch.cuda.OutOfMemoryError: CUDA out of memory")
    assert len(evidence) == LONGEST_EVIDENCE
    assert not [each for each in evidence if unicodedata.category(each)[0] == "C"]
    late = diagnose("x " * 2000 + "CUDA out of memory").evidence
    assert "CUDA out of memory" in late
    assert len(late) <= LONGEST_EVIDENCE


def test_the_log_says_why_a_container_did_not_answer() -> None:
    assert diagnose(PING).cause is Cause.HEALTH_CHECK
    log = ["Loading…", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.", "Worker died."]
    found = diagnose(PING, log=log)
    assert (found.cause, found.evidence) == (Cause.OUT_OF_MEMORY, log[1])
    assert diagnose(PING, log=["GET /ping 404 Not Found", "warning: x is deprecated"]).cause is Cause.HEALTH_CHECK
    assert diagnose("", log=["OSError: [Errno 28] No space left on device"]).cause is Cause.DISK_FULL


def test_a_cause_that_was_named_is_not_talked_over_by_the_log() -> None:
    said = "ResourceLimitExceeded: The account-level service limit 'ml.g5.xlarge for endpoint usage' is 0 Instances"
    assert diagnose(said, log=["CUDA out of memory"]).cause is Cause.QUOTA


@pytest.mark.parametrize(
    "said",
    ["", " \n ", "Failed", "Something went wrong.", "An error occurred", "Please contact support.", "None", "{}",
     "The endpoint is in state Failed.", "Exit code 1", "AlgorithmError: See the logs."],
)  # fmt: skip
def test_unknown_is_said_rather_than_guessed(said: str) -> None:
    found = diagnose(said)
    assert (found.cause, found.evidence, found.retry) == (Cause.UNKNOWN, "", False)
    assert "log" in found.fix


def test_code_and_operation_decide_where_the_text_does_not() -> None:
    assert diagnose("Rate exceeded", code="ThrottlingException").cause is Cause.THROTTLED
    assert diagnose("", code="ThrottlingException").cause is Cause.THROTTLED
    assert diagnose("Not Found", code="404", operation="HeadObject").cause is Cause.ARTIFACT_UNAVAILABLE
    assert diagnose("Not Found", code="404", operation="head_object").cause is Cause.ARTIFACT_UNAVAILABLE
    assert diagnose("Slow down.", operation="CreateModel").cause is not Cause.QUOTA


def test_upper_and_lower_case_are_alike() -> None:
    for row in rows("train"):
        if not row.code and " (" not in row.message[:40] and ": " not in row.message[:60]:
            assert diagnose(row.message.upper()).cause == diagnose(row.message).cause, row.message


def test_the_configuration_says_which_value_it_is_about() -> None:
    found = diagnose(
        "Unable to provision requested ML compute capacity", configuration={"InstanceType": "ml.p4d.24xlarge"}
    )
    assert (found.cause, found.retry) == (Cause.CAPACITY, True)
    assert "ml.p4d.24xlarge" in found.fix
    waited = diagnose(PING, configuration={"ContainerStartupHealthCheckTimeoutInSeconds": 600})
    assert "600 seconds" in waited.fix


@pytest.mark.parametrize(
    "said", ["\x00" * 9, "(" * 9000, "a" * 3_000_000, "\ud800 not a character", "🙂" * 999, "\n" * 99]
)
def test_nothing_raises_and_nothing_takes_long(said: str) -> None:
    begun = time.perf_counter()
    assert diagnose(said, log=[said, said]).cause in Cause
    assert time.perf_counter() - begun < 2
