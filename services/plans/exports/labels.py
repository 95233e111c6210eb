"""Names inside an exported file: of its resources, of its parameters, of attributes in snake case."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping

from services.plans.exports.described import Description, Resource

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 60


def snake(name: str) -> str:
    """A property's name as the CDK for Python and Terraform write it: KmsKeyId -> kms_key_id."""
    return _HUMP.sub("_", name).lower()


def camel(text: str) -> str:
    """Words run together, as CloudFormation's logical ids must be: my-endpoint -> MyEndpoint."""
    words = re.split(r"[^A-Za-z0-9]+", text)
    joined = "".join(word.capitalize() if word.isupper() else word[:1].upper() + word[1:] for word in words)[:_LONGEST]
    return joined if joined[:1].isalpha() else f"It{joined}"


def underscored(text: str) -> str:
    """Words with _ between them, as Python and Terraform want names: 1st-role -> _1st_role."""
    plain = re.sub(r"\W+", "_", snake(text), flags=re.ASCII).strip("_")[:_LONGEST] or "it"
    return f"_{plain}" if plain[0].isdigit() or keyword.iskeyword(plain) else plain


def _kind_word(resource: Resource) -> str:
    return resource.kind.type.rpartition(":")[2]


def labels(
    of: Description, style: Callable[[str], str], *, reserved: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """A label for each resource (by its id) and each given value (by its name), no two alike."""
    taken = {each.lower() for each in reserved}
    found: dict[str, str] = {}
    wanted = [(each.name, each.name) for each in of.given]
    wanted += [(each.id, f"{_kind_word(each)}-{each.name}") for each in of.resources]
    for key, words in wanted:
        label, number = style(words), 1
        while label.lower() in taken:
            number += 1
            label = f"{style(words)}{number}"
        taken.add(label.lower())
        found[key] = label
    return found
