"""What is remembered of scaling, and for how long."""

from sandbox.autoscaling.activities import KEPT, MOST, Activities
from sandbox.autoscaling.resources import VARIANT, identity_of
from sandbox.records import Records

CHAT = identity_of("endpoint/chat/variant/AllTraffic", VARIANT)


def test_of_a_target_the_newest_activities_are_remembered() -> None:
    activities = Activities(Records())
    for number in range(MOST + 5):
        activities.refused("us-east-1", CHAT, "cause", number, "no", float(number))
    told = [each["StartTime"] for each in activities.all("us-east-1", MOST)]
    assert told == [float(number) for number in range(MOST + 4, 4, -1)]


def test_what_is_not_scaled_is_said_once_as_long_as_nothing_else_happens() -> None:
    activities, reason = Activities(Records()), {"Code": "AlreadyAtMaxCapacity"}
    for number in range(3):
        activities.not_scaled("us-east-1", CHAT, "cause", reason, float(number))
    activities.not_scaled("us-east-1", CHAT, "another cause", reason, 3.0)
    activities.begun("us-east-1", CHAT, "cause", 2, 4.0)
    activities.not_scaled("us-east-1", CHAT, "cause", reason, 5.0)
    assert [each["StartTime"] for each in activities.all("us-east-1", 5.0)] == [5.0, 4.0, 3.0, 0.0]


def test_a_change_that_was_overtaken_is_overridden_and_the_one_that_came_about_successful() -> None:
    activities = Activities(Records())
    activities.begun("us-east-1", CHAT, "cause", 2, 0.0)
    activities.begun("us-east-1", CHAT, "cause", 3, 1.0)
    assert activities.waiting("us-east-1", CHAT)
    activities.settle("us-east-1", CHAT, 3, 9.0)
    told = activities.all("us-east-1", 9.0)
    assert [(each["StatusCode"], each["EndTime"]) for each in told] == [("Successful", 9.0), ("Overridden", 9.0)]
    assert not activities.waiting("us-east-1", CHAT)


def test_targets_without_news_for_six_weeks_are_forgotten() -> None:
    records = Records()
    activities = Activities(records)
    activities.refused("us-east-1", CHAT, "cause", 1, "no", 0.0)
    assert len(activities.all("us-east-1", KEPT)) == 1
    assert activities.all("us-east-1", KEPT + 1) == []
    assert records.counts() == {}
