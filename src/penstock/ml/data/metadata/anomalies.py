"""What anomalies look like in TensorFlow Metadata (`anomalies.proto`): plain frozen records."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import SchemaMessage

Severity = Literal["UNKNOWN", "WARNING", "ERROR"]
AnomalyType = Literal[
    "UNKNOWN_TYPE",
    "MULTIPLE_REASONS",
    "BOOL_TYPE_BIG_INT",
    "BOOL_TYPE_BYTES_NOT_INT",
    "BOOL_TYPE_BYTES_NOT_STRING",
    "BOOL_TYPE_FLOAT_NOT_INT",
    "BOOL_TYPE_FLOAT_NOT_STRING",
    "BOOL_TYPE_INT_NOT_STRING",
    "BOOL_TYPE_SMALL_INT",
    "BOOL_TYPE_STRING_NOT_INT",
    "BOOL_TYPE_UNEXPECTED_STRING",
    "BOOL_TYPE_UNEXPECTED_FLOAT",
    "BOOL_TYPE_INVALID_CONFIG",
    "ENUM_TYPE_BYTES_NOT_STRING",
    "ENUM_TYPE_FLOAT_NOT_STRING",
    "ENUM_TYPE_INT_NOT_STRING",
    "ENUM_TYPE_INVALID_UTF8",
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
    "FEATURE_TYPE_HIGH_NUMBER_VALUES",
    "FEATURE_TYPE_LOW_FRACTION_PRESENT",
    "FEATURE_TYPE_LOW_NUMBER_PRESENT",
    "FEATURE_TYPE_LOW_NUMBER_VALUES",
    "FEATURE_TYPE_NOT_PRESENT",
    "FEATURE_TYPE_NO_VALUES",
    "FEATURE_TYPE_UNEXPECTED_REPEATED",
    "FEATURE_TYPE_HIGH_UNIQUE",
    "FEATURE_TYPE_LOW_UNIQUE",
    "FEATURE_TYPE_NO_UNIQUE",
    "FLOAT_TYPE_BIG_FLOAT",
    "FLOAT_TYPE_NOT_FLOAT",
    "FLOAT_TYPE_SMALL_FLOAT",
    "FLOAT_TYPE_STRING_NOT_FLOAT",
    "FLOAT_TYPE_NON_STRING",
    "FLOAT_TYPE_UNKNOWN_TYPE_NUMBER",
    "FLOAT_TYPE_HAS_NAN",
    "FLOAT_TYPE_HAS_INF",
    "INT_TYPE_BIG_INT",
    "INT_TYPE_INT_EXPECTED",
    "INT_TYPE_NOT_INT_STRING",
    "INT_TYPE_NOT_STRING",
    "INT_TYPE_SMALL_INT",
    "INT_TYPE_STRING_EXPECTED",
    "INT_TYPE_UNKNOWN_TYPE_NUMBER",
    "LOW_SUPPORTED_IMAGE_FRACTION",
    "SCHEMA_MISSING_COLUMN",
    "SCHEMA_NEW_COLUMN",
    "SCHEMA_TRAINING_SERVING_SKEW",
    "STRING_TYPE_NOW_FLOAT",
    "STRING_TYPE_NOW_INT",
    "COMPARATOR_CONTROL_DATA_MISSING",
    "COMPARATOR_TREATMENT_DATA_MISSING",
    "COMPARATOR_L_INFTY_HIGH",
    "COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH",
    "COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH",
    "NO_DATA_IN_SPAN",
    "SPARSE_FEATURE_MISSING_VALUE",
    "SPARSE_FEATURE_MISSING_INDEX",
    "SPARSE_FEATURE_LENGTH_MISMATCH",
    "SPARSE_FEATURE_NAME_COLLISION",
    "SEMANTIC_DOMAIN_UPDATE",
    "COMPARATOR_LOW_NUM_EXAMPLES",
    "COMPARATOR_HIGH_NUM_EXAMPLES",
    "DATASET_LOW_NUM_EXAMPLES",
    "DATASET_HIGH_NUM_EXAMPLES",
    "WEIGHTED_FEATURE_NAME_COLLISION",
    "WEIGHTED_FEATURE_MISSING_VALUE",
    "WEIGHTED_FEATURE_MISSING_WEIGHT",
    "WEIGHTED_FEATURE_LENGTH_MISMATCH",
    "VALUE_NESTEDNESS_MISMATCH",
    "DOMAIN_INVALID_FOR_TYPE",
    "FEATURE_MISSING_NAME",
    "FEATURE_MISSING_TYPE",
    "INVALID_SCHEMA_SPECIFICATION",
    "INVALID_DOMAIN_SPECIFICATION",
    "UNEXPECTED_DATA_TYPE",
    "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES",
    "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES",
    "SEQUENCE_VALUE_TOO_SMALL_FRACTION",
    "SEQUENCE_VALUE_TOO_LARGE_FRACTION",
    "FEATURE_COVERAGE_TOO_LOW",
    "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH",
    "NLP_WRONG_LOCATION",
    "EMBEDDING_SHAPE_INVALID",
    "MAX_IMAGE_BYTE_SIZE_EXCEEDED",
    "INVALID_FEATURE_SHAPE",
    "STATS_NOT_AVAILABLE",
    "DERIVED_FEATURE_BAD_LIFECYCLE",
    "DERIVED_FEATURE_INVALID_SOURCE",
    "CUSTOM_VALIDATION",
]
MeasurementType = Literal["UNKNOWN", "L_INFTY", "JENSEN_SHANNON_DIVERGENCE", "NORMALIZED_ABSOLUTE_DIFFERENCE"]
AnomalyNameFormat = Literal["UNKNOWN", "SERIALIZED_PATH"]


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`AnomalyInfo.Reason` of TensorFlow Metadata."""

    type: AnomalyType | None = None
    short_description: str | None = None
    description: str | None = None


class AnomalyInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`AnomalyInfo` of TensorFlow Metadata."""

    path: Path | None = None
    severity: Severity | None = None
    description: str | None = None
    short_description: str | None = None
    diff_regions: tuple[dict[str, Any], ...] = ()
    reason: tuple[Reason, ...] = ()


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`DriftSkewInfo.Measurement` of TensorFlow Metadata."""

    type: MeasurementType | None = None
    value: float | None = None
    threshold: float | None = None


class DriftSkewInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`DriftSkewInfo` of TensorFlow Metadata."""

    path: Path | None = None
    drift_measurements: tuple[Measurement, ...] = ()
    skew_measurements: tuple[Measurement, ...] = ()


class AnomaliesMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """`Anomalies` of TensorFlow Metadata."""

    baseline: SchemaMessage | None = None
    anomaly_name_format: AnomalyNameFormat | None = None
    anomaly_info: dict[str, AnomalyInfo] = msgspec.field(default_factory=dict)
    dataset_anomaly_info: AnomalyInfo | None = None
    data_missing: bool | None = None
    drift_skew_info: tuple[DriftSkewInfo, ...] = ()
