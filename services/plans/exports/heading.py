"""What stands at the head of every exported file: what it makes, what it does not do, how to use it."""

from __future__ import annotations

from services.plans.exports.described import Description
from services.plans.exports.quoting import commented


def sentences(description: Description, gaps: tuple[str, ...], usage: str) -> list[str]:
    """The lines of the head, without a comment sign."""
    lines = [f"{description.title}.", "", "Written by Sagedeck from the plan of this name. It makes:"]
    lines += [f"  {number}. {each.reason}" for number, each in enumerate(description.resources, 1)]
    if description.left_out:
        lines += ["", "It does not do these steps of the plan:", *(f"  - {each}" for each in description.left_out)]
    if gaps:
        lines += [
            "",
            "Gaps: the plan asks for this and the format cannot express it:",
            *(f"  - {each}" for each in gaps),
        ]
    lines += ["", *(f"Note: {each}" for each in description.notes)] if description.notes else []
    return [*lines, "", f"Use: {usage}"]


def comment(description: Description, gaps: tuple[str, ...], *, usage: str) -> str:
    """The head as a comment."""
    lines = commented("\n".join(sentences(description, gaps, usage)))
    return "".join(f"{line}\n" for line in lines)
