"""Statistics as a table for a terminal: one line per feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from penstock.apps.cli.data.safe_text import safe_text
from penstock.apps.cli.format import columns, many, visible_length
from penstock.apps.cli.terminal import Painter, width
from penstock.ml.data.statistics.state import MAX_BINS
from penstock.ml.data.statistics.statistics import feature_name
from penstock.ml.data.statistics.statistics_page import common_of
from penstock.ml.report import number, share

if TYPE_CHECKING:
    from penstock.ml.data.metadata.statistics import CrossStatistics, DatasetStatistics, FeatureStatistics
    from penstock.ml.data.statistics import Statistics
    from penstock.ml.data.statistics.state import FeatureState

_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = " .:-=+*#@"
_HEAD = ("feature", "type", "missing", "different", "smallest", "mean", "largest")
_NAME_LIMIT = 60
_MIN_ROOM = 16
_TOPS = 5
_TIME_TYPES = {"DATE": "date", "TIME": "time", "DURATION": "duration", "TIMESTAMP": "timestamp", "BOOL": "bool"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

States = Mapping[tuple[str, ...], "FeatureState"]


def statistics_lines(source: str, statistics: Statistics, painter: Painter) -> list[str]:
    """A table for all rows, and one per slice.

    Parameters
    ----------
    source : str
        What was described.
    statistics : Statistics
    painter : Painter
    """
    datasets = statistics.message.datasets
    states = {state.name: state.features for state in statistics.states}
    lines: list[str] = []
    for index, dataset in enumerate(datasets):
        # All rows come first, whatever a file of another tool calls them.
        of = states.get("" if index == 0 else dataset.name, {})
        lines += [*([""] if lines else []), _title(source, dataset, painter, is_slice=index > 0)]
        lines += _table(dataset, of, painter)
        lines += [f"  {_cross(cross, painter)}" for cross in dataset.cross_features]
    # The sign for what is infinite is the only one of ours beyond ASCII, bars apart.
    return [line if painter.is_unicode else line.replace("∞", "inf") for line in lines] or ["no data set"]


def _title(source: str, dataset: DatasetStatistics, painter: Painter, *, is_slice: bool) -> str:
    rows = f"{dataset.num_examples:,} row{'' if dataset.num_examples == 1 else 's'}"
    if dataset.weighted_num_examples:
        rows += f" of weight {number(dataset.weighted_num_examples)}"
    name = painter.bold(safe_text(source, is_unicode=painter.is_unicode))
    which = f"  {safe_text(dataset.name, is_unicode=painter.is_unicode)}" if is_slice else ""
    return f"{name}{which}  {rows}, {many(len(dataset.features), 'feature')}"


def _table(dataset: DatasetStatistics, states: States, painter: Painter) -> list[str]:
    if not dataset.features:
        return []
    found = [_state(feature, states) for feature in dataset.features]
    facts = [[painter.dim(text) for text in _HEAD[:4]]]
    facts += [_facts(feature, dataset, state, painter) for feature, state in zip(dataset.features, found, strict=True)]
    left = columns(facts, right=frozenset({2, 3}), indent="  ")
    edge = max(map(visible_length, left))
    numbers = [[*(painter.dim(text) for text in _HEAD[4:]), ""]]
    numbers += [
        [*_extremes(feature, state.domain if state else ""), _spread(feature, painter)]
        for feature, state in zip(dataset.features, found, strict=True)
    ]
    right = columns(numbers, right=frozenset({0, 1, 2}))
    # What has no numbers shows its values in their place.
    right[1:] = [
        line if feature.num_stats is not None else _values(feature, painter, max(width() - edge - 2, _MIN_ROOM))
        for feature, line in zip(dataset.features, right[1:], strict=True)
    ]
    return [
        f"{start}{' ' * (edge - visible_length(start))}  {end}".rstrip() for start, end in zip(left, right, strict=True)
    ]


def _state(feature: FeatureStatistics, states: States) -> FeatureState | None:
    steps = feature.path.step if feature.path is not None else (feature.name or "",)
    return states.get(tuple(steps))


def _facts(
    feature: FeatureStatistics, dataset: DatasetStatistics, state: FeatureState | None, painter: Painter
) -> list[str]:
    common = common_of(feature)
    missing = share(common.num_missing, dataset.num_examples) if common else "-"
    domain = state.domain if state else ""
    return [
        safe_text(feature_name(feature), limit=_NAME_LIMIT, is_unicode=painter.is_unicode),
        _TIME_TYPES.get(domain.partition("_")[0], feature.type.lower()),
        painter.paint(missing, "yellow") if common and common.num_missing else painter.dim(missing),
        _different(feature, state),
    ]


def _different(feature: FeatureStatistics, state: FeatureState | None) -> str:
    """How many different values there are; ``~`` where that is an estimate."""
    text = feature.string_stats or feature.bytes_stats
    kept = (state.bytes if state.type == "BYTES" else state.text) if state else None
    if text is not None:
        return f"{'~' if kept is not None and kept.sample.level else ''}{text.unique:,}"
    if state is None or state.numeric is None:
        return ""
    histogram = state.numeric.histogram
    # Only more numbers than there may be bins are counted coarsely.
    return f"> {MAX_BINS:,}" if histogram.shift else f"{len(histogram.bins):,}"


def _extremes(feature: FeatureStatistics, domain: str) -> list[str]:
    numeric, common = feature.num_stats, common_of(feature)
    if numeric is None or common is None or not common.tot_num_values:
        return ["", "", ""]
    return [_said(value, domain) for value in (numeric.min, numeric.mean, numeric.max)]


def _said(value: float, domain: str) -> str:
    """A number, or the time that it counts."""
    try:
        if domain == "DATE":
            return (date(1970, 1, 1) + timedelta(days=int(value))).isoformat()
        if domain.startswith("TIMESTAMP"):
            return (_EPOCH + timedelta(microseconds=int(value))).strftime("%Y-%m-%d %H:%M:%S")
        if domain == "TIME_US":
            return (_EPOCH + timedelta(microseconds=int(value))).strftime("%H:%M:%S")
        if domain == "DURATION_US":
            return f"{number(value / 1e6)} s"
    except (OverflowError, ValueError):
        # Times beyond what calendars know stay numbers.
        return number(value)
    return number(value)


def _spread(feature: FeatureStatistics, painter: Painter) -> str:
    """How numbers are spread, and what else there is to know."""
    return "  ".join(filter(None, (painter.paint(_picture(feature, painter), "cyan"), ", ".join(_remarks(feature)))))


def _values(feature: FeatureStatistics, painter: Painter, room: int) -> str:
    """The most frequent texts, and what else there is to know."""
    remarks = ", ".join(_remarks(feature))
    text = feature.string_stats
    tops = ", ".join(top.value or '""' for top in text.top_values[:_TOPS]) if text else ""
    limit = max(room - (len(remarks) + 2 if remarks else 0), _MIN_ROOM)
    shown = safe_text(tops, limit=limit, is_unicode=painter.is_unicode) if tops else ""
    return "  ".join(filter(None, (shown, remarks)))


def _remarks(feature: FeatureStatistics) -> Iterable[str]:
    common, numeric, binary = common_of(feature), feature.num_stats, feature.bytes_stats
    if common is not None and common.max_num_values > 1:
        least, most = common.min_num_values, common.max_num_values
        yield f"{most} values" if least == most else f"{least} to {most} values"
    for histogram in numeric.histograms[:1] if numeric else ():
        if histogram.num_nan:
            yield f"{histogram.num_nan:,} NaN"
    if binary is not None:
        low, high = binary.min_num_bytes, binary.max_num_bytes
        yield f"{high:,.0f} bytes" if low == high else f"{low:,.0f} to {high:,.0f} bytes"
    if feature.string_stats is not None and feature.string_stats.invalid_utf8_count:
        yield f"{feature.string_stats.invalid_utf8_count:,} no UTF-8"


def _picture(feature: FeatureStatistics, painter: Painter) -> str:
    """The standard histogram as a row of small bars."""
    histograms = feature.num_stats.histograms if feature.num_stats else ()
    standard = next((one for one in histograms if one.type == "STANDARD"), None)
    heights = [bucket.sample_count for bucket in standard.buckets] if standard else []
    blocks = _BLOCKS if painter.is_unicode else _ASCII_BLOCKS
    tallest = max(heights, default=0)
    # What is there is seen, however little it is beside the tallest.
    return "".join(blocks[max(1, round(8 * one / tallest)) if one else 0] for one in heights) if tallest else ""


def _cross(cross: CrossStatistics, painter: Painter) -> str:
    """How two columns go together, in a few words."""
    paths = (cross.path_x, cross.path_y)
    names = [safe_text(".".join(path.step) if path else "", is_unicode=painter.is_unicode) for path in paths]
    title = f"{names[0]} : {names[1]}"
    if cross.num_cross_stats is not None:
        return f"{title}  correlation {number(cross.num_cross_stats.correlation)} over {cross.count:,} rows"
    lift = cross.categorical_cross_stats.lift if cross.categorical_cross_stats else None
    series = lift.lift_series if lift is not None else ()
    return f"{title}  lift of {many(sum(len(one.lift_values) for one in series), 'pair')} of values: --json"
