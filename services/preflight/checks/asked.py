"""What can be told of a request without asking anyone, and whether its endpoint's name is free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.deploy import CatalogSource, Components, HubSource, eula_problem
from services.deploy.correction import next_name
from services.preflight.looking import Look
from services.preflight.models import Fix, Line, Part, Topic, Verdict

TOKEN = "HF_TOKEN"
_ELSEWHERE = ("source", "source.accept_eula")


def request_lines(look: Look, part: Part) -> Iterator[Line]:
    """A line for each field that would be refused; licence and subscription have lines of their own."""
    for problem in look.rooms.deploy.problems(part.request):
        if problem.field not in _ELSEWHERE:
            yield Line(topic=Topic.REQUEST, verdict=Verdict.STOP, words=problem.words, about=part.about)


def licence_lines(look: Look, part: Part) -> Iterator[Line]:
    """The licence, the token of a gated model, and the subscription: what a person has to agree to elsewhere."""
    model, source = look.model(part.request), part.request.source
    if model.subscription:
        words = f"{model.name} is sold through AWS Marketplace and needs a subscription first."
        fix = Fix(words="Open AWS Marketplace", url=model.subscription)
        yield Line(topic=Topic.LICENCE, verdict=Verdict.STOP, words=words, fixes=(fix,), about=part.about)
    if model.eula:
        yield _licence(part, model.name, model.eula_url, missing=bool(eula_problem(part.request, model)))
    if isinstance(source, HubSource) and source.gated:
        yield _token(part, source)
    elif not (model.eula or model.subscription):
        known = isinstance(source, CatalogSource)
        words = "No licence has to be accepted." if known else "Nothing of this kind is known of it."
        detail = "" if known else "Whether you may use a model or image from elsewhere is yours to know."
        yield Line(topic=Topic.LICENCE, verdict=Verdict.OK, words=words, detail=detail, about=part.about)


def _licence(part: Part, name: str, url: str, *, missing: bool) -> Line:
    fixes = (Fix(words="Read the licence", url=url),) if url else ()
    if missing:
        words = f"The licence (EULA) of {name} is not accepted yet."
        detail = "Read it and tick the box in the form; nobody ticks it for you."
        return Line(
            topic=Topic.LICENCE, verdict=Verdict.STOP, words=words, detail=detail, fixes=fixes, about=part.about
        )
    words = f"The licence (EULA) of {name} is accepted."
    return Line(topic=Topic.LICENCE, verdict=Verdict.OK, words=words, fixes=fixes, about=part.about)


def _token(part: Part, source: HubSource) -> Line:
    page = Fix(words="Open the model's page", url=f"https://huggingface.co/{source.hub_id}")
    if TOKEN in part.request.secrets:
        words = f"{source.hub_id} is gated: its token is asked for when the plan runs."
        detail = "Access has to be granted on the model's page first; nobody can see that from here."
        return Line(
            topic=Topic.LICENCE, verdict=Verdict.OK, words=words, detail=detail, fixes=(page,), about=part.about
        )
    words = f"{source.hub_id} is gated and no token would be sent ({TOKEN}): its weights could not be fetched."
    changed = replace(part.request, secrets=(*part.request.secrets, TOKEN))
    give = Fix(words="Ask for the token when it runs", change=part.whole(changed))
    return Line(topic=Topic.LICENCE, verdict=Verdict.STOP, words=words, fixes=(give, page), about=part.about)


def name_lines(look: Look, part: Part) -> Iterator[Line]:
    """Whether the name is free. An endpoint of this very configuration is one that was made already."""
    request = part.request
    onto = isinstance(request.mode, Components) and request.mode.onto
    found = look.rooms.gateway.endpoint(request.endpoint_name)
    if onto:
        yield _onto(part, found.status if found else "")
        return
    if found is None:
        words = f"The name {request.endpoint_name} is free."
        yield Line(topic=Topic.NAME, verdict=Verdict.OK, words=words, about=part.about)
        return
    if found.status == "Failed":
        words = f"A failed endpoint {found.name} has the name; the plan removes it first."
        yield Line(topic=Topic.NAME, verdict=Verdict.WARNING, words=words, about=part.about)
        return
    name = next_name(request.endpoint_name)
    fix = Fix(words=f"Call it {name}", change=part.whole(replace(request, endpoint_name=name)))
    if found.config_name != request.endpoint_name:
        words, verdict = f"An endpoint {found.name} exists ({found.status}).", Verdict.STOP
    elif found.status == "InService":
        words, verdict = f"{found.name} was made already and is in service.", Verdict.WARNING
    else:
        words, verdict = f"{found.name} is {found.status}; it has to settle first.", Verdict.WARNING
    yield Line(topic=Topic.NAME, verdict=verdict, words=words, fixes=(fix,), about=part.about)


def _onto(part: Part, status: str) -> Line:
    name = part.request.endpoint_name
    if status == "InService":
        words, verdict = f"{name} is in service and is given the component.", Verdict.OK
    elif status:
        words, verdict = f"{name} is {status}; a component can be added once it is in service.", Verdict.STOP
    else:
        words, verdict = f"There is no endpoint {name} to put the component onto.", Verdict.STOP
    return Line(topic=Topic.NAME, verdict=verdict, words=words, about=part.about)
