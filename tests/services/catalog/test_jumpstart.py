from __future__ import annotations

import re

import pytest

from services.catalog import (
    CatalogService,
    Task,
    has_gpu,
    instance,
    instances,
    price,
    priced_regions,
    providers,
    recommended,
    search,
)
from services.catalog.containers import hub_container
from services.catalog.jumpstart import RECOMMENDED
from services.errors import NotFound, Unreachable


@pytest.mark.parametrize("task", list(RECOMMENDED))
def test_every_recommended_model_can_be_deployed_and_has_a_price(task: Task) -> None:
    models = recommended(task)
    assert [model.id for model in models] == list(RECOMMENDED[task])
    for model in models:
        assert model.deployable, model.id
        assert model.task is task
        assert price("us-east-1", model.instances[0]).usd_per_hour, model.id
        assert model.default_instance in model.instances


def test_the_first_choice_of_chat_models_has_some_with_a_licence_and_some_without() -> None:
    licences = [model.eula for model in recommended(Task.CHAT)]
    assert licences.count(False) >= 5
    assert licences.count(True) >= 4


def test_the_very_first_chat_model_needs_no_licence_and_one_small_gpu() -> None:
    first = recommended(Task.CHAT)[0]
    assert not first.eula
    assert first.min_gpu_gib <= 24
    assert (price("us-east-1", first.instances[0]).usd_per_hour or 99) < 2


def test_the_first_choice_of_embedding_models_runs_without_a_gpu_and_without_a_licence() -> None:
    for model in recommended(Task.EMBEDDING):
        assert not model.eula
        assert not has_gpu(model.instances[0]), model.id


def test_every_word_of_a_search_has_to_occur() -> None:
    found = search("llama 3.1 8b")
    assert {"meta-textgeneration-llama-3-1-8b", "meta-textgeneration-llama-3-1-8b-instruct"} <= {m.id for m in found}
    assert all("3.1" in model.name for model in found)
    assert search("llama no-such-word") == ()


def test_a_search_can_be_narrowed_by_licence_task_provider_and_instance() -> None:
    found = search(task=Task.CHAT, eula=False, provider="tii", instance_type="ml.g5.2xlarge")
    assert found
    assert {model.provider for model in found} == {"TII"}
    assert all(not model.eula and "ml.g5.2xlarge" in model.instances for model in found)


def test_recommended_models_come_first() -> None:
    assert search(task=Task.EMBEDDING)[: len(recommended(Task.EMBEDDING))] == recommended(Task.EMBEDDING)


def test_models_from_the_marketplace_are_listed_only_when_asked_for() -> None:
    assert not any(model.marketplace for model in search())
    assert any(model.marketplace for model in search(deployable=False))
    assert "Meta" in providers(Task.CHAT)


def test_the_licence_is_linked_in_the_region_and_partition_asked_for() -> None:
    model = search("llama 3.1 8b instruct")[0]
    assert model.eula_url("eu-west-1").startswith("https://jumpstart-cache-prod-eu-west-1.s3.eu-west-1.amazonaws.com/")
    assert ".s3.cn-north-1.amazonaws.com.cn/" in model.eula_url("cn-north-1")


def test_every_model_with_a_licence_has_somewhere_to_read_it() -> None:
    assert all(model.eula_url("us-east-1").startswith("https://") for model in search() if model.eula)


def test_an_unknown_model_is_not_found_and_the_error_says_what_to_do() -> None:
    with pytest.raises(NotFound) as caught:
        CatalogService("us-east-1").describe_model("no-such-model")
    assert caught.value.next


def test_an_unknown_price_is_none_and_never_zero() -> None:
    unknown = price("us-east-1", "ml.z99.large")
    assert unknown.usd_per_hour is None
    assert unknown.total(3) is None
    assert unknown.basis == "unknown"
    assert "no price known" in unknown.source


def test_every_price_is_above_zero_and_says_what_it_rests_on() -> None:
    assert len(priced_regions()) >= 30
    for region in priced_regions():
        for each in ("ml.g5.2xlarge", "ml.m5.xlarge", "ml.c6i.xlarge"):
            found = price(region, each)
            assert found.usd_per_hour is None or (found.usd_per_hour > 0 and found.basis in ("observed", "estimate"))
    assert price("us-east-1", "ml.g5.2xlarge").usd_per_hour == pytest.approx(1.515)
    assert price("us-east-1", "ml.g5.2xlarge").total(2) == pytest.approx(3.03)


def test_an_instance_type_tells_what_it_has() -> None:
    found = instance("ml.g5.12xlarge")
    assert found is not None
    assert (found.vcpu, found.gpu_count, found.gpu_name) == (48, 4, "A10G")
    assert "4 × A10G" in found.sentence
    assert instance("ml.z99.large") is None
    assert len(instances()) > 200


def test_a_type_newer_than_the_list_is_judged_by_its_family() -> None:
    assert has_gpu("ml.g99.xlarge")
    assert has_gpu("ml.p9.48xlarge")
    assert not has_gpu("ml.m99.large")


def test_offers_are_sorted_by_price_and_unknown_ones_come_last() -> None:
    service = CatalogService("us-east-1", offline=True)
    offers = service.offers(service.describe_model("huggingface-sentencesimilarity-all-MiniLM-L6-v2"))
    assert offers[0][0] == "ml.c6i.xlarge"
    known = [each.usd_per_hour for _, each in offers if each.usd_per_hour is not None]
    assert known == sorted(known)
    nowhere = CatalogService("xx-nowhere-1", offline=True).offers(service.describe_model(search()[0].id))
    assert all(each.usd_per_hour is None for _, each in nowhere)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "cn-north-1"])
def test_every_model_has_a_container_in_the_sandbox(region: str) -> None:
    service = CatalogService(region, offline=True)
    suffix = r"amazonaws\.com\.cn" if region.startswith("cn-") else r"amazonaws\.com"
    for model in service.list_models():
        container = service.container(model.id, model.default_instance)
        assert re.fullmatch(rf"\d{{12}}\.dkr\.ecr\.{region}\.{suffix}/[\w./-]+:[\w.-]+", container.image), model.id
        assert container.artifact.startswith("s3://jumpstart-private-" if model.gated else "s3://jumpstart-cache-")
        assert container.source == "snapshot of 2026-11-20"
        assert container.family


def test_an_open_embedding_model_falls_back_to_the_hub_with_a_container_for_the_processor() -> None:
    model = search("all-MiniLM-L6-v2", task=Task.EMBEDDING)[0]
    for kind, repository in (("ml.c6i.xlarge", "/tei-cpu:"), ("ml.g5.2xlarge", "/tei:")):
        container = hub_container(model, "us-east-1", kind)
        assert repository in container.image
        assert container.environment == (("HF_MODEL_ID", "sentence-transformers/all-MiniLM-L6-v2"),)
        assert (container.family, container.artifact, container.network_isolation) == ("tei", "", False)


def test_a_gated_model_has_no_fallback() -> None:
    with pytest.raises(Unreachable) as caught:
        hub_container(search("llama 3.1 8b instruct")[0], "us-east-1", "ml.g5.4xlarge")
    assert "jumpstart-cache-prod-us-east-1" in caught.value.next
