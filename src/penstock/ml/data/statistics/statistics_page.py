"""Statistics as a page: one panel per feature; of several data sets, each panel shows them over each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from penstock.ml.data.statistics.statistics import feature_name
from penstock.ml.report import (
    Bars,
    Cell,
    Cells,
    Figure,
    Note,
    Page,
    Panel,
    Series,
    Tile,
    bars,
    count,
    curve,
    number,
    ranked,
    share,
)

if TYPE_CHECKING:
    from penstock.ml.data.metadata.statistics import (
        CommonStatistics,
        DatasetStatistics,
        FeatureStatistics,
        Histogram,
    )

OVERVIEW_FEATURES = 100
"""Up to so many features have a line in the table on top."""

DRAWN_SLICES = 7
"""Slices that are drawn beside all rows."""

_KINDS = {"INT": "whole number", "FLOAT": "number", "STRING": "text", "BYTES": "binary", "STRUCT": "struct"}
_TAGS = {"INT": "numeric", "FLOAT": "numeric", "STRING": "text", "BYTES": "binary", "STRUCT": "struct"}

Sides = Sequence[tuple[str, "FeatureStatistics | None"]]


def statistics_page(
    datasets: Mapping[str, DatasetStatistics],
    *,
    title: str = "Statistics",
    notes: Mapping[str, Sequence[Note]] | None = None,
    strengths: Mapping[str, float] | None = None,
) -> Page:
    """A page over one or several data sets.

    Parameters
    ----------
    datasets : mapping of str to DatasetStatistics
        By the name to show. The first gives the order of the features.
    title : str
    notes : mapping of str to sequence of Note, optional
        Remarks on features by their name; such features get the tag ``anomaly``.
    strengths : mapping of str to float, optional
        What panels are sorted by on request, by name of the feature.

    Returns
    -------
    Page
    """
    remarks, strengths = notes or {}, strengths or {}
    sides = _by_feature(datasets)
    panels = [
        feature_panel(name, both, datasets, remarks.get(name, ()), strengths.get(name, 0.0))
        for name, both in sides.items()
    ]
    sizes = [Tile("rows" if len(datasets) == 1 else name, count(one.num_examples)) for name, one in datasets.items()]
    anomalous = sum(bool(remarks.get(name)) for name in sides)
    tiles = [*sizes, Tile("features", count(len(sides)))]
    if notes is not None:
        tiles.append(Tile("features with remarks", count(anomalous), "warning" if anomalous else "ok"))
    return Page(
        title,
        " and ".join(name for name in datasets if name),
        tiles=tuple(tiles),
        tables=(_overview(sides),) if len(sides) <= OVERVIEW_FEATURES else (),
        panels=tuple(panels),
    )


def slices_page(datasets: Sequence[DatasetStatistics], *, title: str = "Statistics") -> Page:
    """A page over all rows, and over the largest of their slices.

    Parameters
    ----------
    datasets : sequence of DatasetStatistics
        All rows first.
    title : str
    """
    whole, slices = datasets[:1], datasets[1:]
    largest = sorted(slices, key=lambda one: -one.num_examples)[:DRAWN_SLICES]
    named = {one.name if one.name and slices else "all rows": one for one in (*whole, *largest)}
    page = statistics_page(named, title=title)
    if len(largest) == len(slices):
        return page
    return replace(page, notes=(Note(f"The {DRAWN_SLICES} largest of {count(len(slices))} slices are drawn."),))


def feature_panel(
    name: str,
    sides: Sides,
    datasets: Mapping[str, DatasetStatistics],
    notes: Sequence[Note] = (),
    strength: float = 0.0,
) -> Panel:
    """The panel of one feature: facts side by side, its distribution, its quantiles or its values."""
    present = [(label, one) for label, one in sides if one is not None]
    kinds = list(dict.fromkeys(one.type for _, one in present))
    columns = [_facts(one, datasets[label].num_examples) if one else {} for label, one in sides]
    names = list(dict.fromkeys(fact for column in columns for fact in column))
    header = ("", *(label for label, _ in sides)) if len(sides) > 1 else ()
    rows = [(fact, *(column.get(fact, "-") for column in columns)) for fact in names]
    return Panel(
        name,
        kind=" / ".join(_KINDS[kind] for kind in kinds),
        tags=tuple(_tags(present, notes)),
        notes=tuple(notes),
        tables=(Cells(header, rows),),
        figures=tuple(_figures(present)),
        strength=strength,
    )


def common_of(feature: FeatureStatistics) -> CommonStatistics | None:
    """Presence and number of values, wherever the type of the feature keeps them."""
    groups = (feature.num_stats, feature.string_stats, feature.bytes_stats, feature.struct_stats)
    return next((group.common_stats for group in groups if group is not None), None)


def _by_feature(datasets: Mapping[str, DatasetStatistics]) -> dict[str, list[tuple[str, FeatureStatistics | None]]]:
    tables = {label: {feature_name(one): one for one in data.features} for label, data in datasets.items()}
    names = dict.fromkeys(name for table in tables.values() for name in table)
    return {name: [(label, table.get(name)) for label, table in tables.items()] for name in names}


def _tags(present: Sides, notes: Sequence[Note]) -> Iterable[str]:
    features = [one for _, one in present if one is not None]
    if notes:
        yield "anomaly"
    yield from dict.fromkeys(_TAGS[one.type] for one in features)
    commons = [common for one in features if (common := common_of(one)) is not None]
    if any(common.num_missing for common in commons):
        yield "missing values"
    if any(common.max_num_values > 1 for common in commons):
        yield "lists"
    if features and all(_is_constant(one) for one in features):
        yield "constant"


def _is_constant(feature: FeatureStatistics) -> bool:
    if feature.num_stats is not None:
        common = feature.num_stats.common_stats
        return common is not None and common.num_non_missing > 0 and feature.num_stats.min == feature.num_stats.max
    return feature.string_stats is not None and feature.string_stats.unique == 1


def _facts(feature: FeatureStatistics, rows: int) -> dict[str, str]:
    facts: dict[str, str] = {}
    common = common_of(feature)
    if common is not None:
        facts["present"] = count(common.num_non_missing)
        facts["missing"] = f"{count(common.num_missing)} ({share(common.num_missing, rows)})"
        if common.max_num_values > 1:
            facts["values per row"] = f"{common.min_num_values} to {common.max_num_values}"
    if (numeric := feature.num_stats) is not None and common is not None and common.tot_num_values:
        facts |= {
            "mean": number(numeric.mean),
            "standard deviation": number(numeric.std_dev),
            "zeros": f"{count(numeric.num_zeros)} ({share(numeric.num_zeros, common.tot_num_values)})",
            "smallest": number(numeric.min),
            "median": number(numeric.median),
            "largest": number(numeric.max),
        }
        if not_numbers := max((one.num_nan for one in numeric.histograms), default=0):
            facts["NaN"] = count(not_numbers)
    if (text := feature.string_stats) is not None:
        facts |= {"different values": count(text.unique), "average length": number(text.avg_length)}
        if text.invalid_utf8_count:
            facts["not UTF-8"] = count(text.invalid_utf8_count)
    if (binary := feature.bytes_stats) is not None:
        facts |= {
            "different values": count(binary.unique),
            "bytes": f"{number(binary.min_num_bytes)} to {number(binary.max_num_bytes)}",
            "average bytes": number(binary.avg_num_bytes),
        }
    return facts


def _figures(present: Sides) -> Iterable[Figure]:
    features = [(label, one) for label, one in present if one is not None]
    numeric = [(label, one.num_stats.histograms) for label, one in features if one.num_stats is not None]
    standard = [_bars(label, found) for label, many in numeric if (found := _of_type(many, "STANDARD")) is not None]
    if any(one.counts for one in standard):
        yield bars(standard, title="distribution")
    quantiles = [_cumulative(label, found) for label, many in numeric if (found := _of_type(many, "QUANTILES"))]
    if any(len(one.x) > 2 for one in quantiles):
        yield curve(quantiles, title="share of values up to", y_title="share")
    texts = [(label, one.string_stats) for label, one in features if one.string_stats is not None]
    tops = [
        Series(label, [top.value for top in text.top_values], [top.frequency for top in text.top_values])
        for label, text in texts
        if text.top_values
    ]
    if tops:
        yield ranked(tops, title="most frequent values")


def _of_type(histograms: Sequence[Histogram], kind: str) -> Histogram | None:
    return next((one for one in histograms if one.type == kind and one.buckets), None)


def _bars(label: str, histogram: Histogram) -> Bars:
    finite = [
        one for one in histogram.buckets if abs(one.low_value) < float("inf") and abs(one.high_value) < float("inf")
    ]
    return Bars(
        label,
        [one.low_value for one in finite],
        [one.high_value for one in finite],
        [one.sample_count for one in finite],
    )


def _cumulative(label: str, histogram: Histogram) -> Series:
    buckets = histogram.buckets
    total = sum(one.sample_count for one in buckets) or 1.0
    xs, ys, reached = [buckets[0].low_value], [0.0], 0.0
    for bucket in buckets:
        reached += bucket.sample_count
        xs.append(bucket.high_value)
        ys.append(reached / total)
    return Series(label, xs, ys)


def _overview(sides: Mapping[str, Sides]) -> Cells:
    rows = []
    for name, both in sides.items():
        feature = next(one for _, one in both if one is not None)
        common = common_of(feature)
        whole = common.num_non_missing + common.num_missing if common else 0
        numeric, text = feature.num_stats, feature.string_stats or feature.bytes_stats
        rows.append(
            (
                Cell(name, panel=name),
                _KINDS[feature.type],
                share(common.num_missing, whole) if common else "-",
                count(text.unique) if text else "-",
                *((number(numeric.mean), number(numeric.min), number(numeric.max)) if numeric else ("-", "-", "-")),
            )
        )
    return Cells(("feature", "type", "missing", "different", "mean", "smallest", "largest"), rows)
