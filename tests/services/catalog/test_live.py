"""JumpStart's list and specifications, read from the account: over the snapshot, kept, and when they cannot be read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.catalog import CatalogService, Licence, Query, Task
from services.catalog.jumpstart import model
from services.catalog.listing import merged, of_hub, of_manifest
from services.catalog.specifications import completed, of_bucket, of_document
from services.connection import sandbox_at
from services.errors import NotFound
from tests.sandbox.server import start_sandbox

REGION = "eu-west-1"
NEW, WHISPER, FALCON = "huggingface-vlm-brand-new-9b", "huggingface-asr-whisper-base", "huggingface-llm-falcon-7b-bf16"
NOW = datetime(2026, 11, 21, tzinfo=UTC).timestamp()
SPECIFICATION = {
    "model_id": WHISPER,
    "version": "3.2.0",
    "url": "https://huggingface.co/openai/whisper-base",
    "default_inference_instance_type": "ml.g5.2xlarge",
    "supported_inference_instance_types": ["ml.p3.2xlarge", "ml.g5.2xlarge", "ml.g4dn.xlarge", "not a type"],
    "hosting_eula_key": "fmhMetadata/eula/whisper.txt",
    "gated_bucket": False,
    "training_supported": True,
    "inference_environment_variables": [{"name": "MODEL_CACHE_ROOT", "default": "/opt/ml/model"}, {"name": "NONE"}],
    "default_payloads": {"Audio": {"content_type": "audio/wav", "body": "x" * 9000}},
}


def entry(model_id: str, version: str) -> dict[str, str]:
    key = f"community_models/{model_id}/specs_v{version}.json"
    return {"model_id": model_id, "version": version, "min_version": "2.0.0", "spec_key": key}


MANIFEST = [entry(NEW, "1.9.0"), entry(NEW, "1.10.0"), entry(WHISPER, "3.2.0"), entry(FALCON, "9.0.0")]


class Account:
    """S3 and SageMaker as far as they are read; what is not there is refused."""

    region = REGION

    def __init__(self, objects: Mapping[str, Any], hub: list[dict[str, Any]] | None = None) -> None:
        self.objects, self.hub, self.asked = dict(objects), hub, [""]

    def get(self, service: str) -> Any:
        return self

    def get_object(self, Bucket: str, Key: str) -> Mapping[str, Any]:
        assert Bucket == f"jumpstart-cache-prod-{REGION}"
        self.asked.append(Key)
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")
        return {"Body": io.BytesIO(json.dumps(self.objects[Key]).encode())}

    def list_hub_contents(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append("ListHubContents")
        if self.hub is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListHubContents")
        begin = int(asked.get("NextToken", 0))
        page = self.hub[begin : begin + 2]
        return {"HubContentSummaries": page} | ({"NextToken": str(begin + 2)} if begin + 2 < len(self.hub) else {})

    def describe_hub_content(self, **asked: Any) -> Mapping[str, Any]:
        self.asked.append("DescribeHubContent")
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeHubContent")


def service(account: Account, folder: Path | None = None, clock: Callable[[], float] = lambda: NOW) -> CatalogService:
    return CatalogService(REGION, clients=account, folder=folder, clock=clock)


def objects(**more: Any) -> dict[str, Any]:
    keys = {each["spec_key"]: SPECIFICATION for each in MANIFEST if each["model_id"] == WHISPER}
    return {"models_manifest.json": MANIFEST, **keys, **more}


def hub_row(name: str, *keywords: str) -> dict[str, Any]:
    return {"HubContentName": name, "HubContentVersion": "2.0.0", "HubContentDisplayName": name.title(),
            "HubContentSearchKeywords": list(keywords)}  # fmt: skip


def test_nobody_is_asked_before_a_person_wants_it() -> None:
    account = Account(objects())
    found = service(account).find_models(Query())
    assert len(found.hits) == 1102
    assert account.asked == [""]


def test_new_models_appear_versions_are_the_accounts_and_each_says_its_source() -> None:
    catalog = service(Account(objects()))
    listing = catalog.refresh_models()
    assert (listing.new, listing.problem) == (1, "")
    assert listing.source == "JumpStart's list for eu-west-1, read 2026-11-21"
    new = catalog.find_models(Query(text="brand new")).hits[0].model
    assert (new.id, new.version, new.task, new.source) == (NEW, "1.10.0", Task.VISION_LANGUAGE, listing.source)
    assert catalog.describe_model(FALCON).version == "9.0.0"
    assert catalog.describe_model(FALCON).instances  # what the snapshot knows stays


def test_what_the_list_does_not_name_is_not_offered_here() -> None:
    catalog = service(Account(objects()))
    gone = "huggingface-llm-mistral-7b-instruct-v3"
    assert catalog.describe_model(gone).deployable
    catalog.refresh_models()
    model = catalog.describe_model(gone)
    assert (model.offered, model.deployable) == (False, False)
    assert "not named by JumpStart's list" in model.source
    assert "cannot be deployed here" in " ".join(catalog.details(gone).unknown)
    sold = catalog.describe_model("cohere-command-r-h100")
    assert sold.offered  # Marketplace has a list of its own, which could not be read


def test_what_is_sold_has_a_list_of_its_own() -> None:
    sold = entry("acme-llm-sold", "1.0.0")
    catalog = service(Account(objects(**{"proprietary-sdk-manifest.json": [sold]})))
    catalog.refresh_models()
    assert catalog.describe_model("acme-llm-sold").marketplace


def test_the_list_is_kept_for_seven_days_and_shared_by_the_next_start(tmp_path: Path) -> None:
    account, now = Account(objects()), [NOW]
    service(account, tmp_path, lambda: now[0]).refresh_models()
    asked = len(account.asked)
    again = service(account, tmp_path, lambda: now[0])
    assert again.listing.new == 1
    assert len(account.asked) == asked
    now[0] += 8 * 86400
    assert service(account, tmp_path, lambda: now[0]).listing.source == "snapshot of 2026-11-20"


def test_where_the_bucket_is_refused_the_public_hub_is_asked() -> None:
    hub = [
        hub_row(NEW, "@task:Text Generation", "@provider:Acme"),
        hub_row(WHISPER),
        hub_row("acme-x-sold", "@marketplace"),
    ]
    account = Account({}, hub)
    catalog = service(account)
    listing = catalog.refresh_models()
    assert listing.source == "the public hub for eu-west-1, read 2026-11-21"
    new = catalog.describe_model(NEW)
    assert (new.task, new.provider, new.name) == (Task.CHAT, "Acme", NEW.title())
    assert catalog.describe_model("acme-x-sold").marketplace
    assert account.asked.count("ListHubContents") == 2  # it comes in pages


def test_where_neither_can_be_read_all_stays_and_the_reason_is_told() -> None:
    catalog = service(Account({}))
    listing = catalog.refresh_models()
    assert listing.source == "snapshot of 2026-11-20"
    assert "refused permission" in listing.problem
    assert len(catalog.find_models(Query()).hits) == 1102


def test_a_list_without_an_account_is_refused_in_words() -> None:
    assert "no account" in CatalogService(REGION).refresh_models().problem


def test_a_model_whose_machines_are_not_known_learns_them_from_its_specification(tmp_path: Path) -> None:
    account = Account(objects())
    catalog = service(account, tmp_path)
    found = catalog.describe_model(WHISPER)
    assert found.instances == ("ml.g4dn.xlarge", "ml.g5.2xlarge", "ml.p3.2xlarge")  # cheapest first; no words
    assert (found.default_instance, found.min_gpu_gib, found.licence) == ("ml.g5.2xlarge", 16.0, Licence.NEEDED)
    assert (found.deployable, found.spec_version, found.fine_tunable) == (True, "3.2.0", True)
    assert found.environment == (("MODEL_CACHE_ROOT", "/opt/ml/model"),)
    assert found.source == "JumpStart's specification for eu-west-1, read 2026-11-21"
    asked = len(account.asked)
    assert service(account, tmp_path).describe_model(WHISPER) == found
    assert len(account.asked) == asked


def test_details_tell_versions_examples_and_prices(tmp_path: Path) -> None:
    catalog = service(Account(objects()), tmp_path)
    catalog.refresh_models()
    details = catalog.details(WHISPER)
    assert details.versions == ("3.2.0",)
    (example,) = details.examples
    assert (example.title, example.content_type) == ("Audio", "audio/wav")
    assert len(example.request) < 4100
    assert details.offers[0][1].usd_per_hour
    assert dict(details.links)["Hugging Face page"] == "https://huggingface.co/openai/whisper-base"
    assert details.unknown == ()
    assert catalog.details(NEW).versions == ("1.10.0", "1.9.0")


def test_a_specification_that_cannot_be_read_leaves_what_is_known_and_is_not_asked_for_at_each_look() -> None:
    account, now = Account({"models_manifest.json": MANIFEST}), [NOW]
    catalog = service(account, clock=lambda: now[0])
    assert catalog.describe_model(WHISPER).instances == ()
    asked = len(account.asked)
    details = catalog.details(WHISPER)
    assert len(account.asked) == asked
    assert "refused permission" in details.problem
    assert "its specification was not read" in details.unknown[0]
    now[0] += 301
    catalog.describe_model(WHISPER)
    assert len(account.asked) > asked


def test_a_model_nobody_names_is_not_found_and_the_error_says_whose_list_it_was() -> None:
    catalog = service(Account(objects()))
    catalog.refresh_models()
    with pytest.raises(NotFound) as caught:
        catalog.describe_model("no-such-model")
    assert "JumpStart's list" in caught.value.why


def test_the_newest_version_is_by_number_not_by_letter() -> None:
    (row,) = of_manifest([entry("a-b-c", "1.9.9"), entry("a-b-c", "1.10.0"), entry("a-b-c", "1.2.0")], sold=False)
    assert row["version"] == "1.10.0"


@pytest.mark.parametrize("body", ["<script>", "[x](https://evil.example)", "a" * 10_000])
def test_words_of_a_list_are_cut_and_never_a_task_of_their_own(body: str) -> None:
    rows = of_hub([{"id": "x-y-z", "version": "1", "name": body, "keywords": (f"@task:{body}", f"@provider:{body}")}])
    found = merged(rows, source="test", read_at=1.0).models[-1]
    assert found.task is Task.OTHER
    assert len(found.name) <= 120
    assert len(found.provider) <= 60


def test_a_link_that_is_no_web_address_is_left_out() -> None:
    catalog = service(Account(objects()))
    whisper = replace(catalog.describe_model(WHISPER), url="javascript:alert(1)")
    from services.catalog.details import detailed

    links = dict(detailed(whisper, offers=(), versions=(), region=REGION).links)
    assert not any(url.startswith("javascript") for url in links.values())


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with start_sandbox("--home", str(tmp_path_factory.mktemp("sandbox"))) as url:
        yield url


def test_the_sandboxes_list_names_what_the_snapshot_names(sandbox: str, tmp_path: Path) -> None:
    clients = sandbox_at(sandbox, owner="ana").clients
    catalog = CatalogService("us-east-1", clients=clients, folder=tmp_path, offline=True)
    listing = catalog.refresh_models()
    assert (listing.problem, listing.new, len(listing.models)) == ("", 0, 1102)
    assert all(each.offered for each in listing.models)
    details = catalog.details(FALCON)
    assert details.problem == ""
    assert '"inputs"' in details.examples[0].request
    other = CatalogService("us-east-1", clients=clients, folder=tmp_path)  # an account's list is kept apart
    assert other.listing.source == "snapshot of 2026-11-20"


def test_the_sandboxes_hub_and_bucket_say_the_same_of_a_model(sandbox: str) -> None:
    from services.catalog.gateway import CatalogGateway, entry_of

    gateway = CatalogGateway(sandbox_at(sandbox, owner="ana").clients)
    contents = {row["id"]: row for row in of_hub(gateway.hub_contents())}
    assert len(contents) > 1000
    assert contents[FALCON]["task"] == "text-generation"
    by_bucket = of_bucket(gateway.specification(entry_of(gateway.manifest(), FALCON, "")))
    by_hub = of_document(*gateway.hub_document(FALCON))
    falcon = model(FALCON)
    assert falcon is not None
    first, second = (completed(falcon, row, "us-east-1", "test") for row in (by_bucket, by_hub))
    assert first == second
    assert first.examples
