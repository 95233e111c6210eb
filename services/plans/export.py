"""A plan as a Python script that does the same with nothing but boto3.

Secrets are read from environment variables, values known later are variables, waits and repeats are loops.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator

from services.plans import graph
from services.plans.literals import Names, keyword_arguments, source, variable_of
from services.plans.models import Json, Once, Plan, Repeat, Step, Until, Upload
from services.plans.operators import placed
from services.plans.script_parts import PARTS
from services.plans.validate import is_aws
from services.plans.values import conceal, refs_of, secret_names

_IMPORTED = ("boto3", "datetime", "jmespath", "json", "os", "sys", "time", "hashlib", "base64", "session")
_USED_INSIDE = ("treated", "page", "items", "sent", "answer", "print", "len", "str")
_STANDARD = ("base64", "datetime", "hashlib", "json", "os", "sys", "time")
_LONGEST = 120  # a longer line (a sentence, an address) is left whole, and ruff is told so


def to_boto3(plan: Plan, *, region: str = "") -> str:
    """The script; `region` is written into it, else the caller's own configuration decides."""
    plan, _ = conceal(plan)
    steps = graph.ordered(plan.steps)
    names = _names(steps)
    body = "\n".join(_step(step, names) for step in steps)
    body = f"{body}\nprint({f'Done: {plan.title}'!r})\n"
    services = sorted({service for step in steps for service in _services(step)})
    clients = "".join(f"{names.clients[service]} = session.client({_client(service)})\n" for service in services)
    session = f"session = boto3.Session(region_name={_quoted(region)})\n" if region else "session = boto3.Session()\n"
    if not clients:
        session = ""
    used = [name for name in PARTS if f"{name}(" in body or (name == "holds" and "already(" in body)]
    parts = "".join(f"\n\n{PARTS[name].strip()}\n" for name in used)
    imports = _imports(session + parts + body)
    text = f"{_heading(plan)}\n{imports}{parts and parts + chr(10)}\n{session}{clients}\n{body}"
    long = any(len(line) > _LONGEST for line in text.splitlines())
    return f"# ruff: noqa: E501\n{text}" if long else text


def _client(placed: str) -> str:
    """The arguments that make the client of a service, where a step names it in its own region."""
    service, _, region = placed.partition("@")
    return f'"{service}", region_name="{region}"' if region else f'"{service}"'


def _heading(plan: Plan) -> str:
    lines = [f"{plan.title}.", "", "Written by Sagedeck from the plan of this name. It makes these steps:"]
    lines += [f"  {number}. {step.reason}" for number, step in enumerate(graph.ordered(plan.steps), 1)]
    hourly = plan.estimate.usd_per_hour or 0.0
    if hourly:
        words = "What it leaves running costs" if hourly > 0 else "It saves"
        lines += ["", f"{words} about ${abs(hourly):.2f} an hour."]
    lines += [f"Note: {warning}" for warning in plan.warnings]
    variables = [variable_of(name) for name in secret_names(plan)]
    if variables:
        lines += ["", f"It reads these environment variables: {', '.join(variables)}."]
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""\n'


def _imports(code: str) -> str:
    plain = [name for name in _STANDARD if re.search(rf"\b{name}\.", code)]
    third = [name for name in ("boto3", "jmespath") if re.search(rf"\b{name}\.", code)]
    lines = [f"import {name}" for name in plain] + [""] * bool(plain and third) + [f"import {name}" for name in third]
    if "ClientError" in code:
        lines.append("from botocore.exceptions import ClientError")
    return "\n".join(lines) + "\n" if lines else ""


def _names(steps: Iterable[Step]) -> Names:
    """A Python variable for each result and each client, no two alike."""
    taken = {*_IMPORTED, *_USED_INSIDE, *PARTS}
    clients: dict[str, str] = {}
    results: dict[str, str] = {}
    for step in steps:
        for service in _services(step):
            if service not in clients:
                clients[service] = _fresh(re.sub(r"\W", "_", service), taken)
    for step in steps:
        results[step.id] = _fresh(re.sub(r"\W", "_", step.id).lower(), taken)
    return Names(results, clients)


def _fresh(wanted: str, taken: set[str]) -> str:
    wanted = wanted if wanted.isidentifier() and not keyword.iskeyword(wanted) else f"step_{wanted}"
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name


def _services(step: Step) -> Iterator[str]:
    """The services a step needs clients of; none when one of them is not AWS, so that the script cannot do it."""
    listing = [step.manner.source.service] if isinstance(step.manner, Repeat) else []
    looking = [step.proof.read.service] if step.proof and isinstance(step.manner, Once) else []
    named = [step.service, *listing, *(service for service in looking if is_aws(service))]
    if all(is_aws(service) for service in named):
        yield from (placed(service, step.region) for service in named)


def _step(step: Step, names: Names) -> str:
    comment = "\n".join(f"# {line}" for line in step.reason.splitlines() or [""])
    if not any(_services(step)):
        return f"{comment}\n{_by_hand(step, names)}"
    variable = names.results[step.id]
    match step.manner:
        case Until():
            code = _until(step, step.manner, names)
        case Repeat():
            code = _repeat(step, step.manner, names)
        case Upload():
            code = _upload(step, step.manner, names)
        case Once():
            code = f"{variable} = {_unless_there(step, step.manner, names)}"
    return f"{comment}\n{code}\n"


def _by_hand(step: Step, names: Names) -> str:
    """A step that is no AWS call: said, with what it would send, so that nothing is left out silently."""
    sent = source(step.parameters, names, 0)
    lines = [f"# This is not an AWS call; Sagedeck does it itself: {step.service}.{step.operation}", *sent.splitlines()]
    if refs_of(step):
        lines.append("# (the variables above are results of earlier steps)")
    commented = "\n".join(line if line.startswith("#") else f"#   {line}" for line in lines)
    return f'{commented}\nprint("Left to you: {step.service}.{step.operation}")\n'


def _call(step: Step, names: Names, indent: int = 0) -> str:
    sent = keyword_arguments(step.parameters, names, indent)
    return f"{names.clients[placed(step.service, step.region)]}.{step.operation}({sent})"


def _unless_there(step: Step, manner: Once, names: Names) -> str:
    """The call, made only where a look (the step's proof) does not find it done."""
    proof = step.proof
    if proof is None or not is_aws(proof.read.service):
        return _once(step, manner, names)
    read = proof.read
    client = names.clients[placed(read.service, step.region)]
    look = f"{client}.{read.operation}({keyword_arguments(read.parameters, names, 2)})"
    expect = {where: wanted.value if isinstance(wanted, Json) else wanted for where, wanted in proof.expect.items()}
    lines = [f"lambda: {look}"]
    absent = tuple((each.code, each.message) for each in proof.absent)
    lines += [f"absent={source(absent, names, 2)}"] if absent else []
    lines += [f"expect={source(expect, names, 2)}"] if expect else []
    lines += [f"found={_quoted(proof.found)}"] if proof.found else []
    lines += ["replaces=True"] if proof.replaces else []
    found = "already(\n" + "".join(f"        {line},\n" for line in lines) + "    )"
    call = _once(step, manner, names).replace("\n", "\n    ")
    if proof.gone:
        return f"(\n    {found}\n    and {call}\n)"
    return f"(\n    {found}\n    or {call}\n)"


def _once(step: Step, manner: Once, names: Names) -> str:
    if not manner.not_yet:
        return _call(step, names)
    later = source(tuple((each.code, each.message) for each in manner.not_yet), names, 1)
    return f"try_again(\n    lambda: {_call(step, names, 1)},\n    {later},\n    seconds={manner.deadline:g},\n)"


def _until(step: Step, manner: Until, names: Names) -> str:
    settings = [
        f"path={_quoted(manner.path)}",
        f"done={_strings(manner.done)}",
        f"failed={_strings(manner.failed)}",
        f"explanation={_quoted(manner.explanation)}",
        f"absent={source(tuple((each.code, each.message) for each in manner.absent), names, 1)}",
        f"gone={manner.gone}",
        f"expect={source(manner.expect, names, 1)}",
        f"every={manner.every:g}",
        f"seconds={manner.deadline:g}",
    ]
    empty = ('=""', "=[]", "=False", "={}")
    lines = "".join(f"    {each},\n" for each in settings if not each.endswith(empty))
    minutes = manner.typical / 60
    about = f"# It typically takes {minutes:.0f} minutes.\n" if minutes >= 1 else ""
    return f"{about}{names.results[step.id]} = wait_until(\n    lambda: {_call(step, names, 1)},\n{lines})"


def _repeat(step: Step, manner: Repeat, names: Names) -> str:
    listing = manner.source
    client = names.clients[placed(listing.service, step.region)]
    *parents, last = manner.into.split(".")
    place = "".join(f".setdefault({_quoted(name)}, {{}})" for name in parents)
    lines = (
        "treated = 0",
        "while True:",
        f"    page = {client}.{listing.operation}({keyword_arguments(listing.parameters, names, 1)})",
        f"    items = jmespath.search({_quoted(manner.items)}, page)",
        "    if not items:",
        "        break",
        f"    if treated >= {manner.cap}:",
        '        sys.exit(f"Stopped after {treated} items; more are left.")',
        f"    sent = {source(step.parameters, names, 1)}",
        f"    sent{place}[{_quoted(last)}] = items",
        f"    answer = {names.clients[placed(step.service, step.region)]}.{step.operation}(**sent)",
        '    if answer.get("Errors"):',
        "        sys.exit(f\"Some items were refused: {answer['Errors']}\")",
        "    treated += len(items)",
    )
    return "\n".join(lines)


def _upload(step: Step, manner: Upload, names: Names) -> str:
    client = names.clients[placed(step.service, step.region)]
    return (
        f"{names.results[step.id]} = send_file(\n    {client}.{step.operation},\n"
        f"    path={_quoted(manner.path)},\n    sha256={_quoted(manner.sha256)},\n"
        f"    parameters={source(step.parameters, names, 1)},\n)"
    )


def _strings(values: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(value) for value in values) + "]"


def _quoted(text: str) -> str:
    return source(text, Names({}, {}), 0)
