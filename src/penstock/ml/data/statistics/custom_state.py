"""What is kept of features to which the schema gives a meaning: sparse and weighted ones, and language."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.ml.data.statistics.state import PrefixHistogram

POSITIONS = 10
"""Parts of a sequence in which a token's positions are counted; TFDV's number of histogram buckets."""

Steps = tuple[str, ...]


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


CustomState = JoinState | LanguageState
