"""Log groups, streams and events behave as CloudWatch Logs does."""

from typing import Any

import pytest

from sandbox.errors import AwsError
from sandbox.world import World
from tests.sandbox.telemetry.conftest import ACCOUNT, NOW, REGION

DAY = 86_400
MS = int(NOW * 1000)


def call(world: World, operation: str, **request: Any) -> dict[str, Any]:
    return world.call("logs", operation, request, REGION)


def put(world: World, stream: str, *lines: tuple[int, str], group: str = "g") -> dict[str, Any]:
    """Put events given as (milliseconds after NOW, text)."""
    events = [{"timestamp": MS + after, "message": text} for after, text in lines]
    return call(world, "PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.fixture
def streams(world: World) -> World:
    """A group with two streams whose events lie between each other."""
    call(world, "CreateLogGroup", logGroupName="g")
    for stream in ("a", "b"):
        call(world, "CreateLogStream", logGroupName="g", logStreamName=stream)
    put(world, "a", *((number * 10, f"a{number}") for number in range(20)))
    put(world, "b", *((number * 10 + 5, f"b{number}") for number in range(20)))
    return world


def texts(answer: dict[str, Any]) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_events_are_read_backwards_from_the_end_and_forwards_again(streams: World) -> None:
    asked = {"logGroupName": "g", "logStreamName": "a"}
    last = call(streams, "GetLogEvents", **asked, limit=5)
    assert texts(last) == ["a15", "a16", "a17", "a18", "a19"]
    before = call(streams, "GetLogEvents", **asked, limit=5, nextToken=last["nextBackwardToken"])
    assert texts(before) == ["a10", "a11", "a12", "a13", "a14"]
    again = call(streams, "GetLogEvents", **asked, limit=5, nextToken=before["nextForwardToken"])
    assert texts(again) == texts(last)


def test_a_token_at_the_end_comes_back_until_there_is_more(streams: World) -> None:
    asked = {"logGroupName": "g", "logStreamName": "a"}
    page = call(streams, "GetLogEvents", **asked, startFromHead=True)
    end = call(streams, "GetLogEvents", **asked, nextToken=page["nextForwardToken"])
    assert (texts(end), end["nextForwardToken"]) == ([], page["nextForwardToken"])
    put(streams, "a", (1000, "new"))
    more = call(streams, "GetLogEvents", **asked, nextToken=end["nextForwardToken"])
    assert texts(more) == ["new"]


def test_streams_are_filtered_together_in_the_order_of_time_and_in_pages(streams: World) -> None:
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = call(streams, "FilterLogEvents", logGroupName="g", limit=7, **token)
        found += texts(page)
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert found == [f"{name}{number}" for number in range(20) for name in "ab"]
    assert len({event["eventId"] for event in call(streams, "FilterLogEvents", logGroupName="g")["events"]}) == 40


def test_a_filter_keeps_to_pattern_streams_and_times(streams: World) -> None:
    def found(**asked: Any) -> list[str]:
        return texts(call(streams, "FilterLogEvents", logGroupName="g", **asked))

    assert found(filterPattern="?a3 ?b4") == ["a3", "b4"]
    assert found(logStreamNames=["b"], limit=2) == ["b0", "b1"]
    assert found(logStreamNamePrefix="a", startTime=MS + 170) == ["a17", "a18", "a19"]
    assert found(startTime=MS + 10, endTime=MS + 20) == ["a1", "b1", "a2"]
    with pytest.raises(AwsError, match=r"The specified log stream does not exist\."):
        found(logStreamNames=["c"])


def test_a_long_search_goes_on_where_it_was(streams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.logs.events.SCANNED", 10)
    page = call(streams, "FilterLogEvents", logGroupName="g", filterPattern="b19")
    assert (texts(page), "nextToken" in page) == ([], True)
    while "nextToken" in page:
        page = call(streams, "FilterLogEvents", logGroupName="g", filterPattern="b19", nextToken=page["nextToken"])
    assert texts(page) == ["b19"]


def test_events_too_old_too_new_or_out_of_order_are_not_taken(streams: World) -> None:
    answer = put(streams, "a", (-15 * DAY * 1000, "old"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 0}
    answer = put(streams, "a", (0, "now"), (3 * 3_600_000, "later"))
    assert answer["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    with pytest.raises(AwsError, match="must be in chronological order"):
        put(streams, "a", (5, "x"), (4, "y"))
    with pytest.raises(AwsError, match="cannot span more than 24 hours"):
        put(streams, "a", (-2 * DAY * 1000, "x"), (4, "y"))
    with pytest.raises(AwsError, match=r"The specified log stream does not exist\."):
        put(streams, "none", (0, "x"))


def test_what_is_older_than_the_retention_is_not_shown(streams: World) -> None:
    call(streams, "PutRetentionPolicy", logGroupName="g", retentionInDays=1)
    assert len(call(streams, "FilterLogEvents", logGroupName="g")["events"]) == 40
    streams.advance(2 * DAY)
    assert call(streams, "FilterLogEvents", logGroupName="g")["events"] == []
    call(streams, "DeleteRetentionPolicy", logGroupName="g")
    with pytest.raises(AwsError, match="'retentionInDays' failed to satisfy constraint"):
        call(streams, "PutRetentionPolicy", logGroupName="g", retentionInDays=2)


def test_events_that_the_retention_would_not_keep_are_not_taken(streams: World) -> None:
    call(streams, "PutRetentionPolicy", logGroupName="g", retentionInDays=3)
    answer = put(streams, "a", (-4 * DAY * 1000, "expired"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 0}


def test_beyond_what_is_held_the_oldest_events_are_forgotten(streams: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.telemetry.events.MOST", 30)
    put(streams, "a", (1000, "last"))
    found = texts(call(streams, "FilterLogEvents", logGroupName="g"))
    assert len(found) <= 30
    assert found[-1] == "last"


def test_groups_are_described_in_pages(world: World) -> None:
    for name in ("/aws/b", "/aws/a", "/other"):
        call(world, "CreateLogGroup", logGroupName=name, tags={"team": "x"})
    first = call(world, "DescribeLogGroups", limit=2)
    assert [group["logGroupName"] for group in first["logGroups"]] == ["/aws/a", "/aws/b"]
    rest = call(world, "DescribeLogGroups", nextToken=first["nextToken"])
    assert [group["logGroupName"] for group in rest["logGroups"]] == ["/other"]
    (group,) = call(world, "DescribeLogGroups", logGroupNamePrefix="/o")["logGroups"]
    assert group["arn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/other:*"
    assert "retentionInDays" not in group
    assert call(world, "ListTagsForResource", resourceArn=group["logGroupArn"]) == {"tags": {"team": "x"}}
    with pytest.raises(AwsError, match="The specified nextToken is invalid"):
        call(world, "DescribeLogGroups", nextToken="rubbish")
    with pytest.raises(AwsError, match="already exists"):
        call(world, "CreateLogGroup", logGroupName="/other")


def test_a_group_has_fifty_tags_at_the_most(streams: World) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g"
    call(streams, "TagResource", resourceArn=arn, tags={f"k{number}": "v" for number in range(50)})
    with pytest.raises(AwsError) as caught:
        call(streams, "TagResource", resourceArn=arn, tags={"more": "v"})
    assert caught.value.code == "TooManyTagsException"
    call(streams, "UntagResource", resourceArn=arn, tagKeys=[f"k{number}" for number in range(49)])
    assert call(streams, "ListTagsForResource", resourceArn=arn) == {"tags": {"k49": "v"}}


def test_streams_are_described_by_name_or_by_their_last_event(streams: World) -> None:
    call(streams, "CreateLogStream", logGroupName="g", logStreamName="empty")
    put(streams, "a", (60_000, "later"))
    answer = call(streams, "DescribeLogStreams", logGroupName="g", orderBy="LastEventTime", descending=True)
    rows = answer["logStreams"]
    assert [row["logStreamName"] for row in rows] == ["a", "b", "empty"]
    assert (rows[0]["firstEventTimestamp"], rows[0]["lastEventTimestamp"]) == (MS, MS + 60_000)
    assert "lastEventTimestamp" not in rows[2]
    with pytest.raises(AwsError, match="Cannot order by LastEventTime with a logStreamNamePrefix"):
        call(streams, "DescribeLogStreams", logGroupName="g", orderBy="LastEventTime", logStreamNamePrefix="a")


def test_what_is_deleted_is_gone_and_its_name_is_free(streams: World) -> None:
    call(streams, "DeleteLogStream", logGroupName="g", logStreamName="a")
    assert {row["logStreamName"] for row in call(streams, "DescribeLogStreams", logGroupName="g")["logStreams"]} == {
        "b"
    }
    call(streams, "DeleteLogGroup", logGroupName="g")
    with pytest.raises(AwsError, match=r"The specified log group does not exist\."):
        call(streams, "FilterLogEvents", logGroupName="g")
    call(streams, "CreateLogGroup", logGroupName="g")
    call(streams, "CreateLogStream", logGroupName="g", logStreamName="b")
    assert call(streams, "FilterLogEvents", logGroupName="g")["events"] == []


def test_a_service_writes_to_groups_that_it_makes(world: World) -> None:
    world.meters.log(REGION, "/aws/sagemaker/TrainingJobs", "job/algo-1-1", NOW, "epoch 1")
    call(world, "DeleteLogGroup", logGroupName="/aws/sagemaker/TrainingJobs")
    world.meters.log(REGION, "/aws/sagemaker/TrainingJobs", "job/algo-1-1", NOW, "epoch 2")
    answer = call(world, "GetLogEvents", logGroupName="/aws/sagemaker/TrainingJobs", logStreamName="job/algo-1-1")
    assert texts(answer) == ["epoch 2"]
    (group,) = call(world, "DescribeLogGroups")["logGroups"]
    assert group["storedBytes"] == len("epoch 2") + 26


def test_what_is_not_simulated_of_logs_says_so(streams: World) -> None:
    with pytest.raises(AwsError) as caught:
        call(streams, "StartQuery", logGroupName="g", startTime=0, endTime=1, queryString="fields @message")
    assert caught.value.code == "NotImplemented"
