"""Counts, while rows pass by, what the schema asks for of several columns together, and of language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import NaturalLanguageDomain
from penstock.ml.data.metadata.path import Path as FeaturePath
from penstock.ml.data.metadata.schema import SchemaMessage, SparseFeature
from penstock.ml.data.statistics.custom_state import CustomState, Steps
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan.join_collector import JoinCollector
from penstock.ml.data.statistics.scan.language_collector import LanguageCollector
from penstock.ml.data.statistics.scan.leaf import leaf_of
from penstock.ml.data.statistics.scan.schema_feature import schema_features
from penstock.ml.data.statistics.state import DatasetState


class Collector(Protocol):
    """Takes rows, gives what is kept of them."""

    columns: tuple[str, ...]

    def add(self, table: pa.Table) -> None:
        """Take in rows."""

    def state(self) -> CustomState:
        """What was taken in."""


class CustomReader:
    """Takes what the schema asks for of rows.

    Parameters
    ----------
    options : StatisticsOptions
        Its ``schema`` and ``vocabularies``.
    schema : pyarrow.Schema
    where : str
        For messages.

    Raises
    ------
    DataError
        If a vocabulary cannot be read.
    """

    def __init__(self, options: StatisticsOptions, schema: pa.Schema, where: str) -> None:
        found = [] if options.schema is None else list(_collectors(options.schema, options.vocabularies, schema, where))
        self._collectors: list[Collector] = found
        named = {name for collector in found for name in collector.columns}
        self.columns = [name for name in schema.names if name in named]

    def add(self, table: pa.Table) -> None:
        """Take in some rows."""
        for collector in self._collectors:
            collector.add(table)

    def result(self, whole: DatasetState) -> DatasetState:
        """The state of all rows, with what was taken in, by path."""
        found = [collector.state() for collector in self._collectors]
        return replace(whole, custom=tuple(sorted(found, key=lambda state: (state.path, type(state).__name__))))


def _collectors(
    message: SchemaMessage, vocabularies: Mapping[str, str], schema: pa.Schema, where: str
) -> Iterator[Collector]:
    for outer, sparse in _sparse_features(message):
        yield _sparse(outer, sparse, where)
    for weighted in message.weighted_feature:
        value, weight = _steps(weighted.feature), _steps(weighted.weight_feature)
        if value and weight:
            yield JoinCollector((weighted.name or "",), "weighted", value, (weight,), where)
    for path, feature in schema_features(message.feature):
        domain = feature.natural_language_domain
        kind = _kind(schema, path)
        if domain is not None and kind in ("number", "text", "binary", "none"):
            yield from _language(path, domain, kind == "number", vocabularies)


def _sparse_features(message: SchemaMessage) -> Iterator[tuple[Steps, SparseFeature]]:
    yield from (((), sparse) for sparse in message.sparse_feature)
    for path, feature in schema_features(message.feature):
        yield from (
            (path, sparse) for sparse in (feature.struct_domain.sparse_feature if feature.struct_domain else ())
        )


def _sparse(outer: Steps, sparse: SparseFeature, where: str) -> JoinCollector:
    value = sparse.value_feature.name if sparse.value_feature else None
    indices = tuple((*outer, index.name or "") for index in sparse.index_feature)
    return JoinCollector((*outer, sparse.name or ""), "sparse", (*outer, value or ""), indices, where)


def _steps(path: FeaturePath | None) -> Steps:
    return path.step if path is not None else ()


def _kind(schema: pa.Schema, path: Steps) -> str:
    """How the values at a path are counted; ``none`` where there is no such column."""
    if path[0] not in schema.names:
        return "none"
    kind = schema.field(path[0]).type
    for step in (*path[1:], None):
        while not pa.types.is_struct(kind) and hasattr(kind, "value_type"):
            kind = kind.value_type
        if step is None:
            break
        if not pa.types.is_struct(kind) or kind.get_field_index(step) < 0:
            return "none"
        kind = kind.field(step).type
    if pa.types.is_struct(kind) or pa.types.is_map(kind) or (leaf_of(kind).kind == "number" and _is_inexact(kind)):
        return "other"
    return leaf_of(kind).kind


def _is_inexact(kind: pa.DataType) -> bool:
    return leaf_of(kind).type != "INT" or bool(leaf_of(kind).domain)


def _language(
    path: Steps, domain: NaturalLanguageDomain, is_number: bool, vocabularies: Mapping[str, str]
) -> Iterator[LanguageCollector]:
    """None where the tokens need a vocabulary that is not given: validation reports that they were not counted."""
    name = domain.vocabulary
    if name and name in vocabularies:
        yield LanguageCollector(path, domain, _lines(vocabularies[name]))
        return
    excluded = (domain.coverage.excluded_int_tokens if domain.coverage else ()) + (
        domain.sequence_length_constraints.excluded_int_value if domain.sequence_length_constraints else ()
    )
    needs_numbers = is_number or excluded or any(one.int_value is not None for one in domain.token_constraints)
    # Texts are covered unless the domain calls them unknown, whatever is in the vocabulary: so TFDV counts.
    if not (name and needs_numbers):
        yield LanguageCollector(path, domain)


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"the vocabulary cannot be read: {error}", where=path, fix="give a text file in UTF-8 with a token per line"
        ) from error
