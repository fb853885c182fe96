"""What statistics look like in TensorFlow Metadata (`statistics.proto`): plain frozen records."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from penstock.ml.data.metadata.path import DerivedFeatureSource, Path

StatisticsType = Literal["INT", "FLOAT", "STRING", "BYTES", "STRUCT"]
HistogramType = Literal["STANDARD", "QUANTILES"]


class NumericCross(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`NumericCrossStatistics` of TensorFlow Metadata."""

    correlation: float = 0.0
    covariance: float = 0.0


class LiftBucket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`LiftSeries.Bucket` of TensorFlow Metadata."""

    low_value: float = 0.0
    high_value: float = 0.0


class LiftValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`LiftSeries.LiftValue` of TensorFlow Metadata."""

    x_int: int | None = None
    x_string: str | None = None
    lift: float = 0.0
    x_count: int | None = None
    weighted_x_count: float | None = None
    x_and_y_count: int | None = None
    weighted_x_and_y_count: float | None = None


class LiftSeries(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`LiftSeries` of TensorFlow Metadata."""

    y_int: int | None = None
    y_string: str | None = None
    y_bucket: LiftBucket | None = None
    y_count: int | None = None
    weighted_y_count: float | None = None
    lift_values: tuple[LiftValue, ...] = ()


class Lift(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`LiftStatistics` of TensorFlow Metadata."""

    lift_series: tuple[LiftSeries, ...] = ()
    weighted_lift_series: tuple[LiftSeries, ...] = ()


class CategoricalCross(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`CategoricalCrossStatistics` of TensorFlow Metadata."""

    lift: Lift | None = None


class CrossStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`CrossFeatureStatistics` of TensorFlow Metadata."""

    path_x: Path | None = None
    path_y: Path | None = None
    count: int = 0
    num_cross_stats: NumericCross | None = None
    categorical_cross_stats: CategoricalCross | None = None


class WeightedCommonStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`WeightedCommonStatistics` of TensorFlow Metadata."""

    num_non_missing: float = 0.0
    num_missing: float = 0.0
    avg_num_values: float = 0.0
    tot_num_values: float = 0.0


class TopValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`StringStatistics.FreqAndValue` of TensorFlow Metadata."""

    value: str = ""
    frequency: float = 0.0


class PresenceAndValencyStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`PresenceAndValencyStatistics` of TensorFlow Metadata."""

    num_non_missing: int = 0
    num_missing: int = 0
    min_num_values: int = 0
    max_num_values: int = 0
    tot_num_values: int = 0


class Bucket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`Histogram.Bucket` of TensorFlow Metadata."""

    low_value: float = 0.0
    high_value: float = 0.0
    sample_count: float = 0.0


class Histogram(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`Histogram` of TensorFlow Metadata."""

    num_nan: int = 0
    num_undefined: int = 0
    buckets: tuple[Bucket, ...] = ()
    type: HistogramType = "STANDARD"
    name: str = ""


class TokenStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`NaturalLanguageStatistics.TokenStatistics` of TensorFlow Metadata."""

    string_token: str | None = None
    int_token: int | None = None
    frequency: float = 0.0
    fraction_of_sequences: float = 0.0
    per_sequence_min_frequency: float = 0.0
    per_sequence_avg_frequency: float = 0.0
    per_sequence_max_frequency: float = 0.0
    positions: Histogram | None = None


class WeightedNumericStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`WeightedNumericStatistics` of TensorFlow Metadata."""

    mean: float = 0.0
    std_dev: float = 0.0
    median: float = 0.0
    histograms: tuple[Histogram, ...] = ()


class CommonStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`CommonStatistics` of TensorFlow Metadata."""

    num_non_missing: int = 0
    num_missing: int = 0
    min_num_values: int = 0
    max_num_values: int = 0
    avg_num_values: float = 0.0
    tot_num_values: int = 0
    num_values_histogram: Histogram | None = None
    weighted_common_stats: WeightedCommonStatistics | None = None
    feature_list_length_histogram: Histogram | None = None
    presence_and_valency_stats: tuple[PresenceAndValencyStatistics, ...] = ()
    weighted_presence_and_valency_stats: tuple[WeightedCommonStatistics, ...] = ()


class NumericStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`NumericStatistics` of TensorFlow Metadata."""

    common_stats: CommonStatistics | None = None
    mean: float = 0.0
    std_dev: float = 0.0
    num_zeros: int = 0
    min: float = 0.0
    median: float = 0.0
    max: float = 0.0
    histograms: tuple[Histogram, ...] = ()
    weighted_numeric_stats: WeightedNumericStatistics | None = None


class BytesStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`BytesStatistics` of TensorFlow Metadata."""

    common_stats: CommonStatistics | None = None
    unique: int = 0
    avg_num_bytes: float = 0.0
    min_num_bytes: float = 0.0
    max_num_bytes: float = 0.0
    max_num_bytes_int: int = 0


class StructStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`StructStatistics` of TensorFlow Metadata."""

    common_stats: CommonStatistics | None = None


class RankBucket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`RankHistogram.Bucket` of TensorFlow Metadata."""

    low_rank: int = 0
    high_rank: int = 0
    label: str = ""
    sample_count: float = 0.0


class RankHistogram(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`RankHistogram` of TensorFlow Metadata."""

    buckets: tuple[RankBucket, ...] = ()
    name: str = ""


class CustomStatistic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`CustomStatistic` of TensorFlow Metadata."""

    name: str = ""
    num: float | None = None
    text: str | None = msgspec.field(default=None, name="str")
    histogram: Histogram | None = None
    rank_histogram: RankHistogram | None = None
    any: dict[str, Any] | None = None


class WeightedStringStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`WeightedStringStatistics` of TensorFlow Metadata."""

    top_values: tuple[TopValue, ...] = ()
    rank_histogram: RankHistogram | None = None


class StringStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`StringStatistics` of TensorFlow Metadata."""

    common_stats: CommonStatistics | None = None
    unique: int = 0
    top_values: tuple[TopValue, ...] = ()
    avg_length: float = 0.0
    rank_histogram: RankHistogram | None = None
    weighted_string_stats: WeightedStringStatistics | None = None
    vocabulary_file: str = ""
    invalid_utf8_count: int = 0


class FeatureStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`FeatureNameStatistics` of TensorFlow Metadata."""

    name: str | None = None
    path: Path | None = None
    type: StatisticsType = "INT"
    num_stats: NumericStatistics | None = None
    string_stats: StringStatistics | None = None
    bytes_stats: BytesStatistics | None = None
    struct_stats: StructStatistics | None = None
    custom_stats: tuple[CustomStatistic, ...] = ()
    validation_derived_source: DerivedFeatureSource | None = None


class DatasetStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`DatasetFeatureStatistics` of TensorFlow Metadata."""

    name: str = ""
    num_examples: int = 0
    weighted_num_examples: float = 0.0
    features: tuple[FeatureStatistics, ...] = ()
    cross_features: tuple[CrossStatistics, ...] = ()


class StatisticsList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`DatasetFeatureStatisticsList` of TensorFlow Metadata."""

    datasets: tuple[DatasetStatistics, ...] = ()


class WeightedNaturalLanguageStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`WeightedNaturalLanguageStatistics` of TensorFlow Metadata."""

    feature_coverage: float = 0.0
    avg_token_length: float = 0.0
    token_length_histogram: Histogram | None = None
    sequence_length_histogram: Histogram | None = None
    location_misses: float = 0.0
    token_statistics: TokenStatistics | None = None
    rank_histogram: RankHistogram | None = None


class NaturalLanguageStatistics(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`NaturalLanguageStatistics` of TensorFlow Metadata."""

    feature_coverage: float = 0.0
    avg_token_length: float = 0.0
    token_length_histogram: Histogram | None = None
    min_sequence_length: int = 0
    max_sequence_length: int = 0
    sequence_length_histogram: Histogram | None = None
    location_misses: int = 0
    reported_sequences: tuple[str, ...] = ()
    token_statistics: tuple[TokenStatistics, ...] = ()
    rank_histogram: RankHistogram | None = None
    weighted_nl_statistics: WeightedNaturalLanguageStatistics | None = None
