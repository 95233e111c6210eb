"""Requests to begin with, and changes to a request's text."""

from __future__ import annotations

import json

import pytest

from services.errors import InvalidRequest
from services.inference import Contract, EndpointFacts, Family, templates


@pytest.mark.parametrize("family", [*Family])
def test_every_family_has_a_request_to_begin_with(family: Family) -> None:
    for template in templates.templates_for(Contract(family)):
        assert templates.mistake_in(template.body) is None
        assert templates.value_at(template.body, template.prompt) is not None
        changed = templates.with_value(template.body, template.prompt, "Other words")
        assert templates.value_at(changed, template.prompt) == "Other words"
        for parameter in template.parameters:
            changed = templates.with_value(template.body, parameter.path, parameter.default)
            assert templates.value_at(changed, parameter.path) == parameter.default
    assert b"Why" in templates.question(Contract(family), "Why")


def test_a_mistake_in_json_is_found_by_line_and_column() -> None:
    assert templates.mistake_in('{"a": 1}') is None
    wrong = templates.mistake_in('{\n  "a": 1,\n  b\n}')
    assert wrong is not None
    assert (wrong.line, wrong.column) == (3, 3)
    assert templates.mistake_in('{"a": NaN}') is not None
    assert templates.mistake_in("[" * 100_000) is not None
    with pytest.raises(InvalidRequest):
        templates.with_value("[1]", ("a",), 1)
    assert templates.formatted('{"a":[1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert templates.formatted("{") == "{"
    assert json.loads(templates.streaming('{"inputs": "a"}', True)) == {"inputs": "a", "stream": True}
    assert templates.streaming("{", True) == "{"


@pytest.mark.parametrize(
    ("facts", "task", "first"),
    [
        (
            EndpointFacts("a", image="683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"),
            "tabular",
            "csv",
        ),
        (EndpointFacts("a", image="x/sagemaker-scikit-learn:1.2-1-cpu-py3"), "matrix", "matrix"),
        (EndpointFacts("a", environment={"HF_TASK": "fill-mask"}), "fill-mask", "fill-mask"),
        (EndpointFacts("a", tags={"sagedeck:task": "question-answering"}), "question-answering", "question"),
        (EndpointFacts("a", image="x/pytorch-inference:2"), "", "inputs"),
    ],
)
def test_what_neither_writes_nor_embeds_is_told_by_image_environment_and_tags(
    facts: EndpointFacts, task: str, first: str
) -> None:
    assert templates.task_of(facts) == task
    offered = templates.templates_for(None, task)
    assert offered[0].id == first
    assert len({each.id for each in offered}) == len(offered)
    assert {"csv", "lines", "text", "picture"} <= {each.id for each in offered}
