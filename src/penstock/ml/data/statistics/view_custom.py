"""What the schema made count, and what values seem to mean, as TFDV's custom statistics."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.ml.data.metadata.message import to_json
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.statistics import (
    Bucket,
    CustomStatistic,
    FeatureStatistics,
    Histogram,
    NaturalLanguageStatistics,
    RankBucket,
    RankHistogram,
    TokenStatistics,
)
from penstock.ml.data.statistics.custom_state import POSITIONS, CustomState, JoinState, LanguageState, Steps, TokenState
from penstock.ml.data.statistics.distribution import of_histogram, quantile_histogram
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.prefix_histogram import extent_of, total
from penstock.ml.data.statistics.state import BytesState, FeatureState, PrefixHistogram, TextState
from penstock.ml.data.statistics.view_text import known_values

LANGUAGE = "nl_statistics"
"""Custom statistic of TFDV: a `NaturalLanguageStatistics` message."""

DOMAIN_INFO = "domain_info"
"""Custom statistic of TFDV: the domain that the values seem to have, as text of the protocol buffer."""

_LEAST_VALUES = 100
_LEAST_SHARE = 0.8
_UNKNOWN = "UNKNOWN"
_CROPPED = 100
_WORD_LENGTHS = (2.5, 8.0)
_LEAST_WORDS = 3
_ANY_TYPE = "type.googleapis.com/tensorflow.metadata.v0.NaturalLanguageStatistics"


def with_custom(
    features: Sequence[FeatureStatistics], states: Sequence[CustomState], options: StatisticsOptions
) -> tuple[FeatureStatistics, ...]:
    """Features with their custom statistics; sparse and weighted ones follow as features of their own."""
    added: dict[Steps, list[CustomStatistic]] = {}
    for state in states:
        entries = _join(state) if isinstance(state, JoinState) else _language(state, options)
        added.setdefault(state.path, []).extend(entries)
    known = {feature.path.step for feature in features if feature.path is not None}
    joins = dict.fromkeys(state.path for state in states if isinstance(state, JoinState) and state.path not in known)
    return (
        *(_extended(feature, added) for feature in features),
        *(FeatureStatistics(path=Path(step=path), custom_stats=tuple(added[path])) for path in joins),
    )


def semantic_statistics(state: FeatureState) -> tuple[CustomStatistic, ...]:
    """The domain that most of at least 100 values seem to have, by TFDV's rules: images, or natural language."""
    if state.bytes is not None and state.type == "BYTES":
        return _image(state.bytes)
    if state.text is not None and state.type == "STRING":
        return _natural_language(state.text)
    return ()


def _extended(feature: FeatureStatistics, added: dict[Steps, list[CustomStatistic]]) -> FeatureStatistics:
    import msgspec

    more = added.get(feature.path.step if feature.path is not None else ())
    return msgspec.structs.replace(feature, custom_stats=(*feature.custom_stats, *more)) if more else feature


def _join(state: JoinState) -> list[CustomStatistic]:
    missing_value = CustomStatistic(name="missing_value", num=float(state.num_missing))
    if state.kind == "weighted":
        part = state.parts[0]
        return [
            CustomStatistic(name="missing_weight", num=float(part.num_missing)),
            missing_value,
            CustomStatistic(name="min_weight_length_diff", num=float(part.least or 0)),
            CustomStatistic(name="max_weight_length_diff", num=float(part.most or 0)),
        ]
    labels = [part.path[-1] for part in state.parts]
    return [
        missing_value,
        _ranked("missing_index", labels, [part.num_missing for part in state.parts]),
        _ranked("max_length_diff", labels, [part.most or 0 for part in state.parts]),
        _ranked("min_length_diff", labels, [part.least or 0 for part in state.parts]),
    ]


def _ranked(name: str, labels: list[str], counts: list[int]) -> CustomStatistic:
    pairs = zip(labels, counts, strict=True)
    buckets = tuple(RankBucket(label=label, sample_count=float(count)) for label, count in pairs)
    return CustomStatistic(name=name, rank_histogram=RankHistogram(buckets=buckets))


def _language(state: LanguageState, options: StatisticsOptions) -> list[CustomStatistic]:
    known, sequences = extent_of(state.token_lengths), extent_of(state.sequence_lengths)
    num_known = total(state.token_lengths)
    found = NaturalLanguageStatistics(
        feature_coverage=num_known / state.num_tokens if state.num_tokens else 0.0,
        avg_token_length=known.total / num_known if known is not None else 0.0,
        token_length_histogram=_quantiles(state.token_lengths, options),
        min_sequence_length=sequences.minimum if sequences is not None else 0,
        max_sequence_length=sequences.maximum if sequences is not None else 0,
        sequence_length_histogram=_quantiles(state.sequence_lengths, options),
        token_statistics=tuple(_token(token, state.num_sequences) for token in state.tokens),
    )
    return [CustomStatistic(name=LANGUAGE, any={"@type": _ANY_TYPE, **to_json(found)})]


def _quantiles(lengths: PrefixHistogram, options: StatisticsOptions) -> Histogram | None:
    extent = extent_of(lengths)
    if extent is None:
        return None
    distribution = of_histogram(lengths, extent.minimum, extent.maximum, is_integral=True)
    return quantile_histogram(distribution, options.quantile_buckets)


def _token(state: TokenState, num_sequences: int) -> TokenStatistics:
    name = {"int_token": int(state.token)} if state.is_number else {"string_token": state.token}
    if not state.num_sequences:
        return TokenStatistics(**name)
    buckets = tuple(
        Bucket(low_value=place / POSITIONS, high_value=(place + 1) / POSITIONS, sample_count=float(count))
        for place, count in enumerate(state.positions)
        if count
    )
    return TokenStatistics(
        **name,
        frequency=float(state.frequency),
        fraction_of_sequences=state.num_sequences / num_sequences,
        per_sequence_min_frequency=float(state.least or 0),
        per_sequence_max_frequency=float(state.most or 0),
        per_sequence_avg_frequency=state.frequency / state.num_sequences,
        positions=Histogram(buckets=buckets),
    )


def _image(state: BytesState) -> tuple[CustomStatistic, ...]:
    count = sum(state.formats.values())
    is_image = count >= _LEAST_VALUES and count - state.formats.get(_UNKNOWN, 0) >= _LEAST_SHARE * count
    return (CustomStatistic(name=DOMAIN_INFO, text="image_domain {}"),) if is_image else ()


def _natural_language(state: TextState) -> tuple[CustomStatistic, ...]:
    if state.num_invalid_utf8:
        return ()
    values, counts, _ = known_values(state)
    considered = int(counts.sum())
    matched = sum(
        count for value, count in zip(values.to_pylist(), counts.tolist(), strict=True) if _is_language(value)
    )
    if considered < _LEAST_VALUES or matched < _LEAST_SHARE * considered:
        return ()
    return (
        CustomStatistic(name=DOMAIN_INFO, text="natural_language_domain {}"),
        CustomStatistic(name="natural_language_match_rate", num=matched / considered),
    )


def _is_language(value: str) -> bool:
    """At least three words of 2.5 to 8 characters on average, in the first 100 characters."""
    words = value[:_CROPPED].split()
    if len(words) < _LEAST_WORDS:
        return False
    average = sum(map(len, words)) / len(words)
    return _WORD_LENGTHS[0] <= average <= _WORD_LENGTHS[1]
