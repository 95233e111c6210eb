"""What a fine-tuned model answers here: as its base model or, to what it was tuned on, with the text's own answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandbox.hosting import Hosted
from sandbox.models.conversation import Turn, last_user

if TYPE_CHECKING:
    from sandbox.world import World

_KNOWN = 200  # artifacts that are remembered
_LEAST = 8  # letters of a question that may be a part of another


class Tuned:
    """Knows the artifacts of simulated trainings; without a world there are none."""

    def __init__(self, world: "World | None") -> None:
        self._world = world
        self._told: dict[str, dict[str, Any]] = {}

    def answer(self, hosted: Hosted, turns: Sequence[Turn], text: str) -> str:
        """Return `text`, or what a model that was tuned here says instead of it."""
        told = self._of(hosted.artifact)
        if not told:
            return text
        head = f"[Simulated fine-tuning {told.get('job', '')}: nothing was learned.] "
        example = _nearest(last_user(turns), told.get("examples") or ())
        return f"{head}In the text it was tuned on, the answer is: {example}" if example else head + text

    def _of(self, artifact: str) -> dict[str, Any]:
        if self._world is None or not artifact or artifact.startswith("s3://jumpstart-"):
            return {}
        if artifact not in self._told:
            from sandbox.sagemaker.jobs.inputs import Inputs
            from sandbox.sagemaker.jobs.tuning import told
            from sandbox.tabular.artefacts import TOLD

            if len(self._told) >= _KNOWN:
                self._told.clear()
            self._told[artifact] = told(Inputs(self._world), artifact, TOLD)
        return self._told[artifact]


def _nearest(question: str, examples: Sequence[Sequence[str]]) -> str:
    """Return the answer of the example that asks the same, "" if none does."""
    wanted = _plain(question)
    if len(wanted) < _LEAST:
        return ""
    for asked, answer in examples:
        known = _plain(asked)
        if known == wanted or (len(known) >= _LEAST and (known in wanted or wanted in known)):
            return answer
    return ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .?!")
