"""What values a schema of TensorFlow Metadata allows (the domains of `schema.proto`): plain frozen records."""

from __future__ import annotations

from typing import Literal

import msgspec

Categorical = Literal["CATEGORICAL_UNSPECIFIED", "CATEGORICAL_YES", "CATEGORICAL_NO"]
IntegerTimeFormat = Literal[
    "FORMAT_UNKNOWN", "UNIX_DAYS", "UNIX_SECONDS", "UNIX_MILLISECONDS", "UNIX_MICROSECONDS", "UNIX_NANOSECONDS"
]
IntegerTimeOfDayFormat = Literal["FORMAT_UNKNOWN", "PACKED_64_NANOS"]


class FeatureCoverageConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FeatureCoverageConstraints`: how much of the tokens a vocabulary must cover, some tokens left out."""

    min_coverage: float | None = None
    min_avg_token_length: float | None = None
    excluded_string_tokens: tuple[str, ...] = ()
    excluded_int_tokens: tuple[int, ...] = ()
    oov_string_tokens: tuple[str, ...] = ()


class SequenceValueConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceValueConstraints`: how often one token may occur, per sequence and in which fraction of them."""

    int_value: int | None = None
    string_value: str | None = None
    min_per_sequence: int | None = None
    max_per_sequence: int | None = None
    min_fraction_of_sequences: float | None = None
    max_fraction_of_sequences: float | None = None


class SequenceLengthConstraints(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`SequenceLengthConstraints`: how many tokens a sequence may have, some tokens left out."""

    excluded_int_value: tuple[int, ...] = ()
    excluded_string_value: tuple[str, ...] = ()
    min_sequence_length: int | None = None
    max_sequence_length: int | None = None


class IntDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`IntDomain`: whole numbers, bounds inclusive; also of texts that are whole numbers."""

    name: str | None = None
    min: int | None = None
    max: int | None = None
    is_categorical: bool | None = None


class FloatDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`FloatDomain`: numbers, bounds inclusive (32 bits in the protocol buffer); also of texts that are numbers."""

    name: str | None = None
    min: float | None = None
    max: float | None = None
    disallow_nan: bool | None = None
    disallow_inf: bool | None = None
    is_embedding: bool | None = None
    is_categorical: bool | None = None
    embedding_dim: int | None = None
    embedding_type: str | None = None


class StringDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`StringDomain`: a closed vocabulary."""

    name: str | None = None
    value: tuple[str, ...] = ()
    is_categorical: Categorical | None = None


class BoolDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`BoolDomain`: what is true and what is false: 1 and 0, or two texts."""

    name: str | None = None
    true_value: str | None = None
    false_value: str | None = None


class NaturalLanguageDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`NaturalLanguageDomain`: tokens of a language, with its vocabulary and what must hold of it."""

    vocabulary: str | None = None
    coverage: FeatureCoverageConstraints | None = None
    token_constraints: tuple[SequenceValueConstraints, ...] = ()
    sequence_length_constraints: SequenceLengthConstraints | None = None


class ImageDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ImageDomain`: encoded images: how many must be of a known format, and how large they may be."""

    minimum_supported_image_fraction: float | None = None
    max_image_byte_size: int | None = None


class AudioDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`AudioDomain`: sound."""


class VideoDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`VideoDomain`: moving images."""


class ContentChunkDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`ContentChunkDomain`: pieces of mixed content."""


class MIDDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`MIDDomain`: identifiers of Google's Knowledge Graph."""


class URLDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`URLDomain`: addresses in the web."""


class TimeDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`TimeDomain`: points in time as texts of a format (as in ``strptime``), or as ints of a unit since 1970."""

    string_format: str | None = None
    integer_format: IntegerTimeFormat | None = None


class TimeOfDayDomain(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """`TimeOfDayDomain`: times of the day as texts of a format, or as packed ints."""

    string_format: str | None = None
    integer_format: IntegerTimeOfDayFormat | None = None
