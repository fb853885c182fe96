"""Drawings as plain data in Plotly's form: distributions of numbers and of values, several data sets on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram.

    Parameters
    ----------
    name : str
        Of the data set.
    lows, highs : sequence of float
        Borders of the buckets.
    counts : sequence of float
    """

    name: str
    lows: Sequence[float]
    highs: Sequence[float]
    counts: Sequence[float]


@dataclass(frozen=True, slots=True)
class Series:
    """Named values: counts by label, or y over x.

    Parameters
    ----------
    name : str
        Of the data set.
    x : sequence of str or float
    y : sequence of float
    """

    name: str
    x: Sequence[Any]
    y: Sequence[float]


def bars(histograms: Sequence[Bars], *, title: str = "", x_title: str = "") -> Figure:
    """Histograms over one axis; of several, each as shares of its own total, so that sizes do not matter.

    Where their buckets differ, the areas are the shares: a wide bucket holds more than a narrow one of equal height.
    """
    is_share = len(histograms) > 1
    is_density = len({(tuple(one.lows), tuple(one.highs)) for one in histograms}) > 1
    data = []
    for place, histogram in enumerate(histograms):
        total = sum(histogram.counts) or 1.0
        borders = list(zip(histogram.lows, histogram.highs, strict=True))
        widths = _widths(borders)
        parts = [count / total if is_share else count for count in histogram.counts]
        data.append(
            {
                "type": "bar",
                "name": histogram.name,
                "x": [(low + high) / 2 for low, high in borders],
                "width": widths,
                "y": [part / width for part, width in zip(parts, widths, strict=True)] if is_density else parts,
                "customdata": [[low, high, part] for (low, high), part in zip(borders, parts, strict=True)],
                "hovertemplate": "%{customdata[0]:.6g} to %{customdata[1]:.6g}<br>"
                + ("%{customdata[2]:.2%}" if is_share else "%{customdata[2]:,}"),
                "opacity": 0.6 if is_share else 0.9,
                "series": place,
            }
        )
    y_title = "density" if is_density else "share" if is_share else "count"
    return _figure(data, title, x_title, y_title, barmode="overlay", bargap=0)


def ranked(values: Sequence[Series], *, title: str = "", limit: int = 20) -> Figure:
    """Counts by label as horizontal bars, the most frequent of the first data set on top."""
    is_share = len(values) > 1
    order = [str(label) for label in values[0].x[:limit]] if values else []
    for series in values[1:]:
        order += [str(label) for label in series.x[:limit] if str(label) not in order][: max(0, limit - len(order))]
    shown = {label: _short(label) for label in order}
    data = []
    for place, series in enumerate(values):
        total = sum(series.y) or 1.0
        by_label = {str(label): count for label, count in zip(series.x, series.y, strict=True)}
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": series.name,
                # Equal short labels of different values must stay different bars, so the axis counts places.
                "y": list(range(len(order))),
                "x": [by_label.get(label, 0) / total if is_share else by_label.get(label, 0) for label in order],
                "text": [shown[label] for label in order],
                "textposition": "none",
                "hovertemplate": "%{text}<br>" + ("%{x:.2%}" if is_share else "%{x:,}"),
                "series": place,
            }
        )
    figure = _figure(data, title, "", "", barmode="group")
    figure["layout"]["yaxis"] = {
        "autorange": "reversed",
        "tickmode": "array",
        "tickvals": list(range(len(order))),
        "ticktext": [shown[label] for label in order],
        "automargin": True,
    }
    figure["layout"]["xaxis"]["title"] = {"text": "share" if is_share else "count"}
    figure["rows"] = len(order) * max(1, len(values))
    return figure


def curve(lines: Sequence[Series], *, title: str = "", x_title: str = "", y_title: str = "") -> Figure:
    """Lines over one axis: cumulative shares, loss by epoch."""
    data = [
        {"type": "scatter", "mode": "lines", "name": line.name, "x": list(line.x), "y": list(line.y), "series": place}
        for place, line in enumerate(lines)
    ]
    return _figure(data, title, x_title, y_title)


def strengths(labels: Sequence[str], values: Sequence[float], levels: Sequence[str], *, title: str = "") -> Figure:
    """Numbers from 0 to 1 as horizontal bars in the colour of their levels, the first on top."""
    figure = ranked([Series("", [str(place) for place in range(len(labels))], values)], title=title, limit=len(labels))
    trace, axis = figure["data"][0], figure["layout"]["yaxis"]
    texts = [_short(label) for label in labels]
    trace |= {"text": texts, "levels": list(levels), "hovertemplate": "%{text}<br>%{x:.2f}<extra></extra>"}
    axis["ticktext"] = texts
    figure["layout"]["xaxis"] = {"title": {"text": "strength"}, "range": [0, 1]}
    return figure


def _figure(data: list[Figure], title: str, x_title: str, y_title: str, **layout: Any) -> Figure:
    axes = {"xaxis": {"title": {"text": x_title}}, "yaxis": {"title": {"text": y_title}}}
    return {"title": title, "data": data, "layout": {**axes, "showlegend": len(data) > 1, **layout}}


def _widths(borders: Sequence[tuple[float, float]]) -> list[float]:
    """Widths of the bars; a bucket of no width (one value alone) gets a hundredth of the whole, to be seen."""
    span = (max(high for _, high in borders) - min(low for low, _ in borders)) if borders else 0.0
    return [high - low or span / 100 or 1.0 for low, high in borders]


def _short(label: str) -> str:
    """A label as drawn; Plotly takes some markup for its own, so signs of markup are written out."""
    text = label if label else "(empty)"
    text = text if len(text) <= 32 else text[:31] + "…"
    return text.replace("&", "&amp;").replace("<", "&lt;")
