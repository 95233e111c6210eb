"""What a worker tells of a training, for tests of what follows from it: none is started."""

from typing import Any


def of_candidates(*names: str) -> list[dict[str, Any]]:
    """The events of a job on a table whose candidates are equally good."""
    shared = {"problem": "BinaryClassification", "objective": "F1"}
    analyzed = {
        "event": "analyzed",
        "rows": 600,
        "columns": [],
        "candidates": dict.fromkeys(names, "made up"),
        **shared,
    }
    trained = [
        {"event": "candidate", "name": name, "said": "made up", "metrics": {"Validation": {"F1": 0.9}}, "digest": "",
         "uri": f"s3://lab/{name}", **shared}
        for name in names
    ]  # fmt: skip
    return [analyzed, *trained, {"event": "explained", "best": names[0], "importance": {}}]
