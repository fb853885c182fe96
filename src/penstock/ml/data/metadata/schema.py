"""What a schema looks like in TensorFlow Metadata (`schema.proto`): plain frozen records that refuse unknown fields."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from penstock.ml.data.metadata.domain import (
    AudioDomain,
    BoolDomain,
    ContentChunkDomain,
    FloatDomain,
    ImageDomain,
    IntDomain,
    MIDDomain,
    NaturalLanguageDomain,
    StringDomain,
    TimeDomain,
    TimeOfDayDomain,
    URLDomain,
    VideoDomain,
)
from penstock.ml.data.metadata.path import DerivedFeatureSource, Path

FeatureType = Literal["TYPE_UNKNOWN", "BYTES", "INT", "FLOAT", "STRUCT"]
LifecycleStage = Literal[
    "UNKNOWN_STAGE",
    "PLANNED",
    "ALPHA",
    "BETA",
    "PRODUCTION",
    "DEPRECATED",
    "DEBUG_ONLY",
    "DISABLED",
    "VALIDATION_DERIVED",
]
HistogramSource = Literal["DEFAULT", "QUANTILES", "STANDARD"]
SequentialStatus = Literal["SEQUENTIAL_UNSPECIFIED", "SEQUENTIAL_YES", "SEQUENTIAL_NO"]


class Annotation(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`Annotation`: notes: tags, comments, and messages of any kind (JSON with ``@type``)."""

    tag: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()
    extra_metadata: tuple[dict[str, Any], ...] = ()


class NumericValueComparator(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NumericValueComparator`: limits of the ratio of a number to the one before it, inclusive."""

    min_fraction_threshold: float | None = None
    max_fraction_threshold: float | None = None


class DatasetConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`DatasetConstraints`: limits of the number of rows, alone and over the previous span or version."""

    num_examples_drift_comparator: NumericValueComparator | None = None
    num_examples_version_comparator: NumericValueComparator | None = None
    min_examples_count: int | None = None
    max_examples_count: int | None = None


class Dim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True):
    """`FixedShape.Dim`: one axis of a shape."""

    size: int | None = None
    name: str | None = None


class FixedShape(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FixedShape`: so many values in every row, the first axis varying slowest."""

    dim: tuple[Dim, ...] = ()


class ValueCount(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ValueCount`: fewest and most values in a row that has the feature."""

    min: int | None = None
    max: int | None = None


class ValueCountList(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ValueCountList`: the same on each level of nested lists, the outermost first."""

    value_count: tuple[ValueCount, ...] = ()


class WeightedFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`WeightedFeature`: a feature whose values have weights in another feature, of the same length in every row."""

    name: str | None = None
    feature: Path | None = None
    weight_feature: Path | None = None
    lifecycle_stage: LifecycleStage | None = None


class IndexFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature.IndexFeature`: a feature with the indices of a sparse feature along one axis."""

    name: str | None = None


class ValueFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature.ValueFeature`: the feature with the values of a sparse feature."""

    name: str | None = None


class DistributionConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`DistributionConstraints`: how many values must lie in the vocabulary: a fraction, 1 where not given."""

    min_domain_mass: float | None = None


class StructDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`StructDomain`: features inside of a struct."""

    feature: tuple[Feature, ...] = ()
    sparse_feature: tuple[SparseFeature, ...] = ()


class FeaturePresence(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeaturePresence`: in how many rows a feature must be: a fraction, and a number."""

    min_fraction: float | None = None
    min_count: int | None = None


class SparseFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature`: a sparse tensor that several features encode: indices along each axis, and values."""

    name: str | None = None
    deprecated: bool | None = None
    lifecycle_stage: LifecycleStage | None = None
    presence: FeaturePresence | None = None
    dense_shape: FixedShape | None = None
    index_feature: tuple[IndexFeature, ...] = ()
    is_sorted: bool | None = None
    value_feature: ValueFeature | None = None
    type: FeatureType | None = None


class FeaturePresenceWithinGroup(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeaturePresenceWithinGroup`: whether a feature must be there when its group is."""

    required: bool | None = None


class InfinityNorm(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`InfinityNorm`: threshold of the greatest difference of two relative frequencies."""

    threshold: float | None = None


class HistogramSelection(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`HistogramSelection`: which histogram is compared."""

    type: HistogramSource | None = None


class JensenShannonDivergence(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`JensenShannonDivergence`: threshold of the Jensen-Shannon divergence, in bits."""

    threshold: float | None = None
    source: HistogramSelection | None = None


class NormalizedAbsoluteDifference(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NormalizedAbsoluteDifference`: threshold of the greatest difference of two counts over both totals."""

    threshold: float | None = None


class FeatureComparator(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeatureComparator`: what a comparison with other data must not exceed."""

    infinity_norm: InfinityNorm | None = None
    jensen_shannon_divergence: JensenShannonDivergence | None = None
    normalized_abs_difference: NormalizedAbsoluteDifference | None = None


class UniqueConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`UniqueConstraints`: fewest and most distinct values; a limit that is not given counts as 0."""

    min: int | None = None
    max: int | None = None


class SequenceMetadata(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceMetadata`: whether the order of a feature's values means something."""

    sequential_status: SequentialStatus | None = None
    joint_group: str | None = None
    sequence_truncation_limit: int | None = None


class Feature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`Feature`: what one column, or one field of a struct, must look like."""

    name: str | None = None
    deprecated: bool | None = None
    presence: FeaturePresence | None = None
    group_presence: FeaturePresenceWithinGroup | None = None
    shape: FixedShape | None = None
    value_count: ValueCount | None = None
    value_counts: ValueCountList | None = None
    type: FeatureType | None = None
    domain: str | None = None
    int_domain: IntDomain | None = None
    float_domain: FloatDomain | None = None
    string_domain: StringDomain | None = None
    bool_domain: BoolDomain | None = None
    struct_domain: StructDomain | None = None
    natural_language_domain: NaturalLanguageDomain | None = None
    image_domain: ImageDomain | None = None
    audio_domain: AudioDomain | None = None
    video_domain: VideoDomain | None = None
    content_chunk_domain: ContentChunkDomain | None = None
    mid_domain: MIDDomain | None = None
    url_domain: URLDomain | None = None
    time_domain: TimeDomain | None = None
    time_of_day_domain: TimeOfDayDomain | None = None
    distribution_constraints: DistributionConstraints | None = None
    annotation: Annotation | None = None
    skew_comparator: FeatureComparator | None = None
    drift_comparator: FeatureComparator | None = None
    in_environment: tuple[str, ...] = ()
    not_in_environment: tuple[str, ...] = ()
    lifecycle_stage: LifecycleStage | None = None
    unique_constraints: UniqueConstraints | None = None
    validation_derived_source: DerivedFeatureSource | None = None
    sequence_metadata: SequenceMetadata | None = None


class SchemaMessage(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`Schema`: what a data set must look like."""

    feature: tuple[Feature, ...] = ()
    sparse_feature: tuple[SparseFeature, ...] = ()
    weighted_feature: tuple[WeightedFeature, ...] = ()
    string_domain: tuple[StringDomain, ...] = ()
    float_domain: tuple[FloatDomain, ...] = ()
    int_domain: tuple[IntDomain, ...] = ()
    default_environment: tuple[str, ...] = ()
    represent_variable_length_as_ragged: bool | None = None
    annotation: Annotation | None = None
    dataset_constraints: DatasetConstraints | None = None
    tensor_representation_group: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
