"""JSONPath as batch transform takes it: members, indices, slices, wildcards and lists of them."""

from __future__ import annotations

import re

# https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html, its table of operators
LONGEST = 63
_QUOTED = r"'[^']+'"
_NUMBER = r"-?\d+"
_STEP = re.compile(
    rf"\.(\*|[A-Za-z_][\w-]*)|\[(\*|{_QUOTED}(\s*,\s*{_QUOTED})*|{_NUMBER}(\s*,\s*{_NUMBER})*|({_NUMBER})?:({_NUMBER})?)\]"
)


def mistake(path: str) -> str:
    """What is wrong with a JSONPath, in a sentence; "" where nothing is."""
    if len(path) > LONGEST:
        return f"A filter has at most {LONGEST} characters."
    if not path.startswith("$"):
        return "A filter is a JSONPath and begins with $, as $[1:] or $.features."
    if ".." in path or "?" in path:
        return "Batch transform takes no .. and no conditions in a JSONPath."
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return f"From “{path[at:][:20]}” on this is no JSONPath that batch transform takes."
        at = found.end()
    return ""
