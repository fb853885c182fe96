"""The state of one feature in a union of data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from penstock.core.error import DataError
from penstock.ml.data.metadata.statistics import StatisticsType
from penstock.ml.data.statistics.exact_sum import add
from penstock.ml.data.statistics.prefix_histogram import merge_histograms, merge_lengths, total
from penstock.ml.data.statistics.state import (
    MAX_VALUES,
    BytesState,
    ExactSum,
    FeatureState,
    NestLevel,
    NumericState,
    PrefixHistogram,
    TextState,
)
from penstock.ml.data.statistics.text_state import merge_texts
from penstock.ml.data.statistics.value_sample import merge_samples

_LARGEST_WHOLE = 1 << 53
"""Up to here every whole number is a float64."""

_PLAIN_DOMAINS = frozenset({"", "BOOL"})
"""Domains whose numbers can be mixed with others."""


def absent(path: tuple[str, ...], missing: int, weight: int, *, is_weighted: bool) -> FeatureState:
    """A feature of which nothing is known but how often it is missing."""
    none = np.empty(0, dtype=np.int64)
    lengths = PrefixHistogram(0, none, none, none if is_weighted else None)
    return FeatureState(path, "STRING", (NestLevel(missing, lengths, weight),))


def merge_features(parts: Sequence[FeatureState], *, limit: int = MAX_VALUES) -> FeatureState:
    """The feature in all rows of the parts.

    A part without any value fits every type.

    Parameters
    ----------
    parts : sequence of FeatureState
        At least one; of one path.
    limit : int
        Values of a sample at most.

    Raises
    ------
    DataError
        If the parts' types or depths of nesting differ, save integers and floats where every integer is a float.
    """
    valued = [part for part in parts if _has_values(part)]
    numeric = [part.numeric for part in parts if part.numeric is not None]
    texts = [part.text for part in parts if part.text is not None]
    binaries = [part.bytes for part in parts if part.bytes is not None]
    # What some values lack tells nothing of the whole: texts of a text column have no digests.
    text = merge_texts(texts, limit=limit) if texts and len(texts) == len(valued) else None
    binary = _merge_bytes(binaries, limit) if binaries and len(binaries) == len(valued) else None
    if text is not None and binary is not None:
        kind = binary_type(text, binary)
    else:
        kind = _common_type(valued or [part for part in parts if part.type != "STRING"])
    levels = _merge_levels(parts)
    return FeatureState(
        path=parts[0].path,
        type=kind,
        levels=levels,
        numeric=_merge_numeric(numeric, is_float=kind == "FLOAT") if numeric else None,
        text=text,
        bytes=binary,
        domain=_common_domain(valued or list(parts)),
        row_lengths=_merge_rows(parts) if len(levels) > 1 else None,
    )


def binary_type(text: TextState, binary: BytesState) -> StatisticsType:
    """What binary values are whose texts were counted too: BYTES where most of them are not UTF-8."""
    return "BYTES" if 2 * text.num_invalid_utf8 > total(binary.sizes) else "STRING"


def _has_values(state: FeatureState) -> bool:
    return bool(state.numeric or state.text or state.bytes) or (state.type == "STRUCT" and _is_present(state))


def _is_present(state: FeatureState) -> bool:
    return bool(state.levels) and bool(state.levels[0].lengths.bins.size)


def _common_type(parts: Sequence[FeatureState]) -> StatisticsType:
    types = sorted({part.type for part in parts}) or ["STRING"]
    if len(types) == 1:
        return types[0]
    if types != ["FLOAT", "INT"]:
        raise _conflict(parts[0], f"{types[0]} in some of the statistics and {types[1]} in others")
    for part in parts:
        numeric = part.numeric
        if part.type == "INT" and numeric is not None and numeric.minimum is not None and numeric.maximum is not None:
            beyond = max(-numeric.minimum, numeric.maximum)
            if beyond > _LARGEST_WHOLE:
                raise _conflict(part, f"INT with numbers up to {beyond}, which is no exact float, and FLOAT in others")
    return "FLOAT"


def _common_domain(parts: Sequence[FeatureState]) -> str:
    domains = sorted({part.domain for part in parts})
    if len(domains) == 1:
        return domains[0]
    special = [domain for domain in domains if domain not in _PLAIN_DOMAINS]
    if special and any(_has_values(part) for part in parts):
        other = next((domain for domain in domains if domain != special[0] and domain), "a plain number or text")
        raise _conflict(parts[0], f"{special[0]} in some of the statistics and {other} in others")
    return special[0] if len(special) == 1 else ""


def _conflict(part: FeatureState, what: str) -> DataError:
    return DataError(
        f"column '{'.'.join(part.path)}' is {what}",
        where="merge of statistics",
        fix="read the column as one type everywhere, and compute the statistics again",
    )


def _merge_levels(parts: Sequence[FeatureState]) -> tuple[NestLevel, ...]:
    depths = sorted({len(part.levels) for part in parts if _is_present(part)})
    if len(depths) > 1:
        raise _conflict(parts[0], f"nested {depths[0]} levels deep in some of the statistics and {depths[1]} in others")
    depth = depths[0] if depths else max(len(part.levels) for part in parts)
    return tuple(
        _merge_level([part.levels[level] for part in parts if len(part.levels) > level]) for level in range(depth)
    )


def _merge_rows(parts: Sequence[FeatureState]) -> PrefixHistogram | None:
    found = [part.row_lengths for part in parts if part.row_lengths is not None]
    return merge_lengths(found) if found else None


def _merge_level(parts: Sequence[NestLevel]) -> NestLevel:
    return NestLevel(
        num_missing=sum(part.num_missing for part in parts),
        lengths=merge_lengths([part.lengths for part in parts]),
        weight_missing=sum(part.weight_missing for part in parts),
    )


def _merge_numeric(parts: Sequence[NumericState], *, is_float: bool) -> NumericState:
    lows = [part.minimum for part in parts if part.minimum is not None]
    highs = [part.maximum for part in parts if part.maximum is not None]
    number = float if is_float else int
    return NumericState(
        histogram=merge_histograms([part.histogram for part in parts]),
        num_nan=sum(part.num_nan for part in parts),
        num_positive_inf=sum(part.num_positive_inf for part in parts),
        num_negative_inf=sum(part.num_negative_inf for part in parts),
        num_zeros=sum(part.num_zeros for part in parts),
        minimum=number(min(lows)) if lows else None,
        maximum=number(max(highs)) if highs else None,
        total=add(part.total for part in parts),
        squares=add(part.squares for part in parts),
        weighted_total=_add_all(part.weighted_total for part in parts),
        weighted_squares=_add_all(part.weighted_squares for part in parts),
        weight_nan=sum(part.weight_nan for part in parts),
        weight_positive_inf=sum(part.weight_positive_inf for part in parts),
        weight_negative_inf=sum(part.weight_negative_inf for part in parts),
    )


def _add_all(sums: Iterable[ExactSum | None]) -> ExactSum | None:
    """Their sum, if each is there."""
    terms = list(sums)
    known = [term for term in terms if term is not None]
    return add(known) if len(known) == len(terms) else None


def _merge_bytes(parts: Sequence[BytesState], limit: int) -> BytesState:
    formats: Counter[str] = Counter()
    for part in parts:
        formats.update(part.formats)
    return BytesState(
        sample=merge_samples([part.sample for part in parts], limit=limit),
        sizes=merge_lengths([part.sizes for part in parts]),
        formats=dict(sorted(formats.items())),
    )
