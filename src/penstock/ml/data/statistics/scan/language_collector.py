"""Collects what the tokens of a feature with a natural language domain look like."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from penstock.core.canonical import canonical_json
from penstock.ml.data.metadata.domain import (
    FeatureCoverageConstraints,
    NaturalLanguageDomain,
    SequenceLengthConstraints,
)
from penstock.ml.data.metadata.message import to_json
from penstock.ml.data.statistics.custom_state import POSITIONS, LanguageState, Steps, TokenState
from penstock.ml.data.statistics.merge_custom import merge_custom
from penstock.ml.data.statistics.prefix_histogram import of_lengths
from penstock.ml.data.statistics.scan.leaf import leaf_of
from penstock.ml.data.statistics.scan.row_values import column_at, row_values, texts_of

Token = tuple[str, int | None] | tuple[None, int]
"""A token as text and as number, as far as the vocabulary knows both."""


class LanguageCollector:
    """Takes rows, gives the `LanguageState` of a feature of tokens.

    Each row is a sequence; a flat value is a sequence of one token.

    Parameters
    ----------
    path : tuple of str
    domain : NaturalLanguageDomain
    vocabulary : sequence of str, optional
        Tokens by number.
    """

    def __init__(self, path: Steps, domain: NaturalLanguageDomain, vocabulary: Sequence[str] | None = None) -> None:
        self.columns: tuple[str, ...] = (path[0],)
        self._path = path
        self._words = vocabulary
        self._numbers = {word: number for number, word in enumerate(vocabulary or ())}
        self._coverage = domain.coverage or FeatureCoverageConstraints()
        self._lengths = domain.sequence_length_constraints or SequenceLengthConstraints()
        digest = hashlib.sha256("\n".join(vocabulary).encode()).hexdigest() if vocabulary is not None else None
        self._domain = canonical_json({"domain": to_json(domain), "vocabulary": digest})
        wanted = dict.fromkeys((one.int_value, one.string_value) for one in domain.token_constraints)
        self._wanted = [(number, text) for number, text in wanted if number is not None or text is not None]
        nothing = np.empty(0, dtype=np.int64)
        self._state = self._counted(0, nothing, nothing, [])

    def add(self, table: pa.Table) -> None:
        """Take in rows; they count the same whatever they weigh."""
        column = column_at(table, self._path)
        if column is None:
            return
        found = row_values(column)
        tokens, codes = self._tokens(found.values)
        part = self._counted(int(found.is_present.sum()), found.owners, codes, tokens)
        merged = merge_custom([(self._state,), (part,)])[0]
        if isinstance(merged, LanguageState):
            self._state = merged

    def state(self) -> LanguageState:
        """What was taken in."""
        return self._state

    def _tokens(self, values: pa.Array) -> tuple[list[Token], np.ndarray]:
        """Distinct tokens, and the place of each value's."""
        kind = leaf_of(values.type).kind
        if kind == "none":
            return [], np.empty(0, dtype=np.int64)
        if kind == "number":
            numbers = pc.dictionary_encode(values.cast(pa.int64()))
            return [self._of_number(one) for one in numbers.dictionary.to_pylist()], _codes(numbers)
        texts = pc.dictionary_encode(texts_of(values))
        return [(text, self._numbers.get(text)) for text in texts.dictionary.to_pylist()], _codes(texts)

    def _of_number(self, number: int) -> Token:
        is_known = self._words is not None and 0 <= number < len(self._words)
        return (self._words[number], number) if is_known and self._words is not None else (None, number)

    def _counted(self, num_sequences: int, owners: np.ndarray, codes: np.ndarray, tokens: list[Token]) -> LanguageState:
        coverage, bounds = self._coverage, self._lengths
        excluded = _marked(tokens, coverage.excluded_string_tokens, coverage.excluded_int_tokens)[codes]
        is_covered = np.array([text is not None for text, _ in tokens], dtype=bool)
        covered = (is_covered & ~_marked(tokens, coverage.oov_string_tokens, ()))[codes]
        characters = np.array([len(text or "") for text, _ in tokens], dtype=np.int64)[codes]
        uncounted = _marked(tokens, bounds.excluded_string_value, bounds.excluded_int_value)[codes]
        _, starts, lengths = np.unique(owners, return_index=True, return_counts=True)
        skipped = np.add.reduceat(uncounted.astype(np.int64), starts) if starts.size else starts
        return LanguageState(
            path=self._path,
            domain=self._domain,
            num_sequences=num_sequences,
            num_tokens=int((~excluded).sum()),
            token_lengths=of_lengths(characters[covered & ~excluded]),
            sequence_lengths=of_lengths(lengths - skipped),
            tokens=tuple(_token(wanted, tokens, codes, starts, lengths) for wanted in self._wanted),
        )


def _codes(encoded: pa.DictionaryArray) -> np.ndarray:
    return np.asarray(encoded.indices, dtype=np.int64)


def _marked(tokens: list[Token], texts: Sequence[str], numbers: Sequence[int]) -> np.ndarray:
    """Which tokens are among some, given as texts or numbers."""
    return np.array([text in texts or number in numbers for text, number in tokens], dtype=bool)


def _token(
    wanted: tuple[int | None, str | None],
    tokens: list[Token],
    codes: np.ndarray,
    starts: np.ndarray,
    lengths: np.ndarray,
) -> TokenState:
    """How often one token occurs in the sequences that start at some places."""
    number, text = wanted
    is_number = number is not None
    name = str(number) if number is not None else str(text)
    if not starts.size:
        return TokenState(name, is_number)
    chosen = np.array([one[1] == number if is_number else one[0] == text for one in tokens], dtype=bool)[codes]
    per_sequence = np.add.reduceat(chosen.astype(np.int64), starts)
    inside = np.arange(codes.size) - np.repeat(starts, lengths)
    parts = (inside / np.repeat(lengths, lengths) * POSITIONS).astype(np.int64)[chosen]
    return TokenState(
        token=name,
        is_number=is_number,
        frequency=int(per_sequence.sum()),
        num_sequences=int(np.count_nonzero(per_sequence)),
        least=int(per_sequence.min()),
        most=int(per_sequence.max()),
        positions=tuple(np.bincount(parts, minlength=POSITIONS).tolist()),
    )
