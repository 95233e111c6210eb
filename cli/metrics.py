"""The command that prints an endpoint's figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.opening import JsonFlag, answering, app, open_console

if TYPE_CHECKING:
    from services.metrics import Chart, Span

_UNITS = {"ms": " ms", "percent": " %", "seconds": " s", "count": ""}


@app.command()
def metrics(
    context: typer.Context,
    endpoint: str,
    span: Annotated[str, typer.Option(help="1h, 6h, 1d, 7d or 30d.")] = "1d",
    compare: Annotated[str, typer.Option(help="Another endpoint beside it.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Print the figures of an endpoint: the newest and the highest of each line, with --json every one."""
    with answering(as_json):
        wanted = _span(span)
        console = open_console(context)
        other = console.detail(compare) if compare else None
        found = console.metrics.charts(console.detail(endpoint), wanted, compare=other)
        typer.echo(json.dumps(_packed(found, wanted)) if as_json else _written(found))


def _span(text: str) -> Span:
    from services.errors import InvalidRequest
    from services.metrics import Span

    try:
        return Span(text)
    except ValueError:
        raise InvalidRequest(f"{text} is no span.", "", f"Take one of {', '.join(Span)}.") from None


def _packed(found: tuple[Chart, ...], span: Span) -> dict[str, Any]:
    charts = [
        {
            "metric": chart.key,
            "title": chart.title,
            "unit": chart.unit,
            "lines": [{"label": line.label, "points": [list(point) for point in line.points]} for line in chart.series],
        }
        for chart in found
    ]
    return {"span": span.value, "period_seconds": span.period, "charts": charts}


def _written(found: tuple[Chart, ...]) -> str:
    rows = [f"{'':<18} {'':<26} {'newest':>14} {'highest':>14}"]
    for chart in found:
        for line in chart.series:
            values = [value for _, value in line.points if value is not None]
            told = (line.last, max(values)) if values else (None, None)
            newest, highest = (_figure(value, chart.unit) for value in told)
            rows.append(f"{chart.title:<18} {line.label:<26} {newest:>14} {highest:>14}")
    return "\n".join(rows)


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}{_UNITS.get(unit, '')}" if unit == "count" else f"{value:,.1f}{_UNITS.get(unit, '')}"
