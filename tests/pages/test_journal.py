"""Every call the console made, on the page Activity."""

import time

from services.plans import Plan, Receipt, RunStatus, RunView, StepStatus, StepView
from tests.pages.conftest import Open
from tests.pages.fake_console import FakeConsole


def test_activity_lists_every_call_and_finds_one_by_its_request(open_page: Open) -> None:
    console = FakeConsole()
    receipt = Receipt("request-77", "arn:aws:sagemaker:us-east-1:123456789012:endpoint/one", 1.0, gone=True)
    now = time.time()
    steps = (
        StepView("delete", "Nobody uses it.", "sagemaker", "delete_endpoint", StepStatus.DONE, now - 9, now - 8,
                 receipt=receipt, name="one", usd_per_hour=-1.5),
        StepView("other", "It goes too.", "sagemaker", "delete_model", StepStatus.FAILED, now - 7, now - 6, name="two"),
    )  # fmt: skip
    plan = Plan("Delete one", ())
    console.runs.views = {"r": RunView("r", "Delete one", RunStatus.DONE, steps, plan, now - 9, now, 0.0, now=now)}
    at = open_page("activity", console, "Activity")
    at.segmented_control(key="activity.view").set_value("Every call").run()
    assert not at.exception
    assert list(at.dataframe[0].value["Call"]) == ["sagemaker.delete_model", "sagemaker.delete_endpoint"]
    at.text_input(key="journal.text").set_value("REQUEST-77").run()
    (row,) = at.dataframe[0].value.to_dict("records")
    assert (row["Name"], row["Cost change"], row["Seen gone"]) == ("one", "−$1.50/h", "yes")
    at.text_input(key="journal.text").set_value("nothing of the kind").run()
    assert not at.dataframe
