"""What is kept of several columns of the same rows, and of columns that the schema gives a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.ml.data.statistics.state import ExactSum, PrefixHistogram

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa

MAX_COMBINATIONS = 1 << 16
"""Values of one column times values of the other, at most, where two columns of categories are related."""

POSITIONS = 10
"""Parts of a sequence in which a token's positions are counted; TFDV's number of histogram buckets."""

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberPair:
    """Two numeric columns over the rows in which each has exactly one finite number.

    Parameters
    ----------
    path_x, path_y : tuple of str
    count : int
        Such rows.
    total_x, total_y, squares_x, squares_y, products : ExactSum
        Sums of x, y, x * x, y * y and x * y.
    """

    path_x: Steps
    path_y: Steps
    count: int
    total_x: ExactSum
    total_y: ExactSum
    squares_x: ExactSum
    squares_y: ExactSum
    products: ExactSum


@dataclass(frozen=True, slots=True)
class CategoryCounts:
    """In how many rows each value of a column occurs.

    Parameters
    ----------
    values : pyarrow.StringArray, shape (n,)
        Ascending by bytes; whole numbers in decimal.
    counts : ndarray of int64, shape (n,)
    weights : ndarray of int64, shape (n,), optional
        In weight units.
    is_number : bool
        Whether the values are whole numbers.
    """

    values: pa.Array
    counts: np.ndarray
    weights: np.ndarray | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class CategoryPair:
    """Two columns of categories: in how many rows each value of either occurs, and both together.

    Parameters
    ----------
    path_x, path_y : tuple of str
    x, y : CategoryCounts
        At most `MAX_COMBINATIONS` combinations of them.
    places : ndarray of int64, shape (m,)
        Combinations that occur, ascending: place of x times number of values of y, plus place of y.
    counts : ndarray of int64, shape (m,)
    weights : ndarray of int64, shape (m,), optional
    """

    path_x: Steps
    path_y: Steps
    x: CategoryCounts
    y: CategoryCounts
    places: np.ndarray
    counts: np.ndarray
    weights: np.ndarray | None = None


CrossState = NumberPair | CategoryPair


@dataclass(frozen=True, slots=True)
class JoinedPart:
    """An index or weight feature beside the values it belongs to.

    Parameters
    ----------
    path : tuple of str
    num_missing : int
        Rows that lack it, and have another feature of the group.
    least, most : int, optional
        Of its number of values minus that of the value feature, over rows that have any feature of the group.
    """

    path: Steps
    num_missing: int
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class JoinState:
    """A sparse or a weighted feature of the schema.

    Parameters
    ----------
    path : tuple of str
    kind : str
        ``sparse`` or ``weighted``.
    value : tuple of str
        Path of the value feature.
    num_missing : int
        Rows that lack it, and have another feature of the group.
    parts : tuple of JoinedPart
        By path.
    """

    path: Steps
    kind: str
    value: Steps
    num_missing: int
    parts: tuple[JoinedPart, ...]


@dataclass(frozen=True, slots=True)
class TokenState:
    """One token that the schema constrains.

    Parameters
    ----------
    token : str
        A whole number in decimal.
    is_number : bool
    frequency, num_sequences : int
        Occurrences, and sequences with any.
    least, most : int, optional
        Occurrences in a sequence that is not empty.
    positions : tuple of int
        Occurrences in each of `POSITIONS` parts of the sequence.
    """

    token: str
    is_number: bool
    frequency: int = 0
    num_sequences: int = 0
    least: int | None = None
    most: int | None = None
    positions: tuple[int, ...] = (0,) * POSITIONS


@dataclass(frozen=True, slots=True)
class LanguageState:
    """Tokens of a feature with a natural language domain.

    Parameters
    ----------
    path : tuple of str
    domain : str
        The domain and its vocabulary's digest as canonical JSON: counts by different ones cannot be merged.
    num_sequences : int
        Rows that have the feature.
    num_tokens : int
        Tokens, those left out that the domain excludes.
    token_lengths : PrefixHistogram
        Characters of those tokens that the vocabulary covers.
    sequence_lengths : PrefixHistogram
        Tokens of each sequence that is not empty, excluded ones left out.
    tokens : tuple of TokenState
        In the order of the domain.
    """

    path: Steps
    domain: str
    num_sequences: int
    num_tokens: int
    token_lengths: PrefixHistogram
    sequence_lengths: PrefixHistogram
    tokens: tuple[TokenState, ...]


@dataclass(frozen=True, slots=True)
class FormatState:
    """Values of a text or binary column by image format: `UNKNOWN` for what is no image."""

    path: Steps
    formats: Mapping[str, int]


CustomState = JoinState | LanguageState | FormatState
