"""What a job was told about its table: which column is what, as DescribeAutoMLJobV2 says it (botocore 1.44.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.autopilot.models import ProblemKind

Row = Mapping[str, Any]
_QUANTILES = ("p10", "p50", "p90")  # what a forecasting job makes where it is asked for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a job was trained on.

    problem      the resolved problem type of a table, "" else
    weight       the column of sample weights; features: the S3 address of the list of features; "" all
    content      the column of texts
    item, moment, groups   the columns that make a time series
    source       (S3DataType, address) of the training channel
    header       whether its CSV begins with a header
    """

    name: str
    kind: ProblemKind = ProblemKind.TABULAR
    problem: str = ""
    target: str = ""
    weight: str = ""
    features: str = ""
    content: str = ""
    item: str = ""
    moment: str = ""
    groups: tuple[str, ...] = ()
    horizon: int = 0
    frequency: str = ""
    quantiles: tuple[str, ...] = ()
    source: tuple[str, str] = ("S3Prefix", "")
    header: bool = True

    @property
    def classes(self) -> bool:
        """Whether it predicts one of several labels."""
        if self.kind is ProblemKind.TABULAR:
            return self.problem != "Regression"
        return self.kind in (ProblemKind.TEXT, ProblemKind.IMAGE)

    @property
    def regression(self) -> bool:
        """Whether it predicts a number for a row."""
        return self.kind is ProblemKind.TABULAR and self.problem == "Regression"


def trained_on(row: Row) -> Training:
    """The answer of DescribeAutoMLJobV2; of a kind that is not known here, as a table."""
    kind, config = _kind(row)
    resolved = (row.get("ResolvedAttributes") or {}).get("AutoMLProblemTypeResolvedAttributes") or {}
    series = config.get("TimeSeriesConfig") or {}
    generation = config.get("CandidateGenerationConfig") or {}
    channel = _channel(row)
    source = (channel.get("DataSource") or {}).get("S3DataSource") or {}
    tabular = resolved.get("TabularResolvedAttributes") or {}
    text = resolved.get("TextGenerationResolvedAttributes") or {}
    return Training(
        name=str(row.get("AutoMLJobName", "")),
        kind=kind,
        problem=str(tabular.get("ProblemType") or config.get("ProblemType") or text.get("BaseModelName") or ""),
        target=str(
            config.get("TargetAttributeName") or config.get("TargetLabelColumn")
            or series.get("TargetAttributeName") or ""
        ),
        weight=str(config.get("SampleWeightAttributeName") or ""),
        features=str(config.get("FeatureSpecificationS3Uri") or generation.get("FeatureSpecificationS3Uri") or ""),
        content=str(config.get("ContentColumn") or ""),
        item=str(series.get("ItemIdentifierAttributeName") or ""),
        moment=str(series.get("TimestampAttributeName") or ""),
        groups=tuple(str(each) for each in series.get("GroupingAttributeNames") or ()),
        horizon=int(config.get("ForecastHorizon") or 0),
        frequency=str(config.get("ForecastFrequency") or ""),
        quantiles=tuple(str(each) for each in config.get("ForecastQuantiles") or _QUANTILES) if series else (),
        source=(str(source.get("S3DataType") or "S3Prefix"), str(source.get("S3Uri") or "")),
        header="header=absent" not in str(channel.get("ContentType") or ""),
    )  # fmt: skip


def _kind(row: Row) -> tuple[ProblemKind, Row]:
    for member, config in (row.get("AutoMLProblemTypeConfig") or {}).items():
        if member in set(ProblemKind):
            return ProblemKind(member), config or {}
    return ProblemKind.TABULAR, {}


def _channel(row: Row) -> Row:
    channels = row.get("AutoMLJobInputDataConfig") or ()
    return next((each for each in channels if each.get("ChannelType", "training") == "training"), {})
