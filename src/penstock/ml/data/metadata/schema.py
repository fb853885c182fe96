"""What a schema looks like in TensorFlow Metadata (`schema.proto`): plain frozen records that refuse unknown fields."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

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
Categorical = Literal["CATEGORICAL_UNSPECIFIED", "CATEGORICAL_YES", "CATEGORICAL_NO"]
IntegerTimeFormat = Literal[
    "FORMAT_UNKNOWN", "UNIX_DAYS", "UNIX_SECONDS", "UNIX_MILLISECONDS", "UNIX_MICROSECONDS", "UNIX_NANOSECONDS"
]
IntegerTimeOfDayFormat = Literal["FORMAT_UNKNOWN", "PACKED_64_NANOS"]
HistogramSource = Literal["DEFAULT", "QUANTILES", "STANDARD"]
SequentialStatus = Literal["SEQUENTIAL_UNSPECIFIED", "SEQUENTIAL_YES", "SEQUENTIAL_NO"]


class Annotation(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`Annotation` of TensorFlow Metadata."""

    tag: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()
    extra_metadata: tuple[dict[str, Any], ...] = ()


class NumericValueComparator(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NumericValueComparator` of TensorFlow Metadata."""

    min_fraction_threshold: float | None = None
    max_fraction_threshold: float | None = None


class DatasetConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`DatasetConstraints` of TensorFlow Metadata."""

    num_examples_drift_comparator: NumericValueComparator | None = None
    num_examples_version_comparator: NumericValueComparator | None = None
    min_examples_count: int | None = None
    max_examples_count: int | None = None


class Dim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True):
    """`FixedShape.Dim` of TensorFlow Metadata."""

    size: int | None = None
    name: str | None = None


class FixedShape(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FixedShape` of TensorFlow Metadata."""

    dim: tuple[Dim, ...] = ()


class ValueCount(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ValueCount` of TensorFlow Metadata."""

    min: int | None = None
    max: int | None = None


class ValueCountList(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ValueCountList` of TensorFlow Metadata."""

    value_count: tuple[ValueCount, ...] = ()


class WeightedFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`WeightedFeature` of TensorFlow Metadata."""

    name: str | None = None
    feature: Path | None = None
    weight_feature: Path | None = None
    lifecycle_stage: LifecycleStage | None = None


class IndexFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature.IndexFeature` of TensorFlow Metadata."""

    name: str | None = None


class ValueFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature.ValueFeature` of TensorFlow Metadata."""

    name: str | None = None


class DistributionConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`DistributionConstraints` of TensorFlow Metadata."""

    min_domain_mass: float | None = None


class FeatureCoverageConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeatureCoverageConstraints` of TensorFlow Metadata."""

    min_coverage: float | None = None
    min_avg_token_length: float | None = None
    excluded_string_tokens: tuple[str, ...] = ()
    excluded_int_tokens: tuple[int, ...] = ()
    oov_string_tokens: tuple[str, ...] = ()


class SequenceValueConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceValueConstraints` of TensorFlow Metadata."""

    int_value: int | None = None
    string_value: str | None = None
    min_per_sequence: int | None = None
    max_per_sequence: int | None = None
    min_fraction_of_sequences: float | None = None
    max_fraction_of_sequences: float | None = None


class SequenceLengthConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceLengthConstraints` of TensorFlow Metadata."""

    excluded_int_value: tuple[int, ...] = ()
    excluded_string_value: tuple[str, ...] = ()
    min_sequence_length: int | None = None
    max_sequence_length: int | None = None


class IntDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`IntDomain` of TensorFlow Metadata."""

    name: str | None = None
    min: int | None = None
    max: int | None = None
    is_categorical: bool | None = None


class FloatDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FloatDomain` of TensorFlow Metadata."""

    name: str | None = None
    min: float | None = None
    max: float | None = None
    disallow_nan: bool | None = None
    disallow_inf: bool | None = None
    is_embedding: bool | None = None
    is_categorical: bool | None = None
    embedding_dim: int | None = None
    embedding_type: str | None = None


class StructDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`StructDomain` of TensorFlow Metadata."""

    feature: tuple[Feature, ...] = ()
    sparse_feature: tuple[SparseFeature, ...] = ()


class StringDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`StringDomain` of TensorFlow Metadata."""

    name: str | None = None
    value: tuple[str, ...] = ()
    is_categorical: Categorical | None = None


class BoolDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`BoolDomain` of TensorFlow Metadata."""

    name: str | None = None
    true_value: str | None = None
    false_value: str | None = None


class NaturalLanguageDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NaturalLanguageDomain` of TensorFlow Metadata."""

    vocabulary: str | None = None
    coverage: FeatureCoverageConstraints | None = None
    token_constraints: tuple[SequenceValueConstraints, ...] = ()
    sequence_length_constraints: SequenceLengthConstraints | None = None


class ImageDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ImageDomain` of TensorFlow Metadata."""

    minimum_supported_image_fraction: float | None = None
    max_image_byte_size: int | None = None


class AudioDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`AudioDomain` of TensorFlow Metadata."""


class VideoDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`VideoDomain` of TensorFlow Metadata."""


class ContentChunkDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ContentChunkDomain` of TensorFlow Metadata."""


class MIDDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`MIDDomain` of TensorFlow Metadata."""


class URLDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`URLDomain` of TensorFlow Metadata."""


class TimeDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`TimeDomain` of TensorFlow Metadata."""

    string_format: str | None = None
    integer_format: IntegerTimeFormat | None = None


class TimeOfDayDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`TimeOfDayDomain` of TensorFlow Metadata."""

    string_format: str | None = None
    integer_format: IntegerTimeOfDayFormat | None = None


class FeaturePresence(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeaturePresence` of TensorFlow Metadata."""

    min_fraction: float | None = None
    min_count: int | None = None


class SparseFeature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SparseFeature` of TensorFlow Metadata."""

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
    """`FeaturePresenceWithinGroup` of TensorFlow Metadata."""

    required: bool | None = None


class InfinityNorm(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`InfinityNorm` of TensorFlow Metadata."""

    threshold: float | None = None


class HistogramSelection(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`HistogramSelection` of TensorFlow Metadata."""

    type: HistogramSource | None = None


class JensenShannonDivergence(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`JensenShannonDivergence` of TensorFlow Metadata."""

    threshold: float | None = None
    source: HistogramSelection | None = None


class NormalizedAbsoluteDifference(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NormalizedAbsoluteDifference` of TensorFlow Metadata."""

    threshold: float | None = None


class FeatureComparator(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeatureComparator` of TensorFlow Metadata."""

    infinity_norm: InfinityNorm | None = None
    jensen_shannon_divergence: JensenShannonDivergence | None = None
    normalized_abs_difference: NormalizedAbsoluteDifference | None = None


class UniqueConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`UniqueConstraints` of TensorFlow Metadata."""

    min: int | None = None
    max: int | None = None


class SequenceMetadata(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceMetadata` of TensorFlow Metadata."""

    sequential_status: SequentialStatus | None = None
    joint_group: str | None = None
    sequence_truncation_limit: int | None = None


class Feature(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`Feature` of TensorFlow Metadata."""

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
    """`Schema` of TensorFlow Metadata."""

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
