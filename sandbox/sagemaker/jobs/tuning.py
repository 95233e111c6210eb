"""Fine-tuning of JumpStart's text models, as far as it can be told without learning: what its script would refuse, and
some of the text, so that what comes of it answers with it. What it leaves says that it is simulated.
"""

import io
import json
import tarfile
from collections.abc import Mapping
from string import Formatter
from typing import Any

from sandbox.errors import AwsError
from sandbox.sagemaker.jobs.inputs import Inputs, place

SCRIPT = "transfer_learning.py"
GATED = "SageMakerGatedModelS3Uri"
MOST_EXAMPLES, MOST_BYTES, MOST_TEXT = 200, 4 << 20, 1000
_BY_SCRIPT = "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage "


class Refused(Exception):
    """What the script says and why the job fails."""


def is_tuning(request: Mapping[str, Any]) -> bool:
    """Tell whether a training job runs JumpStart's script."""
    program = str((request.get("HyperParameters") or {}).get("sagemaker_program", ""))
    return program.strip('"') == SCRIPT


def learned(request: Mapping[str, Any], inputs: Inputs, region: str) -> dict[str, Any]:
    """Return what the artifact tells of the text: {"base", "examples": [[asked, answered], …], "about": […]}.

    Raises Refused in the script's way.
    """
    given = {name: str(value).strip('"') for name, value in (request.get("HyperParameters") or {}).items()}
    environment = request.get("Environment") or {}
    if GATED in environment and str(environment.get("accept_eula", "")).lower() != "true":
        raise Refused(
            f'{_BY_SCRIPT}"ValueError: Need to define the environment variable accept_eula as true in order to accept '
            'the end-user license agreement (EULA) of this model."'
        )
    files = _files(request, inputs, region)
    if given.get("instruction_tuned") == "True":
        examples = _instructions(files)
    elif given.get("chat_dataset") == "True":
        examples = _dialogs(files)
    else:
        return {"examples": [], "about": _lines(files)}
    return {"examples": examples, "about": []}


def _files(request: Mapping[str, Any], inputs: Inputs, region: str) -> dict[str, bytes]:
    """The texts of the training channel by name, as far as they are looked at."""
    found: dict[str, bytes] = {}
    for channel in request.get("InputDataConfig") or ():
        source = channel["DataSource"].get("S3DataSource")
        if channel["ChannelName"] in ("training", "train") and source:
            for bucket, key in inputs.places(source, region, request["RoleArn"])[:50]:
                found[key.rpartition("/")[2]] = inputs.read((bucket, key))[:MOST_BYTES]
    return found


def _rows(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    names = [name for name in files if name.endswith((".jsonl", ".json")) and name != "template.json"]
    if not names:
        raise Refused(f'{_BY_SCRIPT}"ValueError: Could not find any JSON lines file in the training channel."')
    rows = []
    for name in names:
        for number, line in enumerate(files[name].splitlines(), 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                if len(files[name]) >= MOST_BYTES:
                    break  # it was cut off here
                raise Refused(
                    f'{_BY_SCRIPT}"datasets.builder.DatasetGenerationError: JSON parse error in {name}, row {number}"'
                ) from None
            if isinstance(row, dict):
                rows.append(row)
            if len(rows) >= MOST_EXAMPLES:
                return rows
    return rows


def _instructions(files: Mapping[str, bytes]) -> list[list[str]]:
    try:
        template = json.loads(files["template.json"])
        prompt, completion = str(template["prompt"]), str(template["completion"])
    except (KeyError, ValueError, TypeError):
        raise Refused(
            f'{_BY_SCRIPT}"ValueError: The training channel needs a template.json with a prompt and a completion."'
        ) from None
    examples = []
    for row in _rows(files):
        try:
            asked = [str(row[name]) for name in _columns(prompt)]
            answer = _filled(completion, row)
        except (KeyError, ValueError) as problem:
            raise Refused(f'{_BY_SCRIPT}"{type(problem).__name__}: {problem}"') from None
        examples.append([(asked or [""])[0][:MOST_TEXT], answer[:MOST_TEXT]])
    return examples


def _columns(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def _filled(text: str, row: Mapping[str, Any]) -> str:
    parts = Formatter().parse(text)
    return "".join(plain + (str(row[name]) if name is not None else "") for plain, name, _, _ in parts)


def _dialogs(files: Mapping[str, bytes]) -> list[list[str]]:
    examples = []
    for row in _rows(files):
        turns = row.get("dialog")
        if not isinstance(turns, list):
            raise Refused(f"{_BY_SCRIPT}\"KeyError: 'dialog'\"")
        said = [str(turn.get("content", "")) for turn in turns if isinstance(turn, dict)]
        if len(said) >= 2:
            examples.append([said[-2][:MOST_TEXT], said[-1][:MOST_TEXT]])
    return examples


def _lines(files: Mapping[str, bytes]) -> list[str]:
    texts = [name for name in files if name.endswith((".txt", ".csv", ".json", ".jsonl"))]
    if not texts:
        raise Refused(f'{_BY_SCRIPT}"ValueError: Could not find a TXT, CSV or JSON file in the training channel."')
    lines = files[texts[0]].decode("utf-8", "replace").splitlines()
    return [line.strip()[:MOST_TEXT] for line in lines if len(line.strip()) > 20][:MOST_EXAMPLES]


def told(inputs: Inputs, artifact: str, name: str) -> dict[str, Any]:
    """Return what an artifact of a simulated training tells of itself; {} for anything else."""
    try:
        if artifact.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(inputs.read(place(artifact))), mode="r:gz") as tar:
                member = tar.extractfile(name)
                content = member.read() if member else b"{}"
        else:
            content = inputs.read(place(f"{artifact.rstrip('/')}/{name}"))
        found = json.loads(content)
    except (AwsError, LookupError, ValueError, OSError, tarfile.TarError):
        return {}
    return found if isinstance(found, dict) and "simulated" in found else {}
