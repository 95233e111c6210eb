from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.access import ExecutionRole, RolePolicies
from services.cleanup import HeldConfig, HeldModel, HeldRole, HeldTopic, TakeDownRequest, TakeDownState, plan_take_down
from services.endpoints import AutoScaling, Component, EndpointDetail, ModelFacts, Parts, Variant, WakeUp
from services.plans import Plan, check, undeclared
from services.plans.scaling import Scaled

HEAD = "arn:aws:sagemaker:us-east-1:123456789012"
ROLE_ARN = "arn:aws:iam::123456789012:role/sagedeck-execution-us-east-1"
WHEN = datetime(2026, 11, 20, tzinfo=UTC)
ADA = TakeDownRequest(owner="ada")


def _endpoint(name: str, owner: str = "ada", status: str = "InService", config: str = "") -> EndpointDetail:
    tags = (("sagedeck:made-by", "sagedeck"), ("sagedeck:owner", owner)) if owner else ()
    model = ModelFacts(
        name=name, arn=f"{HEAD}:model/{name}", image="i:1", artifact="", environment=(), role_arn=ROLE_ARN
    )
    variant = Variant(name="AllTraffic", model_name=name, instance_type="ml.g5.2xlarge", count=1, desired=1)
    return EndpointDetail(
        name=name,
        arn=f"{HEAD}:endpoint/{name}",
        url="",
        status=status,
        created=WHEN,
        modified=WHEN,
        config_name=config or name,
        config_arn=f"{HEAD}:endpoint-config/{name}",
        variants=(variant,),
        models=(model,),
        tags=tags,
        usd_per_hour=1.5,
        price_source="estimate",
    )


def _config(name: str, owner: str = "ada", models: tuple[str, ...] = ()) -> HeldConfig:
    return HeldConfig(name, f"{HEAD}:endpoint-config/{name}", owner, models or (name,))


def _model(name: str, owner: str = "ada") -> HeldModel:
    return HeldModel(name, f"{HEAD}:model/{name}", owner, ROLE_ARN)


def _role(owner: str = "ada", made_here: bool = True) -> HeldRole:
    role = ExecutionRole(name="sagedeck-execution-us-east-1", arn=ROLE_ARN, made_here=made_here, owner=owner)
    return HeldRole(role, RolePolicies(("sagedeck-abc",), ("arn:aws:iam::aws:policy/AmazonS3FullAccess",)))


PAIR = TakeDownState(
    endpoints=(_endpoint("words"), _endpoint("talk")),
    configs=(_config("words"), _config("talk")),
    models=(_model("words"), _model("talk")),
    roles=(_role(),),
)


def _before(plan: Plan, step_id: str) -> set[str]:
    reached: set[str] = set()
    todo = list(plan.step(step_id).after)
    while todo:
        each = todo.pop()
        if each not in reached:
            reached.add(each)
            todo += plan.step(each).after
    return reached


def _kinds(items: Sequence[object]) -> list[tuple[str, str]]:
    return [(item.kind, item.name) for item in items]  # type: ignore[attr-defined]


def test_everything_of_a_pair_goes_in_order_and_the_role_last() -> None:
    down = plan_take_down(ADA, PAIR)
    assert check(down.plan) == ()
    assert undeclared(down.plan) == ()
    everything = {step.id for step in down.plan}
    role = "delete-role-sagedeck-execution-us-east-1"
    assert _before(down.plan, role) == everything - {role}
    for name in ("words", "talk"):
        assert f"gone-endpoint-{name}" in _before(down.plan, f"delete-endpoint-config-{name}")
        assert f"delete-endpoint-config-{name}" in _before(down.plan, f"delete-model-{name}")
    assert "delete-model-talk" not in _before(down.plan, "delete-model-words")  # side by side


def test_the_policies_of_the_role_go_before_it() -> None:
    plan = plan_take_down(ADA, PAIR).plan
    before = _before(plan, "delete-role-sagedeck-execution-us-east-1")
    assert {"delete-policy-sagedeck-execution-us-east-1-sagedeck-abc"} <= before
    assert {"detach-sagedeck-execution-us-east-1-AmazonS3FullAccess"} <= before


def test_the_items_say_what_goes_why_and_what_it_costs() -> None:
    down = plan_take_down(ADA, PAIR)
    assert _kinds(down.items) == [
        ("endpoint", "words"),
        ("endpoint", "talk"),
        ("endpoint configuration", "words"),
        ("endpoint configuration", "talk"),
        ("model", "words"),
        ("model", "talk"),
        ("execution role", "sagedeck-execution-us-east-1"),
    ]
    assert all(item.why for item in down.items)
    assert down.items[0].usd_per_hour == 1.5
    assert down.plan.estimate.usd_per_hour == -3.0


def test_what_was_not_made_here_or_is_of_another_owner_is_never_named_in_a_step() -> None:
    state = TakeDownState(
        endpoints=(_endpoint("foreign", owner=""), _endpoint("theirs", owner="bob"), _endpoint("mine")),
        configs=(_config("foreign", ""), _config("theirs", "bob"), _config("mine")),
        models=(_model("foreign", ""), _model("theirs", "bob"), _model("mine")),
        roles=(_role(),),
    )
    down = plan_take_down(ADA, state)
    text = str([(step.operation, step.parameters) for step in down.plan])
    assert "foreign" not in text
    assert "theirs" not in text
    assert ("execution role", "sagedeck-execution-us-east-1") in _kinds(down.kept)  # their models need it
    assert "delete_role" not in text


def test_a_role_that_a_job_under_way_has_taken_on_stays_until_it_has_ended() -> None:
    state = TakeDownState(roles=(replace(_role(), users=("learns",)),))
    taken = plan_take_down(TakeDownRequest(owner="ada"), state)
    assert [(each.kind, each.why) for each in taken.kept] == [("execution role", "learns uses it.")]
    assert not taken.items
    unseen = plan_take_down(TakeDownRequest(owner="ada"), TakeDownState(roles=(replace(_role(), seen=False),)))
    assert "may be in use" in unseen.kept[0].why


def test_a_role_that_this_console_did_not_make_stays_unmentioned() -> None:
    down = plan_take_down(ADA, replace(PAIR, roles=(_role(made_here=False), _role(owner="bob"))))
    assert not [step for step in down.plan if step.service == "iam"]


def test_a_configuration_that_a_foreign_endpoint_uses_is_kept_with_its_model() -> None:
    state = replace(PAIR, endpoints=(*PAIR.endpoints, _endpoint("foreign", owner="", config="words")))
    down = plan_take_down(ADA, state)
    assert ("endpoint configuration", "words") in _kinds(down.kept)
    assert ("model", "words") in _kinds(down.kept)
    assert ("execution role", "sagedeck-execution-us-east-1") in _kinds(down.kept)
    assert "foreign" in next(item.why for item in down.kept)
    assert ("model", "talk") in _kinds(down.items)


def test_leftovers_without_an_endpoint_go_too() -> None:
    state = TakeDownState(configs=(_config("old"),), models=(_model("old"), _model("lonely")), roles=(_role(),))
    down = plan_take_down(ADA, state)
    assert _kinds(down.items) == [
        ("endpoint configuration", "old"),
        ("model", "old"),
        ("model", "lonely"),
        ("execution role", "sagedeck-execution-us-east-1"),
    ]
    assert down.plan.estimate.usd_per_hour == 0


def test_a_paused_endpoint_that_can_then_not_be_resumed_is_named() -> None:
    config = replace(_config("sleeper"), paused="sleeper")
    taken = plan_take_down(TakeDownRequest(owner="ada"), TakeDownState(configs=(config,)))
    assert "paused endpoint sleeper" in taken.items[0].why


def test_an_endpoint_on_its_way_out_is_only_waited_for() -> None:
    state = replace(PAIR, endpoints=(_endpoint("words", status="Deleting"), _endpoint("talk")))
    plan = plan_take_down(ADA, state).plan
    assert "delete-endpoint-words" not in {step.id for step in plan}
    assert plan.step("delete-endpoint-config-words").after == ("gone-endpoint-words",)


def test_when_not_everything_could_be_looked_at_only_endpoints_go() -> None:
    down = plan_take_down(ADA, replace(PAIR, complete=False, problems=("There are too many.",)))
    assert {step.service for step in down.plan} == {"sagemaker"}
    assert {item.kind for item in down.items} == {"endpoint"}
    assert len(down.kept) == 5
    assert down.plan.warnings == ("There are too many.",)


def test_an_unknown_price_makes_the_saving_unknown() -> None:
    state = replace(PAIR, endpoints=(replace(_endpoint("words"), usd_per_hour=None), _endpoint("talk")))
    assert plan_take_down(ADA, state).plan.estimate.usd_per_hour is None


def test_the_words_to_type_count_the_items() -> None:
    down = plan_take_down(ADA, PAIR)
    assert down.confirmation == "take down 7 items"
    assert down.confirmed_by("  Take down  7 items ")
    assert not down.confirmed_by("take down 6 items")
    one = plan_take_down(ADA, TakeDownState(models=(_model("lonely"),)))
    assert one.confirmation == "take down 1 item"


def test_with_nothing_to_take_down_no_words_confirm_it() -> None:
    down = plan_take_down(ADA, TakeDownState())
    assert down.plan.steps == ()
    assert down.confirmation == ""
    assert not down.confirmed_by("")


def _component(name: str, model: str, owner: str = "ada", base: str = "") -> Component:
    tags = [{"Key": "sagedeck:made-by", "Value": "sagedeck"}, {"Key": "sagedeck:owner", "Value": owner}]
    runs = {"BaseInferenceComponentName": base} if base else {"ModelName": model}
    return Component(name=name, sent={"Specification": runs, "Tags": tags})


def _copies(name: str) -> AutoScaling:
    alarm = WakeUp(name=f"wake-{name}", policy="wake")
    return AutoScaling(scaled=Scaled.component(name), minimum=0, maximum=2, alarms=(alarm,))


def test_what_scales_an_endpoint_goes_first_and_the_model_of_its_component_after_it() -> None:
    parts = Parts(scalings=(_copies("part"),), components=(_component("part", "inside"),))
    state = replace(PAIR, models=(*PAIR.models, _model("inside")), parts=(("talk", parts),))
    plan = plan_take_down(ADA, state).plan
    assert check(plan) == ()
    assert undeclared(plan) == ()
    before = {"deregister-part", "delete-alarm-wake-part", "gone-inference-component-part"}
    assert before <= _before(plan, "delete-endpoint-talk")
    assert {"deregister-part", "delete-alarm-wake-part"} <= _before(plan, "delete-inference-component-part")
    assert "gone-endpoint-talk" in _before(plan, "delete-model-inside")


def test_a_component_of_ones_own_leaves_the_endpoint_of_another_with_its_scaling_and_its_model() -> None:
    mine, theirs = _component("mine", "my-model"), _component("theirs", "their-model", owner="bob")
    parts = Parts(scalings=(_copies("mine"), _copies("theirs")), components=(mine, theirs))
    state = TakeDownState(
        endpoints=(_endpoint("host", owner="bob"),),
        models=(_model("my-model"), _model("their-model", owner="bob")),
        parts=(("host", parts),),
    )
    down = plan_take_down(ADA, state)
    assert [step.id for step in down.plan] == [
        "deregister-mine",
        "delete-alarm-wake-mine",
        "delete-inference-component-mine",
        "gone-inference-component-mine",
        "delete-model-my-model",
    ]
    assert down.plan.step("delete-model-my-model").after == ("gone-inference-component-mine",)


def test_a_component_that_anothers_adapts_stays_and_so_does_its_model() -> None:
    adapter = _component("theirs", "", owner="bob", base="mine")
    parts = Parts(components=(_component("mine", "my-model"), adapter))
    state = TakeDownState(
        endpoints=(_endpoint("host", owner="bob"),), models=(_model("my-model"),), parts=(("host", parts),)
    )
    down = plan_take_down(ADA, state)
    assert down.plan.steps == ()
    assert _kinds(down.kept) == [("inference component", "mine"), ("model", "my-model")]


def test_a_topic_goes_after_the_configuration_that_tells_it_and_stays_while_another_does() -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:told"
    topic = HeldTopic("told", arn)
    mine = replace(_config("words"), topics=(arn,))
    state = TakeDownState(endpoints=(_endpoint("words"),), configs=(mine,), topics=(topic,))
    plan = plan_take_down(ADA, state).plan
    assert plan.step("delete-topic-told").after == ("delete-endpoint-config-words",)
    assert undeclared(plan) == ()

    another = replace(_config("bobs", owner="bob"), topics=(arn,))
    kept = plan_take_down(ADA, replace(state, configs=(mine, another))).kept
    assert [(item.kind, item.why) for item in kept] == [("topic", "bobs uses it.")]


def test_the_topic_of_an_endpoints_alarms_stays_with_the_endpoint_and_goes_with_it() -> None:
    topics = tuple(HeldTopic(f"sagedeck-alarms-{name}", f"arn:sns:{name}") for name in ("words", "bobs"))
    state = TakeDownState(endpoints=(_endpoint("words"), _endpoint("bobs", owner="bob")), topics=topics)
    found = plan_take_down(ADA, state)
    assert [item.name for item in found.items if item.kind == "topic"] == ["sagedeck-alarms-words"]
    assert [(item.name, item.why) for item in found.kept] == [
        ("sagedeck-alarms-bobs", "It tells of the alarms of bobs, which stays.")
    ]


def test_the_alarms_of_an_endpoint_go_with_it_and_nothing_waits_for_them() -> None:
    parts = (("words", Parts(alarms=("sagedeck-words-errors", "sagedeck-words-idle"))),)
    plan = plan_take_down(ADA, TakeDownState(endpoints=(_endpoint("words"),), parts=parts)).plan
    step = next(step for step in plan if step.operation == "delete_alarms")
    assert step.parameters["AlarmNames"] == ("sagedeck-words-errors", "sagedeck-words-idle")
    assert not any(step.id in each.after for each in plan)
    assert check(plan) == ()
