"""What a check looks at, and what it yields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from penstock.ml.data.metadata.anomalies import Measurement
from penstock.ml.data.metadata.anomaly_type import AnomalyType
from penstock.ml.data.metadata.schema import Feature
from penstock.ml.data.schema.schema_view import SchemaView
from penstock.ml.data.schema.statistics_view import DatasetView, FeatureView

Side = Literal["drift", "skew"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason of an anomaly.

    Parameters
    ----------
    type : str
        TensorFlow Metadata's word.
    short, description : str
        For people; ``short`` is TFDV's.
    detail : str or int
        Which of several: the nest level, the index feature, the token. It decides which rows offend.
    note : str
        What the check could not see.
    """

    type: AnomalyType
    short: str
    description: str
    detail: str | int = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One comparison with other statistics, whether above its threshold or not."""

    side: Side
    measurement: Measurement


Found = Iterator[Problem | Measured]


@dataclass(frozen=True, slots=True)
class Context:
    """What a validation is about, besides a feature.

    Parameters
    ----------
    data : DatasetView
        The data set in question.
    schema : SchemaView
    environment : str
        Empty for none.
    previous, serving, version : DatasetView, optional
        To compare with: drift, skew, number of rows.
    """

    data: DatasetView
    schema: SchemaView
    environment: str = ""
    previous: DatasetView | None = None
    serving: DatasetView | None = None
    version: DatasetView | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A feature of the schema, what the data have under its path, and where.

    Parameters
    ----------
    feature : Feature
        Of the schema, its own faults repaired.
    view : FeatureView
        Its statistics.
    context : Context
    """

    feature: Feature
    view: FeatureView
    context: Context

    @property
    def is_in_environment(self) -> bool:
        """Whether the feature belongs into the environment."""
        return self.context.schema.is_in_environment(self.feature, self.context.environment)

    @property
    def is_required(self) -> bool:
        """Whether the feature must be in the data."""
        return self.context.schema.is_required(self.feature, self.context.environment)
