"""A comparison as a table for a terminal: the features that differ, and what passes a limit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from penstock.apps.cli.data.safe_text import listed, safe_text, wrapped
from penstock.apps.cli.format import columns, many
from penstock.apps.cli.terminal import Painter, width
from penstock.ml.data.drift.comparison import ALL_FEATURES
from penstock.ml.report import number

if TYPE_CHECKING:
    from penstock.ml.data.drift.comparison import Comparison, FeatureComparison

_MEASURES = {
    "jensen_shannon": "JSD",
    "l_infinity": "L-inf",
    "kolmogorov_smirnov": "KS",
    "psi": "PSI",
    "wasserstein_normalized": "W1/std",
    "missing_change": "missing",
}
_CHANGES = {"missing": "missing now", "new": "new", "type": "other type"}
_NAME_LIMIT = 40
_LEAST = 0.0005
_ROWS = 50


def drift_lines(found: Comparison, painter: Painter) -> Iterable[str]:
    """The features that differ, then the findings, then a count.

    Parameters
    ----------
    found : Comparison
    painter : Painter
    """
    sizes = f"{found.baseline.num_examples:,} rows before, {found.current.num_examples:,} now"
    yield f"{painter.bold(found.kind)}  {sizes}, {many(len(found.features), 'feature')}"
    differing = [feature for feature in found.features if _differs(feature)]
    shown = differing[:_ROWS]
    if shown:
        head = [painter.dim(name) for name in ("feature", "type", *_MEASURES.values(), "")]
        rows = [_row(feature, painter) for feature in shown]
        yield from columns([head, *rows], right=frozenset(range(2, 2 + len(_MEASURES))), indent="  ")
    if len(differing) > len(shown):
        yield f"  {len(differing) - len(shown):,} more differ: --json"
    if same := len(found.features) - len(differing):
        yield painter.dim(f"  {same:,} {'' if not differing else 'more '}without a difference: --json")
    yield ""
    yield from _findings(found, painter)


def _findings(found: Comparison, painter: Painter) -> Iterable[str]:
    # Several features of which the same is to be said share one block.
    blocks: dict[tuple[str, str, str], list[str]] = {}
    for finding in found.findings:
        blocks.setdefault((finding.kind, finding.why, finding.fix), []).append(finding.feature)
    for (kind, why, fix), names in blocks.items():
        word = "changed" if kind in _CHANGES else "unknown" if kind == "not_comparable" else "high"
        said = "all features" if names == [ALL_FEATURES] else listed(names, painter, indent="  ")
        yield f"{painter.red(word)}  {said}  {kind.replace('_', ' ')}"
        yield from wrapped(safe_text(why, is_unicode=painter.is_unicode), width(), indent="  ")
        yield f"  {painter.dim('fix')}  {fix}"
    if found.findings:
        yield many(len(found.findings), "finding")
    elif found.obstacle:
        yield painter.paint(f"nothing could be compared: {found.obstacle}", "yellow")
    elif any(feature.verdict != "unchecked" for feature in found.features):
        yield painter.paint("nothing passes its limit", "green")
    else:
        yield "no limit is set: --threshold, or comparators in --schema"


def _differs(feature: FeatureComparison) -> bool:
    measured = (feature.measurement(name) for name in _MEASURES)
    return (
        bool(feature.change)
        or any(item is not None and item.value >= _LEAST for item in measured)
        or feature.verdict in ("high", "not_comparable")
    )


def _row(feature: FeatureComparison, painter: Painter) -> list[str]:
    cells = []
    for name in _MEASURES:
        item = feature.measurement(name)
        text = "" if item is None else _said(item.value)
        text = text if painter.is_unicode else text.replace("∞", "inf")
        cells.append(painter.red(text) if item is not None and item.verdict == "high" else text)
    name = safe_text(feature.name, limit=_NAME_LIMIT, is_unicode=painter.is_unicode)
    return [name, feature.type.lower(), *cells, _verdict(feature, painter)]


def _verdict(feature: FeatureComparison, painter: Painter) -> str:
    high = [item.measure for item in feature.measurements if item.verdict == "high"]
    changed = [_CHANGES[feature.change]] if feature.change else []
    words = [*changed, *(["high"] if high else []), *(["not comparable"] if feature.unmeasured else [])]
    return painter.red(", ".join(words)) if words else painter.dim("ok") if feature.verdict == "ok" else ""


def _said(value: float) -> str:
    if not value:
        return "0"
    if value < _LEAST:
        return "< 0.001"
    return f"{value:.3f}" if value < 1000 and math.isfinite(value) else number(value)
