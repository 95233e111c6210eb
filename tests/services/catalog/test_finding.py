"""Finding models: what words mean, what each condition leaves, what would remain, and the order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.catalog import CatalogService, Found, Licence, Order, Query, QuotaRoom, Task, has_gpu
from services.catalog.finding import Catalogue
from services.catalog.jumpstart import model, models, new_model
from services.catalog.names import billions, display_name
from services.catalog.ranking import Words, normal

CATALOG = CatalogService("us-east-1", offline=True)
LLAMA = "meta-textgeneration-llama-3-1-8b-instruct"


def find(text: str = "", **asked: object) -> Found:
    return CATALOG.find_models(Query(text=text, **asked))  # type: ignore[arg-type]


def ids(found: Found) -> list[str]:
    return [hit.model.id for hit in found.hits]


def test_every_model_of_jumpstart_is_there() -> None:
    assert len(find().hits) == 1102
    assert len({hit.model.task for hit in find().hits}) == 24


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("llama 3.1 8b instruct", LLAMA),
        ("lama 3.1 8b", LLAMA),
        ("llama-3-1-8b", LLAMA),
        ("LLAMA3.1 8B", LLAMA),
        ("meta-textgeneration-llama-3-1-8b-instruct", LLAMA),
        ("qwen 2.5 7b", "huggingface-llm-qwen2-5-7b-instruct"),
        ("qwen2.5-7b", "huggingface-llm-qwen2-5-7b-instruct"),
        ("mistrla 7b instruct", "huggingface-llm-mistral-7b-instruct-v3"),
        ("whisper large v3 turbo", "huggingface-asr-whisper-large-v3-turbo"),
        ("minilm", "huggingface-sentencesimilarity-all-MiniLM-L6-v2"),
        ("falcn 7b instruct", "huggingface-llm-falcon-7b-instruct-bf16"),
    ],
)
def test_what_a_person_types_finds_what_they_mean_first(text: str, first: str) -> None:
    assert ids(find(text))[0] == first


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("embeding", Task.EMBEDDING),
        ("speech to text", Task.SPEECH),
        ("text to image", Task.IMAGE_GENERATION),
        ("sentiment", Task.TEXT_CLASSIFICATION),
        ("rerank", Task.RERANK),
        ("time series forecast", Task.FORECASTING),
        ("vision chat", Task.VISION_LANGUAGE),
    ],
)
def test_the_words_of_a_task_find_its_models(text: str, task: Task) -> None:
    assert find(text).hits[0].model.task is task


def test_a_version_is_not_its_digits_somewhere() -> None:
    assert all(" 3 1" in normal(f"{hit.model.id} {hit.model.name}") for hit in find("llama 3.1").hits)
    assert "meta-textgeneration-llama-3-1-8b" not in ids(find("llama 1.3"))


def test_every_word_counts_and_idle_ones_do_not() -> None:
    assert not find("llama no-such-word").hits
    assert ids(find("the llama model")) == ids(find("llama"))
    assert len(find("the").hits) < 1102  # alone it is a word like others


@pytest.mark.parametrize("text", ["x" * 100_000, "🦙 ( ] [ * \\", "\x00", " ", "'; drop table", "۱۲۳", "a " * 5000])
def test_anything_can_be_typed(text: str) -> None:
    assert isinstance(find(text), Found)


def test_a_slip_is_a_letter_too_many_too_few_another_or_two_swapped() -> None:
    words = Words([(("mistral", 1.0),), (("llama", 1.0),)])
    for slip in ("mistrall", "mistal", "mistrel", "misrtal"):
        assert dict(words.find(slip) or {}).keys() == {0}, slip
    assert not words.find("mixtral2x")
    assert words.find("  ") is None


def test_words_are_apart_the_same_way_on_both_sides() -> None:
    assert normal("Qwen2.5-7B") == normal("qwen 2-5 7b") == "qwen 2 5 7b"


def test_a_condition_leaves_what_meets_it() -> None:
    found = find(task=Task.CHAT, provider="tii", licence=Licence.NONE, deployable=True, most_usd=2.0)
    assert found.hits
    for hit in found.hits:
        assert (hit.model.task, hit.model.provider, hit.model.licence) == (Task.CHAT, "TII", Licence.NONE)
        assert hit.model.deployable
        assert hit.usd is not None
        assert hit.usd <= 2.0


def test_gated_fine_tunable_and_published_for_a_type() -> None:
    gated = find(gated=True)
    assert gated.hits
    assert all(hit.model.gated for hit in gated.hits)
    assert all(hit.model.fine_tunable for hit in find(fine_tunable=True).hits)
    published = find(instance_type="ml.g5.2xlarge", task=Task.CHAT)
    assert published.hits
    assert all("ml.g5.2xlarge" in hit.model.instances for hit in published.hits)


def test_a_model_fits_the_gpu_that_has_as_much_memory_as_it_needs() -> None:
    small, large = set(ids(find(gpu="ml.g4dn.xlarge"))), set(ids(find(gpu="ml.p4d.24xlarge")))
    assert small < large
    assert LLAMA not in small
    assert LLAMA in large
    without = find(gpu="ml.m5.xlarge")  # has no GPU: what runs without fits
    assert without.hits
    assert all(hit.model.min_gpu_gib == 0 for hit in without.hits)
    nobody_knows = find(gpu="ml.z9.large")
    assert not nobody_knows.hits
    assert nobody_knows.unknown == 1102


def test_what_is_not_known_is_counted_never_hidden_silently() -> None:
    found = find("whisper", licence=Licence.NONE)
    assert (len(found.hits), found.unknown) == (0, 8)
    assert len(find("whisper", licence=Licence.NONE, unknown=True).hits) == 8
    assert len(find("whisper", licence=Licence.UNKNOWN).hits) == 8
    priced = find("cohere embed", most_usd=1.0)  # Marketplace has its own prices
    assert priced.unknown == len(find("cohere embed").hits)


def test_a_quota_used_up_hides_and_one_that_is_not_known_does_not() -> None:
    def left(instance_type: str) -> float | None:
        return {"ml.g5.2xlarge": 0.0, "ml.g6.2xlarge": 2.0}.get(instance_type, 0.0)

    every = find(deployable=True)
    found = CATALOG.find_models(Query(deployable=True, fits_quota=True), left)
    assert 0 < len(found.hits) < len(every.hits)
    assert all("ml.g6.2xlarge" in hit.model.instances for hit in found.hits)
    assert found.facets["quota"] == {"fits": len(found.hits), "used up": len(every.hits) - len(found.hits)}
    unknown = CATALOG.find_models(Query(deployable=True, fits_quota=True), lambda name: None)
    assert len(unknown.hits) == len(every.hits)
    assert {hit.quota for hit in unknown.hits} == {QuotaRoom.UNKNOWN}
    assert {hit.quota for hit in every.hits} == {QuotaRoom.UNKNOWN}


def test_a_quota_is_asked_for_once_for_each_type() -> None:
    asked: list[str] = []
    CATALOG.find_models(Query(fits_quota=True), lambda name: asked.append(name))
    assert asked
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("facet", ["task", "provider", "licence", "price"])
def test_a_count_is_what_choosing_its_value_leaves(facet: str) -> None:
    base = Query(text="instruct", fine_tunable=True)
    for value, count in CATALOG.find_models(base).facets[facet].items():
        query = {
            "task": replace(base, task=value),
            "provider": replace(base, provider=value),
            "licence": replace(base, licence=Licence(value) if facet == "licence" else None),
            "price": replace(base, most_usd=float(value) if facet == "price" else None),
        }[facet]
        assert len(CATALOG.find_models(query).hits) == count, value


def test_counts_of_a_facet_do_not_depend_on_its_own_choice() -> None:
    without, chosen = find("falcon"), find("falcon", task=Task.EMBEDDING)
    assert without.facets["task"] == chosen.facets["task"]
    assert sum(chosen.facets["provider"].values()) == len(chosen.hits)


def test_orders() -> None:
    assert ids(find())[0] == "huggingface-sentencesimilarity-all-MiniLM-L6-v2"
    names = [hit.model.name.lower() for hit in find(order=Order.NAME).hits]
    assert names == sorted(names)
    prices = [hit.usd for hit in find(order=Order.PRICE).hits]
    known = [usd for usd in prices if usd is not None]
    assert known == sorted(known)
    assert prices[len(known) :] == [None] * (len(prices) - len(known))
    sizes = [hit.model.billions for hit in find(order=Order.SIZE, task=Task.CHAT).hits if hit.model.billions]
    assert sizes == sorted(sizes)


def test_the_cheapest_type_is_the_one_with_the_lowest_price_here() -> None:
    hit = next(hit for hit in find("all-MiniLM-L6-v2").hits if hit.model.instances)
    assert hit.cheapest == "ml.c6i.xlarge"
    assert hit.usd == min(price.usd_per_hour or 9 for _, price in CATALOG.offers(hit.model))
    nowhere = Catalogue(models().values(), "xx-nowhere-1").find(Query(text="all-MiniLM-L6-v2"))
    assert all(hit.usd is None for hit in nowhere.hits)


def test_a_query_says_whether_anything_is_asked() -> None:
    assert not Query(order=Order.NAME, unknown=True).narrowed
    assert Query(text="x").narrowed


@pytest.mark.parametrize(
    ("text", "size"),
    [("Llama 3.1 8B", 8), ("meta-textgeneration-llama-3-2-1b", 1), ("Mixtral 8x7B", 56), ("tinyllama-1-1b-chat", 1.1),
     ("Qwen2.5 0.5B", 0.5), ("smollm-360m", 0.36), ("bert-base", 0), ("resnet50 v1b", 0)],
)  # fmt: skip
def test_a_size_is_read_from_a_name(text: str, size: float) -> None:
    assert billions(text) == pytest.approx(size)


def test_a_name_is_made_of_an_id() -> None:
    assert display_name("tensorflow-ic-imagenet-mobilenet-v2-100-224-classification-4") == (
        "ImageNet MobileNet v2 100 224 Classification 4"
    )
    assert display_name("xgboost-classification-model") == "Xgboost Classification Model"


def test_a_new_id_tells_its_task_and_provider_by_those_that_begin_alike() -> None:
    assert new_model("huggingface-vlm-something-new").task is Task.VISION_LANGUAGE
    assert new_model("acme-textgeneration-something").task is Task.CHAT
    meta = new_model("meta-textgeneration-llama-9-1t")
    assert (meta.task, meta.provider, meta.instances, meta.deployable) == (Task.CHAT, "Meta", (), False)
    assert new_model("who-knows-what").task is Task.OTHER


def test_a_model_without_known_instances_says_so() -> None:
    whisper = model("huggingface-asr-whisper-base")
    assert whisper is not None
    assert whisper.licence is Licence.UNKNOWN
    assert not whisper.deployable


def test_every_model_that_needs_a_gpu_is_published_for_one() -> None:
    for each in models().values():
        if each.min_gpu_gib:
            assert any(has_gpu(name) for name in each.instances), each.id
