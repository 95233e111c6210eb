"""How grave a line is and what belongs to it, for each server as it writes."""

from __future__ import annotations

import pytest

from services.logs import Event, Level, LogLine, level_of
from services.logs.reading import lines_of

E, W, I, D, P = Level.ERROR, Level.WARNING, Level.INFO, Level.DEBUG, Level.PLAIN  # noqa: E741
LINES = {
    "vllm": [
        ("INFO 11-20 12:00:00 [api_server.py:1873] vLLM API server version 0.11.0", I),
        ("(APIServer pid=12) WARNING 11-20 12:00:01 [arg_utils.py:1200] Prefix caching is off", W),
        ("(EngineCore_0 pid=77) ERROR 11-20 12:00:01 [core.py:700] EngineCore failed to start.", E),
        ('INFO:     127.0.0.1:5000 - "POST /invocations HTTP/1.1" 200 OK', I),
        ('INFO:     127.0.0.1:5000 - "POST /invocations HTTP/1.1" 500 Internal Server Error', E),
        ('INFO:     127.0.0.1:5000 - "POST /v1/chat HTTP/1.1" 404 Not Found', W),
    ],
    "tgi": [
        ("2026-11-20T12:00:00.123456Z  INFO text_generation_launcher: Args { num_shard: Some(1) }", I),
        ("2026-11-20T12:00:00.123456Z ERROR shard-manager: text_generation_launcher: Shard 0 crashed", E),
        ('{"timestamp":"2026-11-20T12:00:00Z","level":"WARN","fields":{"message":"slow"},"target":"router"}', W),
        ('{"timestamp":"2026-11-20T12:00:00Z","level":"ERROR","fields":{"message":"cut', E),
    ],
    "tei": [("2026-11-20T12:00:00.1Z  WARN text_embeddings_router: router/src/lib.rs:400: Invalid hostname", W)],
    "sglang": [
        ("[2026-11-20 12:00:00 TP0] Load weight begin. avail mem=21.5 GB", P),
        ("[2026-11-20 12:00:00] WARNING server_args.py:50: no port", W),
        ("[2026-11-20 12:00:00] ERROR: Scheduler hit an exception", E),
    ],
    "lmi": [
        ("[INFO ] ModelServer - Starting djl-serving: 0.33.0", I),
        ("INFO  PyProcess W-195-model-stdout: Loading safetensors shards: 100%", I),
        ("[WARN ] PyProcess W-195-model-stderr: something odd", W),
        ("[INFO ] PyProcess - W-195-model-stdout: ValueError: no such rolling batch", E),
        ("[INFO ] PyProcess W-195-model-stdout: [1,0]<stdout>:ERROR 11-20 12:00:00 [x.py:1] failed", E),
    ],
    "torchserve": [
        ("2026-11-20T12:00:00,123 [INFO ] main org.pytorch.serve.ModelServer - Loading initial models", I),
        ("2026-11-20T12:00:00,123 [ERROR] W-9000-m_1 org.pytorch.serve.wlm.WorkerThread - died", E),
        ("2026-11-20T12:00:00,123 [INFO ] W-9000-m-stdout com.amazonaws.ml.mms.wlm.WorkerLifeCycle - KeyError: 'x'", E),
        ('2026-11-20T12:00:00,123 [INFO ] pool-2 ACCESS_LOG - /1.2.3.4:5 "POST /invocations HTTP/1.1" 507 3', E),
        ("2026-11-20T12:00:00,123 [DEBUG] main org.pytorch.serve.ModelServer - details", D),
    ],
    "gunicorn, nginx": [
        ("[2026-11-20 12:00:00 +0000] [11] [INFO] Starting gunicorn 23.0.0", I),
        ("[2026-11-20 12:00:00 +0000] [11] [CRITICAL] WORKER TIMEOUT (pid:14)", E),
        ("2026/11/20 12:00:00 [error] 11#11: *1 upstream prematurely closed connection", E),
        ("2026/11/20 12:00:00 [crit] 11#11: *1 connect() to unix:/tmp/gunicorn.sock failed", E),
        ('169.254.178.2 - - [20/Nov/2026:12:00:00 +0000] "GET /ping HTTP/1.1" 200 0 "-" "AHC/2.0"', I),
    ],
    "python": [
        ("2026-11-20 12:00:00,123 - root - WARNING - no accelerator", W),
        ("ERROR:root:failed", E),
        ("/opt/conda/lib/x.py:12: FutureWarning: this goes", W),
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB.", E),
        ("E1120 12:00:00.123456 11 model_repository_manager.cc:1]", E),
    ],
    "no level": [
        ("Model loaded", P),
        ("ERRORS are not counted here, says the manual of INFO", P),
        ("MODEL INFORMATION follows", P),
        ("there was no ERROR at all", P),
        ("", P),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("text", "level"), [row for rows in LINES.values() for row in rows])
def test_each_server_says_how_grave_a_line_is(text: str, level: Level) -> None:
    assert level_of(text) is level


def read(*texts: str) -> list[LogLine]:
    return lines_of([Event(float(number), text, "A/i-1") for number, text in enumerate(texts)], {})


def together(*texts: str) -> list[bool]:
    return [line.continues for line in read(*texts)]


TRACE = (
    "Traceback (most recent call last):",
    '  File "/opt/x.py", line 3, in <module>',
    "    import sentencepiece",
    "ModuleNotFoundError: No module named 'sentencepiece'",
)


def test_a_trace_is_one_with_its_lines_and_an_error() -> None:
    lines = read("INFO fine", *TRACE, "INFO goes on")
    assert [line.continues for line in lines] == [False, False, True, True, True, False]
    assert {line.level for line in lines[1:5]} == {Level.ERROR}
    assert lines[-1].level is Level.INFO


def test_a_trace_behind_the_error_that_tells_of_it_belongs_to_that() -> None:
    assert together("ERROR 11-20 12:00:00 [x.py:1] failed", *TRACE) == [False, True, True, True, True]


def test_a_trace_of_which_each_line_has_its_own_head_is_one_too() -> None:
    vllm = "(EngineCore_0 pid=77) ERROR 11-20 12:00:01 [core.py:700] "
    mms = "2026-11-20T12:00:00,123 [INFO ] W-9000-m-stdout com.amazonaws.ml.mms.wlm.WorkerLifeCycle - "
    for head in (vllm, mms):
        lines = read(*(head + text for text in TRACE), "INFO goes on")
        assert [line.continues for line in lines] == [False, True, True, True, False]
        assert lines[3].level is Level.ERROR


def test_one_exception_behind_another_stays_with_it() -> None:
    chained = ("", "During handling of the above exception, another exception occurred:", "")
    assert together(*TRACE, *chained, *TRACE) == [False, *[True] * 10]


def test_javas_lines_belong_to_the_one_that_names_the_exception() -> None:
    lines = read("[ERROR] main - ai.djl.ModelException: x", "\tat ai.djl.Model.load(Model.java:1)", "Caused by: y")
    assert [line.continues for line in lines] == [False, True, True]
    assert {line.level for line in lines} == {Level.ERROR}


def test_streams_do_not_mix() -> None:
    events = [Event(1.0, TRACE[0], "A/i-1"), Event(2.0, "INFO other", "A/i-2"), Event(3.0, TRACE[1], "A/i-1")]
    assert [line.continues for line in lines_of(events, {})] == [False, False, True]


def test_where_a_stream_stands_is_carried_from_one_reading_to_the_next() -> None:
    flows: dict[str, object] = {}
    lines_of([Event(1.0, TRACE[0], "s")], flows)  # type: ignore[arg-type]
    assert lines_of([Event(2.0, TRACE[1], "s")], flows)[0].continues  # type: ignore[arg-type]


def test_an_event_of_several_lines_is_taken_apart() -> None:
    lines = read("ERROR it failed\nbecause of this\nINFO and then")
    assert [(line.text, line.level, line.continues) for line in lines] == [
        ("ERROR it failed", Level.ERROR, False),
        ("because of this", Level.ERROR, True),
        ("INFO and then", Level.INFO, False),
    ]


def test_of_a_line_of_json_the_message_is_told_and_the_whole_is_kept() -> None:
    text = '{"level":"INFO","fields":{"message":"Shard ready"},"target":"x"}'
    line = read(text)[0]
    assert (line.brief, line.text) == ("Shard ready", text)
    assert read('{"a": 1}')[0].brief == '{"a": 1}'
    assert read("{[not json")[0].level is Level.PLAIN


def test_variant_and_instance_are_in_the_streams_name() -> None:
    line = LogLine(1.0, "x", "AllTraffic/i-1/main")
    assert (line.variant, line.instance) == ("AllTraffic", "i-1/main")
