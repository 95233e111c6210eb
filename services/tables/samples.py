"""Three tables to try Autopilot with. Shops, people and figures are invented for this project (Apache-2.0)."""

from __future__ import annotations

import facts
from services.tables.models import Sample


def samples() -> tuple[Sample, ...]:
    """One for each kind of problem that starts from a table. Nothing is read."""
    folder = facts.path("samples") / "tables"
    return (
        Sample(
            "Who cancels?",
            "1,500 customers of a telephone company and whether they left: classes from a table.",
            folder / "churn.csv",
            "Churn?",
            "TabularJobConfig",
        ),
        Sample(
            "What is a letter about?",
            "900 letters to a shop's help desk and their topic: classes from a text.",
            folder / "tickets.csv",
            "topic",
            "TextClassificationJobConfig",
            (("content", "text"),),
        ),
        Sample(
            "How much will be sold?",
            "What a café sold a day of six things in 540 days, with promotions and the weather: a forecast.",
            folder / "demand.csv",
            "sold",
            "TimeSeriesForecastingJobConfig",
            (("timestamp", "day"), ("item", "item"), ("frequency", "1D")),
        ),
    )
