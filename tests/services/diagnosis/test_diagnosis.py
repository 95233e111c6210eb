"""What a diagnosis promises, whatever it is given."""

from __future__ import annotations

import time
import unicodedata

import pytest

from services.diagnosis import Cause, diagnose
from services.diagnosis.advice import ADVICE
from services.diagnosis.reading import LONGEST_EVIDENCE, MOST_TEXT
from services.diagnosis.rules import rules
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
    for row in (*rows("train"), *rows("held")):
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


@pytest.mark.parametrize(
    "said",
    ["not " * 60_000, "data column " * 60_000, "A" * 9_000 + ": ", "operation error " * 9_000, "token=" * 90_000,
     "arn:aws:iam::1:role/" + "x" * 300_000, "model invocation " * 60_000, "a.b-" * 90_000, '"' * 900_000],
)  # fmt: skip
def test_no_wording_makes_a_pattern_search_for_long(said: str) -> None:
    begun = time.perf_counter()
    assert diagnose(said, log=[said[:9_000]] * 900).cause in Cause
    assert time.perf_counter() - begun < 3
    assert MOST_TEXT <= 10_000


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("GatedRepoError: 401 Client Error for hf_AbCdEfGhIjKlMnOp1234 at https://huggingface.co/x", "AbCdEfGhIjKl"),
        ("401 Unauthorized for AstraCS:abcdef:0123456789abcdef at https://api.astra.datastax.com", "0123456789abcdef"),
        ("Access denied: aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI"),
        ("Could not connect to proxy URL http://ann:pass-word-1@proxy.example:3128", "pass-word-1"),
        (
            "UnauthorizedOperation: You are not authorized. Encoded authorization failure message: TsSPw6o1OBve",
            "TsSPw6",
        ),
        ("Access denied for https://b.s3.amazonaws.com/k?X-Amz-Signature=0123abcd&X-Amz-Expires=9", "0123abcd"),
    ],
)
def test_no_secret_stays_in_the_evidence(said: str, secret: str) -> None:
    found = diagnose(said)
    assert found.cause is not Cause.UNKNOWN
    assert found.evidence
    assert secret not in found.evidence


def test_names_of_resources_are_no_signs() -> None:
    named = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/throttled-quota-exceeded-cuda-out-of-memory"
    assert diagnose(f'Something is odd with "{named}".').cause is Cause.UNKNOWN
    assert diagnose(f'Could not find endpoint "{named}".').cause is Cause.NOT_FOUND


def test_codes_nobody_listed_are_understood_by_how_they_are_built() -> None:
    assert diagnose("", code="WidgetLimitExceededFault").cause is Cause.QUOTA
    assert diagnose("", code="WidgetAlreadyExistsFault").cause is Cause.NAME_TAKEN
    assert diagnose("", code="WidgetThrottledException").cause is Cause.THROTTLED
    assert diagnose("", code="InvalidWidgetStateFault").cause is Cause.IN_USE
    assert diagnose("", code="WidgetNotFoundFault").cause is Cause.NOT_FOUND
    assert diagnose("", code="OrganizationsNotInUseException").cause is not Cause.IN_USE
    assert diagnose("Backend(NotEnoughMemory(4096))").cause is Cause.OUT_OF_MEMORY


def test_a_notice_in_the_log_is_not_taken_for_the_failure() -> None:
    notices = ["INFO 02-14 GPU KV cache usage: 0.6%", "WARN memory limit is larger than needed", "INFO: startup"]
    assert diagnose(PING, log=notices).cause is Cause.HEALTH_CHECK
    last = [*notices, "ERROR the accelerator memory is insufficient for this engine"]
    found = diagnose(PING, log=last)
    assert (found.cause, found.evidence) == (Cause.OUT_OF_MEMORY, last[-1])
    coloured = ["\x1b[1;36m(EngineCore pid=1)\x1b[0m ValueError: No available memory for the cache blocks."]
    assert diagnose(PING, log=coloured).cause is Cause.OUT_OF_MEMORY
