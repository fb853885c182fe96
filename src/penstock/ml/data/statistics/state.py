"""What is kept of a data set: exact sums and order-free counts that can be merged, and nothing that depends on order.

Two rules make it canonical. Every part is a function of the *multiset* of rows alone; and the part of a union is a
function of the parts (merge). Counts are kept as fine as their limit allows: where more would be needed, the
resolution is halved until they fit, and since a union has at least as many distinct values as each part, its
resolution is never finer than theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from penstock.ml.data.metadata.statistics import StatisticsType
    from penstock.ml.data.statistics.custom_state import CustomState

MAX_BINS = 4096
"""Bins of a `PrefixHistogram` at most: up to so many distinct numbers are counted exactly."""

MAX_VALUES = 1 << 17
"""Values of a `ValueSample` at most: up to so many distinct texts are counted exactly."""

MAX_SHORT_VALUES = 1024
"""Values among the shortest texts that are always counted exactly: placeholders such as an empty text are short."""

MAX_PAIRS = 1 << 17
"""Pairs of values of a `CategoricalCross` at most: columns with more cannot be crossed."""

CELLS = 4096
"""Cells that bound the count of a value which the sample lacks."""

WEIGHT_UNITS = 1 << 20
"""Weights are rounded (half to even) to multiples of 1 / WEIGHT_UNITS, so that their sums are exact integers."""


@dataclass(frozen=True, slots=True)
class ExactSum:
    """``mantissa * 2 ** exponent``, exactly; the mantissa is odd, or both are 0."""

    mantissa: int = 0
    exponent: int = 0


@dataclass(frozen=True, slots=True)
class Extent:
    """What a coarse histogram of lengths no longer tells.

    Parameters
    ----------
    total : int
        Sum of the lengths.
    minimum, maximum : int
    weighted_total : int, optional
        Sum of weight times length, in weight units; where there are weights.
    """

    total: int
    minimum: int
    maximum: int
    weighted_total: int | None = None


@dataclass(frozen=True, slots=True)
class PrefixHistogram:
    """Counts of finite numbers by the leading bits of their keys.

    The key of a float64 is its bits as a signed integer, those of negative numbers flipped so that keys are in the
    order of numbers; -0.0 counts as 0.0. A bin is a key shifted right (arithmetically) by ``shift``: at 0 every
    number has a bin of its own. ``shift`` is the smallest with at most `MAX_BINS` bins.

    Parameters
    ----------
    shift : int
        0 to 63.
    bins : ndarray of int64, shape (n,)
        Ascending, each with at least one number.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In units of 1 / `WEIGHT_UNITS`; where the data set has a weight.
    extent : Extent, optional
        Of lengths, where ``shift`` is above 0 (`prefix_histogram.of_lengths` and `merge_lengths` see to it).
    """

    shift: int
    bins: np.ndarray
    counts: np.ndarray
    weights: np.ndarray | None = None
    extent: Extent | None = None


@dataclass(frozen=True, slots=True)
class ValueSample:
    """Exact counts of the texts whose hash begins with ``level`` zero bits; at level 0 of all.

    ``level`` is the smallest with at most `MAX_VALUES` values. The hash is DuckDB's ``hash(text)``, an unsigned
    64-bit number. Texts longer than 1024 bytes stand for themselves as `long_text` writes them.

    Parameters
    ----------
    level : int
    values : pyarrow.StringArray
        Ascending by bytes.
    counts : ndarray of int64
    weights : ndarray of int64, optional
    probe : int, optional
        Hash of `value_sample.PROBE`, where ``level`` is above 0: a sample by another hash function cannot be merged.
    """

    level: int
    values: pa.Array
    counts: np.ndarray
    weights: np.ndarray | None = None
    probe: int | None = None


@dataclass(frozen=True, slots=True)
class ShortValues:
    """Exact counts of all texts of at most ``max_bytes`` UTF-8 bytes; the largest with at most MAX_SHORT_VALUES values.

    Only where the sample's level is above 0; derived from the sample before it is thinned. ``max_bytes`` is -1 where
    even the empty text does not fit (never), and 1024 where all fit.
    """

    max_bytes: int
    values: pa.Array
    counts: np.ndarray
    weights: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class NestLevel:
    """Presence and number of values on one level of nesting, the outermost first; a flat column has one level.

    Parameters
    ----------
    num_missing : int
        Null rows (at deeper levels: null lists).
    lengths : PrefixHistogram
        Of the number of values in each list that is present; a flat column has length 1 in each present row.
    weight_missing : int
        In weight units.
    """

    num_missing: int
    lengths: PrefixHistogram
    weight_missing: int = 0


@dataclass(frozen=True, slots=True)
class NumericState:
    """Numbers of a feature (innermost values); NaN and infinities are counted, and left out of all the rest.

    Parameters
    ----------
    histogram : PrefixHistogram
        Of the finite numbers as float64.
    num_nan, num_positive_inf, num_negative_inf, num_zeros : int
    minimum, maximum : float or int, optional
        Of the finite numbers, an integer for INT; None where there is none.
    total, squares : ExactSum
        Sums of the finite numbers and of their squares.
    weighted_total, weighted_squares : ExactSum, optional
        Sums of weight times number (times number), the weight in weight units.
    weight_nan, weight_positive_inf, weight_negative_inf : int
        In weight units.
    """

    histogram: PrefixHistogram
    num_nan: int
    num_positive_inf: int
    num_negative_inf: int
    num_zeros: int
    minimum: float | int | None
    maximum: float | int | None
    total: ExactSum
    squares: ExactSum
    weighted_total: ExactSum | None = None
    weighted_squares: ExactSum | None = None
    weight_nan: int = 0
    weight_positive_inf: int = 0
    weight_negative_inf: int = 0


@dataclass(frozen=True, slots=True)
class TextState:
    """Texts (or categorical numbers as text) of a feature.

    Parameters
    ----------
    sample : ValueSample
    short : ShortValues, optional
        Where the sample's level is above 0.
    cells : ndarray of int64, shape (CELLS,), optional
        Rows by the last 12 bits of the hash; where the sample's level is above 0.
    lengths : PrefixHistogram
        Of the lengths in UTF-8 bytes.
    total_characters : int
    num_invalid_utf8 : int
    """

    sample: ValueSample
    short: ShortValues | None
    cells: np.ndarray | None
    lengths: PrefixHistogram
    total_characters: int
    num_invalid_utf8: int = 0


@dataclass(frozen=True, slots=True)
class BytesState:
    """Binary values of a feature: their sizes, distinct values by digest, and image formats where asked for."""

    sample: ValueSample
    sizes: PrefixHistogram
    formats: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Everything kept of one feature.

    Parameters
    ----------
    path : tuple of str
        Name of the column; further steps inside of structs.
    type : str
        ``INT``, ``FLOAT``, ``STRING``, ``BYTES`` or ``STRUCT``.
    levels : tuple of NestLevel
    numeric, text, bytes : optional
        One of them; none for a struct, or a feature without any value. A boolean is INT with numbers 0 and 1.
        Binary values have ``text`` (of those that are UTF-8) beside ``bytes`` (of all): the type says which of them
        is shown, and `merge_feature.binary_type` decides it by their counts, again after every merge. Where a schema
        calls them images they are BYTES and have no ``text``.
    domain : str
        What the column's own type tells besides: ``BOOL``, ``DATE``, ``TIMESTAMP_US`` and the like; empty for none.
        Dates count as days, timestamps as microseconds, times as microseconds since midnight, all as INT.
    row_lengths : PrefixHistogram, optional
        Of the number of innermost values of each row that is present, null lists on the way having none; where there
        are several levels.
    """

    path: tuple[str, ...]
    type: StatisticsType
    levels: tuple[NestLevel, ...]
    numeric: NumericState | None = None
    text: TextState | None = None
    bytes: BytesState | None = None
    domain: str = ""
    row_lengths: PrefixHistogram | None = None


@dataclass(frozen=True, slots=True)
class NumericCross:
    """Two columns of numbers in the rows that have both; NaN counts as missing.

    Parameters
    ----------
    count : int
        Rows where both are finite.
    num_infinite : int
        Rows where one is infinite; they are left out of the sums.
    total_x, total_y, squares_x, squares_y, products : ExactSum
    """

    count: int
    num_infinite: int
    total_x: ExactSum
    total_y: ExactSum
    squares_x: ExactSum
    squares_y: ExactSum
    products: ExactSum


@dataclass(frozen=True, slots=True)
class CategoricalCross:
    """Exact counts of pairs of values of two columns; a missing value is one of its own.

    Parameters
    ----------
    values_x, values_y : pyarrow.StringArray, shape (n,)
        A value as text behind ``=``, or an empty text where it is missing; ascending as pairs, by bytes.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In weight units.
    type_x, type_y : str
        ``INT`` or ``STRING``; ``STRING`` for a column without any value.
    """

    values_x: pa.Array
    values_y: pa.Array
    counts: np.ndarray
    weights: np.ndarray | None
    type_x: StatisticsType
    type_y: StatisticsType


@dataclass(frozen=True, slots=True)
class CrossState:
    """How two columns go together: one of the two forms.

    Parameters
    ----------
    x, y : str
        Names of the columns.
    """

    x: str
    y: str
    numeric: NumericCross | None = None
    categorical: CategoricalCross | None = None


@dataclass(frozen=True, slots=True)
class DatasetState:
    """One data set, or one slice of it.

    Parameters
    ----------
    name : str
        Empty for all rows, else the slice: ``company=Flash Cab``.
    num_examples : int
    weight : int, optional
        Sum of the weights, in weight units.
    features : mapping of tuple of str to FeatureState
        By path, in the order of paths.
    crosses : mapping of pair of str to CrossState
        By names of columns, in their order; those that were asked for, and of all rows alone.
    custom : tuple of CustomState
        What the schema made count, by path; of all rows alone.
    """

    name: str
    num_examples: int
    features: Mapping[tuple[str, ...], FeatureState]
    weight: int | None = None
    crosses: Mapping[tuple[str, str], CrossState] = field(default_factory=dict)
    custom: tuple[CustomState, ...] = ()
