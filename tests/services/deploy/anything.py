"""Requests as hypothesis makes them: such as people fill in, and the same with one or two fields gone wrong."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import strategies as st

from services.access import RoleChoice, RoleRequest
from services.deploy import (
    Advanced,
    Asynchronous,
    Components,
    CustomSource,
    DataCapture,
    DeployRequest,
    ExistingTopic,
    HubSource,
    Metric,
    Mode,
    NewTopic,
    RealTime,
    Scaling,
    Server,
    Serverless,
    Source,
)
from tests.services.deploy.samples import ROLE
from tests.services.deploy.worlds import ARCHIVE, GATED, IMAGE, SMALL

BUCKET = "everything-of-ada"
KEYS = st.sampled_from(
    ("", "alias/mine", "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")
)
PLACES = st.sampled_from([f"s3://{BUCKET}/{key}/" for key in ("out", "a-b", "übrig/x", "$%7B'")])
VALUES = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
TEXTS = ("${aws_region}", "%{ if true }", '"""', "'''", '"', "\\", "a\nb\r\n#", "<b>x</b>", "{{x}}", "`x`", "\u202eabc")
ENVIRONMENTS = st.dictionaries(
    st.sampled_from(("LOG_LEVEL", "_a", "Greeting")), VALUES | st.sampled_from(TEXTS), max_size=3
)
TAGS = st.dictionaries(
    st.sampled_from(("team", "Kosten Stelle", "größe/@=+")), st.sampled_from(("", "search", "a b:c")), max_size=2
)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """One of each kind; of the hub, each server."""
    kind = draw(st.sampled_from(("catalog", "gated", "hub", "hub", "own")))
    if kind in ("catalog", "gated"):
        return SMALL if kind == "catalog" else GATED
    if kind == "own":
        return CustomSource(
            image=draw(st.sampled_from((IMAGE, IMAGE.replace(":1.0", "@sha256:" + "0a" * 32)))),
            artifact=draw(st.sampled_from(("", ARCHIVE, f"s3://{BUCKET}/model/"))),
            family=draw(st.sampled_from(("", "tei", "messages"))),
        )
    server = draw(st.sampled_from(list(Server)))
    tei = server is Server.TEI
    return HubSource(
        hub_id="BAAI/bge-small-en-v1.5" if tei else "mistralai/Mistral-7B-Instruct-v0.3",
        server=server,
        revision=draw(st.sampled_from(("", "main", "refs/pr/1"))),
        gated=draw(st.booleans()),
        most_input_tokens=draw(st.sampled_from((0, 512))),
        most_total_tokens=draw(st.sampled_from((0, 4096))),
        quantization="" if tei else draw(st.sampled_from(("", "fp8"))),
        weights_gib=draw(st.sampled_from((0.0, 13.5))),
    )


def topics(name: str) -> st.SearchStrategy[ExistingTopic | NewTopic | None]:
    """None, the one that is there, or a new one of this name."""
    made = st.builds(
        NewTopic,
        name=st.just(name),
        kms_key=KEYS.map(lambda key: key or "alias/aws/sns"),
        email=st.sampled_from(("", "ada@example.org", "o'hara+x%{y}@example.org")),
    )
    return st.none() | st.just(ExistingTopic("arn:aws:sns:us-east-1:123456789012:there")) | made


@st.composite
def modes(draw: st.DrawFn, gpu: bool, name: str) -> Mode:
    """One of each kind. No component is put onto an endpoint that is there: that wants one."""
    kind = draw(st.sampled_from((RealTime, Asynchronous, Components, *([] if gpu else [Serverless]))))
    if kind is Asynchronous:
        success, error = draw(topics(f"{name}_told")), draw(topics(f"{name}-failed"))
        return Asynchronous(
            output=draw(PLACES),
            failure=draw(st.just("") | PLACES),
            concurrency=draw(st.sampled_from((0, 1, 1000))),
            success=success,
            error=error,
            include_answer=bool(success or error) and draw(st.booleans()),
            kms_key=draw(KEYS),
        )
    if kind is Serverless:
        concurrency = draw(st.integers(1, 20))
        sizes = st.sampled_from((1024, 3072, 6144))
        return Serverless(memory_mb=draw(sizes), concurrency=concurrency, provisioned=draw(st.integers(0, concurrency)))
    if kind is Components:
        return Components(
            name=draw(st.sampled_from(("", f"{name}-2"))),
            accelerators=int(gpu),
            cpus=draw(st.sampled_from((0.0, 0.25, 1.5))),
            memory_mb=draw(st.sampled_from((128, 1024))),
        )
    return RealTime()


@st.composite
def scalings(draw: st.DrawFn, mode: Mode, count: int) -> Scaling | None:
    """None, or what this mode takes."""
    if isinstance(mode, Serverless) or draw(st.booleans()):
        return None
    most = draw(st.integers(max(1, count), 8))
    sleeps = isinstance(mode, Asynchronous | Components)
    metrics = [Metric.BACKLOG] if isinstance(mode, Asynchronous) else [Metric.INVOCATIONS, Metric.CONCURRENCY]
    return Scaling(
        minimum=draw(st.integers(0 if sleeps else 1, most)),
        maximum=most,
        metric=draw(st.sampled_from(metrics)),
        target=draw(st.floats(0.001, 1e9)),
        scale_in_cooldown=draw(st.integers(0, 3600)),
        scale_out_cooldown=draw(st.integers(0, 3600)),
    )


@st.composite
def settings_of(draw: st.DrawFn, source: Source, mode: Mode, gpu: bool) -> Advanced:
    """What this mode and source take."""
    if isinstance(mode, Serverless):
        return Advanced(kms_key=draw(KEYS))
    vpc = draw(st.booleans())
    capture = DataCapture(destination=draw(PLACES), percentage=draw(st.sampled_from((1, 100))), kms_key=draw(KEYS))
    return Advanced(
        subnets=("subnet-0123456789abcdef0",) if vpc else (),
        security_groups=("sg-0123456789abcdef0",) if vpc else (),
        isolated=draw(st.sampled_from((None, False) if isinstance(source, HubSource) else (None, False, True))),
        kms_key=draw(KEYS),
        volume_gb=0 if gpu else draw(st.sampled_from((0, 1, 512))),
        startup_seconds=draw(st.sampled_from((0, 60, 3600))),
        download_seconds=draw(st.sampled_from((0, 60, 3600))),
        inference_ami=draw(st.sampled_from(("", "al2-ami-sagemaker-inference-gpu-3-1"))) if gpu else "",
        capture=draw(st.sampled_from((None, capture))),
    )


@st.composite
def requests(draw: st.DrawFn, name: str = "demo") -> DeployRequest:
    """What a person could ask for: nothing is wrong with it."""
    source = draw(sources())
    only = source in (GATED,) or (isinstance(source, HubSource) and source.server is not Server.TEI)
    gpu = only or draw(st.booleans())
    mode = draw(modes(gpu, name))
    if isinstance(mode, Serverless):
        kind, count, further = "", 1, [""]
    else:
        kind, further = ("ml.g5.4xlarge", ["", "ml.g5.8xlarge"]) if gpu else ("ml.c6i.xlarge", [""])
        count = draw(st.integers(1, 3))
    fallback = draw(st.sampled_from(further))
    role: RoleChoice = ROLE if draw(st.booleans()) else RoleRequest(name=f"sagedeck-{name}", owner="ada")
    copies = 1 if isinstance(mode, Components) else count
    return DeployRequest(
        source=source,
        endpoint_name=name,
        instance_type=kind,
        role=role,
        owner=draw(st.sampled_from(("ada", "Ada Lovelace <ada@example.org>", "\u202eada\n"))),
        mode=mode,
        count=count,
        fallbacks=(fallback,) if fallback else (),
        environment=tuple(draw(ENVIRONMENTS).items()),
        secrets=draw(st.sampled_from(((), ("MY_PASSWORD",)))),
        tags=tuple(draw(TAGS).items()),
        scaling=draw(scalings(mode, copies)),
        advanced=draw(settings_of(source, mode, gpu)),
    )


ODD = st.text(max_size=20) | st.sampled_from((
    "", " ", "\n", "demo\n", "a\x00b", "\x1b[31m", "\u202eabc", "a" * 63, "a" * 64, "a" * 5000, "٣", "é", "\ud800",
    "-a", "s3://bucket-x", "s3://bucket-x/\u2028/", "s3://bucket-x/" + "a" * 600 + "/", "s3://bucket-x/\ud800/", "https://x.y",
    "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/x", "arn:aws-cn:iam::123456789012:role/x", "arn:aws:iam::210987654321:role/x",
    "arn:aws:iam::123456789012:role/ü", "arn:aws:iam::123456789012:role/" + "a" * 3000,
    "arn:aws:kms:us-east-1:123456789012:key/" + "a" * 3000, "arn:aws:kms:eu-west-1:123456789012:key/x", "-" * 36,
    "arn:aws:sns:us-east-1:١٢٣٤٥٦٧٨٩٠١٢:told", "arn:aws:sns:eu-west-1:123456789012:told", "alias/aws/sns",
    IMAGE + "é", IMAGE.replace("us-east-1", "eu-west-1"), IMAGE.replace("123456789012", "١٢٣٤٥٦٧٨٩٠١٢"),
    "al2-ami-sagemaker-inference-gpu-99", "al2-ami-sagemaker-inference-neuron-2", "ml.z9.huge", "ml.inf2.xlarge",
    "ml.t2.medium", "ml.c7g.xlarge", "ml.p3.2xlarge", "subnet-٣٣٣٣٣٣٣٣", 'a"b@c.de', "a\\b@c.de", "aws:x", "a\u2028b",
))  # fmt: skip
NUMBERS = st.integers(-3, 20) | st.sampled_from((-(10**9), 59, 127, 513, 3601, 2**31, 2**63, 10**30, 10**400))
REALS = NUMBERS.filter(lambda number: abs(number) < 2**63).map(float) | st.sampled_from(
    (float("nan"), float("inf"), float("-inf"), 1e300, 1e-300, 5e-324, 0.2)
)


def _odd(value: Any) -> st.SearchStrategy[Any]:
    """Something else of the same type, right or wrong."""
    if isinstance(value, bool) or value is None:
        return st.booleans()
    if isinstance(value, float):
        return REALS
    if isinstance(value, int):
        return NUMBERS
    if isinstance(value, tuple):
        return st.lists(ODD, max_size=3).map(tuple)
    return ODD


@st.composite
def gone_wrong(draw: st.DrawFn) -> DeployRequest:
    """A request with one or two of its fields, however deep, replaced by something of the same type."""
    request = draw(requests())
    for _ in range(draw(st.integers(1, 2))):
        request = draw(_changed(request))
    return request


@st.composite
def _changed(draw: st.DrawFn, value: Any) -> Any:
    name = draw(st.sampled_from([each.name for each in fields(value)]))
    inner = getattr(value, name)
    if name in ("environment", "tags"):
        pairs = draw(st.lists(st.tuples(ODD | st.just("A"), ODD), max_size=3))
        return replace(value, **{name: tuple(pairs)})
    if name in ("server", "metric", "access"):  # nothing else can be chosen
        return value
    if is_dataclass(inner):
        return replace(value, **{name: draw(_changed(inner)) if fields(inner) else inner})
    if inner is None and name in ("scaling", "capture", "success", "error"):
        return value
    return replace(value, **{name: draw(_odd(inner))})
