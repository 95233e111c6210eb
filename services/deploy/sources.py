"""What is to run: a model of the catalogue or the Hugging Face hub, a container of one's own, or several in a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Server(StrEnum):
    """The container families that serve a model of the Hugging Face hub, by the name people know."""

    VLLM = "vllm"
    LMI = "lmi"
    TGI = "tgi"
    SGLANG = "sglang"
    TEI = "tei"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSource:
    """A JumpStart model by its id. accept_eula: the person ticked the licence; never true by default."""

    model_id: str
    accept_eula: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSource:
    """A model of the Hugging Face hub, served by a container of AWS that fetches the weights when it starts.

    hub_id              owner/name
    revision            branch, tag or commit; "" is the default branch
    gated               its weights need a token: HF_TOKEN becomes a secret of the request, asked for when the plan runs
    version             of the container; "" is the newest known
    most_input_tokens   tokens; 0 leaves the container's own limit. `most_total_tokens`: input and answer together
    quantization        as the container names it ("awq", "fp8", …); "" none
    gpus                over how many GPUs the weights are spread; 0 is all of the instance
    weights_gib         how large the weights are, where the person knows it; 0 is estimated from the name
    """

    hub_id: str
    server: Server = Server.VLLM
    revision: str = ""
    gated: bool = False
    version: str = ""
    most_input_tokens: int = 0
    most_total_tokens: int = 0
    quantization: str = ""
    gpus: int = 0
    weights_gib: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomSource:
    """A container image with the model's artefact.

    image             an ECR image in the endpoint's region, by tag or digest
    artifact          s3://bucket/key.tar.gz, s3://bucket/prefix/ (not compressed), or "" where the image holds all
    family            how the endpoint wants to be called (a name of services.inference.families); "" is found by asking
    origin            whose image it is, as a plan says it; "" is a container of one's own
    """

    image: str
    artifact: str = ""
    family: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineContainer:
    """One container of a pipeline: what CreateModel calls Image, ModelDataUrl and Environment."""

    image: str
    artifact: str = ""
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSource:
    """Containers behind one another, as a candidate of Autopilot brings them: each is given what the one before said.

    job, candidate   what they were trained by; the endpoint is tagged with both
    task             what it is for ("tabular-classification", …); "" not known
    """

    containers: tuple[PipelineContainer, ...]
    job: str = ""
    candidate: str = ""
    task: str = ""

    @property
    def image(self) -> str:
        """The image that is asked first."""
        return self.containers[0].image if self.containers else ""

    @property
    def artifact(self) -> str:
        """What the first container loads."""
        return self.containers[0].artifact if self.containers else ""


Source = CatalogSource | HubSource | CustomSource | PipelineSource
