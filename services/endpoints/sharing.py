"""Who else uses the configuration and the models of an endpoint, from what was read of all of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.endpoints.models import EndpointDetail, Parts, Sharing


def models_of(detail: EndpointDetail) -> list[str]:
    """The names of the models of its variants; one may be named twice."""
    return [*(each.name for each in detail.models), *(each.model_name for each in detail.variants if each.model_name)]


def sharing_of(
    detail: EndpointDetail, parts: Parts, used: Mapping[str, str], users: Mapping[str, Sequence[str]], paused: str
) -> Sharing:
    """Of all users those of this endpoint's; `used` is the configuration of every endpoint by its name."""
    here = [name for name, config in used.items() if config and config == detail.config_name and name != detail.name]
    own = {detail.config_name, *(each.name for each in parts.components)}
    named = dict.fromkeys((*(each.name for each in detail.models), *parts.models))
    others = ((name, tuple(each for each in users.get(name, ()) if each not in own)) for name in named)
    return Sharing(
        config_used_by=(*here, *([f"{paused} (paused)"] if paused not in ("", detail.name, *here) else [])),
        models_used_by=tuple((name, each) for name, each in others if each),
    )
