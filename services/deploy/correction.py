"""A failed request with what made it fail changed; planned, priced and confirmed like any other.

Only what a change of the request can mend. Nothing is proposed that costs noticeably more: a dearer machine for want of
memory is named with its price and left to the person. A licence, a subscription or a payload is never changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from services.catalog import GPU_TIMEOUT, InstanceSpec, Price, has_gpu, inference_ami, instance
from services.catalog.images import SGLANG_AMI, VLLM_AMI, registry_accounts
from services.deploy.machine_problems import MOST_VOLUME_GB, local_disk
from services.deploy.models import DeployRequest
from services.deploy.modes import Components, RealTime, Serverless
from services.deploy.sources import CustomSource, HubSource, Server
from services.diagnosis import Cause, Diagnosis

LONGEST_NAME = 63
MOST_DEARER = 1.5  # times the price of what was asked for; beyond, a person chooses
MOST_POOLED = 3  # further types of a fallback
MOST_CHOICES = 2  # dearer types that are named
LONGEST_WAIT = 3600  # seconds, SageMaker's most
LEAST_VOLUME, LEAST_CONTEXT, FIRST_CONTEXT = 128, 1024, 4096
QUANTISED = {Server.VLLM: "fp8", Server.SGLANG: "fp8", Server.LMI: "fp8", Server.TGI: "eetq"}
_DRIVER = re.compile(r"cuda|driver|nvidia|CannotStartContainer|starts correctly when invoked|cudart|PTX", re.IGNORECASE)
_DOWNLOAD = re.compile(r"download", re.IGNORECASE)
_SLOW = re.compile(r"tim(ed?|e)[ -]?out|too long|deadline|not finish", re.IGNORECASE)
_ECR = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)/(.+)")


@dataclass(frozen=True, slots=True)
class Correction:
    """The request to try, what to call it in a few words (`change`), and what is changed and why (`words`).

    asks  it is dearer, or gives something up: one of several ways, for the person to choose
    """

    request: DeployRequest
    change: str
    words: str
    asks: bool = False


def corrections(
    request: DeployRequest, diagnosis: Diagnosis, offers: Sequence[tuple[str, Price]], region: str = ""
) -> tuple[Correction, ...]:
    """What to try next, what helps most likely first; () where no change of the request can help.

    `offers` are the model's instance types with their prices, `region` the endpoint's.
    """
    ways: dict[Cause, Callable[[], Iterable[Correction]]] = {
        Cause.NAME_TAKEN: lambda: _named(request),
        Cause.QUOTA: lambda: tuple(_nearest_type(request, offers)) or _dearer(request, offers),
        Cause.CAPACITY: lambda: (
            (*_nearest_type(request, offers), *_pooled(request, offers)) or _dearer(request, offers)
        ),
        Cause.HEALTH_CHECK: lambda: _waited(request, diagnosis),
        Cause.ARTIFACT_UNAVAILABLE: lambda: _waited(request, diagnosis) if _fetching(diagnosis) else (),
        Cause.IMAGE_START: lambda: _newer_host(request, diagnosis),
        Cause.IMAGE_UNAVAILABLE: lambda: _image_here(request, region),
        Cause.DISK_FULL: lambda: _more_disk(request),
        Cause.OUT_OF_MEMORY: lambda: (*_asking_less(request), *_larger(request, offers)),
    }
    way = ways.get(diagnosis.cause)
    return tuple(way()) if way else ()


def corrected(
    request: DeployRequest, diagnosis: Diagnosis, offers: Sequence[tuple[str, Price]], region: str = ""
) -> DeployRequest | None:
    """The first request to try that asks nothing of the person, or None."""
    ways = corrections(request, diagnosis, offers, region)
    return next((way.request for way in ways if not way.asks), None)


def next_name(name: str) -> str:
    """demo-2 after demo, demo-3 after demo-2."""
    counted = re.fullmatch(r"(.*[^-])-(\d{1,2})", name)
    head, number = (counted[1], int(counted[2]) + 1) if counted else (name, 2)
    tail = f"-{number}"
    return head[: LONGEST_NAME - len(tail)].rstrip("-") + tail


def _anew(request: DeployRequest) -> DeployRequest:
    """Under the next name: what failed may still stand under the first."""
    return replace(request, endpoint_name=next_name(request.endpoint_name))


def _advanced(request: DeployRequest, **changes: int | str) -> DeployRequest:
    return replace(_anew(request), advanced=replace(request.advanced, **changes))  # type: ignore[arg-type]


def _named(request: DeployRequest) -> Iterator[Correction]:
    anew = _anew(request)
    yield Correction(anew, anew.endpoint_name, f"The name is taken: this one is called {anew.endpoint_name}.")


def _prices(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> tuple[float | None, dict[str, float]]:
    """What was asked for costs, and the others; of unknown price none."""
    prices = {kind: price.usd_per_hour for kind, price in offers if price.usd_per_hour is not None}
    return prices.pop(request.instance_type, None), prices


def _near(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> list[str]:
    """The other types by nearness of price, cheaper before dearer, none much dearer."""
    asked, prices = _prices(request, offers)
    if asked is None:
        return []
    near = [kind for kind, usd in prices.items() if usd <= asked * MOST_DEARER]
    return sorted(near, key=lambda kind: (prices[kind] > asked, abs(prices[kind] - asked), kind))


def _nearest_type(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> Iterator[Correction]:
    asked, prices = _prices(request, offers)
    for kind in _near(request, offers)[:1]:
        cost = f"{_usd(prices[kind])} instead of {_usd(asked or 0.0)}"
        words = f"On {kind} instead of {request.instance_type}: the type of the nearest price, {cost}."
        yield Correction(replace(_anew(request), instance_type=kind), kind, words)


def _dearer(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> Iterator[Correction]:
    """The cheapest of the types that cost noticeably more, where no other is left."""
    asked, prices = _prices(request, offers)
    for kind in sorted(prices, key=lambda kind: (prices[kind], kind))[:MOST_CHOICES]:
        yield _at_its_price(request, kind, f"On {kind}, which", prices[kind], asked)


def _pooled(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> Iterator[Correction]:
    """The type first asked for with others behind it, which SageMaker falls back to by itself."""
    asked, prices = _prices(request, offers)
    prices[request.instance_type] = asked or 0.0
    further = [kind for kind in _near(request, offers) if kind not in request.fallbacks][:MOST_POOLED]
    if further and not request.fallbacks and isinstance(request.mode, RealTime):
        most = max(prices[kind] for kind in (request.instance_type, *further))
        words = f"{request.instance_type} first, else {' or '.join(further)}, whichever AWS has: {_usd(most)} at most."
        yield Correction(replace(_anew(request), fallbacks=tuple(further)), "several types", words, asks=True)


def _fetching(diagnosis: Diagnosis) -> bool:
    return bool(_DOWNLOAD.search(diagnosis.evidence) and _SLOW.search(diagnosis.evidence))


def _waited(request: DeployRequest, diagnosis: Diagnosis) -> Iterator[Correction]:
    """More time for what was still under way: the download where the evidence names it, else the start."""
    field = "download_seconds" if _fetching(diagnosis) else "startup_seconds"
    now = int(getattr(request.advanced, field)) or GPU_TIMEOUT
    longer = min(LONGEST_WAIT, max(2 * now, 1800))
    if longer <= now or isinstance(request.mode, Serverless):
        return
    what = "download its model" if field == "download_seconds" else "start"
    helps = "" if _SLOW.search(diagnosis.evidence) else " Helps where it was still loading, not where it stopped."
    words = f"The container gets {longer:,} seconds to {what} instead of {now:,}.{helps}"
    yield Correction(_advanced(request, **{field: longer}), f"with {longer // 60} minutes", words)


def _newer_host(request: DeployRequest, diagnosis: Diagnosis) -> Iterator[Correction]:
    """Another host image, which has another driver, where the driver is what does not fit."""
    if not _DRIVER.search(diagnosis.evidence) or not has_gpu(request.instance_type):
        return
    source = request.source
    server = source.server if isinstance(source, HubSource) else None
    needed = inference_ami(source.image) if isinstance(source, CustomSource) else ""
    first = needed or (SGLANG_AMI if server is Server.SGLANG else VLLM_AMI)
    ami = next((each for each in (first, SGLANG_AMI) if each != request.advanced.inference_ami), "")
    if ami and not (isinstance(request.mode, Components) and request.mode.onto):
        words = f"On the host image {ami}, whose driver is newer; the image of the container and the price stay."
        yield Correction(_advanced(request, inference_ami=ami), "a newer host image", words)


def _image_here(request: DeployRequest, region: str) -> Iterator[Correction]:
    """AWS's own image of another region, of this region's registry. Nobody knows that of a private one."""
    source = request.source
    found = _ECR.fullmatch(source.image) if isinstance(source, CustomSource) else None
    if not isinstance(source, CustomSource) or found is None or not region or found[2] == region:
        return
    here = registry_accounts(region)
    if found[1] in registry_accounts(found[2]) and (found[1] in here or len(here) == 1):
        account = found[1] if found[1] in here else next(iter(here))
        image = f"{account}.dkr.ecr.{region}.{found[3]}/{found[4]}"
        words = f"The image of {region} instead of the one of {found[2]}: an endpoint takes only its own region's."
        yield Correction(replace(_anew(request), source=replace(source, image=image)), f"the image of {region}", words)


def _more_disk(request: DeployRequest) -> Iterator[Correction]:
    size = request.advanced.volume_gb
    larger = min(MOST_VOLUME_GB, max(2 * size, LEAST_VOLUME))
    fixed = any(local_disk(kind) for kind in request.instance_types) or not request.instance_type
    if larger > size and not fixed:
        words = (
            f"The instance gets a volume of {larger} GB instead of {size or 'the usual'}{' GB' if size else ' one'}."
        )
        note = " Storage is billed by the gigabyte, a small part of the instance's price."
        yield Correction(_advanced(request, volume_gb=larger), f"with {larger} GB", words + note)


def _asking_less(request: DeployRequest) -> Iterator[Correction]:
    """A shorter context, then weights of fewer bits: the same machine at the same price."""
    source = request.source
    if not isinstance(source, HubSource) or source.server is Server.TEI:
        return
    total = source.most_total_tokens // 2 if source.most_total_tokens else FIRST_CONTEXT
    if total >= LEAST_CONTEXT:
        put = source.most_input_tokens
        less = replace(
            source, most_total_tokens=total, most_input_tokens=put if put < total else (total // 2 if put else 0)
        )
        words = f"Input and answer share {total:,} tokens, so that less memory is set aside for them; nothing dearer."
        yield Correction(replace(_anew(request), source=less), f"with {total:,} tokens", words)
    kind = QUANTISED.get(source.server, "")
    if kind and not source.quantization:
        words = f"Weights in {kind}, about half as large; answers may lose a little quality, the price stays."
        small = replace(source, quantization=kind)
        yield Correction(replace(_anew(request), source=small), f"quantised ({kind})", words, asks=True)


def _larger(request: DeployRequest, offers: Sequence[tuple[str, Price]]) -> Iterator[Correction]:
    """Types with more memory, cheapest first, each with its price."""
    asked, prices = _prices(request, offers)
    now = instance(request.instance_type)
    if now is None:
        return
    roomy = [kind for kind in prices if (spec := instance(kind)) and _memory(spec) > _memory(now)]
    for kind in sorted(roomy, key=lambda kind: (prices[kind], kind))[:MOST_CHOICES]:
        yield _at_its_price(request, kind, f"On {kind}, which has more memory and", prices[kind], asked)


def _at_its_price(request: DeployRequest, kind: str, what: str, usd: float, asked: float | None) -> Correction:
    """Another type that a person has to choose, since it is dearer."""
    dearer = "" if asked is None else f" instead of {_usd(asked)}"
    words = f"{what} costs {_usd(usd)}{dearer}. Yours to choose."
    return Correction(replace(_anew(request), instance_type=kind), f"{kind} at {_usd(usd)}", words, asks=True)


def _memory(spec: InstanceSpec) -> tuple[float, float]:
    return (spec.gpu_memory_gib, spec.memory_gib)


def _usd(amount: float) -> str:
    return f"${amount:,.2f} an hour"
